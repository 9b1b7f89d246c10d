//! AWS's SDK for Python: from the method called to the API operations, and from them to an access.

use std::borrow::Cow;

use klo_intent::{Access, ArgumentUse, Kind};

use super::aws_tables::{self, Asked, How, Member};

/// How an SDK object is addressed in type paths: `boto3.client:s3`, `boto3.resource:dynamodb`,
/// `boto3:s3.Bucket`, `boto3.paginator:s3.list_objects_v2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Client,
    Resource,
    Object,
    Paginator,
    Waiter,
}

/// A method of an SDK object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call<'a> {
    pub(crate) service: &'a str,
    pub(crate) style: Style,
    /// What follows the service: `get_object`, `Bucket.objects.filter`.
    pub(crate) rest: Cow<'a, str>,
}

/// What leads from a resource to the client that it uses.
const OWN_CLIENT: &str = "meta.client.";

/// Arguments that are stored, sent or looked for, of the services that klo knows (botocore's API
/// descriptions, 2026-11). They name no resource.
pub(crate) const DATA_ARGUMENTS: &[&str] = &[
    "Attributes",
    "Body",
    "ContentType",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "FilterExpression",
    "Fileobj",
    "Item",
    "KeyConditionExpression",
    "Message",
    "MessageAttributes",
    "MessageBody",
    "MessageDeduplicationId",
    "MessageGroupId",
    "Metadata",
    "SecretBinary",
    "SecretString",
    "Subject",
    "Tagging",
    "UpdateExpression",
];

/// Whether a service holds things of a kind; a store whose kind only the code shows is of no kind yet.
pub(crate) fn may_be(service: &str, kind: Option<Kind>) -> bool {
    match service {
        "dynamodb" => matches!(kind, Some(Kind::Table) | None),
        "s3" => matches!(kind, Some(Kind::Bucket) | None),
        "secretsmanager" => kind == Some(Kind::Secret),
        "sns" => kind == Some(Kind::Topic),
        "sqs" => kind == Some(Kind::Queue),
        _ => false,
    }
}

/// Whether a service's calls name buckets, tables, queues or topics.
pub(crate) fn holds_resources(service: &str) -> bool {
    matches!(service, "dynamodb" | "s3" | "sns" | "sqs")
}

/// Whether a call makes a client or a resource.
pub(crate) fn client_call(path: &str) -> Option<&'static str> {
    match path {
        "boto3.client"
        | "boto3.Session.client"
        | "aiobotocore.session.get_session.create_client" => Some("client"),
        "boto3.resource" | "boto3.Session.resource" => Some("resource"),
        _ => None,
    }
}

impl<'a> Call<'a> {
    /// Reads the path of a method: `boto3.client:s3.get_object`.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        let styles = [
            ("boto3.client:", Style::Client),
            ("boto3.resource:", Style::Resource),
            ("boto3.paginator:", Style::Paginator),
            ("boto3.waiter:", Style::Waiter),
            ("boto3:", Style::Object),
        ];
        let (rest, style) = styles
            .iter()
            .find_map(|(prefix, style)| Some((path.strip_prefix(prefix)?, *style)))?;
        let (service, rest) = rest.split_once('.')?;
        if let Some((_, rest)) = rest.split_once(OWN_CLIENT) {
            let (style, rest) = (Style::Client, Cow::Borrowed(rest));
            return Some(Self {
                service,
                style,
                rest,
            });
        }
        let rest = match style {
            Style::Object => elements(service, rest),
            _ => Cow::Borrowed(rest),
        };
        Some(Self {
            service,
            style,
            rest,
        })
    }

    /// What the table says of the member.
    fn member(&self) -> Option<&'static Member> {
        let within = match self.style {
            Style::Client => "client.",
            Style::Resource => "resource.",
            Style::Waiter => "waiter.",
            Style::Object => "",
            Style::Paginator => return None,
        };
        aws_tables::member(self.service, &format!("{within}{}", self.rest))
    }

    /// Its last word.
    fn name(&self) -> &str {
        self.rest.rsplit('.').next().unwrap_or_default()
    }
}

