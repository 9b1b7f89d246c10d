//! What holds for every text that somebody may call source: reading it ends, says the same each time,
//! and names only places and parts that are there.
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads its fixtures from disk"
)]

use std::path::Path;

use klo_diagnostics::{At, Diagnostic};
use klo_parse::facts::{BindTarget, ExprId, FileFacts, ScopeId, Step};
use klo_source::{MemoryTree, SourceMap, TextRange};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

/// A language that files are written in.
#[derive(Clone, Copy)]
pub(crate) struct Language {
    /// The end of its files' names.
    pub(crate) extension: &'static str,
    /// A file in which an app's code may stand.
    pub(crate) file: &'static str,
    /// Words and signs of which it is made, and some that are not of it.
    pub(crate) tokens: &'static [&'static str],
    /// What a file of it says.
    pub(crate) facts: fn(&str) -> FileFacts,
}

/// Every file of the fixtures that is of a language.
fn sources(language: Language) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<_> = walkdir::WalkDir::new(root)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == language.extension)
        })
        .collect();
    paths.sort();
    let texts = paths
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok());
    texts.filter(|text| text.len() < 20_000).collect()
}

/// One mistake that an editor or a merge makes.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Delete(usize),
    Duplicate(usize),
    Swap(usize, usize),
    Cut(usize),
    Insert(usize, &'static str),
}

impl Change {
    fn apply(&self, text: &str) -> String {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let count = lines.len().max(1);
        match *self {
            _ if lines.is_empty() => return String::new(),
            Self::Delete(at) => drop(lines.remove(at % count)),
            Self::Duplicate(at) => lines.insert(at % count, lines[at % count]),
            Self::Swap(one, other) => lines.swap(one % count, other % count),
            Self::Cut(at) => return text[..boundary(text, at)].to_owned(),
            Self::Insert(at, token) => {
                let (before, after) = text.split_at(boundary(text, at));
                return format!("{before}{token}{after}");
            }
        }
        lines.concat()
    }
}

/// A place in a text where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let at = at % (text.len() + 1);
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn change(language: Language) -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<usize>().prop_map(Change::Delete),
        any::<usize>().prop_map(Change::Duplicate),
        any::<(usize, usize)>().prop_map(|(one, other)| Change::Swap(one, other)),
        any::<usize>().prop_map(Change::Cut),
        (any::<usize>(), select(language.tokens)).prop_map(|(at, token)| Change::Insert(at, token)),
    ]
}

/// A file of the fixtures with mistakes in it.
pub(crate) fn changed_source(language: Language) -> impl Strategy<Value = String> {
    let sources = sources(language);
    let source = any::<prop::sample::Index>().prop_map(move |at| at.get(&sources).clone());
    (source, prop::collection::vec(change(language), 1..6)).prop_map(|(source, changes)| {
        let change = |text: String, change: &Change| change.apply(&text);
        changes.iter().fold(source, change)
    })
}

/// Words and signs in any order.
pub(crate) fn soup(language: Language) -> impl Strategy<Value = String> {
    prop::collection::vec(select(language.tokens), 0..120).prop_map(|tokens| tokens.concat())
}

/// Whether a range lies in a text and cuts no character.
fn lies_in(text: &str, start: u64, end: u64) -> bool {
    start <= end && text.get(start as usize..end as usize).is_some()
}

/// Every range anywhere in the facts lies in the text.
fn check_ranges(text: &str, value: &Value) {
    match value {
        Value::Object(entries) => {
            let at = |key: &str| entries.get(key).and_then(Value::as_u64);
            if let (2, Some(start), Some(end)) = (entries.len(), at("start"), at("end")) {
                assert!(lies_in(text, start, end), "{start}..{end} of {text:?}");
            }
            entries.values().for_each(|value| check_ranges(text, value));
        }
        Value::Array(items) => items.iter().for_each(|value| check_ranges(text, value)),
        _ => {}
    }
}

