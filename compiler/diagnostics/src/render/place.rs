//! Places as services see them that have the repository and nothing else.

use klo_source::{Location, SourceMap};

use super::{Judged, Style, one_line, relative};
use crate::{At, Diagnostic};

/// A place in the repository.
#[derive(Debug)]
pub(super) struct Place {
    /// The file, relative to the repository's root.
    pub(super) path: String,
    /// The characters; missing where the whole file is meant.
    pub(super) region: Option<Location>,
}

/// The place, if it lies in the repository.
pub(super) fn in_repository(at: &At, sources: &SourceMap, style: &Style) -> Option<Place> {
    let (path, region) = match at {
        At::Span(span) if sources.file(span.file).is_built_in() => return None,
        At::Span(span) => {
            let location = sources.location(*span);
            (sources.path(span.file).clone(), Some(location))
        }
        At::File(path) => (path.clone(), None),
        At::Nowhere => return None,
    };
    let path = relative(&style.root.join(path.as_ref()), &style.root);
    let outside = path == ".." || path.starts_with("../");
    (!outside).then_some(Place { path, region })
}

/// The diagnostic's place, or the configuration of its app where it has none in the repository.
pub(super) fn in_repository_or_config(
    diagnostic: &Diagnostic,
    judged: &[Judged],
    sources: &SourceMap,
    style: &Style,
) -> Place {
    in_repository(&diagnostic.at, sources, style).unwrap_or_else(|| {
        let app = judged.iter().find(|judged| judged.app == diagnostic.app);
        Place {
            path: app.map_or("klo.yaml".to_owned(), |app| app.config.clone()),
            region: None,
        }
    })
}

/// `path:line:column` from the repository's root; from where klo was started for what lies outside.
pub(super) fn shown(at: &At, sources: &SourceMap, style: &Style) -> Option<String> {
    let Some(place) = in_repository(at, sources, style) else {
        return super::place(at, sources, style).map(|place| one_line(&place));
    };
    let path = one_line(&place.path);
    Some(match place.region {
        Some(at) => format!("{path}:{}:{}", at.start.line, at.start.column),
        None => path,
    })
}

/// [`shown`] before a message, for a place outside the repository, which services could not show
/// otherwise.
pub(super) fn outside(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> String {
    if in_repository(&diagnostic.at, sources, style).is_some() {
        return String::new();
    }
    shown(&diagnostic.at, sources, style).map_or(String::new(), |place| format!("{place}: "))
}
