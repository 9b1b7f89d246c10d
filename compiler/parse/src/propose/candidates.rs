//! Items that an annotation may be wanted on: what may find a resource, and what may be a unit.

use std::collections::BTreeSet;

use klo_intent::Kind;
use klo_source::{FileId, SourceMap};

use super::signs::{is_application, is_client, is_program, is_secret};
use crate::attach::{Stands, Statement};
use crate::declare::{AppFile, Capability, Declaration};
use crate::facts::{ExprId, ExprKind, FileFacts, Item, ItemKind, ScopeKind, Step};
use crate::knowledge::django;
use crate::project::Project;
use crate::{python, rust};

/// Most items that are followed as resources, and most that are run as units.
const MOST_RESOURCES: usize = 600;
const MOST_UNITS: usize = 120;

/// Where an annotation above an item goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The byte at which its line begins.
    pub(super) at: u32,
    /// What that line is indented by.
    pub(super) indent: String,
}

/// An item that may be annotated.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Its file among the project's.
    pub(super) file: usize,
    pub(super) id: FileId,
    pub(super) path: String,
    pub(super) item: Item,
    pub(super) place: Place,
    pub(super) role: Role,
    /// Whether `if __name__ == "__main__":` calls it.
    pub(super) is_main: bool,
}

/// What an item is tried as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Store,
    /// A task queue's application that reads its broker's address itself.
    Broker,
    Secret,
    Service,
    Function,
    Job,
}

impl Role {
    pub(super) fn is_unit(self) -> bool {
        !matches!(self, Self::Store | Self::Broker | Self::Secret)
    }

    fn capability(self) -> Capability {
        match self {
            Self::Store | Self::Broker => Capability::Persist,
            Self::Secret => Capability::Secret,
            Self::Service => Capability::Service,
            Self::Function => Capability::Function,
            Self::Job => Capability::Job,
        }
    }
}

impl Candidate {
    /// The item as if it were annotated.
    pub(super) fn declaration(&self, facts: &FileFacts) -> Declaration {
        let capability = self.role.capability();
        let file = AppFile {
            id: self.id,
            path: &self.path,
            facts,
        };
        let kind = match self.role {
            Role::Broker => Some(Kind::Cache),
            _ => capability.kind(),
        };
        Declaration::assumed(capability, kind, file, &self.item)
    }
}

/// Every candidate of a project, in order of path and place. The facts of the files that are looked at
/// are replaced by such as name every item.
pub(super) fn candidates(
    looked_at: &BTreeSet<String>,
    project: &mut Project,
    sources: &SourceMap,
) -> (Vec<Candidate>, Vec<Candidate>) {
    let (mut stores, mut units) = (Vec::new(), Vec::new());
    for (index, file) in project.files.iter_mut().enumerate() {
        if !looked_at.contains(&file.path) {
            continue;
        }
        let text = sources.file(file.id).text();
        let (facts, statements) = match file.path.ends_with(".rs") {
            true => rust::outline(text),
            false => python::outline(text),
        };
        file.facts = facts;
        let reader = Reader {
            file: index,
            id: file.id,
            path: &file.path,
            text,
            facts: &file.facts,
        };
        reader.read(&statements, &mut stores, &mut units);
    }
    stores.truncate(MOST_RESOURCES);
    units.truncate(MOST_UNITS);
    (stores, units)
}

struct Reader<'a> {
    file: usize,
    id: FileId,
    path: &'a str,
    text: &'a str,
    facts: &'a FileFacts,
}

