//! A proposal is tried before it is made: the annotated texts are parsed like any others.

use std::collections::BTreeMap;

use klo_config::App;
use klo_diagnostics::codes::{linking, proposals as codes};
use klo_diagnostics::{At, Diagnostic, Level};
use klo_intent::{IntentGraph, Kind};
use klo_source::{FileId, SourceMap, Span, Tree};

use super::edits::{Insertion, Overlay, apply};
use super::lines::Draft;

/// Each round takes something back; of more nobody would gain.
const MOST_ROUNDS: usize = 8;

/// The new texts of the files that drafts touch.
pub(super) fn texts(sources: &SourceMap, drafts: &[Draft]) -> BTreeMap<String, String> {
    placed(sources, drafts)
        .into_iter()
        .map(|(path, file)| (path, file.text))
        .collect()
}

/// A file with drafts in it.
struct Placed {
    text: String,
    /// The bytes that each draft became.
    ranges: Vec<(usize, u32, u32)>,
}

fn placed(sources: &SourceMap, drafts: &[Draft]) -> BTreeMap<String, Placed> {
    let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        by_path.entry(&draft.path).or_default().push(at);
    }
    let mut found = BTreeMap::new();
    for (path, mut own) in by_path {
        let Some(id) = sources.id(path) else { continue };
        // A unit's annotations stand above those of a resource on the same item.
        own.sort_by_key(|at| (drafts[*at].place.at, !drafts[*at].is_unit, *at));
        let insertions: Vec<Insertion> = own
            .iter()
            .map(|at| Insertion {
                path: path.to_owned(),
                place: drafts[*at].place.clone(),
                lines: drafts[*at].lines.clone(),
            })
            .collect();
        let (text, ranges) = apply(
            path,
            sources.file(id).text(),
            &insertions.iter().collect::<Vec<_>>(),
        );
        let ranges = own
            .iter()
            .zip(ranges)
            .map(|(at, (start, end))| (*at, start, end))
            .collect();
        found.insert(path.to_owned(), Placed { text, ranges });
    }
    found
}

/// Takes back what klo would refuse or what nothing uses, and says why.
pub(super) fn settle(
    tree: &dyn Tree,
    app: &App,
    nested: &[String],
    sources: &SourceMap,
    drafts: &mut Vec<Draft>,
    notes: &mut Vec<Diagnostic>,
) {
    for round in 0..MOST_ROUNDS {
        if drafts.is_empty() {
            return;
        }
        let files = placed(sources, drafts);
        let overlay = Overlay {
            below: tree,
            texts: files
                .iter()
                .map(|(path, file)| (path.clone(), file.text.clone()))
                .collect(),
        };
        let mut trial = SourceMap::new();
        let (graph, found) = crate::parse(&overlay, app, nested, &mut trial);
        let mut taken: BTreeMap<usize, Diagnostic> = BTreeMap::new();
        for diagnostic in &found {
            let is_error = diagnostic.level == Level::Error;
            let is_idle = diagnostic.code == linking::UNREACHED_RESOURCE;
            if !is_error && !is_idle {
                continue;
            }
            let places = std::iter::once(&diagnostic.at)
                .chain(diagnostic.related.iter().map(|related| &related.at));
            let draft = places
                .filter_map(|at| draft_at(at, &trial, &files, drafts, diagnostic))
                .next();
            if let Some(draft) = draft {
                taken
                    .entry(draft)
                    .or_insert_with(|| refused(&drafts[draft], diagnostic, is_idle));
            }
        }
        if taken.is_empty() || round + 1 == MOST_ROUNDS {
            let later = found
                .iter()
                .filter(|diagnostic| diagnostic.code == linking::UNANNOTATED_CLIENT);
            notes.extend(later.filter_map(|found| followed(found, &trial, sources, &files)));
            notes.extend(drafts.iter().filter_map(|draft| wanting(draft, &graph)));
            return;
        }
        for draft in taken.keys().rev() {
            drafts.remove(*draft);
        }
        notes.extend(taken.into_values());
    }
}

/// The draft that a place lies in, or whose intent a diagnostic is about.
fn draft_at(
    at: &At,
    trial: &SourceMap,
    files: &BTreeMap<String, Placed>,
    drafts: &[Draft],
    diagnostic: &Diagnostic,
) -> Option<usize> {
    let At::Span(span) = at else { return None };
    let file = files.get(&**trial.path(span.file))?;
    let inside = file
        .ranges
        .iter()
        .find(|(_, start, end)| *start <= span.start && span.start < *end)
        .map(|(draft, _, _)| *draft);
    let subject = diagnostic.subject.as_deref();
    inside.or_else(|| {
        drafts
            .iter()
            .position(|draft| Some(draft.id.as_str()) == subject)
    })
}

fn refused(draft: &Draft, diagnostic: &Diagnostic, is_idle: bool) -> Diagnostic {
    if let (true, Some(variable)) = (is_idle, &draft.setting) {
        return Diagnostic::note(
            codes::VARIABLE_UNSET,
            draft.at,
            format!("the code reads `{variable}` when it is started, and nothing sets it"),
        )
        .help(format!(
            "add `env = {{ {variable} = \"…\" }}` to the unit, or read it with a default"
        ));
    }
    let code = if is_idle {
        codes::UNREACHED_CANDIDATE
    } else {
        codes::REFUSED
    };
    let note = Diagnostic::note(
        code,
        draft.at,
        format!(
            "no annotation is proposed here: as {} it would not hold, since {}",
            draft.id, diagnostic.message
        ),
    );
    match &diagnostic.help {
        Some(help) => note.help(help.clone()),
        None => note,
    }
}

/// What an intent needs that the code does not show, and without which nothing is compiled.
fn wanting(draft: &Draft, graph: &IntentGraph) -> Option<Diagnostic> {
    let intent = graph
        .intents
        .iter()
        .find(|intent| intent.id() == draft.id)?;
    let (attribute, what, help) = match intent.kind {
        Kind::Table => (
            "key",
            "which attribute finds an item",
            "add `key = \"id\"`, with the table's own attribute, to the annotation",
        ),
        Kind::Database => (
            "engine",
            "which engine it is",
            "add `engine = \"postgres\"` or `\"mysql\"` to the annotation, or depend on the driver",
        ),
        _ => return None,
    };
    if intent.implied.contains_key(attribute) || intent.stated.contains_key(attribute) {
        return None;
    }
    let message = format!("the code does not show of {} {what}", draft.id);
    Some(Diagnostic::note(codes::VALUE_UNDECIDED, draft.at, message).help(help))
}

/// A note on the trial's text as one on the file as it is.
fn followed(
    found: &Diagnostic,
    trial: &SourceMap,
    sources: &SourceMap,
    files: &BTreeMap<String, Placed>,
) -> Option<Diagnostic> {
    let At::Span(span) = &found.at else {
        return None;
    };
    let path = trial.path(span.file);
    let id: FileId = sources.id(path)?;
    let ranges = files.get(&**path).map_or(&[][..], |file| &file.ranges);
    let before: u32 = ranges
        .iter()
        .filter(|(_, _, end)| *end <= span.start)
        .map(|(_, start, end)| end - start)
        .sum();
    let at = Span {
        file: id,
        start: span.start - before,
        end: span.end - before,
    };
    Some(
        Diagnostic::note(codes::CLIENT_LEFT_OUT, at, found.message.clone()).help(
            "make the client in an assignment that reads its address from the environment, and run \
             `klo init` again; or state the edge on the unit with `@klo::uses(to = \"…\")`",
        ),
    )
}
