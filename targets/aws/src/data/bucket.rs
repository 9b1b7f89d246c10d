//! Buckets: private, encrypted, TLS only.

use klo_intent::{Decision, Field, Intent, IntentId, ModuleOutput};
use klo_plan::{Address, Block, Resource, Value, physical_name};

use super::common::{add, add_main, name_of, part, plain_name, plain_store};
use super::doors;
use super::given::Given;
use super::url;
use crate::context::{Lowering, Store, group_of, main_address, part_address, why};
use crate::policy;

/// The longest name of a bucket (S3 user guide, 2026-11).
const NAME_LIMIT: usize = 63;
/// Days after which an upload that was never finished is thrown away.
const STALE_UPLOAD_DAYS: i64 = 7;
/// Days for which what was overwritten or deleted can be had back.
const OLD_VERSION_DAYS: i64 = 90;

/// Lowers a bucket; `None` after a report.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Store> {
    let intent = lowering.intent(id);
    let name = match intent.text("import") {
        Some(id) => id.to_owned(),
        None => name(lowering, intent),
    };
    let body = Block::new()
        .with("bucket", name)
        .with("force_destroy", !lowering.is_prod());
    let address = main_address("aws_s3_bucket", intent);
    let resource = Resource::new(address, group_of(intent), why(intent, ""), body);
    let main = add_main(lowering, intent, "the bucket", resource);
    let public = intent.flag("public");
    let block = access(lowering, intent, &main, public);
    ownership(lowering, intent, &main);
    policy_of(lowering, intent, &main, &block, public);
    let versioned = intent.flag("versioning");
    let versioning = versioning(lowering, intent, &main, versioned);
    encryption(lowering, intent, &main);
    lifecycle(lowering, intent, &main, &versioning, versioned);
    record(lowering, intent, versioned);
    if public {
        doors::record_public(lowering, intent);
    }
    let region = Value::text(&lowering.deployment().region);
    let fields = [(Field::Name, main.attr("id")), (Field::Region, region)];
    Some(plain_store(main.attr("arn"), fields))
}

/// Bucket names are unique in the world, so the account is in them where it is known.
pub(super) fn name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    let deployment = lowering.deployment();
    let account = deployment.account.as_deref().unwrap_or("");
    let parts = [
        deployment.app.as_str(),
        &deployment.environment,
        name_of(lowering, intent),
        account,
    ];
    plain_name(&physical_name(&parts, NAME_LIMIT))
}

fn access(lowering: &mut Lowering<'_>, intent: &Intent, main: &Address, public: bool) -> Address {
    let body = Block::new()
        .with("bucket", main.attr("id"))
        .with("block_public_acls", true)
        .with("ignore_public_acls", true)
        .with("block_public_policy", !public)
        .with("restrict_public_buckets", !public);
    let address = part_address("aws_s3_bucket_public_access_block", intent, "");
    let purpose = "keeps the public out";
    add(lowering, intent, address, purpose, body)
}

fn ownership(lowering: &mut Lowering<'_>, intent: &Intent, main: &Address) {
    let body = Block::new().with("bucket", main.attr("id")).block(
        "rule",
        Block::new().with("object_ownership", "BucketOwnerEnforced"),
    );
    let address = part_address("aws_s3_bucket_ownership_controls", intent, "");
    add(
        lowering,
        intent,
        address,
        "no access lists on objects",
        body,
    );
}

fn policy_of(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    main: &Address,
    block: &Address,
    public: bool,
) {
    let objects = Value::concat([main.attr("arn"), Value::text("/*")]);
    let mut statements = vec![policy::tls_only(
        "s3:*",
        vec![main.attr("arn"), objects.clone()],
    )];
    if public {
        statements.push(
            Block::new()
                .with("Sid", "PublicRead")
                .with("Effect", "Allow")
                .with("Principal", "*")
                .with("Action", "s3:GetObject")
                .with("Resource", objects.commented("`public = true` is set")),
        );
    }
    let body = Block::new()
        .with("bucket", main.attr("id"))
        .with("policy", policy::document(statements));
    let address = part_address("aws_s3_bucket_policy", intent, "");
    // S3 refuses to change both at once.
    lowering.add(part(intent, address, "refuses requests without TLS", body).after(block.clone()));
}

