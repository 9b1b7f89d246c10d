//! Secrets: made empty in the bootstrap root, filled by people, read by their ARN.

use klo_intent::{Field, Intent, IntentId, ModuleOutput};
use klo_plan::{Address, Block, EmptySecret, Group, Resource, Root, Value};

use super::common::{add, add_main, name_of, report_import};
use super::given::Given;
use super::keys;
use crate::context::{Lowering, Store, Supply, group_of, main_address, part_address, why};

/// The longest name (Secrets Manager API reference, 2026-11).
const NAME_LIMIT: usize = 512;
/// Days for which a deleted secret can be had back.
const RECOVERY_DAYS: i64 = 30;

/// Lowers a secret; `None` after a report.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Store> {
    let intent = lowering.intent(id);
    let name = match intent.text("import") {
        None => name(lowering, intent),
        // Secrets Manager adds a hyphen and six characters to the name in an ARN.
        Some(arn) => match arn.rsplit_once(":secret:").map(|(_, name)| name) {
            Some(name) => name
                .rsplit_once('-')
                .map_or(name, |(name, _)| name)
                .to_owned(),
            None => {
                let wanted = "`import = \"arn:aws:secretsmanager:…\"`, the secret's ARN";
                report_import(lowering, intent, wanted);
                return None;
            }
        },
    };
    let days = if lowering.is_prod() { RECOVERY_DAYS } else { 0 };
    let body = Block::new()
        .with("name", name)
        .with(
            "description",
            format!("{} of {}", intent.id(), lowering.deployment().app),
        )
        .with_some("kms_key_id", keys::in_bootstrap(lowering))
        .with("recovery_window_in_days", days);
    let address = main_address("aws_secretsmanager_secret", intent);
    let resource =
        Resource::new(address, group_of(intent), why(intent, ""), body).in_root(Root::Bootstrap);
    let main = add_main(
        lowering,
        intent,
        "holds a value that klo never sees",
        resource,
    );
    let arn = main.attr("arn");
    Some(offer_empty(lowering, intent, main, arn))
}

/// The name that klo gives.
pub(super) fn name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    lowering.physical(name_of(lowering, intent), "", NAME_LIMIT)
}

/// A secret of the bootstrap root, whose value people put in before the main root is applied.
fn offer_empty(lowering: &mut Lowering<'_>, intent: &Intent, holder: Address, arn: Value) -> Store {
    lowering.plan.empty_secrets.push(EmptySecret {
        intent: intent.id(),
        holder,
        arn,
    });
    let key = Group::of(intent).stem();
    offer(Value::variable("secrets").key(&key))
}

fn offer(arn: Value) -> Store {
    let mut store = Store {
        arn: Some(arn.clone()),
        secrets: vec![arn.clone()],
        ..Store::default()
    };
    store.fields.extend([
        (
            Field::Value,
            Supply::Secret {
                arn: arn.clone(),
                key: None,
                version: None,
            },
        ),
        (Field::Arn, Supply::Plain(arn)),
    ]);
    store
}

/// Wires a secret that klo does not make.
pub(super) fn wire(lowering: &mut Lowering<'_>, id: IntentId, given: &Given<'_>) -> Option<Store> {
    let intent = lowering.intent(id);
    if let Some(arn) = given.get(ModuleOutput::Arn) {
        return Some(match given.ready().pop() {
            Some(module) => offer_empty(lowering, intent, module, arn),
            None => offer(arn),
        });
    }
    let Some(name) = given.get(ModuleOutput::Name) else {
        given.report(
            lowering,
            "and nothing says which one it is",
            "add `arn = \"arn:aws:secretsmanager:…\"`",
        );
        return None;
    };
    let kind = "aws_secretsmanager_secret";
    let address = Address::data(kind, part_address(kind, intent, "").name);
    let body = Block::new().with("name", name);
    let data = add(lowering, intent, address, "the existing secret", body);
    Some(offer(data.attr("arn")))
}
