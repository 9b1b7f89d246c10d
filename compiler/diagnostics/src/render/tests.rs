use std::path::PathBuf;

use klo_source::{SourceMap, TextRange};
use proptest::prelude::*;

use super::examples::{everything, examples, find, findings, judged, sources};
use super::{Format, Style, merge, relative, render};
use crate::Diagnostic;
use crate::codes::annotations;

fn style(format: Format) -> Style {
    Style {
        format,
        color: false,
        unicode: true,
        width: 80,
        root: PathBuf::from("/repo"),
        base: PathBuf::from("/repo/services"),
    }
}

fn shown(format: Format, found: fn(&SourceMap) -> Vec<Diagnostic>) -> String {
    let map = sources();
    let merged = merge(found(&map), &map);
    render(&merged, &judged(), &map, &style(format))
}

#[test]
fn full_with_unicode() {
    insta::assert_snapshot!(shown(Format::Full, examples));
}

#[test]
fn full_of_findings() {
    insta::assert_snapshot!(shown(Format::Full, findings));
}

/// What the full form draws where there is nothing but ASCII.
fn full_in_ascii(found: fn(&SourceMap) -> Vec<Diagnostic>) -> String {
    let map = sources();
    let merged = merge(found(&map), &map);
    let style = Style {
        unicode: false,
        ..style(Format::Full)
    };
    let text = render(&merged, &judged(), &map, &style);
    let drawn = text.replace(['é', '\u{fffd}', '\u{fffe}'], "e");
    assert!(drawn.is_ascii(), "{drawn}");
    text
}

#[test]
fn full_with_ascii_only() {
    insta::assert_snapshot!(full_in_ascii(examples));
}

#[test]
fn full_of_findings_with_ascii_only() {
    insta::assert_snapshot!(full_in_ascii(findings));
}

#[test]
fn full_fits_80_columns() {
    for text in [shown(Format::Full, everything), full_in_ascii(everything)] {
        for line in text.lines() {
            let address = line.trim_start().starts_with("see: ");
            assert!(line.chars().count() <= 80 || address, "{line}");
        }
    }
}

#[test]
fn full_in_colour_says_the_same() {
    let map = sources();
    let merged = merge(everything(&map), &map);
    let style = Style {
        color: true,
        ..style(Format::Full)
    };
    let text = render(&merged, &judged(), &map, &style);
    assert!(text.contains("\u{1b}["));
    let mut plain = String::new();
    for (at, part) in text.split("\u{1b}[").enumerate() {
        let rest = part.split_once('m').map_or("", |(_, rest)| rest);
        plain.push_str(if at == 0 { part } else { rest });
    }
    assert_eq!(plain, shown(Format::Full, everything));
}

#[test]
fn concise() {
    insta::assert_snapshot!(shown(Format::Concise, everything));
}

#[test]
fn json() {
    insta::assert_snapshot!(shown(Format::Json, everything));
}

#[test]
fn sarif() {
    insta::assert_snapshot!(shown(Format::Sarif, everything));
}

#[test]
fn github() {
    insta::assert_snapshot!(shown(Format::Github, everything));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(shown(Format::Gitlab, everything));
}

#[test]
fn junit() {
    insta::assert_snapshot!(shown(Format::Junit, everything));
}

#[test]
fn nothing_is_a_whole_document_too() {
    let empty = |format| render(&[], &judged(), &sources(), &style(format));
    for format in [Format::Full, Format::Concise, Format::Github] {
        assert_eq!(empty(format), "");
    }
    assert_eq!(empty(Format::Gitlab), "[]\n");
    let sarif: serde_json::Value = serde_json::from_str(&empty(Format::Sarif)).unwrap();
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    let junit = empty(Format::Junit);
    assert_eq!(junit.matches("\"no findings\"").count(), 2, "{junit}");
    let none = render(&[], &[], &sources(), &style(Format::Junit));
    assert!(none.contains("<testsuites") && !none.contains("<testcase"));
}

