//! The annotations of what was chosen, written out, and what is left to a person.

use std::collections::BTreeSet;

use klo_config::App;
use klo_diagnostics::codes::proposals as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Field, Kind};
use klo_source::Span;

use super::candidates::{Candidate, Place};
use super::manifests::Manifests;
use super::naming::Names;
use super::resources::{self, Resource};
use super::units::{Unit, span};
use crate::declare::{Declaration, derived_name};

/// Annotations above one item.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) path: String,
    pub(super) place: Place,
    pub(super) lines: Vec<String>,
    /// The intent that they declare: `database.orders`.
    pub(super) id: String,
    pub(super) is_unit: bool,
    /// The variable, where it is no more than a setting.
    pub(super) setting: Option<String>,
    /// The item.
    pub(super) at: Span,
    /// Its number among the units or resources that were chosen.
    chosen: usize,
}

/// Writes out what was chosen.
pub(super) struct Writer<'a> {
    pub(super) app: &'a App,
    pub(super) units: &'a [Candidate],
    pub(super) stores: &'a [Candidate],
    pub(super) evidence: &'a resources::Evidence<'a>,
    pub(super) existing: &'a [Declaration],
}

impl Writer<'_> {
    /// One draft for each unit and resource.
    pub(super) fn drafts(&self, units: &[Unit], chosen: &[Resource]) -> Vec<Draft> {
        let taken = self.existing.iter().map(|declaration| {
            let kind = declaration.kind.unwrap_or(Kind::Database);
            (kind, declaration.name.clone())
        });
        let declared = self.app.declare.iter();
        let declared = declared.map(|declared| (declared.kind, declared.name.clone()));
        let mut names = Names::new(self.app, taken.chain(declared));
        let mut drafts = Vec::new();
        let mut also: Vec<Vec<String>> = vec![Vec::new(); units.len()];
        for (at, resource) in chosen.iter().enumerate() {
            let draft = self.resource(at, resource, &mut names);
            for unit in &resource.others {
                if let Some(lines) = also.get_mut(*unit) {
                    lines.push(format!("@klo::uses(to = \"{}\")", draft.id));
                }
            }
            drafts.push(draft);
        }
        for (at, unit) in units.iter().enumerate() {
            let draft = self.unit(at, unit, &mut names, std::mem::take(&mut also[at]));
            drafts.push(draft);
        }
        drafts
    }

    fn resource(&self, at: usize, resource: &Resource, names: &mut Names<'_>) -> Draft {
        let candidate = &self.stores[resource.candidate];
        let item = candidate.item.name.as_deref().unwrap_or("");
        let variable = resource.variables.first().map_or("", String::as_str);
        let name = names.resource(resource.kind, variable, &candidate.path, item);
        let capability = match resource.kind {
            Kind::Queue => "queue",
            Kind::Topic => "topic",
            Kind::Secret => "secret",
            Kind::Config => "config",
            _ => "persist",
        };
        let mut keys = self.name_key(candidate, &name);
        if resource.states_kind {
            keys.push(format!("kind = \"{}\"", resource.kind));
        }
        let lines = vec![written(capability, &keys)];
        Draft {
            setting: (resource.kind == Kind::Config).then(|| variable.to_owned()),
            ..self.draft(at, candidate, resource.kind, name, lines)
        }
    }

    fn unit(&self, at: usize, unit: &Unit, names: &mut Names<'_>, also: Vec<String>) -> Draft {
        let candidate = &self.units[unit.candidate];
        let item = candidate.item.name.as_deref();
        let wished = unit.is_worker.then_some("worker");
        let wished = match crate::knowledge::django::command_of(&candidate.path) {
            Some(command) if unit.kind != Kind::Function => Some(command),
            _ => wished,
        };
        let name = names.unit(unit.kind, &candidate.path, item, wished);
        let mut keys = self.name_key(candidate, &name);
        if unit.before_deploy && unit.kind == Kind::Job {
            keys.push("run = \"before-deploy\"".to_owned());
        }
        let mut lines = vec![written(unit.kind.name(), &keys)];
        if unit.published && unit.serves && unit.kind == Kind::Service {
            lines.push("@klo::expose(to = \"internet\")".to_owned());
        }
        lines.extend(also);
        self.draft(at, candidate, unit.kind, name, lines)
    }

    /// The `name` key, unless the name follows from where the item stands.
    fn name_key(&self, candidate: &Candidate, name: &str) -> Vec<String> {
        let derived = derived_name(self.app, &candidate.path, candidate.item.name.as_deref());
        match derived == name {
            true => Vec::new(),
            false => vec![format!("name = \"{name}\"")],
        }
    }

    fn draft(
        &self,
        chosen: usize,
        candidate: &Candidate,
        kind: Kind,
        name: String,
        lines: Vec<String>,
    ) -> Draft {
        Draft {
            path: candidate.path.clone(),
            place: candidate.place.clone(),
            lines,
            id: format!("{kind}.{name}"),
            is_unit: candidate.role.is_unit(),
            setting: None,
            at: span(candidate),
            chosen,
        }
    }

    /// What the drafts leave to a person.
    pub(super) fn undecided(
        &self,
        drafts: &[Draft],
        units: &[Unit],
        chosen: &[Resource],
        manifests: &Manifests,
    ) -> Vec<Diagnostic> {
        let mut notes = Vec::new();
        for draft in drafts {
            if draft.is_unit {
                notes.extend(self.of_unit(draft, &units[draft.chosen]));
                continue;
            }
            let own = &chosen[draft.chosen];
            let stores = drafts.iter().filter(|other| !other.is_unit);
            let other = stores
                .filter(|other| other.id != draft.id)
                .find(|other| resources::may_be_one(self.evidence, &chosen[other.chosen], own));
            if let Some(other) = other {
                notes.push(perhaps_one(draft, other, own));
            } else if resources::only_published(self.evidence, own) {
                notes.push(consumer(draft));
            }
        }
        let mut seen = BTreeSet::new();
        for path in &manifests.crontabs {
            if seen.insert(path) {
                notes.push(
                    Diagnostic::note(
                        codes::SCHEDULE_UNDECIDED,
                        At::File(path.as_str().into()),
                        format!("`{path}` says when programs run, and klo does not read it"),
                    )
                    .help(
                        "give each job its schedule: `@klo::job(schedule = \"0 3 * * *\")`, in UTC",
                    ),
                );
            }
        }
        notes
    }

    fn of_unit(&self, draft: &Draft, unit: &Unit) -> Option<Diagnostic> {
        match unit.kind {
            Kind::Service if unit.serves && !unit.published => Some(
                Diagnostic::note(
                    codes::EXPOSURE_UNDECIDED,
                    draft.at,
                    format!(
                        "{} answers requests, and nothing says whose: no one reaches it yet",
                        draft.id
                    ),
                )
                .help(
                    "add `@klo::expose(to = \"internet\")` or `@klo::expose(to = \"internal\")` below \
                     the annotation",
                ),
            ),
            Kind::Function => Some(
                Diagnostic::note(
                    codes::TRIGGER_UNDECIDED,
                    draft.at,
                    format!("what calls {} does not stand in the code", draft.id),
                )
                .help(
                    "add what does below the annotation: `@klo::trigger(queue = \"…\")`, `topic`, \
                     `bucket`, `table` or `schedule`, or `@klo::expose(to = \"internet\")`",
                ),
            ),
            Kind::Job if !unit.before_deploy => Some(
                Diagnostic::note(
                    codes::SCHEDULE_UNDECIDED,
                    draft.at,
                    format!("when {} runs does not stand in the code", draft.id),
                )
                .help(
                    "add `schedule = \"0 3 * * *\"` (UTC) or `run = \"before-deploy\"`; without either \
                     it runs when somebody starts it",
                ),
            ),
            _ => None,
        }
    }
}

