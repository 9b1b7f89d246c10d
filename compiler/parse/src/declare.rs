//! Annotations become declarations: keys checked against their capability's table and decoded,
//! attach rules held, names given. Language-free; what code implies is the linker's business.

mod attach;
mod capability;
mod edges;
mod keys;
mod name;

use std::collections::BTreeMap;
use std::sync::Arc;

use klo_config::App;
use klo_diagnostics::codes::{self, annotations};
use klo_diagnostics::{Code, Diagnostic, Level};
use klo_intent::{Access, AttrValue, Field, Kind, Literal, Place};
use klo_source::{FileId, Span, TextRange};

use crate::facts::{FileFacts, Item, Problem};

pub use capability::Capability;
pub use name::{derived_name, name_collisions};

/// Most units and resources of one app.
const MOST_IN_APP: usize = 1000;
/// Most units and resources of one item.
const MOST_ON_ITEM: usize = 16;

/// Decoded keys with the places of their values.
pub type Values = BTreeMap<&'static str, (AttrValue, Span)>;

/// A file of the app with what it says.
#[derive(Debug, Clone, Copy)]
pub struct AppFile<'a> {
    /// Its id.
    pub id: FileId,
    /// Its path relative to the repository's root.
    pub path: &'a str,
    /// Its facts.
    pub facts: &'a FileFacts,
}

/// A field of a resource and the variable that is to hold it, as `bind` states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The field.
    pub field: Field,
    /// The variable.
    pub variable: String,
    /// The place of the entry's value.
    pub at: Span,
}

/// An `expose` on a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Expose {
    /// Whether it is the internet that is let in, else what is inside the network.
    pub internet: bool,
    /// Every key that is stated, `to` included.
    pub values: Values,
    /// The annotation.
    pub at: Span,
}

/// A `trigger` on a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Which of the five sources: `queue`, `topic`, `schedule`, `bucket`, `table`.
    pub source: &'static str,
    /// The name (or `kind.name`) of the source, or the schedule.
    pub name: String,
    /// The place of that value.
    pub name_at: Span,
    /// Every key that is stated, the source included.
    pub values: Values,
    /// The annotation.
    pub at: Span,
}

/// A `uses` on a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Uses {
    /// A name, `kind.name` or `app:kind.name`.
    pub to: String,
    /// Its place.
    pub to_at: Span,
    /// The accesses stated; empty where the kind decides.
    pub access: Vec<Access>,
    /// The variables to set.
    pub bind: Vec<Bind>,
    /// The annotation.
    pub at: Span,
}

/// A unit or resource that an annotation declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// The capability: a unit's or a resource's.
    pub capability: Capability,
    /// The kind; `None` for a `persist` that does not state it.
    pub kind: Option<Kind>,
    /// The file.
    pub file: FileId,
    /// Its path relative to the repository's root.
    pub path: Arc<str>,
    /// What the annotation stands on.
    pub item: Item,
    /// The same as a stable place.
    pub place: Place,
    /// The annotation.
    pub at: Span,
    /// The name, stated or derived.
    pub name: String,
    /// The place of the stated name.
    pub name_at: Option<Span>,
    /// A former name.
    pub was: Option<String>,
    /// Decoded attributes; empty for a `persist` until [`finish_persist`] knows its kind.
    pub values: Values,
    /// What `bind` states.
    pub bind: Vec<Bind>,
    /// Ways in, for units.
    pub exposes: Vec<Expose>,
    /// What starts it, for units.
    pub triggers: Vec<Trigger>,
    /// Stated edges, for units.
    pub uses: Vec<Uses>,
    /// The attributes of a `persist` as written, with the range of each key.
    raw: Vec<(String, TextRange, Literal)>,
}

impl Declaration {
    /// A declaration that no annotation makes: what an item would be if one stood on it.
    pub(crate) fn assumed(
        capability: Capability,
        kind: Option<Kind>,
        file: AppFile<'_>,
        item: &Item,
    ) -> Self {
        Self {
            capability,
            kind,
            file: file.id,
            path: file.path.into(),
            item: item.clone(),
            place: crate::facts::place_of(file.path, &item.qualified),
            at: item.range.in_file(file.id),
            name: String::new(),
            name_at: None,
            was: None,
            values: Values::new(),
            bind: Vec::new(),
            exposes: Vec::new(),
            triggers: Vec::new(),
            uses: Vec::new(),
            raw: Vec::new(),
        }
    }

    /// Whether it is a unit or a site.
    pub fn is_unit(&self) -> bool {
        self.capability.is_unit()
    }
}

/// What the annotations of an app declare, in order of path and place, and every mistake in them.
/// `files` are the app's own, in any order.
pub fn declare(app: &App, files: &[AppFile<'_>]) -> (Vec<Declaration>, Vec<Diagnostic>) {
    let mut files: Vec<AppFile<'_>> = files.to_vec();
    files.sort_by_key(|file| file.path);
    let mut declarations = Vec::new();
    let mut diagnostics = Vec::new();
    for file in files {
        diagnostics.extend(problems(file.id, &file.facts.problems));
        let (found, mistakes) = attach::declare_file(app, file);
        declarations.extend(found);
        diagnostics.extend(mistakes);
    }
    if let Some(surplus) = declarations.get(MOST_IN_APP) {
        diagnostics.push(mistake(
            annotations::TOO_MANY,
            surplus.at,
            format!(
                "the app has {} units and resources, and at most {MOST_IN_APP} are followed",
                declarations.len()
            ),
            "split it: a folder with a klo.yaml of its own is an app of its own",
        ));
        declarations.truncate(MOST_IN_APP);
    }
    (declarations, diagnostics)
}

/// The attributes of a `persist` whose kind is now known, decoded by that kind's table, and what is
/// wrong with them: keys that the kind does not have, values of another type, fields that `bind`
/// cannot name. For other declarations, their values as they are.
pub fn finish_persist(
    app: &App,
    declaration: &Declaration,
    kind: Kind,
) -> (Values, Vec<Diagnostic>) {
    if declaration.capability != Capability::Persist {
        return (declaration.values.clone(), Vec::new());
    }
    let mut mistakes = Vec::new();
    let values = keys::decode_persist(app, declaration, kind, &mut mistakes);
    let fields = Field::of(kind);
    for bind in &declaration.bind {
        if !fields.contains(&bind.field) {
            mistakes.push(keys::foreign_field(kind, bind));
        }
    }
    (values, mistakes)
}

/// The mistakes that reading one file showed, as diagnostics.
pub fn problems(file: FileId, problems: &[Problem]) -> Vec<Diagnostic> {
    problems
        .iter()
        .map(|problem| {
            let code = codes::find(&problem.code).unwrap_or(annotations::MALFORMED);
            let level = if problem.error {
                Level::Error
            } else {
                Level::Warning
            };
            let mut diagnostic = Diagnostic::new(
                code,
                level,
                problem.range.in_file(file),
                problem.message.clone(),
            );
            if !problem.help.is_empty() {
                diagnostic = diagnostic.help(problem.help.clone());
            }
            for (range, message) in &problem.related {
                diagnostic = diagnostic.related(range.in_file(file), message.clone());
            }
            diagnostic
        })
        .collect()
}

/// An error with what would fix it.
fn mistake(
    code: Code,
    at: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    Diagnostic::error(code, at, message).help(help)
}

#[cfg(test)]
mod tests;
