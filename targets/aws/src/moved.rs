//! Renamed intents: every resource of one that says its former name moves instead of being made
//! anew.

use klo_intent::{Intent, Kind};
use klo_plan::{Address, Class, Moved, symbol};

use crate::context::Lowering;

/// Names a former address for each resource whose address holds the name of a renamed intent.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let renamed: Vec<(&Intent, &str)> = lowering
        .graph
        .intents
        .iter()
        .filter_map(|intent| Some((intent, intent.was.as_deref()?)))
        .filter(|(intent, was)| intent.name != *was)
        .collect();
    if renamed.is_empty() {
        return;
    }
    let moved: Vec<Moved> = lowering
        .plan
        .resources
        .values()
        .filter(|resource| resource.address.class != Class::Data)
        .filter_map(|resource| {
            let ours: Vec<(&Intent, &str)> = renamed
                .iter()
                .copied()
                .filter(|(intent, _)| resource.why.intents.contains(&intent.id()))
                .collect();
            let name = former(&resource.address.name, &ours);
            (name != resource.address.name).then(|| Moved {
                root: resource.root,
                group: resource.group.clone(),
                from: Address {
                    name,
                    ..resource.address.clone()
                },
                to: resource.address.clone(),
            })
        })
        .collect();
    let calls: Vec<Moved> = lowering
        .plan
        .modules
        .iter()
        .filter_map(|call| {
            let ours: Vec<(&Intent, &str)> = renamed
                .iter()
                .copied()
                .filter(|(intent, _)| call.why.intents.contains(&intent.id()))
                .collect();
            let name = former(&call.name, &ours);
            (name != call.name).then(|| Moved {
                root: call.root,
                group: call.group.clone(),
                from: Address::module(name),
                to: Address::module(&call.name),
            })
        })
        .collect();
    lowering.plan.moved.extend(moved);
    lowering.plan.moved.extend(calls);
}

/// An address's name as it was before the renames.
fn former(name: &str, renamed: &[(&Intent, &str)]) -> String {
    if let Some((from, to)) = name.split_once("_to_") {
        let (was_from, was_to) = (former_end(from, renamed), former_end(to, renamed));
        if was_from != from || was_to != to {
            return format!("{was_from}_to_{was_to}");
        }
    }
    former_end(name, renamed)
}

/// `<kind>_<name>[_<part>]`, or `<name>[_<part>]` of a data intent's main resource.
fn former_end(name: &str, renamed: &[(&Intent, &str)]) -> String {
    for (intent, was) in renamed {
        let (now, was) = (symbol(&intent.name), symbol(was));
        let prefix = format!("{}_", intent.kind);
        if let Some(part) = name.strip_prefix(&prefix).and_then(|n| after(n, &now)) {
            return format!("{prefix}{was}{part}");
        }
        if is_main(intent.kind) && name == now {
            return was;
        }
    }
    name.to_owned()
}

/// What follows a name: nothing, or a part.
fn after<'n>(name: &'n str, start: &str) -> Option<&'n str> {
    name.strip_prefix(start)
        .filter(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Whether the kind's main resource bears the bare name.
fn is_main(kind: Kind) -> bool {
    !kind.is_unit() && kind != Kind::Site
}
