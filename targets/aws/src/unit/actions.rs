//! The table from SDK methods to IAM actions: `data/actions.json`, which names its source and date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use klo_intent::{Access, Edge, Kind, MethodUse};
use serde::Deserialize;

/// What an action's resource looks like, measured from the ARN of the thing itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Shape {
    /// The thing.
    Arn,
    /// Objects of a bucket.
    Object,
    /// Indexes of a table.
    Index,
    /// Streams of a table.
    Stream,
    /// Versions and aliases of a function.
    Qualifier,
    /// Backups of a table.
    Backup,
    /// Exports of a table.
    Export,
    /// Imports into a table.
    Import,
    /// AWS has no narrower resource than all.
    Any,
}

impl Shape {
    /// What follows the ARN; `None` where it must be `*`.
    pub(super) fn suffix(self) -> Option<&'static str> {
        TABLE.shapes.get(&self).copied().flatten()
    }

    /// Its word in the ids of statements.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Arn => "",
            Self::Object => "Objects",
            Self::Index => "Indexes",
            Self::Stream => "Streams",
            Self::Qualifier => "Versions",
            Self::Backup => "Backups",
            Self::Export => "Exports",
            Self::Import => "Imports",
            Self::Any => "Account",
        }
    }
}

type Grants = BTreeMap<Shape, Vec<&'static str>>;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Method {
    allow: Grants,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Table {
    shapes: BTreeMap<Shape, Option<&'static str>>,
    /// Methods that call nothing.
    free: BTreeSet<&'static str>,
    /// What `uses` gives, by kind and access.
    stated: BTreeMap<&'static str, BTreeMap<&'static str, Grants>>,
    /// By service and method.
    methods: BTreeMap<&'static str, BTreeMap<&'static str, Method>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/actions.json"))
        .expect("the table is part of the program, and a test reads it")
});

/// Actions with the shapes of the resources that they act on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Allowed(BTreeMap<&'static str, BTreeSet<Shape>>);

impl Allowed {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Actions that act on the same shapes, together.
    pub(super) fn by_shapes(&self) -> BTreeMap<Vec<Shape>, Vec<&'static str>> {
        let mut sets: BTreeMap<Vec<Shape>, Vec<&'static str>> = BTreeMap::new();
        for (action, shapes) in &self.0 {
            sets.entry(shapes.iter().copied().collect())
                .or_default()
                .push(action);
        }
        sets
    }

    fn add(&mut self, grants: &Grants) {
        for (shape, actions) in grants {
            for action in actions {
                self.0.entry(action).or_default().insert(*shape);
            }
        }
    }
}

/// The actions that an edge to a thing of a kind needs: those of the methods called, and the usual
/// ones of each access that no method shows. `Err` holds the methods that are not in the table and
/// that no stated access stands for.
pub(super) fn allowed(kind: Kind, edge: &Edge) -> Result<Allowed, Vec<&MethodUse>> {
    let mut allowed = Allowed::default();
    let mut unknown = Vec::new();
    let calls: Vec<&MethodUse> = edge
        .methods
        .iter()
        // An action of another service could never hold on this thing's ARN.
        .filter(|call| service(kind) == Some(call.service.as_str()))
        .collect();
    for call in &calls {
        let method = TABLE
            .methods
            .get(call.service.as_str())
            .and_then(|methods| methods.get(call.method.as_str()));
        match method {
            Some(method) => allowed.add(&method.allow),
            None if TABLE.free.contains(call.method.as_str()) => {}
            None => unknown.push(*call),
        }
    }
    if !unknown.is_empty() && edge.stated.is_empty() {
        return Err(unknown);
    }
    let stated = if calls.is_empty() {
        &edge.access
    } else {
        &edge.stated
    };
    for access in stated {
        if let Some(grants) = usual(kind, *access) {
            allowed.add(grants);
        }
    }
    Ok(allowed)
}

/// The SDK's service whose calls act on a kind.
const fn service(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Bucket => Some("s3"),
        Kind::Table => Some("dynamodb"),
        Kind::Queue => Some("sqs"),
        Kind::Topic => Some("sns"),
        Kind::Secret => Some("secretsmanager"),
        Kind::Config => Some("ssm"),
        Kind::Service | Kind::Function => Some("lambda"),
        Kind::Job | Kind::Site | Kind::Database | Kind::Cache | Kind::Volume => None,
    }
}

fn usual(kind: Kind, access: Access) -> Option<&'static Grants> {
    TABLE.stated.get(kind.name())?.get(access.name())
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn the_table_reads_and_every_action_belongs_to_its_service() {
        for (service, methods) in &TABLE.methods {
            for (name, method) in methods {
                assert!(!method.allow.is_empty(), "{service}.{name}");
                for action in method.allow.values().flatten() {
                    let prefix = action.split(':').next();
                    assert_eq!(prefix, Some(*service), "{service}.{name}: {action}");
                    assert!(!action.contains('*'), "{action}");
                }
            }
        }
        assert!(TABLE.shapes.len() == 9 && !TABLE.free.is_empty());
        for kind in TABLE.stated.keys() {
            assert!(Kind::from_name(kind).is_some(), "{kind}");
        }
        for access in TABLE.stated.values().flat_map(BTreeMap::keys) {
            assert!(Access::from_name(access).is_some(), "{access}");
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
            BTreeMap::from([
                (vec![Shape::Arn], vec!["dynamodb:GetItem"]),
                (vec![Shape::Arn, Shape::Index], vec!["dynamodb:Query"]),
            ])
        );
    }

    #[test]
    fn batches_waiters_transfers_and_resource_methods() {
        for (kind, service, method, action) in [
            (Kind::Queue, "sqs", "send_message_batch", "sqs:SendMessage"),
            (Kind::Queue, "sqs", "receive_messages", "sqs:ReceiveMessage"),
            (Kind::Topic, "sns", "publish_batch", "sns:Publish"),
            (
                Kind::Table,
                "dynamodb",
                "batch_writer",
                "dynamodb:BatchWriteItem",
            ),
            (
                Kind::Table,
                "dynamodb",
                "table_exists",
                "dynamodb:DescribeTable",
            ),
            (Kind::Bucket, "s3", "upload_fileobj", "s3:PutObject"),
            (Kind::Bucket, "s3", "copy_object", "s3:GetObject"),
            (Kind::Function, "lambda", "invoke", "lambda:InvokeFunction"),
        ] {
            let call = edge(&[Access::Write], &[(service, method)]);
            let allowed = allowed(kind, &call).unwrap();
            assert!(allowed.0.contains_key(action), "{method}");
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
}
