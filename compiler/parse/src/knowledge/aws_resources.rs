//! Attributes of boto3's resources that ask AWS when they are first read: each resource names the
//! operation that loads it and the members of its answer (`resources-1.json` of boto3 1.44.5 with the
//! service models of botocore 1.44.5; `Bucket.load` from `boto3/s3/inject.py`; November 2026).
//! `ObjectSummary` and messages are left out: a listing has filled them.

use super::aws::{Call, Style};

/// A resource that loads itself.
struct Lazy {
    /// Service and resource: `s3.Object`.
    resource: &'static str,
    /// The operation that loads it.
    operation: &'static str,
    /// Its attributes, apart from those that identify it, separated by spaces.
    attributes: &'static str,
}

const LAZY: &[Lazy] = &[
    Lazy {
        resource: "dynamodb.Table",
        operation: "describe_table",
        attributes: "archival_summary attribute_definitions billing_mode_summary creation_date_time \
                     deletion_protection_enabled disassociation_protection_enabled \
                     global_secondary_indexes global_table_settings_replication_mode global_table_version \
                     global_table_witnesses item_count key_schema latest_stream_arn latest_stream_label \
                     local_secondary_indexes multi_region_consistency on_demand_throughput \
                     provisioned_throughput replicas restore_summary sse_description stream_specification \
                     table_arn table_class_summary table_id table_size_bytes table_status vector_indexes \
                     warm_throughput",
    },
    Lazy {
        resource: "s3.Bucket",
        operation: "list_buckets",
        attributes: "bucket_arn bucket_region creation_date",
    },
    Lazy {
        resource: "s3.BucketAcl",
        operation: "get_bucket_acl",
        attributes: "grants owner",
    },
    Lazy {
        resource: "s3.BucketCors",
        operation: "get_bucket_cors",
        attributes: "cors_rules",
    },
    Lazy {
        resource: "s3.BucketLifecycleConfiguration",
        operation: "get_bucket_lifecycle_configuration",
        attributes: "rules transition_default_minimum_object_size",
    },
    Lazy {
        resource: "s3.BucketLogging",
        operation: "get_bucket_logging",
        attributes: "logging_enabled",
    },
    Lazy {
        resource: "s3.BucketNotification",
        operation: "get_bucket_notification_configuration",
        attributes: "event_bridge_configuration lambda_function_configurations queue_configurations \
                     topic_configurations",
    },
    Lazy {
        resource: "s3.BucketPolicy",
        operation: "get_bucket_policy",
        attributes: "policy",
    },
    Lazy {
        resource: "s3.BucketRequestPayment",
        operation: "get_bucket_request_payment",
        attributes: "payer",
    },
    Lazy {
        resource: "s3.BucketTagging",
        operation: "get_bucket_tagging",
        attributes: "tag_set",
    },
    Lazy {
        resource: "s3.BucketVersioning",
        operation: "get_bucket_versioning",
        attributes: "mfa_delete status",
    },
    Lazy {
        resource: "s3.BucketWebsite",
        operation: "get_bucket_website",
        attributes: "error_document index_document redirect_all_requests_to routing_rules",
    },
    Lazy {
        resource: "s3.Object",
        operation: "head_object",
        attributes: "accept_ranges archive_status bucket_key_enabled cache_control checksum_crc32 \
                     checksum_crc32_c checksum_crc64_nvme checksum_md5 checksum_sha1 checksum_sha256 \
                     checksum_sha512 checksum_type checksum_xxhash128 checksum_xxhash3 checksum_xxhash64 \
                     content_disposition content_encoding content_language content_length content_range \
                     content_type delete_marker e_tag expiration expires last_modified metadata \
                     missing_meta object_lock_event_hold object_lock_event_hold_duration_days \
                     object_lock_event_hold_duration_years object_lock_legal_hold_status object_lock_mode \
                     object_lock_retain_until_date parts_count replication_status request_charged restore \
                     server_side_encryption sse_customer_algorithm sse_customer_key_md5 ssekms_key_id \
                     storage_class tag_count version_id website_redirect_location",
    },
    Lazy {
        resource: "s3.ObjectAcl",
        operation: "get_object_acl",
        attributes: "grants owner request_charged",
    },
    Lazy {
        resource: "sns.Topic",
        operation: "get_topic_attributes",
        attributes: "attributes",
    },
    Lazy {
        resource: "sqs.Queue",
        operation: "get_queue_attributes",
        attributes: "attributes",
    },
];

