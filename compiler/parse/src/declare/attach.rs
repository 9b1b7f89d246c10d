use klo_config::App;
use klo_diagnostics::codes::annotations as codes;
use klo_diagnostics::{Diagnostic, did_you_mean, list_of};
use klo_intent::name_fault;
use klo_source::{Span, TextRange};

use super::capability::Capability;
use super::keys::{Arguments, decode_arguments, foreign_field};
use super::name::derived_name;
use super::{AppFile, Declaration, MOST_ON_ITEM, mistake};
use crate::facts::{Annotation, AttachedAnnotation, Item, ItemKind, place_of};
use crate::knowledge::django;

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

pub(super) struct Reader<'a> {
    app: &'a App,
    file: AppFile<'a>,
    /// Where reading the file showed mistakes, sorted.
    malformed_at: Vec<u32>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) diagnostics: Vec<Diagnostic>,
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

    pub(super) fn span(&self, range: TextRange) -> Span {
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
        let mut before = Before::default();
        for (capability, annotation) in &group.annotations {
            if capability.is_edge() {
                continue;
            }
            if let Some(first) = before.excludes(*capability, annotation) {
                self.repeated(*capability, annotation, first);
                continue;
            }
            before.count += 1;
            if before.count > MOST_ON_ITEM {
                self.too_many(annotation);
                break;
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

    fn too_many(&mut self, annotation: &Annotation) {
        self.diagnostics.push(mistake(
            codes::TOO_MANY,
            self.span(annotation.range),
            format!("this item has more than {MOST_ON_ITEM} units and resources"),
            "give the others an item of their own",
        ));
    }

    pub(super) fn decode(&mut self, capability: Capability, annotation: &Annotation) -> Arguments {
        decode_arguments(
            self.app,
            self.file.id,
            capability,
            annotation,
            &self.malformed_at,
            &mut self.diagnostics,
        )
    }

    /// Whether an item is the class that Django runs as a management command, which is a job.
    fn is_command(&self, capability: Capability, item: &Item) -> bool {
        capability == Capability::Job
            && matches!(item.kind, ItemKind::Class(_))
            && item.qualified == django::COMMAND_CLASS
            && django::command_of(self.file.path).is_some()
    }

    fn intent(
        &mut self,
        capability: Capability,
        annotation: &Annotation,
        item: &Item,
    ) -> Declaration {
        if !capability.stands_on(item.kind) && !self.is_command(capability, item) {
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

    /// Whether the annotation was not understood whole, which explains why a key is missing.
    pub(super) fn malformed(&self, annotation: &Annotation) -> bool {
        let first = self
            .malformed_at
            .partition_point(|start| *start < annotation.range.start);
        self.malformed_at
            .get(first)
            .is_some_and(|start| *start <= annotation.range.end)
    }
}

/// What already stands on an item.
#[derive(Default)]
struct Before<'a> {
    unit: Option<(Capability, &'a Annotation)>,
    resource: Option<(Capability, &'a Annotation)>,
    /// The first resource that does not say which variables are its own.
    unbound: Option<(Capability, &'a Annotation)>,
    /// Units and resources so far.
    count: usize,
}

impl<'a> Before<'a> {
    /// The annotation that excludes this one; without one, this one is taken note of. Several
    /// resources may share an item where each says which variables are its own.
    fn excludes(
        &mut self,
        capability: Capability,
        annotation: &'a Annotation,
    ) -> Option<(Capability, &'a Annotation)> {
        let binds = annotation.arguments.iter().any(|(key, _, _)| key == "bind");
        let first = match (capability.is_unit(), binds) {
            (true, _) => self.unit,
            (false, true) => self.unbound,
            (false, false) => self.resource,
        };
        if first.is_some() {
            return first;
        }
        let this = Some((capability, annotation));
        if capability.is_unit() {
            self.unit = this;
        } else {
            self.resource = self.resource.or(this);
            if !binds {
                self.unbound = this;
            }
        }
        None
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