/// Every part that is named is there. Expressions are made of earlier ones.
fn check_parts(facts: &FileFacts) {
    let expr = |id: ExprId| assert!((id.0 as usize) < facts.exprs.len(), "{id:?}");
    let scope = |id: ScopeId| assert!((id.0 as usize) < facts.scopes.len(), "{id:?}");
    for found in &facts.exprs {
        scope(found.scope);
        found.kind.for_each_part(expr);
    }
    for found in &facts.scopes {
        found.decorators.iter().copied().for_each(expr);
        for step in &found.steps {
            match step {
                Step::Bind {
                    target,
                    value,
                    annotation,
                    ..
                } => {
                    check_target(target, &expr);
                    value.iter().chain(annotation).copied().for_each(expr);
                }
                Step::Do(id) | Step::Return(id) | Step::Yield(id) => expr(*id),
                Step::Define(id) | Step::Main(id) => scope(*id),
                Step::Extend { target, scope: id } => {
                    expr(*target);
                    scope(*id);
                }
                Step::Import(_) => {}
            }
        }
    }
}

fn check_target(target: &BindTarget, expr: &impl Fn(ExprId)) {
    match target {
        BindTarget::Attribute(base, _) => expr(*base),
        BindTarget::Index(base, index) => {
            expr(*base);
            expr(*index);
        }
        BindTarget::Tuple(targets) => targets.iter().for_each(|target| check_target(target, expr)),
        BindTarget::Name(_) | BindTarget::Ignored => {}
    }
}

/// That reading a text ends, says the same each time, and names only what is there.
pub(crate) fn check(language: Language, text: &str) {
    let found = (language.facts)(text);
    check_ranges(text, &serde_json::to_value(&found).expect("facts are data"));
    check_parts(&found);
    assert_eq!(found, (language.facts)(text), "the same text says the same");
}

/// Reads an app of one file, and checks the places of what is said about it.
pub(crate) fn check_app(language: Language, bytes: &[u8]) {
    let tree = MemoryTree::new([(language.file, bytes)]);
    let mut sources = SourceMap::new();
    let (apps, _) = klo_config::discover(&tree, "app", "", None, &mut sources);
    for app in &apps {
        let (_, diagnostics) = klo_parse::parse(&tree, app, &[], &mut sources);
        diagnostics
            .iter()
            .for_each(|said| check_place(&sources, said));
    }
}

fn check_place(sources: &SourceMap, said: &Diagnostic) {
    if let At::Span(span) = &said.at {
        let text = sources.file(span.file).text();
        let TextRange { start, end } = span.range();
        assert!(lies_in(text, start.into(), end.into()), "{said:?}");
    }
}

/// The properties of a language: `$annotated` is a text that holds an annotation, with what it is
/// about, to be put behind any other.
macro_rules! properties {
    ($language:expr, $annotated:expr) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

            #[test]
            fn any_text(text in "(?s).{0,400}") {
                check($language, &text);
            }

            #[test]
            fn any_row_of_tokens(text in soup($language)) {
                check($language, &text);
            }

            #[test]
            fn sources_with_mistakes_in_them(text in changed_source($language)) {
                check($language, &text);
            }

            #[test]
            fn sources_of_other_editors(text in changed_source($language)) {
                check($language, &format!("\u{feff}{}", text.replace('\n', "\r\n")));
            }
        }

        proptest! {
            #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

            #[test]
            fn apps_of_any_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
                bytes.extend_from_slice($annotated.as_bytes());
                check_app($language, &bytes);
            }

            #[test]
            fn apps_of_any_tokens(text in soup($language)) {
                check_app($language, [&text, $annotated].concat().as_bytes());
            }

            #[test]
            fn apps_with_mistakes_in_them(text in changed_source($language)) {
                check_app($language, text.as_bytes());
            }
        }
    };
}

pub(crate) use properties;
