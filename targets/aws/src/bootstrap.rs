//! What has to stand before images can be pushed and the main root applied: image repositories and
//! the environment's key. Branches of other lowerings put empty secrets beside them.

use klo_intent::{Access, Intent, IntentId, Kind};
use klo_plan::{Address, Block, Group, Lifecycle, Resource, Root, Value, Why};

use crate::context::{Compute, Lowering, group_of, part_address, why};
use crate::policy;

const KEYS: Group = Group::Shared("keys");
/// Images that are kept per repository, and days for which an image without a tag is.
const KEPT_IMAGES: i64 = 30;
const UNTAGGED_DAYS: i64 = 7;

/// The environment's key, in the bootstrap root; the main root knows it as `var.key_arn`.
pub(crate) fn key() -> Address {
    Address::managed("aws_kms_key", "main")
}

/// The repository of a unit's image.
pub(crate) fn repository(unit: &Intent) -> Address {
    part_address("aws_ecr_repository", unit, "")
}

/// Adds repositories and, in prod, the key.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let keeps_something = lowering
        .graph
        .intents
        .iter()
        .any(|intent| intent.kind != Kind::Site);
    if lowering.is_prod() && keeps_something {
        add_key(lowering);
    }
    let units: Vec<IntentId> = lowering.compute.keys().copied().collect();
    for unit in units {
        add_repository(lowering, unit);
    }
}

