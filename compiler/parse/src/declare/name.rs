use std::collections::BTreeMap;

use klo_config::App;
use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::annotations as codes;
use klo_intent::{Kind, kebab};
use klo_source::{Span, parent, stem};

/// Names that say nothing of what the item is for.
const GENERIC_ITEMS: [&str; 11] = [
    "app",
    "application",
    "api",
    "main",
    "server",
    "handler",
    "engine",
    "client",
    "pool",
    "db",
    "session",
];

/// File stems that say nothing either.
const GENERIC_STEMS: [&str; 5] = ["main", "app", "__init__", "mod", "lib"];

/// The name of an item that states none (language.md §1): its own, else the file's, else the
/// folder's, at the root the app's. It may be no valid name.
pub fn derived_name(app: &App, path: &str, item: Option<&str>) -> String {
    let own = item.map(kebab).unwrap_or_default();
    if !own.is_empty() && !GENERIC_ITEMS.contains(&own.as_str()) {
        return own;
    }
    let stem = stem(path);
    if !GENERIC_STEMS.contains(&stem) {
        return kebab(stem);
    }
    let folder = parent(path);
    if folder == app.root {
        return app.name.clone();
    }
    kebab(folder.rsplit('/').next().unwrap_or(folder))
}

/// Every intent whose kind and name another one before it has, in the order given.
pub fn name_collisions<'a>(
    intents: impl IntoIterator<Item = (Kind, &'a str, Span)>,
) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<(Kind, &str), Span> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (kind, name, at) in intents {
        if let Some(first) = seen.get(&(kind, name)) {
            diagnostics.push(
                Diagnostic::error(
                    codes::NAME_COLLISION,
                    at,
                    format!("there is another {kind} named `{name}` in this app"),
                )
                .help(format!(
                    "name one of them with `name = \"…\"`; if both are the same {kind}, annotate it \
                     where it is made and import it in the other place"
                ))
                .related(*first, "the other one")
                .subject(format!("{kind}.{name}")),
            );
        } else {
            seen.insert((kind, name), at);
        }
    }
    diagnostics
}