fn consumer(draft: &Draft) -> Diagnostic {
    Diagnostic::note(
        codes::TRIGGER_UNDECIDED,
        draft.at,
        format!(
            "messages go to {}, and no code that was found takes them off",
            draft.id
        ),
    )
    .help(format!(
        "if a function is called with them, annotate it: `@klo::function` and \
         `@klo::trigger(queue = \"{}\")`",
        draft.id.rsplit('.').next().unwrap_or("")
    ))
}

fn perhaps_one(draft: &Draft, other: &Draft, resource: &Resource) -> Diagnostic {
    let variable = resource.variables.first().map_or("…", String::as_str);
    let field = Field::of(resource.kind)
        .first()
        .map_or("…", |field| field.name());
    Diagnostic::note(
        codes::PERHAPS_ONE,
        draft.at,
        format!(
            "{} may be {}: no unit uses both, and their variables do not say",
            draft.id, other.id
        ),
    )
    .help(format!(
        "if they are one, take this annotation away and write on the unit: `@klo::uses(to = \"{}\", \
         bind = {{ {field} = \"{variable}\" }})`",
        other.id
    ))
    .related(other.at, format!("{} is here", other.id))
}

fn written(capability: &str, keys: &[String]) -> String {
    match keys {
        [] => format!("@klo::{capability}"),
        keys => format!("@klo::{capability}({})", keys.join(", ")),
    }
}