fn versioning(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    main: &Address,
    versioned: bool,
) -> Address {
    let status = if versioned { "Enabled" } else { "Suspended" };
    let body = Block::new().with("bucket", main.attr("id")).block(
        "versioning_configuration",
        Block::new().with("status", status),
    );
    let address = part_address("aws_s3_bucket_versioning", intent, "");
    add(lowering, intent, address, "keeps what is overwritten", body)
}

fn encryption(lowering: &mut Lowering<'_>, intent: &Intent, main: &Address) {
    let (algorithm, key) = match lowering.key_arn() {
        Some(key) => ("aws:kms", Some(key)),
        None => ("AES256", None),
    };
    let own = key.is_some();
    let default = Block::new()
        .with("sse_algorithm", algorithm)
        .with_some("kms_master_key_id", key);
    let rule = Block::new()
        .block("apply_server_side_encryption_by_default", default)
        .with_some("bucket_key_enabled", own.then_some(true));
    let body = Block::new()
        .with("bucket", main.attr("id"))
        .block("rule", rule);
    let kind = "aws_s3_bucket_server_side_encryption_configuration";
    let address = part_address(kind, intent, "");
    add(lowering, intent, address, "encrypts at rest", body);
}

fn lifecycle(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    main: &Address,
    versioning: &Address,
    versioned: bool,
) {
    let rule = |id: &str| {
        Block::new()
            .with("id", id)
            .with("status", "Enabled")
            .block("filter", Block::new())
    };
    let stale = Block::new().with("days_after_initiation", STALE_UPLOAD_DAYS);
    let mut body = Block::new().with("bucket", main.attr("id")).block(
        "rule",
        rule("stale-uploads").block("abort_incomplete_multipart_upload", stale),
    );
    if versioned {
        let old = Block::new().with("noncurrent_days", OLD_VERSION_DAYS);
        body = body.block(
            "rule",
            rule("old-versions").block("noncurrent_version_expiration", old),
        );
    }
    let address = part_address("aws_s3_bucket_lifecycle_configuration", intent, "");
    let purpose = "throws away what nobody finished or needs";
    lowering.add(part(intent, address, purpose, body).after(versioning.clone()));
}

fn record(lowering: &mut Lowering<'_>, intent: &Intent, versioned: bool) {
    if versioned {
        lowering.decide(Decision {
            code: "old-versions",
            subject: intent.id(),
            chosen: format!("what is overwritten or deleted is kept for {OLD_VERSION_DAYS} days"),
            because: "versioning is on, and old versions cost as much as new ones".to_owned(),
            instead_of: vec!["keeping them for ever: a bucket would only grow".to_owned()],
            standing_cost: false,
        });
    }
    if lowering.deployment().account.is_none() {
        lowering.decide(Decision {
            code: "bucket-name",
            subject: intent.id(),
            chosen: name(lowering, intent),
            because: "bucket names are unique in the world, and no account is set in klo.yaml"
                .to_owned(),
            instead_of: vec!["a name with the account's number: it is not known".to_owned()],
            standing_cost: false,
        });
    }
}

/// Wires a bucket that klo does not make.
pub(super) fn wire(lowering: &mut Lowering<'_>, given: &Given<'_>) -> Option<Store> {
    let Some(name) = given.get(ModuleOutput::Name) else {
        given.report(
            lowering,
            "and nothing says which one it is",
            "add `id = \"…\"`, its name",
        );
        return None;
    };
    let arn = given.get(ModuleOutput::Arn).unwrap_or_else(|| {
        let start = format!("arn:{}:s3:::", lowering.partition());
        url::joined(vec![Value::Text(start), name.clone()])
    });
    let region = given
        .get(ModuleOutput::Region)
        .unwrap_or_else(|| Value::text(&lowering.deployment().region));
    let fields = [(Field::Name, name), (Field::Region, region)];
    Some(plain_store(arn, fields))
}
