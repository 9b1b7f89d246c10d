//! The customer-managed key of a prod environment: one, in the bootstrap root, whose policy names the
//! services that use it.

use std::collections::BTreeSet;

use klo_intent::{Access, Decision, Kind};
use klo_plan::{Address, Block, Group, Resource, Root, Value, Why, physical_name};

use super::backup;
use crate::context::Lowering;
use crate::policy;

const GROUP: Group = Group::Shared("keys");
/// Days in which the deletion of the key can be taken back: the most that KMS gives.
const DELETION_DAYS: i64 = 30;

/// What the account's administrators may do with the key itself; using it goes through a service.
const ADMINISTRATION: [&str; 20] = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
];
const USE: [&str; 7] = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];

/// The key's ARN for resources of the bootstrap root, where it is made.
pub(super) fn in_bootstrap(lowering: &Lowering<'_>) -> Option<Value> {
    lowering.is_prod().then(|| key_address().attr("arn"))
}

/// The alias of an environment's key.
pub(crate) fn alias(app: &str, environment: &str) -> String {
    let name = physical_name(&[app, environment, "", ""], 200);
    format!("alias/{}", name.trim_end_matches('-'))
}

fn key_address() -> Address {
    Address::managed("aws_kms_key", "main")
}

/// Makes the key in prod; in dev, data is encrypted with keys that AWS owns.
pub(super) fn lower(lowering: &mut Lowering<'_>) {
    if !lowering.is_prod() {
        return;
    }
    let address = key_address();
    let users = Users::of(lowering);
    if users.through.is_empty() {
        return;
    }
    let served: Vec<String> = lowering.graph.intents.iter().map(|i| i.id()).collect();
    let why = |purpose: &str| Why::shared(served.iter().cloned(), purpose);
    let deployment = lowering.deployment();
    let account = account(lowering, &why("the account that the key is in"));
    let body = Block::new()
        .with(
            "description",
            format!("Data of {} in {}", deployment.app, deployment.environment),
        )
        .with("enable_key_rotation", true)
        .with("deletion_window_in_days", DELETION_DAYS)
        .with("policy", users.policy(lowering, &account));
    let mut key =
        Resource::new(address, GROUP, why("encrypts data at rest"), body).in_root(Root::Bootstrap);
    key.lifecycle.prevent_destroy = true;
    let key = lowering.add(key);
    let body = Block::new()
        .with("name", alias(&deployment.app, &deployment.environment))
        .with("target_key_id", key.attr("key_id"));
    let address = Address::managed("aws_kms_alias", "main");
    let alias = Resource::new(address, GROUP, why("the key's name"), body).in_root(Root::Bootstrap);
    lowering.add(alias);
    lowering.decide(Decision {
        code: "encryption-key",
        subject: "aws_kms_key.main".to_owned(),
        chosen: "one customer-managed key".to_owned(),
        because: format!("tier prod; used by {}", users.text()),
        instead_of: vec![
            "keys that AWS owns: nobody could say who may use them".to_owned(),
            "a key per resource: each costs money, and one policy tells the same".to_owned(),
        ],
        standing_cost: true,
    });
}

/// The account's number: as klo.yaml says, else as the one who applies has it.
fn account(lowering: &mut Lowering<'_>, why: &Why) -> Value {
    if let Some(account) = &lowering.deployment().account {
        return Value::text(account);
    }
    let address = Address::data("aws_caller_identity", "current");
    if lowering.plan.get(Root::Bootstrap, &address).is_none() {
        let data = Resource::new(address.clone(), GROUP, why.clone(), Block::new())
            .in_root(Root::Bootstrap);
        lowering.add(data);
    }
    address.attr("account_id")
}

/// Who uses the key.
struct Users {
    /// Services that use it for whoever calls them.
    through: BTreeSet<&'static str>,
    /// Services that use it for themselves, to hand events to queues and topics.
    by_themselves: BTreeSet<&'static str>,
}

