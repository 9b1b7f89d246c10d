use klo_config::App;
use klo_diagnostics::codes::annotations as codes;
use klo_diagnostics::{Diagnostic, did_you_mean, list_of};
use klo_intent::{Access, AttrValue, name_fault};
use klo_source::{Span, TextRange};

use super::capability::Capability;
use super::keys::{Arguments, decode_arguments, foreign_field};
use super::name::derived_name;
use super::{AppFile, Declaration, Expose, Trigger, Uses, Values, mistake};
use crate::facts::{Annotation, AttachedAnnotation, Item, place_of};

/// The annotations of one item, each with its capability.
struct Group<'a> {
    item: &'a Item,
    annotations: Vec<(Capability, &'a Annotation)>,
}

/// What the annotations of one file declare, in order of place.
pub(super) fn declare_file(app: &App, file: AppFile<'_>) -> (Vec<Declaration>, Vec<Diagnostic>) {
    let problems = file.facts.problems.iter();
    let mut malformed_at: Vec<u32> = problems.map(|problem| problem.range.start).collect();
    malformed_at.sort_unstable();
    let mut reader = Reader {
        app,
        file,
        malformed_at,
        declarations: Vec::new(),
        diagnostics: Vec::new(),
    };
    for group in reader.groups() {
        reader.declare(&group);
    }
    (reader.declarations, reader.diagnostics)
}

struct Reader<'a> {
    app: &'a App,
    file: AppFile<'a>,
    /// Where reading the file showed mistakes, sorted.
    malformed_at: Vec<u32>,
    declarations: Vec<Declaration>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// Annotations by the item that they stand on; unknown capabilities are reported and left out.
    fn groups(&mut self) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        for AttachedAnnotation { annotation, item } in &self.file.facts.annotations {
            let Some(capability) = Capability::from_name(&annotation.capability) else {
                self.unknown_capability(annotation);
                continue;
            };
            match groups.last_mut() {
                Some(group) if group.item == item => {
                    group.annotations.push((capability, annotation));
                }
                _ => groups.push(Group {
                    item,
                    annotations: vec![(capability, annotation)],
                }),
            }
        }
        groups
    }

    fn span(&self, range: TextRange) -> Span {
        range.in_file(self.file.id)
    }

    fn unknown_capability(&mut self, annotation: &Annotation) {
        let names = Capability::ALL.map(Capability::name);
        let meant =
            did_you_mean(&annotation.capability, names).or_else(|| synonym(&annotation.capability));
        let help = match meant {
            Some(meant) => format!("did you mean `@klo::{meant}`?"),
            None => format!("the capabilities are {}", list_of(names)),
        };
        self.diagnostics.push(mistake(
            codes::UNKNOWN_CAPABILITY,
            self.span(annotation.capability_range),
            format!("there is no capability `{}`", annotation.capability),
            help,
        ));
    }

    fn declare(&mut self, group: &Group<'a>) {
        let unit = group
            .annotations
            .iter()
            .find(|(capability, _)| capability.is_unit())
            .copied();
        let mut owner = None;
        for (index, (capability, annotation)) in group.annotations.iter().enumerate() {
            if capability.is_edge() {
                continue;
            }
            if let Some(first) = clash(&group.annotations[..index], *capability, annotation) {
                self.repeated(*capability, annotation, first);
                continue;
            }
            let declaration = self.intent(*capability, annotation, group.item);
            if capability.is_unit() {
                owner = Some(self.declarations.len());
            }
            self.declarations.push(declaration);
        }
        for (capability, annotation) in &group.annotations {
            if capability.is_edge() {
                self.edge(*capability, annotation, unit, owner);
            }
        }
    }

    fn repeated(
        &mut self,
        capability: Capability,
        annotation: &Annotation,
        first: (Capability, &Annotation),
    ) {
        let (other, other_annotation) = first;
        let message = if other == capability {
            format!("this item has `@klo::{capability}` twice")
        } else {
            format!("this item is already a {other}; it cannot be a {capability} too")
        };
        let help = if capability.is_unit() {
            "keep one of the two; to run the same code in another way, give that a function of its own"
        } else {
            "keep one of the two; where one client serves several resources, say with `bind` on each \
             which variables belong to it"
        };
        self.diagnostics.push(
            mistake(
                codes::REPEATED_ANNOTATION,
                self.span(annotation.range),
                message,
                help,
            )
            .related(self.span(other_annotation.range), "the first one"),
        );
    }

    fn decode(&mut self, capability: Capability, annotation: &Annotation) -> Arguments {
        decode_arguments(
            self.app,
            self.file.id,
            capability,
            annotation,
            &mut self.diagnostics,
        )
    }

    fn intent(
        &mut self,
        capability: Capability,
        annotation: &Annotation,
        item: &Item,
    ) -> Declaration {
        if !capability.stands_on(item.kind) {
            self.diagnostics.push(
                mistake(
                    codes::WRONG_ITEM,
                    self.span(annotation.range),
                    format!("`@klo::{capability}` cannot stand on {}", noun(item)),
                    format!("it stands on {}", capability.place()),
                )
                .related(self.span(item.range), "it would be about this"),
            );
        }
        let arguments = self.decode(capability, annotation);
        self.conflicts(annotation, &arguments);
        let kind = capability.kind().or(arguments.kind);
        if let Some(kind) = capability.kind() {
            let foreign = arguments
                .bind
                .iter()
                .filter(|bind| !klo_intent::Field::of(kind).contains(&bind.field));
            self.diagnostics
                .extend(foreign.map(|bind| foreign_field(kind, bind)));
        }
        let name = match &arguments.name {
            Some((name, _)) => name.clone(),
            None => self.derive(annotation, item, arguments.name_failed),
        };
        Declaration {
            capability,
            kind,
            file: self.file.id,
            path: self.file.path.into(),
            item: item.clone(),
            place: place_of(self.file.path, &item.qualified),
            at: self.span(annotation.range),
            name,
            name_at: arguments.name.map(|(_, range)| self.span(range)),
            was: arguments.was,
            values: arguments.values,
            bind: arguments.bind,
            exposes: Vec::new(),
            triggers: Vec::new(),
            uses: Vec::new(),
            raw: arguments.raw,
        }
    }

    /// The name that follows from item and file; reported where it is none, unless a stated one was
    /// already refused.
    fn derive(&mut self, annotation: &Annotation, item: &Item, refused: bool) -> String {
        let name = derived_name(self.app, self.file.path, item.name.as_deref());
        if let Some(fault) = name_fault(&name)
            && !refused
        {
            self.diagnostics.push(mistake(
                codes::BAD_NAME,
                self.span(annotation.range),
                format!("`{name}`, the name that follows from where this stands, is none: {fault}"),
                "state one with `name = \"…\"`",
            ));
        }
        name
    }

    fn conflicts(&mut self, annotation: &Annotation, arguments: &Arguments) {
        let written = |wanted: &str| {
            annotation
                .arguments
                .iter()
                .find(|(key, _, _)| key == wanted)
                .map(|(_, range, _)| *range)
        };
        if let (Some(existing), Some(import)) = (written("existing"), written("import")) {
            self.diagnostics.push(
                mistake(
                    codes::CONFLICTING_KEYS,
                    self.span(import),
                    "`import` and `existing` exclude each other",
                    "`existing` uses what somebody else manages, `import` puts it under klo's management; \
                     keep one",
                )
                .related(self.span(existing), "`existing` is here"),
            );
        }
        if let (Some(name), Some(was)) = (&arguments.name, &arguments.was)
            && name.0 == *was
            && let Some(at) = written("was")
        {
            self.diagnostics.push(mistake(
                codes::CONFLICTING_KEYS,
                self.span(at),
                "`was` is the present name",
                "`was` holds the name from before a rename; remove it",
            ));
        }
    }

    fn edge(
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
                "write a name (`orders`), an id (`database.orders`) or another app's id (`shop:database.orders`)",
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

    /// Whether the annotation was not understood whole, which explains why a key is missing.
    fn malformed(&self, annotation: &Annotation) -> bool {
        let first = self
            .malformed_at
            .partition_point(|start| *start < annotation.range.start);
        self.malformed_at
            .get(first)
            .is_some_and(|start| *start <= annotation.range.end)
    }
}

