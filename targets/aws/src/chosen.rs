//! What a rule set's `choose` decided: its name on what follows from it.

use std::collections::BTreeMap;

use klo_intent::{Intent, Origin};
use klo_plan::{Group, symbol};

use crate::context::{Lowering, group_of};

/// Attributes that decide what an intent becomes, before others that a rule set chooses.
const DECISIVE: [&str; 3] = ["run_on", "engine", "instance"];

/// Names the rule set that chose for an intent on everything that runs a unit, on the main resource of
/// what keeps data, and on modules.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let intents = lowering.graph.intents.iter();
    let chosen: BTreeMap<Group, (&Intent, String)> = intents
        .filter_map(|intent| Some((group_of(intent), (intent, pack(intent)?.to_owned()))))
        .collect();
    for resource in lowering.plan.resources.values_mut() {
        let Some((intent, pack)) = chosen.get(&resource.group) else {
            continue;
        };
        let follows = match intent.kind.is_unit() {
            true => resource.why.edge.is_none(),
            false => resource.address.name == symbol(&intent.name),
        };
        if follows {
            resource.why.rule = Some(pack.clone());
        }
    }
    for call in &mut lowering.plan.modules {
        let mut intents = lowering.graph.intents.iter();
        let made = intents.find(|intent| group_of(intent) == call.group);
        let module = made.and_then(Intent::made_by);
        call.why.rule = module.map(|module| module.pack.clone());
    }
}

/// The rule set that chose for an intent, by the most decisive of its attributes.
fn pack(intent: &Intent) -> Option<&str> {
    let decisive = DECISIVE.iter().filter_map(|name| intent.settings.get(name));
    let mut settings = decisive.chain(intent.settings.values());
    settings.find_map(|setting| match &setting.origin {
        Origin::Choose { pack } => Some(pack.as_str()),
        _ => None,
    })
}