/// A member's path with the elements of collections by their type: `Bucket.objects.[].delete` is
/// `ObjectSummary.delete`. A list of things counts as the thing.
fn elements<'a>(service: &str, rest: &'a str) -> Cow<'a, str> {
    if !rest.contains("[]") {
        return Cow::Borrowed(rest);
    }
    let mut path = String::new();
    for word in rest.split('.') {
        if word != "[]" {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(word);
        } else if let Some(element) =
            aws_tables::member(service, &format!("{path}.[]")).and_then(|member| member.makes)
        {
            element.clone_into(&mut path);
        }
    }
    Cow::Owned(path)
}

/// The type of an SDK object that a method makes without calling AWS; `{}` stands for the method's
/// first argument.
pub(crate) fn derived(call: &Call<'_>) -> Option<String> {
    let Call { service, rest, .. } = call;
    match (call.style, &**rest) {
        (Style::Client, "get_paginator") => Some(format!("boto3.paginator:{service}.{{}}")),
        (Style::Client, "get_waiter") => Some(format!("boto3.waiter:{service}.{{}}")),
        (Style::Client, "exceptions" | "close" | "can_paginate" | "__aenter__") => {
            Some("boto3.Response".to_owned())
        }
        (Style::Object | Style::Resource, _) if call.name() == "get_available_subresources" => {
            Some("boto3.Response".to_owned())
        }
        _ => {
            let member = call.member().filter(|member| member.how == How::Make)?;
            Some(format!("boto3:{service}.{}", member.makes?))
        }
    }
}

/// The type of what a method returns, where it stands for the same resource.
pub(crate) fn response_type(call: &Call<'_>) -> Option<String> {
    let made = call.member()?.makes?;
    Some(format!("boto3:{}.{made}", call.service))
}

/// The API operations that a method calls; `requested` is what a presigned URL is made for.
pub(crate) fn operations<'a>(call: &'a Call<'_>, requested: Option<&'a str>) -> Vec<Asked<'a>> {
    if let Some(member) = call.member() {
        return member.asks.clone();
    }
    match (call.style, &*call.rest) {
        (Style::Client, "generate_presigned_url") => requested.map(Asked::of).into_iter().collect(),
        // `list_objects_v2.paginate`
        (Style::Paginator, rest) => rest.split('.').take(1).map(Asked::of).collect(),
        (Style::Waiter, rest) => rest
            .split_once('.')
            .and_then(|(waiter, _)| aws_tables::member(call.service, &format!("waiter.{waiter}")))
            .map(|member| member.asks.clone())
            .unwrap_or_default(),
        _ => vec![Asked::of(call.name())],
    }
}

/// Whether an operation is asked for the address of what it is handed the name of, so that its answer
/// stands for the same resource.
pub(crate) fn is_lookup(service: &str, operation: &str) -> bool {
    matches!(
        (service, operation),
        ("sqs", "get_queue_url" | "create_queue") | ("sns", "create_topic")
    )
}

/// The operations that reading an attribute calls: those of a resource that loads itself.
pub(crate) fn read_by(call: &Call<'_>) -> &'static [Asked<'static>] {
    call.member()
        .filter(|member| member.how == How::Read)
        .map_or(&[], |member| &member.asks)
}

/// Where a copy reads from, which may be another bucket than the one that it is called on.
pub(crate) const COPY_SOURCE: &str = "CopySource";

/// The operation that a copy is to its source.
pub(crate) const READS_SOURCE: &str = "get_object";

/// Whether a method copies, and takes the source first.
pub(crate) fn copies(call: &Call<'_>) -> bool {
    call.service == "s3" && call.name() == "copy"
}

/// What an operation with an argument adds to its access.
pub(crate) fn access_of_argument(found: &ArgumentUse) -> &'static [Access] {
    aws_tables::operation(&found.call.service, &found.call.method)
        .and_then(|operation| operation.deciding(&found.argument))
        .map_or(&[], |deciding| &deciding.access)
}

