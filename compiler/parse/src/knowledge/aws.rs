//! AWS's SDK for Python: from the method called to the API operation, and from it to an access.
//! Operation names are boto3's, which follow the service models (botocore, November 2026).

use klo_intent::Access;

use super::aws_resources;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call<'a> {
    pub(crate) service: &'a str,
    pub(crate) style: Style,
    /// What follows the service: `get_object`, `Bucket.objects.filter`.
    pub(crate) rest: &'a str,
}

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
        Some(Self {
            service,
            style,
            rest,
        })
    }
}

/// The type of an SDK object that a method makes without calling AWS; `{}` stands for the method's
/// first argument.
pub(crate) fn derived(call: &Call<'_>) -> Option<String> {
    let Call {
        service,
        style,
        rest,
    } = call;
    match (style, *rest) {
        (Style::Client, "get_paginator") => Some(format!("boto3.paginator:{service}.{{}}")),
        (Style::Client, "get_waiter") => Some(format!("boto3.waiter:{service}.{{}}")),
        (Style::Client, "exceptions" | "close" | "can_paginate" | "__aenter__") => {
            Some("boto3.Response".to_owned())
        }
        (Style::Resource, "Bucket" | "Object" | "ObjectSummary" | "Table" | "Queue" | "Topic") => {
            Some(format!("boto3:{service}.{rest}"))
        }
        (Style::Resource, "Message") => Some("boto3:sqs.Message".to_owned()),
        (Style::Object, "Bucket.Object") => Some("boto3:s3.Object".to_owned()),
        (Style::Object, "Queue.Message") => Some("boto3:sqs.Message".to_owned()),
        _ => aws_resources::part(call).map(|part| format!("boto3:{part}")),
    }
}

