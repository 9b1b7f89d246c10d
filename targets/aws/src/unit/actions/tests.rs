use super::*;
use klo_intent::{IntentId, Node};

fn edge(access: &[Access], methods: &[(&str, &str)]) -> Edge {
    let to = Node::Intent(IntentId(1));
    let mut edge = Edge::new(Node::Intent(IntentId(0)), to, Access::Read);
    edge.access = access.iter().copied().collect();
    edge.methods = methods
        .iter()
        .map(|(service, method)| MethodUse {
            service: (*service).to_owned(),
            method: (*method).to_owned(),
        })
        .collect();
    edge
}

fn sets(kind: Kind, edge: &Edge) -> BTreeMap<Vec<Shape>, Vec<&'static str>> {
    allowed(kind, edge).unwrap().by_shapes()
}

const REFERENCE: &str = include_str!("../../../data/authorization_reference.tsv");

/// Level and types of resource by action.
fn reference() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    rows(REFERENCE)
        .map(|row| (row[0], (row[1], row[2])))
        .collect()
}

fn every_grant() -> impl Iterator<Item = (String, &'static Grant)> {
    let tables = OPERATIONS.iter().chain(USUAL.iter());
    tables.flat_map(|(first, rest)| {
        rest.iter().flat_map(move |(second, grants)| {
            grants
                .iter()
                .map(move |grant| (format!("{first} {second}"), grant))
        })
    })
}

#[test]
fn every_row_reads_and_every_action_is_in_the_reference() {
    let read = every_grant().count();
    assert_eq!(read, rows(ACTIONS).count() + rows(STATED).count());
    let reference = reference();
    for (who, grant) in every_grant() {
        for action in &grant.actions {
            assert!(reference.contains_key(action), "{who}: {action}");
            assert!(!action.contains('*'), "{who}: {action}");
        }
    }
    for kind in USUAL.keys() {
        assert!(Kind::from_name(kind).is_some(), "{kind}");
    }
    for access in USUAL.values().flat_map(HashMap::keys) {
        assert!(Access::from_name(access).is_some(), "{access}");
    }
}

#[test]
fn actions_act_on_what_the_reference_says() {
    let reference = reference();
    let own = [
        "bucket",
        "table",
        "queue",
        "topic",
        "Secret",
        "parameter",
        "function",
        "file-system",
        "job-definition",
        "job-queue",
    ];
    for (who, grant) in every_grant() {
        for action in &grant.actions {
            let types: Vec<&str> = reference[action].1.split(',').collect();
            let fits = match grant.shape {
                Shape::Arn => types.iter().any(|kind| own.contains(kind)),
                Shape::Any => !types.iter().any(|kind| own.contains(kind)),
                // The function itself, by the ARN of an alias.
                Shape::Qualifier => types.iter().any(|kind| kind.starts_with("function")),
                shape => types.contains(&shape.name()),
            };
            assert!(fits, "{who}: {action} on {:?}, not {types:?}", grant.shape);
        }
    }
}

#[test]
fn an_access_that_reads_grants_no_change() {
    let reference = reference();
    for (kind, accesses) in USUAL.iter() {
        for action in accesses
            .get("read")
            .into_iter()
            .flatten()
            .flat_map(|g| &g.actions)
        {
            let (level, _) = reference[action];
            // EFS counts mounting as writing.
            let reads = ["Read", "List"].contains(&level) || *kind == "volume";
            assert!(reads, "{kind}: {action} is {level}");
        }
    }
}

#[test]
fn a_call_gets_its_own_action_and_no_more() {
    let get = edge(&[Access::Read], &[("s3", "get_object")]);
    assert_eq!(
        sets(Kind::Bucket, &get),
        BTreeMap::from([(vec![Shape::Object], vec!["s3:GetObject"])])
    );
    let list = edge(&[Access::Read], &[("s3", "list_objects_v2")]);
    assert_eq!(
        sets(Kind::Bucket, &list),
        BTreeMap::from([(vec![Shape::Arn], vec!["s3:ListBucket"])])
    );
    let query = edge(
        &[Access::Read],
        &[("dynamodb", "query"), ("dynamodb", "get_item")],
    );
    assert_eq!(
        sets(Kind::Table, &query),
        BTreeMap::from([(vec![Shape::Arn], vec!["dynamodb:GetItem", "dynamodb:Query"]),])
    );
}