impl Users {
    fn of(lowering: &Lowering<'_>) -> Self {
        let mut users = Self {
            through: BTreeSet::new(),
            by_themselves: BTreeSet::new(),
        };
        for (id, intent) in lowering.graph.iter() {
            users.through.extend(through(intent.kind));
            let triggers = lowering
                .graph
                .edges_from(id)
                .any(|edge| edge.access.contains(&Access::Trigger));
            match intent.kind {
                // Their events reach containers, and failed ones a dead-letter queue, over SQS.
                Kind::Bucket if triggers => users.by_themselves.extend(["s3.amazonaws.com"]),
                Kind::Topic if triggers => users.by_themselves.extend(["sns.amazonaws.com"]),
                _ => {}
            }
            if triggers {
                users.through.extend(["sqs"]);
            }
            if backup::is_needed(intent) {
                users.through.extend(["backup"]);
            }
        }
        if lowering
            .graph
            .edges
            .iter()
            .any(|edge| matches!(edge.from, klo_intent::Node::Schedule(_)))
        {
            users.through.extend(["scheduler", "sqs"]);
        }
        if crate::eks::is_created(lowering) {
            users.through.extend(["eks"]);
        }
        if lowering.deployment().alarm_email.is_some() {
            users.through.extend(["sns"]);
            users.by_themselves.extend(["cloudwatch.amazonaws.com"]);
        }
        users
    }

    fn text(&self) -> String {
        let services = self.through.iter().copied().chain(["logs"]);
        services.collect::<Vec<_>>().join(", ")
    }

    fn policy(&self, lowering: &Lowering<'_>, account: &Value) -> Value {
        let partition = lowering.partition();
        let region = &lowering.deployment().region;
        let root = joined([
            Value::text(format!("arn:{partition}:iam::")),
            account.clone(),
            Value::text(":root"),
        ]);
        let everyone = Value::map([("AWS", root)]);
        let services = self.through.iter();
        let services = services.map(|service| format!("{service}.{region}.amazonaws.com"));
        let via = when("StringEquals", "kms:ViaService", Value::list(services));
        let log_groups = joined([
            Value::text(format!("arn:{partition}:logs:{region}:")),
            account.clone(),
            Value::text(":log-group:*"),
        ]);
        let logs = Value::text(format!("logs.{region}.amazonaws.com"));
        let granted = when("Bool", "kms:GrantIsForAWSResource", Value::text("true"));
        let mut statements = vec![
            statement("Administration", everyone.clone(), &ADMINISTRATION, []),
            statement("UseThroughServices", everyone.clone(), &USE, [via.clone()]),
            statement(
                "GrantsThroughServices",
                everyone,
                &["kms:CreateGrant"],
                [via, granted],
            ),
            statement(
                "LogGroups",
                Value::map([("Service", logs)]),
                &USE,
                [when(
                    "ArnLike",
                    "kms:EncryptionContext:aws:logs:arn",
                    log_groups,
                )],
            ),
        ];
        if !self.by_themselves.is_empty() {
            let services = Value::list(self.by_themselves.iter().copied());
            statements.push(statement(
                "Events",
                Value::map([("Service", services)]),
                &["kms:Decrypt", "kms:GenerateDataKey"],
                [when("StringEquals", "aws:SourceAccount", account.clone())],
            ));
        }
        policy::document(statements)
    }
}

/// One test of a condition.
type Test = (&'static str, Value);

fn when(test: &'static str, key: &str, value: Value) -> Test {
    (test, Value::map([(key, value)]))
}

/// A statement of the key's policy.
fn statement<const TESTS: usize>(
    sid: &str,
    principal: Value,
    actions: &[&str],
    conditions: [Test; TESTS],
) -> Block {
    let conditions = (TESTS > 0).then(|| Value::map(conditions));
    Block::new()
        .with("Sid", sid)
        .with("Effect", "Allow")
        .with("Principal", principal)
        .with("Action", Value::list(actions.iter().copied()))
        .with(
            "Resource",
            Value::text("*").commented("In a key's policy `*` is this key."),
        )
        .with_some("Condition", conditions)
}

/// Services that encrypt what a kind of intent keeps.
const fn through(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Service | Kind::Job => &["ecr", "secretsmanager"],
        Kind::Function => &["ecr", "lambda", "secretsmanager"],
        Kind::Database => &["rds", "secretsmanager"],
        Kind::Cache => &["elasticache"],
        Kind::Bucket => &["s3"],
        Kind::Table => &["dynamodb"],
        Kind::Volume => &["elasticfilesystem"],
        Kind::Queue => &["sqs"],
        Kind::Topic => &["sns"],
        Kind::Secret => &["secretsmanager"],
        // A site's files are for everyone, and a parameter's value is no secret.
        Kind::Config | Kind::Site => &[],
    }
}

/// Text parts as one text, anything else in a string.
fn joined(parts: [Value; 3]) -> Value {
    let texts: Option<String> = parts
        .iter()
        .map(|part| match part {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    texts.map_or_else(|| Value::concat(parts), Value::Text)
}