/// The type of what a method returns, where it stands for the same resource.
pub(crate) fn response_type(call: &Call<'_>) -> Option<&'static str> {
    match (call.style, call.service, call.rest) {
        (Style::Resource, "sqs", "get_queue_by_name" | "create_queue") => Some("boto3:sqs.Queue"),
        (Style::Object, "sqs", "Queue.receive_messages") => Some("boto3:sqs.Message"),
        (Style::Object, "dynamodb", "Table.batch_writer") => Some("boto3:dynamodb.BatchWriter"),
        (Style::Object, "s3", rest) if rest.starts_with("Bucket.objects.") => {
            Some("boto3:s3.ObjectSummary")
        }
        _ => None,
    }
}

/// The API operations that a method calls.
pub(crate) fn operations<'a>(call: &Call<'a>, requested: Option<&'a str>) -> Vec<&'a str> {
    match call.style {
        Style::Client => client_operations(call.rest, requested),
        Style::Resource => match call.rest {
            "get_queue_by_name" => vec!["get_queue_url"],
            rest => vec![rest],
        },
        // `list_objects_v2.paginate`
        Style::Paginator => call.rest.split('.').take(1).collect(),
        Style::Waiter => vec![waited(call.rest.split('.').next().unwrap_or(call.rest))],
        Style::Object => match aws_resources::loaded_by(call) {
            Some(operation) => vec![operation],
            None => object_operations(call.rest),
        },
    }
}

fn client_operations<'a>(method: &'a str, requested: Option<&'a str>) -> Vec<&'a str> {
    match method {
        "upload_file" | "upload_fileobj" => vec!["put_object"],
        "download_file" | "download_fileobj" => vec!["head_object", "get_object"],
        "copy" => vec!["head_object", "get_object", "put_object"],
        "generate_presigned_url" => requested.into_iter().collect(),
        "generate_presigned_post" => vec!["put_object"],
        method => vec![method],
    }
}

fn waited(waiter: &str) -> &str {
    match waiter {
        "object_exists" | "object_not_exists" => "head_object",
        "bucket_exists" | "bucket_not_exists" => "head_bucket",
        "table_exists" | "table_not_exists" => "describe_table",
        other => other,
    }
}

fn object_operations(rest: &str) -> Vec<&str> {
    // Elements of a collection are of the collection's type.
    let plain = rest.replace(".[]", "");
    let found: &[&str] = match plain.as_str() {
        "Bucket.put_object"
        | "Bucket.upload_file"
        | "Bucket.upload_fileobj"
        | "Object.put"
        | "Object.upload_file"
        | "Object.upload_fileobj" => &["put_object"],
        "Bucket.download_file"
        | "Bucket.download_fileobj"
        | "Object.download_file"
        | "Object.download_fileobj" => &["head_object", "get_object"],
        "Object.get" | "ObjectSummary.get" => &["get_object"],
        "ObjectSummary.load" | "Object.wait_until_exists" | "Object.wait_until_not_exists" => {
            &["head_object"]
        }
        "Object.initiate_multipart_upload" => &["create_multipart_upload"],
        "Object.delete" | "ObjectSummary.delete" => &["delete_object"],
        "Object.copy_from" | "Object.copy" | "Bucket.copy" => {
            &["head_object", "get_object", "put_object"]
        }
        "Bucket.objects.all"
        | "Bucket.objects.filter"
        | "Bucket.objects.limit"
        | "Bucket.objects.page_size"
        | "Bucket.objects.pages" => &["list_objects_v2"],
        "Bucket.objects.delete" | "ObjectSummary.delete_all" => {
            &["list_objects_v2", "delete_objects"]
        }
        "Bucket.delete_objects" => &["delete_objects"],
        "Bucket.wait_until_exists" | "Bucket.wait_until_not_exists" => &["head_bucket"],
        "Queue.send_messages" => &["send_message_batch"],
        "Queue.receive_messages" => &["receive_message"],
        "Queue.delete_messages" => &["delete_message_batch"],
        "Queue.purge" => &["purge_queue"],
        "Queue.set_attributes" => &["set_queue_attributes"],
        "Topic.set_attributes" => &["set_topic_attributes"],
        "Message.delete" => &["delete_message"],
        "Message.change_visibility" => &["change_message_visibility"],
        "Table.batch_writer" | "BatchWriter.put_item" | "BatchWriter.delete_item" => {
            &["batch_write_item"]
        }
        "Table.wait_until_exists" | "Table.wait_until_not_exists" => &["describe_table"],
        _ => &[],
    };
    if found.is_empty() {
        return rest.rsplit('.').take(1).collect();
    }
    found.to_vec()
}

/// What an operation does to the resource; nothing for one that only finds it.
pub(crate) fn access(service: &str, operation: &str) -> Option<&'static [Access]> {
    use Access::{Consume, Publish, Read, Write};
    Some(match (service, operation) {
        ("sqs", "send_message" | "send_message_batch") => &[Publish],
        (
            "sqs",
            "receive_message"
            | "delete_message"
            | "delete_message_batch"
            | "change_message_visibility"
            | "change_message_visibility_batch"
            | "purge_queue",
        ) => &[Consume],
        ("sqs", "get_queue_url" | "get_queue_attributes" | "list_queue_tags") => &[Read],
        ("sns", "publish" | "publish_batch") => &[Publish],
        ("dynamodb", "transact_write_items" | "execute_statement") => &[Read, Write],
        ("lambda", "invoke" | "invoke_async") => &[Access::Invoke],
        (_, name) => {
            let reads = [
                "get_",
                "list_",
                "head_",
                "describe_",
                "batch_get_",
                "query",
                "scan",
                "select_",
                "transact_get",
                "restore_",
            ];
            let writes = [
                "put_",
                "delete_",
                "update_",
                "batch_write_",
                "copy_",
                "upload_",
                "create_",
                "complete_",
                "abort_",
                "tag_",
                "untag_",
            ];
            if reads.iter().any(|prefix| name.starts_with(prefix)) {
                &[Read]
            } else if writes.iter().any(|prefix| name.starts_with(prefix)) {
                &[Write]
            } else {
                return None;
            }
        }
    })
}