fn add_repository(lowering: &mut Lowering<'_>, id: IntentId) {
    let unit = lowering.intent(id);
    let encryption = if lowering.is_prod() {
        Block::new()
            .with("encryption_type", "KMS")
            .with("kms_key", key().attr("arn"))
    } else {
        Block::new().with("encryption_type", "AES256")
    };
    let body = Block::new()
        .with("name", lowering.repository_name(id))
        .with("image_tag_mutability", "IMMUTABLE")
        .with("force_delete", !lowering.is_prod())
        .block(
            "image_scanning_configuration",
            Block::new().with("scan_on_push", true),
        )
        .block("encryption_configuration", encryption)
        .with_some("tags", lowering.tags(unit));
    let own = lowering.add(
        Resource::new(
            repository(unit),
            group_of(unit),
            why(unit, "holds its image"),
            body,
        )
        .in_root(Root::Bootstrap),
    );
    let name = Block::new().with("repository", own.attr("name"));
    lowering.add(
        Resource::new(
            part_address("aws_ecr_lifecycle_policy", unit, ""),
            group_of(unit),
            why(unit, "old images go away"),
            name.clone().with("policy", lifecycle()),
        )
        .in_root(Root::Bootstrap),
    );
    if lowering.compute.get(&id) == Some(&Compute::Lambda) {
        let function = lowering.physical(&lowering.unit_name(id), "", 64);
        let source = lowering.arn_of("lambda", &format!("function:{function}"));
        // Lambda would add this by itself on first use, and the next plan would take it away.
        let mut pull = policy::allow_service(
            "LambdaPulls",
            "lambda.amazonaws.com",
            &["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            Value::Null,
            source.into(),
        );
        pull.0.shift_remove("Resource");
        lowering.add(
            Resource::new(
                part_address("aws_ecr_repository_policy", unit, ""),
                group_of(unit),
                why(unit, "Lambda may pull its image"),
                name.with("policy", policy::document(vec![pull])),
            )
            .in_root(Root::Bootstrap),
        );
    }
}

fn lifecycle() -> Value {
    let rule = |priority: i64, description: &str, selection: Vec<(&str, Value)>| {
        Value::map([
            ("rulePriority", Value::Int(priority)),
            ("description", description.into()),
            ("selection", Value::map(selection)),
            ("action", Value::map([("type", "expire")])),
        ])
    };
    let untagged = vec![
        ("tagStatus", Value::text("untagged")),
        ("countType", "sinceImagePushed".into()),
        ("countUnit", "days".into()),
        ("countNumber", Value::Int(UNTAGGED_DAYS)),
    ];
    let old = vec![
        ("tagStatus", Value::text("any")),
        ("countType", "imageCountMoreThan".into()),
        ("countNumber", Value::Int(KEPT_IMAGES)),
    ];
    Value::json(Value::map([(
        "rules",
        Value::List(vec![
            rule(1, "Images without a tag", untagged),
            rule(2, "All but the newest images", old),
        ]),
    )]))
}

fn add_key(lowering: &mut Lowering<'_>) {
    let deployment = lowering.deployment();
    // Everything in the environment uses it, so it names nobody: an intent more or less is no
    // change of the key.
    let because = Why {
        purpose: "encrypts what the environment keeps".to_owned(),
        ..Why::default()
    }
    .decided_by("key");
    let alias = format!("alias/{}-{}", deployment.app, deployment.environment);
    let description = format!("{} in {}", deployment.app, deployment.environment);
    let policy = key_policy(lowering);
    let own = lowering.add(
        Resource::new(
            key(),
            KEYS,
            because.clone(),
            Block::new()
                .with("description", description)
                .with("enable_key_rotation", true)
                .with("deletion_window_in_days", 30)
                .with("policy", policy),
        )
        .in_root(Root::Bootstrap)
        .lifecycle(Lifecycle {
            prevent_destroy: true,
            ..Lifecycle::default()
        }),
    );
    lowering.add(
        Resource::new(
            Address::managed("aws_kms_alias", "main"),
            KEYS,
            because,
            Block::new()
                .with("name", alias)
                .with("target_key_id", own.attr("key_id")),
        )
        .in_root(Root::Bootstrap),
    );
    lowering.decide(klo_intent::Decision {
        code: "key",
        subject: key().to_string(),
        chosen: "one customer-managed key".to_owned(),
        because: "in prod the account decides who may decrypt, and every use is in its trail; a \
                  key costs 1 dollar a month"
            .to_owned(),
        instead_of: vec!["AWS's own keys: nobody can take access to them away".to_owned()],
        standing_cost: true,
    });
}

/// The account's id: as configured, or asked for.
fn account(lowering: &mut Lowering<'_>) -> Value {
    if let Some(account) = &lowering.deployment().account {
        return account.into();
    }
    let address = Address::data("aws_caller_identity", "current");
    lowering.add(
        Resource::new(
            address.clone(),
            KEYS,
            Why {
                purpose: "the account that the key belongs to".to_owned(),
                ..Why::default()
            },
            Block::new(),
        )
        .in_root(Root::Bootstrap),
    );
    address.attr("account_id")
}

/// The account's own IAM policies decide, and services that act on nobody's behalf are named.
fn key_policy(lowering: &mut Lowering<'_>) -> Value {
    let account = account(lowering);
    let partition = lowering.partition();
    let region = lowering.deployment().region.clone();
    let root = Value::concat([
        format!("arn:{partition}:iam::").into(),
        account.clone(),
        ":root".into(),
    ]);
    // In a key's own policy `*` is that key, and actions are those on it.
    let key_itself = || Value::text("*").commented("In a key's policy this is the key itself.");
    let mut statements = vec![
        Block::new()
            .with("Sid", "Account")
            .with("Effect", "Allow")
            .with("Principal", Value::map([("AWS", root)]))
            .with(
                "Action",
                Value::text("kms:*").commented(
                    "Lets the account's IAM policies decide; without it nobody could change the \
                     key again.",
                ),
            )
            .with("Resource", key_itself()),
    ];
    let use_key = ["kms:Decrypt", "kms:GenerateDataKey*"];
    let logs = Value::concat([
        format!("arn:{partition}:logs:{region}:").into(),
        account.clone(),
        ":log-group:*".into(),
    ]);
    let condition = Value::map([(
        "ArnLike",
        Value::map([("kms:EncryptionContext:aws:logs:arn", logs)]),
    )]);
    statements.push(
        Block::new()
            .with("Sid", "Logs")
            .with("Effect", "Allow")
            .with(
                "Principal",
                Value::map([("Service", format!("logs.{region}.amazonaws.com"))]),
            )
            .with(
                "Action",
                Value::list([
                    "kms:Decrypt*",
                    "kms:DescribeKey",
                    "kms:Encrypt*",
                    "kms:GenerateDataKey*",
                    "kms:ReEncrypt*",
                ]),
            )
            .with("Resource", key_itself())
            .with("Condition", condition),
    );
    for (sid, service) in callers(lowering) {
        statements.push(
            Block::new()
                .with("Sid", sid)
                .with("Effect", "Allow")
                .with("Principal", Value::map([("Service", service)]))
                .with("Action", Value::list(use_key))
                .with("Resource", key_itself())
                .with(
                    "Condition",
                    Value::map([(
                        "StringEquals",
                        Value::map([("aws:SourceAccount", account.clone())]),
                    )]),
                ),
        );
    }
    policy::document(statements)
}

/// Services that put something encrypted somewhere without a role of ours.
fn callers(lowering: &Lowering<'_>) -> Vec<(&'static str, &'static str)> {
    let graph = lowering.graph;
    let triggered_by = |kind: Kind| {
        graph.edges.iter().any(|edge| {
            edge.access.contains(&Access::Trigger)
                && edge
                    .from
                    .intent()
                    .is_some_and(|from| lowering.intent(from).kind == kind)
        })
    };
    let mut found = Vec::new();
    if graph.of_kind(Kind::Topic).next().is_some() || triggered_by(Kind::Topic) {
        found.push(("Topics", "sns.amazonaws.com"));
    }
    if triggered_by(Kind::Bucket) {
        found.push(("Buckets", "s3.amazonaws.com"));
    }
    if lowering.deployment().alarm_email.is_some() {
        found.push(("Alarms", "cloudwatch.amazonaws.com"));
    }
    found
}