/// What an operation does to the resource; nothing for one that klo does not know.
pub(crate) fn access(service: &str, operation: &str) -> Vec<Access> {
    if let Some(known) = aws_tables::operation(service, operation) {
        return known.access.clone();
    }
    // A service that klo binds no clients of: the name of the operation is all there is.
    const READS: [&str; 6] = ["get_", "list_", "head_", "describe_", "batch_get_", "query"];
    const WRITES: [&str; 6] = [
        "put_",
        "delete_",
        "update_",
        "create_",
        "batch_write_",
        "tag_",
    ];
    let begins = |words: [&str; 6]| words.iter().any(|word| operation.starts_with(word));
    match aws_tables::knows(service) {
        false if begins(READS) => vec![Access::Read],
        false if begins(WRITES) => vec![Access::Write],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str) -> Vec<String> {
        let call = Call::of(path).unwrap();
        operations(&call, Some("get_object"))
            .into_iter()
            .map(|asked| [&[asked.operation], &asked.given[..]].concat().join(":"))
            .collect()
    }

    fn read(path: &str) -> Option<&'static str> {
        let asked = read_by(&Call::of(path)?).first()?;
        Some(asked.operation)
    }

    #[test]
    fn clients_paginators_waiters_and_transfers() {
        for (path, operations) in [
            ("boto3.client:s3.get_object", "get_object"),
            ("boto3.client:s3.download_file", "get_object"),
            ("boto3.client:s3.generate_presigned_url", "get_object"),
            (
                "boto3.paginator:s3.list_objects_v2.paginate",
                "list_objects_v2",
            ),
            ("boto3.waiter:s3.object_exists.wait", "head_object"),
            ("boto3.waiter:dynamodb.table_exists.wait", "describe_table"),
            ("boto3.resource:s3.meta.client.head_bucket", "head_bucket"),
            ("boto3:dynamodb.Table.meta.client.query", "query"),
        ] {
            assert_eq!(asked(path), [operations], "{path}");
        }
        let transfer = [
            "put_object",
            "create_multipart_upload",
            "upload_part",
            "complete_multipart_upload",
            "abort_multipart_upload",
        ];
        assert_eq!(asked("boto3.client:s3.upload_file"), transfer);
        assert_eq!(asked("boto3:s3.Object.upload_fileobj"), transfer);
    }

    #[test]
    fn resources_collections_and_their_elements() {
        for (path, operations) in [
            ("boto3:s3.Bucket.objects.filter", vec!["list_objects"]),
            (
                "boto3:s3.Bucket.objects.delete",
                vec!["list_objects", "delete_objects"],
            ),
            ("boto3:s3.Bucket.objects.[].delete", vec!["delete_object"]),
            ("boto3:s3.Bucket.objects.[].[].get", vec!["get_object"]),
            ("boto3:s3.ObjectVersion.get", vec!["get_object:VersionId"]),
            ("boto3:sqs.Queue.send_messages", vec!["send_message_batch"]),
            ("boto3:sqs.Message.[].delete", vec!["delete_message"]),
            (
                "boto3:dynamodb.BatchWriter.put_item",
                vec!["batch_write_item"],
            ),
            ("boto3:dynamodb.Table.get_item", vec!["get_item"]),
            (
                "boto3.resource:sqs.get_queue_by_name",
                vec!["get_queue_url"],
            ),
        ] {
            assert_eq!(asked(path), operations, "{path}");
        }
    }

    #[test]
    fn attributes_ask_what_their_resource_is_loaded_by() {
        assert_eq!(read("boto3:s3.Object.e_tag"), Some("head_object"));
        assert_eq!(read("boto3:s3.Bucket.creation_date"), Some("list_buckets"));
        assert_eq!(
            read("boto3:dynamodb.Table.item_count"),
            Some("describe_table")
        );
        assert_eq!(
            read("boto3:sqs.Queue.attributes"),
            Some("get_queue_attributes")
        );
        // What identifies a resource is there from the start, and so is what a listing brought.
        assert_eq!(read("boto3:s3.Object.key"), None);
        assert_eq!(read("boto3:dynamodb.Table.name"), None);
        assert_eq!(read("boto3:s3.ObjectSummary.size"), None);
        assert_eq!(read("boto3.client:s3.load"), None);
    }

    #[test]
    fn what_operations_do() {
        use Access::{Consume, Publish, Read, Write};
        for (service, operation, expected) in [
            ("s3", "restore_object", vec![Write]),
            ("s3", "copy_object", vec![Write]),
            ("sqs", "delete_message_batch", vec![Consume]),
            ("sqs", "send_message_batch", vec![Publish]),
            ("sns", "subscribe", vec![Write]),
            ("dynamodb", "execute_statement", vec![Read, Write]),
            ("lambda", "invoke", vec![Access::Invoke]),
            ("kinesis", "get_records", vec![Read]),
            ("s3", "open_wormhole", vec![]),
        ] {
            assert_eq!(access(service, operation), expected, "{operation}");
        }
    }
}
