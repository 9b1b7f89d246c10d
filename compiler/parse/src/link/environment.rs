//! What a unit cannot do without: the variables that it reads and has no default for.

use std::collections::BTreeSet;

use super::machine::Machine;
use super::value::{FrameIx, Site, ValueId};
use crate::facts::{BindTarget, Step};

/// Names of variables that code of the unit reads without a default. Making an instance of a
/// settings class reads every field, whichever of them the unit then looks at.
pub(crate) fn required(machine: &mut Machine<'_>, frame: FrameIx) -> BTreeSet<String> {
    let instances: Vec<(ValueId, ValueId, Site)> = machine.values.instances().collect();
    for (instance, class, site) in instances {
        for body in machine.ancestry(class, frame, &mut Vec::new()) {
            if machine.is_settings(body, frame) {
                for field in fields(machine, body) {
                    machine.settings_field(frame, site, body, instance, &field);
                }
            }
        }
    }
    machine.values.required_variables()
}

/// Names that a class's body declares or assigns.
fn fields(machine: &Machine<'_>, body: FrameIx) -> BTreeSet<String> {
    let (file, scope) = (machine.frame(body).file, machine.frame(body).scope);
    let steps = &machine.program.file(file).scope(scope).steps;
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Bind {
                target: BindTarget::Name(name),
                ..
            } => Some(name.clone()),
            _ => None,
        })
        .collect()
}
