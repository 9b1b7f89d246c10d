use klo_diagnostics::codes::annotations as codes;
use klo_diagnostics::{did_you_mean, list_of};
use klo_intent::{Access, AttrValue, Kind, kebab, name_fault};
use klo_source::{Span, TextRange};

use super::attach::Reader;
use super::capability::Capability;
use super::keys::Arguments;
use super::{Expose, Trigger, Uses, Values, mistake};
use crate::facts::Annotation;

impl Reader<'_> {
    /// An `expose`, `trigger` or `uses`, put to the unit on the same item.
    pub(super) fn edge(
        &mut self,
        capability: Capability,
        annotation: &Annotation,
        unit: Option<(Capability, &Annotation)>,
        owner: Option<usize>,
    ) {
        let before = self.diagnostics.len();
        let arguments = self.decode(capability, annotation);
        let silent = self.diagnostics.len() == before && !self.malformed(annotation);
        let at = self.span(annotation.range);
        let Some((unit, _)) = unit else {
            self.diagnostics.push(mistake(
                codes::NO_UNIT,
                at,
                format!("`@klo::{capability}` stands on an item that is no unit"),
                match capability {
                    Capability::Uses => "add `@klo::service`, `@klo::function` or `@klo::job` to the same comment block",
                    _ => "add `@klo::service` or `@klo::function` to the same comment block",
                },
            ));
            return;
        };
        if let Some(why) = refused(capability, unit) {
            self.diagnostics.push(mistake(
                codes::WRONG_ITEM,
                at,
                format!("`@klo::{capability}` cannot be on a {unit}"),
                why,
            ));
            return;
        }
        match capability {
            Capability::Expose => self.expose(at, arguments.values, owner, silent),
            Capability::Trigger => self.trigger(at, annotation, arguments.values, owner, silent),
            _ => self.uses(at, arguments, owner, silent),
        }
    }

    fn missing(&mut self, at: Span, capability: Capability, key: &str, help: &str) {
        self.diagnostics.push(mistake(
            codes::MISSING_KEY,
            at,
            format!("`@klo::{capability}` needs `{key}`"),
            help,
        ));
    }

    fn expose(&mut self, at: Span, values: Values, owner: Option<usize>, silent: bool) {
        let to = values.get("to").and_then(|(to, _)| to.as_str());
        let Some(internet) = to.map(|to| to == "internet") else {
            if silent {
                self.missing(
                    at,
                    Capability::Expose,
                    "to",
                    "write `to = \"internet\"` or `to = \"internal\"`",
                );
            }
            return;
        };
        if let (Some((_, zone_at)), None) = (values.get("zone"), values.get("domain")) {
            self.diagnostics.push(mistake(
                codes::CONFLICTING_KEYS,
                *zone_at,
                "`zone` is stated without `domain`",
                "the zone holds the records of a domain; add `domain = \"…\"`",
            ));
        }
        let Some(unit) = owner.and_then(|index| self.declarations.get_mut(index)) else {
            return;
        };
        if let Some(first) = unit.exposes.iter().find(|other| other.internet == internet) {
            let first = first.at;
            self.diagnostics.push(
                mistake(
                    codes::REPEATED_ANNOTATION,
                    at,
                    format!(
                        "this unit is already exposed to {}",
                        if internet {
                            "the internet"
                        } else {
                            "the network inside"
                        }
                    ),
                    "put all keys into one `expose`",
                )
                .related(first, "the first one"),
            );
            return;
        }
        unit.exposes.push(Expose {
            internet,
            values,
            at,
        });
    }

    fn trigger(
        &mut self,
        at: Span,
        annotation: &Annotation,
        values: Values,
        owner: Option<usize>,
        silent: bool,
    ) {
        const SOURCES: [&str; 5] = ["queue", "topic", "schedule", "bucket", "table"];
        let written: Vec<(&'static str, TextRange)> = annotation
            .arguments
            .iter()
            .filter_map(|(key, range, _)| {
                let source = SOURCES.into_iter().find(|source| source == key)?;
                Some((source, *range))
            })
            .collect();
        let source = match written.as_slice() {
            [(source, _)] => *source,
            [] => {
                if silent {
                    self.diagnostics.push(mistake(
                        codes::TRIGGER_SOURCE,
                        at,
                        "this trigger names nothing that starts the unit",
                        format!("add one of {}", list_of(SOURCES)),
                    ));
                }
                return;
            }
            [(first, first_range), (second, range), ..] => {
                self.diagnostics.push(
                    mistake(
                        codes::TRIGGER_SOURCE,
                        self.span(*range),
                        format!("this trigger names both `{first}` and `{second}`"),
                        "write a `@klo::trigger` for each",
                    )
                    .related(self.span(*first_range), "the first source"),
                );
                return;
            }
        };
        for (key, range, _) in &annotation.arguments {
            if let Some(help) = foreign_option(source, key) {
                self.diagnostics.push(mistake(
                    codes::CONFLICTING_KEYS,
                    self.span(*range),
                    format!("`{key}` says nothing about a {source}"),
                    help,
                ));
            }
        }
        let Some((AttrValue::Str(name), name_at)) = values.get(source).cloned() else {
            return;
        };
        if let Some(unit) = owner.and_then(|index| self.declarations.get_mut(index)) {
            unit.triggers.push(Trigger {
                source,
                name,
                name_at,
                values,
                at,
            });
        }
    }

    fn uses(&mut self, at: Span, arguments: Arguments, owner: Option<usize>, silent: bool) {
        let Some((AttrValue::Str(to), to_at)) = arguments.values.get("to").cloned() else {
            if silent {
                self.missing(
                    at,
                    Capability::Uses,
                    "to",
                    "name what is used: `to = \"orders\"`, `to = \"database.orders\"` or, of another app, `to = \"shop:topic.orders\"`",
                );
            }
            return;
        };
        if !is_reference(&to) {
            self.diagnostics.push(mistake(
                codes::BAD_NAME,
                to_at,
                format!("`{}` names no intent", to.escape_debug()),
                reference_help(&to),
            ));
            return;
        }
        let access = match arguments.values.get("access") {
            None => Vec::new(),
            Some((AttrValue::Str(name), _)) => Access::from_name(name).into_iter().collect(),
            Some((list, _)) => {
                let mut access: Vec<Access> = list
                    .items()
                    .iter()
                    .filter_map(|name| Access::from_name(name.as_str()?))
                    .collect();
                access.sort_unstable();
                access.dedup();
                access
            }
        };
        if let Some(unit) = owner.and_then(|index| self.declarations.get_mut(index)) {
            unit.uses.push(Uses {
                to,
                to_at,
                access,
                bind: arguments.bind,
                at,
            });
        }
    }
}

