//! AWS Backup, where the service itself does not keep backups for long enough.

use klo_intent::{Decision, Intent, Kind};
use klo_plan::{Block, Resource, Value};

use super::common::{add, name_of, part};
use crate::context::{Lowering, part_address};
use crate::policy;

/// The longest name of a vault, plan or selection (AWS Backup API reference, 2026-11).
const NAME_LIMIT: usize = 50;
/// The longest name of a role (IAM API reference, 2026-11).
const ROLE_LIMIT: usize = 64;
/// Every night; AWS starts within the hour.
const SCHEDULE: &str = "cron(0 3 * * ? *)";

/// Why the service's own backups do not do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Because {
    /// RDS keeps automatic backups for at most 35 days.
    RdsStopsAt35Days,
    /// DynamoDB restores to a point in time within 35 days.
    TablesStopAt35Days,
    /// EFS has no backups of its own.
    VolumesHaveNone,
}

impl Because {
    const fn text(self) -> &'static str {
        match self {
            Self::RdsStopsAt35Days => "RDS keeps its own backups for at most 35",
            Self::TablesStopAt35Days => "a table's point-in-time recovery ends at 35",
            Self::VolumesHaveNone => "a file system has no backups of its own",
        }
    }
}

/// Days for which RDS and DynamoDB keep backups themselves.
pub(super) const OWN_DAYS: i64 = 35;

/// Whether something asks for backups that its service does not keep.
pub(super) fn is_needed(intent: &Intent) -> bool {
    let days = intent.int("backup_days").unwrap_or(0);
    let made = intent.value("existing").is_null() && intent.module.is_none();
    made && match intent.kind {
        Kind::Volume => days > 0,
        Kind::Database | Kind::Table => days > OWN_DAYS,
        _ => false,
    }
}

/// Backs something up every night and keeps what was backed up for `backup_days`.
pub(super) fn keep(lowering: &mut Lowering<'_>, intent: &Intent, arn: Value, because: Because) {
    let days = intent.int("backup_days").unwrap_or(0);
    let name = lowering.physical(name_of(lowering, intent), intent.kind.name(), NAME_LIMIT);
    let body = Block::new()
        .with("name", &name)
        .with_some("kms_key_arn", lowering.key_arn())
        .with("force_destroy", !lowering.is_prod())
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_backup_vault", intent, "");
    let mut vault = part(intent, address, "holds its backups", body);
    vault.lifecycle.prevent_destroy = lowering.is_prod();
    let vault = lowering.add(vault);
    let body = Block::new()
        .with("name", &name)
        .block(
            "rule",
            Block::new()
                .with("rule_name", "daily")
                .with("target_vault_name", vault.attr("name"))
                .with("schedule", SCHEDULE)
                .block("lifecycle", Block::new().with("delete_after", days)),
        )
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_backup_plan", intent, "");
    let plan = add(lowering, intent, address, "when it is backed up", body);
    let (role, policy) = role(lowering, intent);
    let body = Block::new()
        .with("name", &name)
        .with("plan_id", plan.attr("id"))
        .with("iam_role_arn", role)
        .with("resources", vec![arn]);
    let address = part_address("aws_backup_selection", intent, "");
    lowering.add(part(intent, address, "what is backed up", body).after(policy));
    lowering.decide(Decision {
        code: "backup",
        subject: intent.id(),
        chosen: format!("AWS Backup every night, kept for {days} days"),
        because: format!("backup_days is {days}, and {}", because.text()),
        instead_of: vec!["the service's own backups: they end too early".to_owned()],
        standing_cost: true,
    });
}

/// The role that AWS Backup takes, and the attachment that lets it work.
fn role(lowering: &mut Lowering<'_>, intent: &Intent) -> (Value, klo_plan::Address) {
    let suffix = format!("{}-backup", intent.kind);
    let body = Block::new()
        .with(
            "name",
            lowering.physical(name_of(lowering, intent), &suffix, ROLE_LIMIT),
        )
        .with("description", format!("Backups of {}", intent.id()))
        .with(
            "assume_role_policy",
            policy::assumed_by("backup.amazonaws.com", None),
        )
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_iam_role", intent, "backup");
    let role = add(lowering, intent, address, "what AWS Backup may do", body);
    let managed = format!(
        "arn:{}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
        lowering.partition()
    );
    let body = Block::new()
        .with("role", role.attr("name"))
        .with("policy_arn", managed);
    let address = part_address("aws_iam_role_policy_attachment", intent, "backup");
    let attachment: Resource = part(intent, address, "AWS's own policy for backups", body);
    (role.attr("arn"), lowering.add(attachment))
}