/// The annotation before this one on the same item that excludes it. Several resources may share an
/// item where each says which variables are its own.
fn clash<'a>(
    before: &[(Capability, &'a Annotation)],
    capability: Capability,
    annotation: &Annotation,
) -> Option<(Capability, &'a Annotation)> {
    let binds =
        |annotation: &Annotation| annotation.arguments.iter().any(|(key, _, _)| key == "bind");
    before
        .iter()
        .copied()
        .filter(|(other, _)| !other.is_edge() && other.is_unit() == capability.is_unit())
        .find(|(_, other)| capability.is_unit() || !(binds(other) && binds(annotation)))
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
        text.split_once('.').is_some_and(|(kind, intent)| {
            klo_intent::Kind::from_name(kind).is_some() && name(intent)
        })
    };
    match text.split_once(':') {
        Some((app, intent)) => name(app) && id(intent),
        None => name(text) || id(text),
    }
}

/// What people who know other tools may call a capability.
fn synonym(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "database" | "db" | "cache" | "redis" | "bucket" | "s3" | "table" | "dynamodb"
        | "volume" | "storage" | "store" | "postgres" | "mysql" => "persist",
        "api" | "app" | "web" | "server" | "worker" => "service",
        "lambda" | "handler" => "function",
        "cron" | "task" | "batch" | "migration" => "job",
        "sqs" => "queue",
        "sns" | "pubsub" => "topic",
        "env" | "setting" | "parameter" => "config",
        "public" | "route" | "endpoint" | "ingress" => "expose",
        "schedule" | "event" | "on" => "trigger",
        "frontend" | "static" => "site",
        "depends" | "needs" | "use" => "uses",
        _ => return None,
    })
}

/// What an item is, for messages.
fn noun(item: &Item) -> &'static str {
    use crate::facts::ItemKind;
    match item.kind {
        ItemKind::Assignment(_) => "an assignment",
        ItemKind::Function(_) => "a function",
        ItemKind::Class(_) => "a class",
        ItemKind::Call(_) => "a call",
        ItemKind::Return(_) => "a `return`",
        ItemKind::Declaration => "a declaration without a value",
    }
}