/// Why such a unit cannot have such an annotation.
fn refused(capability: Capability, unit: Capability) -> Option<&'static str> {
    match (capability, unit) {
        (Capability::Expose, Capability::Job) => {
            Some("a job answers no requests; make it a service or function")
        }
        (Capability::Expose, Capability::Site) => {
            Some("a site is on the internet as it is; remove the annotation")
        }
        (Capability::Trigger, Capability::Job) => Some(
            "a job starts by its own `schedule`, or by hand; make it a function to have it triggered",
        ),
        (Capability::Trigger | Capability::Uses, Capability::Site) => {
            Some("a site runs no code; remove the annotation")
        }
        _ => None,
    }
}

/// What to do about a key of `trigger` that belongs to other sources.
fn foreign_option(source: &str, key: &str) -> Option<&'static str> {
    match (key, source) {
        ("batch" | "filter", "queue" | "topic" | "table") => None,
        ("batch" | "filter", _) => Some("remove it: it belongs to `queue`, `topic` and `table`"),
        ("event" | "prefix", "bucket") => None,
        ("event" | "prefix", _) => Some("remove it: it belongs to `bucket`"),
        _ => None,
    }
}

/// `name`, `kind.name` or `app:kind.name`.
fn is_reference(text: &str) -> bool {
    let name = |text: &str| name_fault(text).is_none();
    let id = |text: &str| {
        text.split_once('.')
            .is_some_and(|(kind, intent)| Kind::from_name(kind).is_some() && name(intent))
    };
    match text.split_once(':') {
        Some((app, intent)) => name(app) && id(intent),
        None => name(text) || id(text),
    }
}

/// How a reference that is none was probably meant.
fn reference_help(text: &str) -> String {
    let (app, id) = text
        .split_once(':')
        .map_or(("", text), |(app, id)| (app, id));
    let kinds = Kind::ALL.map(Kind::name);
    let meant = id.split_once('.').and_then(|(kind, name)| {
        let kind = did_you_mean(kind, kinds)?;
        let colon = if app.is_empty() { "" } else { ":" };
        Some(format!("{app}{colon}{kind}.{}", kebab(name)))
    });
    match meant.or_else(|| Some(kebab(text)).filter(|_| app.is_empty())) {
        Some(meant) if is_reference(&meant) => format!("did you mean `\"{meant}\"`?"),
        _ => "write a name (`orders`), an id (`database.orders`) or another app's id \
              (`shop:database.orders`)"
            .to_owned(),
    }
}
