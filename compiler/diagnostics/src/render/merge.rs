use std::sync::Arc;

use klo_source::SourceMap;

use crate::{At, Diagnostic};

/// Sorts by place, and makes one of those that differ in nothing but their environments.
pub fn merge(diagnostics: Vec<Diagnostic>, sources: &SourceMap) -> Vec<Diagnostic> {
    let mut keyed: Vec<_> = diagnostics
        .into_iter()
        .map(|diagnostic| (key(&diagnostic, sources), diagnostic))
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    let mut merged: Vec<Diagnostic> = Vec::with_capacity(keyed.len());
    for (_, diagnostic) in keyed {
        // Equal ones have equal keys, but others may have the same key and stand between them.
        let twin = merged
            .iter_mut()
            .rev()
            .take_while(|other| other.at == diagnostic.at)
            .find(|other| same(other, &diagnostic));
        match twin {
            Some(twin) => {
                twin.environments.extend(diagnostic.environments);
                twin.environments.sort();
                twin.environments.dedup();
            }
            None => merged.push(diagnostic),
        }
    }
    merged
}

type Key = (Arc<str>, u32, u32, String, u8, String, String);

/// Grave ones first where several stand at one place.
fn key(diagnostic: &Diagnostic, sources: &SourceMap) -> Key {
    let (path, start, end) = match &diagnostic.at {
        At::Span(span) => (sources.path(span.file).clone(), span.start, span.end),
        At::File(path) => (path.clone(), 0, 0),
        At::Nowhere => (Arc::from(""), 0, 0),
    };
    (
        path,
        start,
        end,
        diagnostic.app.clone(),
        diagnostic.level as u8,
        super::id(diagnostic).to_owned(),
        diagnostic.message.clone(),
    )
}

fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    let strip = |diagnostic: &Diagnostic| Diagnostic {
        environments: Vec::new(),
        ..diagnostic.clone()
    };
    a.code == b.code && a.message == b.message && strip(a) == strip(b)
}