/// Resources that belong to another one and are made without asking AWS: `Bucket.Policy()`.
const PARTS: &[(&str, &str)] = &[
    ("s3.Bucket.Acl", "s3.BucketAcl"),
    ("s3.Bucket.Cors", "s3.BucketCors"),
    (
        "s3.Bucket.LifecycleConfiguration",
        "s3.BucketLifecycleConfiguration",
    ),
    ("s3.Bucket.Logging", "s3.BucketLogging"),
    ("s3.Bucket.Notification", "s3.BucketNotification"),
    ("s3.Bucket.Policy", "s3.BucketPolicy"),
    ("s3.Bucket.RequestPayment", "s3.BucketRequestPayment"),
    ("s3.Bucket.Tagging", "s3.BucketTagging"),
    ("s3.Bucket.Versioning", "s3.BucketVersioning"),
    ("s3.Bucket.Website", "s3.BucketWebsite"),
    ("s3.Object.Acl", "s3.ObjectAcl"),
    ("s3.Object.Bucket", "s3.Bucket"),
    ("s3.ObjectSummary.Object", "s3.Object"),
];

/// Members that call the operation which loads the resource.
const LOADING: [&str; 2] = ["load", "reload"];

/// The operation that a member of a resource calls: one that loads it, or an attribute that is not
/// there before.
pub(crate) fn loaded_by(call: &Call<'_>) -> Option<&'static str> {
    let (resource, member) = call.rest.split_once('.')?;
    let named = |lazy: &&Lazy| {
        lazy.resource
            .strip_prefix(call.service)
            .and_then(|rest| rest.strip_prefix('.'))
            == Some(resource)
    };
    let lazy = LAZY
        .iter()
        .filter(|_| call.style == Style::Object)
        .find(named)?;
    let mut members = LOADING.into_iter().chain(lazy.attributes.split(' '));
    members
        .any(|known| known == member)
        .then_some(lazy.operation)
}

/// The resource that a call on another makes: `Bucket.Policy` is `s3.BucketPolicy`.
pub(crate) fn part(call: &Call<'_>) -> Option<&'static str> {
    let wanted = format!("{}.{}", call.service, call.rest);
    PARTS
        .iter()
        .filter(|_| call.style == Style::Object)
        .find(|(of, _)| *of == wanted)
        .map(|(_, part)| *part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loading(path: &str) -> Option<&'static str> {
        loaded_by(&Call::of(path)?)
    }

    #[test]
    fn attributes_ask_what_their_resource_is_loaded_by() {
        assert_eq!(loading("boto3:s3.Object.e_tag"), Some("head_object"));
        assert_eq!(loading("boto3:s3.Object.reload"), Some("head_object"));
        assert_eq!(
            loading("boto3:s3.Bucket.creation_date"),
            Some("list_buckets")
        );
        assert_eq!(
            loading("boto3:dynamodb.Table.item_count"),
            Some("describe_table")
        );
        assert_eq!(
            loading("boto3:sqs.Queue.attributes"),
            Some("get_queue_attributes")
        );
        // What identifies a resource is there from the start, and so is what a listing brought.
        assert_eq!(loading("boto3:s3.Object.key"), None);
        assert_eq!(loading("boto3:dynamodb.Table.name"), None);
        assert_eq!(loading("boto3:s3.ObjectSummary.size"), None);
        assert_eq!(loading("boto3.client:s3.load"), None);
    }
}