/// The fingerprints of what is found in a file, without its environment.
fn prints(text: &str, message: &str) -> Vec<String> {
    let mut map = SourceMap::new();
    map.add("services/db.py", text);
    let of = |word: &str| {
        let span = find(&map, "services/db.py", word);
        Diagnostic::error(annotations::UNKNOWN_CAPABILITY, span, message)
    };
    let about = of("engine").subject("database.orders");
    let mut other = about.clone();
    other.app = "another".to_owned();
    let all = [of("persists"), of("engine"), about.clone(), about, other];
    super::fingerprint::fingerprints(&all, &map)
}

#[test]
fn fingerprints_stay_when_code_moves_and_differ_from_each_other() {
    let before = prints("# @klo::persists\nengine = 1\n", "no");
    let after = prints(
        "import os\n\n\n  # @klo::persists\n\nengine = 2\n",
        "no, never",
    );
    assert_eq!(before, after);
    for (at, print) in before.iter().enumerate() {
        assert!(!before[at + 1..].contains(print), "{before:?}");
    }
}

#[test]
fn lines_without_end_are_cut() {
    let mut map = SourceMap::new();
    let text = format!("{}persists{}\n", "a".repeat(100_000), "b".repeat(100_000));
    map.add("a.py", text);
    let span = find(&map, "a.py", "persists");
    let one = [Diagnostic::error(
        annotations::UNKNOWN_CAPABILITY,
        span,
        "no",
    )];
    let text = render(&one, &[], &map, &style(Format::Full));
    assert!(text.len() < 2_000, "{}", text.len());
    assert!(text.contains("../a.py:1:100001"), "{text}");
    assert!(text.contains("…") && text.contains("apersistsb"), "{text}");
}

#[test]
fn terminals_are_told_nothing_by_source_text() {
    let mut map = SourceMap::new();
    map.add("a.py", "x = \u{1b}]0;title\u{7} persists \u{202e}\n");
    let span = find(&map, "a.py", "persists");
    let one = [Diagnostic::error(
        annotations::UNKNOWN_CAPABILITY,
        span,
        "bad \u{1b}[31m",
    )];
    for format in [Format::Full, Format::Concise, Format::Github, Format::Junit] {
        let text = render(&one, &[], &map, &style(format));
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn paths_are_relative_to_where_klo_was_started() {
    let way = |path: &str, base: &str| relative(path.as_ref(), base.as_ref());
    assert_eq!(way("/repo/a/b.py", "/repo/a"), "b.py");
    assert_eq!(way("/repo/b.py", "/repo/a/c"), "../../b.py");
    assert_eq!(way("/repo", "/repo"), ".");
    assert_eq!(way("/x/repo/b.py", "/"), "x/repo/b.py");
}

proptest! {
    #[test]
    fn any_span_of_any_text_can_be_shown(
        text in "(\\PC|[\\n\\r\\t\u{0}\u{1b}é😀]){0,80}",
        start in 0u32..100,
        length in 0u32..100,
        second in 0u32..100,
    ) {
        let mut map = SourceMap::new();
        let file = map.add("a.py", text);
        let span = |start: u32, end: u32| TextRange { start, end }.in_file(file);
        let diagnostic = Diagnostic::error(
            annotations::UNKNOWN_CAPABILITY,
            span(start, start + length),
            "message",
        )
        .related(span(second, second + 1), "second");
        for format in [
            Format::Full,
            Format::Concise,
            Format::Json,
            Format::Sarif,
            Format::Github,
            Format::Gitlab,
            Format::Junit,
        ] {
            let text = render(std::slice::from_ref(&diagnostic), &[], &map, &style(format));
            prop_assert!(text.contains("KLO0101"));
            prop_assert!(!text.contains("Failed to read"), "{}", text);
        }
    }
}