#[test]
fn a_key_is_needed_for_content_alone() {
    let content = |kind, service, method| {
        let edge = edge(&[Access::Read], &[(service, method)]);
        allowed(kind, &edge).unwrap().content()
    };
    assert_eq!(content(Kind::Bucket, "s3", "list_objects_v2"), None);
    assert_eq!(content(Kind::Bucket, "s3", "delete_object"), None);
    assert_eq!(
        content(Kind::Bucket, "s3", "get_object"),
        Some(Content::Decrypts)
    );
    assert_eq!(
        content(Kind::Queue, "sqs", "send_message"),
        Some(Content::Encrypts)
    );
    assert_eq!(content(Kind::Queue, "sqs", "get_queue_url"), None);
    let known = reference();
    for action in CONTENT.iter().flat_map(|(_, actions)| *actions) {
        assert!(known.contains_key(action), "{action}");
    }
}

#[test]
fn arguments_that_need_more_get_it() {
    let named = |mut edge: Edge, argument: &str| {
        let call = edge.methods.first().cloned().unwrap();
        edge.arguments.insert(ArgumentUse {
            call,
            argument: argument.to_owned(),
        });
        edge
    };
    let query = named(edge(&[Access::Read], &[("dynamodb", "query")]), "IndexName");
    assert_eq!(
        sets(Kind::Table, &query),
        BTreeMap::from([(vec![Shape::Arn, Shape::Index], vec!["dynamodb:Query"])])
    );
    let put = named(edge(&[Access::Write], &[("s3", "put_object")]), "ACL");
    assert_eq!(
        sets(Kind::Bucket, &put),
        BTreeMap::from([(vec![Shape::Object], vec!["s3:PutObject", "s3:PutObjectAcl"])])
    );
}

#[test]
fn operations_of_other_names_than_their_actions() {
    for (kind, service, method, actions) in [
        (Kind::Queue, "sqs", "send_message_batch", "sqs:SendMessage"),
        (Kind::Topic, "sns", "publish_batch", "sns:Publish"),
        (Kind::Bucket, "s3", "upload_part", "s3:PutObject"),
        (
            Kind::Bucket,
            "s3",
            "abort_multipart_upload",
            "s3:AbortMultipartUpload",
        ),
        (Kind::Bucket, "s3", "copy_object", "s3:PutObject"),
        (
            Kind::Bucket,
            "s3",
            "head_object",
            "s3:GetObject s3:ListBucket",
        ),
        (Kind::Function, "lambda", "invoke", "lambda:InvokeFunction"),
    ] {
        let call = edge(&[Access::Write], &[(service, method)]);
        let allowed = allowed(kind, &call).unwrap();
        let found: Vec<&str> = allowed.0.keys().copied().collect();
        assert_eq!(found.join(" "), actions, "{method}");
    }
}

#[test]
fn a_call_that_is_not_in_the_table_needs_a_stated_access() {
    let mut call = edge(&[Access::Read], &[("s3", "open_wormhole")]);
    assert!(allowed(Kind::Bucket, &call).is_err());
    call.stated.insert(Access::Write);
    assert!(
        allowed(Kind::Bucket, &call)
            .unwrap()
            .0
            .contains_key("s3:PutObject")
    );
}

#[test]
fn a_call_of_another_service_grants_nothing() {
    let stray = edge(
        &[Access::Read],
        &[("s3", "get_object"), ("dynamodb", "put_item")],
    );
    let allowed = allowed(Kind::Bucket, &stray).unwrap();
    assert!(allowed.0.keys().eq(["s3:GetObject"].iter()));
}

#[test]
fn clients_that_are_no_sdk_need_nothing() {
    let query = edge(&[Access::Connect], &[("", "execute")]);
    assert!(allowed(Kind::Database, &query).unwrap().is_empty());
}