impl Reader<'_> {
    fn read(
        &self,
        statements: &[Statement],
        stores: &mut Vec<Candidate>,
        units: &mut Vec<Candidate>,
    ) {
        let mains = self.called_by_main();
        for (at, statement) in statements.iter().enumerate() {
            let Stands::On(item) = &statement.stands else {
                continue;
            };
            let annotated = self.facts.annotations.iter().any(|found| {
                found.item.range == item.range
                    && Capability::from_name(&found.annotation.capability)
                        .is_some_and(|capability| !capability.is_edge())
            });
            let Some(place) = self.place(statements, at).filter(|_| !annotated) else {
                continue;
            };
            let is_main = item
                .name
                .as_ref()
                .is_some_and(|name| mains.contains(name) && self.at_top(item));
            let candidate = |role| Candidate {
                file: self.file,
                id: self.id,
                path: self.path.to_owned(),
                item: item.clone(),
                place: place.clone(),
                role,
                is_main,
            };
            if let Some(role) = self.unit_role(item, is_main) {
                units.push(candidate(role));
            }
            if let Some(role) = self.store_role(item) {
                stores.push(candidate(role));
            }
        }
    }

    /// The line above which an annotation goes, decorators and attributes included; `None` where the
    /// item does not begin its line.
    fn place(&self, statements: &[Statement], mut at: usize) -> Option<Place> {
        let mut start = statements[at].range.start;
        while let Some(before) = at.checked_sub(1).map(|before| &statements[before]) {
            let between = self
                .text
                .get(before.range.end as usize..start as usize)
                .unwrap_or("x");
            if !matches!(before.stands, Stands::Skipped) || !between.trim().is_empty() {
                break;
            }
            start = before.range.start;
            at -= 1;
        }
        let before = self.text.get(..start as usize)?;
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let indent = &before[line..];
        let indent = indent.strip_prefix('\u{feff}').unwrap_or(indent);
        indent
            .chars()
            .all(|c| c == ' ' || c == '\t')
            .then(|| Place {
                at: start - indent.len() as u32,
                indent: indent.to_owned(),
            })
    }

    fn at_top(&self, item: &Item) -> bool {
        matches!(self.facts.scope(item.scope).kind, ScopeKind::Module)
    }

    /// Functions of the file that it calls when it is started.
    fn called_by_main(&self) -> Vec<String> {
        let mut found = Vec::new();
        for scope in &self.facts.scopes {
            if !matches!(scope.kind, ScopeKind::Main) {
                continue;
            }
            let called = scope.steps.iter().filter_map(|step| match step {
                Step::Do(value)
                | Step::Bind {
                    value: Some(value), ..
                } => Some(*value),
                _ => None,
            });
            for value in called {
                self.functions_called(value, 0, &mut found);
            }
        }
        found
    }

    /// `main()`, `sys.exit(main())`, `asyncio.run(main())`.
    fn functions_called(&self, value: ExprId, depth: u32, found: &mut Vec<String>) {
        if depth > 4 {
            return;
        }
        let kind = &self.facts.expr(value).kind;
        if let ExprKind::Call { callee, .. } = kind
            && let ExprKind::Name(name) = &self.facts.expr(*callee).kind
        {
            found.push(name.clone());
        }
        kind.for_each_part(|part| self.functions_called(part, depth + 1, found));
    }

    fn unit_role(&self, item: &Item, is_main: bool) -> Option<Role> {
        let is_rust = self.path.ends_with(".rs");
        match item.kind {
            ItemKind::Function(scope) => {
                let name = item.name.as_deref().unwrap_or("");
                if is_rust {
                    return (self.at_top(item) && name == "main" && is_program(self.path))
                        .then_some(Role::Service);
                }
                if !self.at_top(item) {
                    return None;
                }
                if self.is_handler(scope) {
                    return Some(Role::Function);
                }
                (is_main || self.makes_application(scope)).then_some(Role::Service)
            }
            ItemKind::Class(_) => (!is_rust
                && item.name.as_deref() == Some(django::COMMAND_CLASS)
                && django::command_of(self.path).is_some())
            .then_some(Role::Job),
            ItemKind::Assignment(value) if !is_rust && self.at_top(item) => {
                (item.name.is_some() && self.may_be_application(value)).then_some(Role::Service)
            }
            _ => None,
        }
    }

    /// `(event, context)`, as AWS Lambda calls it.
    fn is_handler(&self, scope: crate::facts::ScopeId) -> bool {
        let ScopeKind::Function { parameters, .. } = &self.facts.scope(scope).kind else {
            return false;
        };
        let names: Vec<&str> = parameters.iter().map(|p| p.name.as_str()).collect();
        matches!(names[..], ["event" | "_event", "context" | "_context"])
    }

    /// Whether a function's own code calls what makes an application.
    fn makes_application(&self, scope: crate::facts::ScopeId) -> bool {
        self.facts.exprs.iter().any(|expr| {
            expr.scope == scope
                && match &expr.kind {
                    ExprKind::Call { callee, .. } => {
                        is_application(self.last_name(*callee).unwrap_or(""))
                    }
                    _ => false,
                }
        })
    }

    /// A call of what makes an application, or of a function that may.
    fn may_be_application(&self, value: ExprId) -> bool {
        let ExprKind::Call { callee, arguments } = &self.facts.expr(value).kind else {
            return false;
        };
        let name = self.last_name(*callee).unwrap_or("");
        let lower = name.to_ascii_lowercase();
        is_application(name)
            || ["app", "celery", "factory", "server", "wsgi", "asgi", "api"]
                .iter()
                .any(|part| lower.contains(part))
            // `ProxyFix(app)`, `WhiteNoise(application)`.
            || arguments.first().is_some_and(|first| {
                matches!(&self.facts.expr(first.value()).kind, ExprKind::Name(name) if matches!(name.as_str(), "app" | "application"))
            })
    }

    fn last_name(&self, callee: ExprId) -> Option<&str> {
        match &self.facts.expr(callee).kind {
            ExprKind::Name(name) | ExprKind::Attribute(_, name) => Some(name),
            _ => None,
        }
    }

    fn store_role(&self, item: &Item) -> Option<Role> {
        let value = match item.kind {
            ItemKind::Assignment(value) | ItemKind::Call(value) | ItemKind::Return(value) => {
                Some(value)
            }
            ItemKind::Declaration => None,
            ItemKind::Function(_) | ItemKind::Class(_) => return None,
        };
        let name = item.name.as_deref().unwrap_or("");
        if self.in_settings(item) && name != "model_config" && !name.starts_with('_') {
            return Some(if is_secret(name) {
                Role::Secret
            } else {
                Role::Store
            });
        }
        let value = value?;
        if self.at_top(item) && matches!(name, "DATABASES" | "CACHES") {
            return Some(Role::Store);
        }
        let makes_tasks = match &self.facts.expr(value).kind {
            ExprKind::Call { callee, .. } => self.last_name(*callee) == Some("Celery"),
            _ => false,
        };
        let seen = self.looks(value);
        match seen {
            Looks::Variable(_) if makes_tasks => Some(Role::Broker),
            Looks::Nothing => None,
            Looks::Client => Some(Role::Store),
            Looks::Variable(variable) if is_secret(&variable) => Some(Role::Secret),
            Looks::Variable(_) => Some(Role::Store),
        }
    }

    /// Whether an item is a field of a class that is read from the environment.
    fn in_settings(&self, item: &Item) -> bool {
        let ScopeKind::Class { bases, .. } = &self.facts.scope(item.scope).kind else {
            return false;
        };
        !self.path.ends_with(".rs")
            && bases.iter().any(|base| {
                self.last_name(*base)
                    .is_some_and(|name| name.ends_with("Settings"))
            })
    }

    /// What an expression is made of.
    fn looks(&self, value: ExprId) -> Looks {
        let mut found = Looks::Nothing;
        let mut queue = vec![value];
        let mut steps = 0;
        while let Some(at) = queue.pop() {
            steps += 1;
            if steps > 400 {
                break;
            }
            let kind = &self.facts.expr(at).kind;
            match kind {
                ExprKind::Call { callee, arguments } => {
                    let name = self.last_name(*callee).unwrap_or("");
                    if is_client(name) {
                        return Looks::Client;
                    }
                    let first = arguments.first().map(|first| first.value());
                    if let Some(variable) = first.and_then(|first| self.variable(first)) {
                        found = Looks::Variable(variable);
                    }
                }
                ExprKind::Index(_, index) => {
                    if let Some(variable) = self.variable(*index) {
                        found = Looks::Variable(variable);
                    }
                }
                _ => {}
            }
            kind.for_each_part(|part| queue.push(part));
        }
        found
    }

    /// A text that is the name of a variable: `DATABASE_URL`.
    fn variable(&self, expr: ExprId) -> Option<String> {
        let ExprKind::Text(text) = &self.facts.expr(expr).kind else {
            return None;
        };
        let is_name = text.len() > 2
            && text.len() < 80
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        is_name.then(|| text.clone())
    }
}

enum Looks {
    Nothing,
    Client,
    Variable(String),
}
