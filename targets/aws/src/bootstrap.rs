//! What has to stand before images can be pushed: image repositories. Data intents put the
//! environment's key and empty secrets into the same root.

use klo_intent::{Intent, IntentId};
use klo_plan::{Address, Block, Resource, Root, Value};

use crate::context::{Compute, Lowering, group_of, part_address, why};
use crate::policy;

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

/// Adds repositories.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
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
