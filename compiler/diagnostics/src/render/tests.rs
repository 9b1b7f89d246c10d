use std::path::PathBuf;

use klo_source::{SourceMap, Span, TextRange};
use proptest::prelude::*;

use super::{Format, Style, merge, relative, render};
use crate::codes::{annotations, settings, sources as source_codes};
use crate::{At, Diagnostic, RuleRef, WaiverRef};

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

fn find(map: &SourceMap, path: &str, text: &str) -> Span {
    let file = map.id(path).unwrap();
    let start = map.file(file).text().find(text).unwrap();
    TextRange::new(start, start + text.len()).in_file(file)
}

fn sources() -> SourceMap {
    let mut map = SourceMap::new();
    map.add(
        "services/db.py",
        "import os\n\n# é @klo::persists(name = \"orders\")\nengine = create_engine(URL)\n\n\n\n\n\n\nlast = 1\n",
    );
    map.add(
        "klo.yaml",
        "app: shop\nresources:\n  database.orders: { backup_days: -1 }\n",
    );
    map
}

fn examples(map: &SourceMap) -> Vec<Diagnostic> {
    let mut setting = Diagnostic::error(
        settings::INVALID_SETTING,
        find(map, "klo.yaml", "-1"),
        "`backup_days` of `database.orders` is -1, and it has to be a whole number between 0 and 3650",
    )
    .help("write a number of days, such as 7; a longer sentence that has to be wrapped because it does not fit")
    .related(find(map, "services/db.py", "engine"), "the database is declared here")
    .related(find(map, "klo.yaml", "database.orders"), "for this intent")
    .subject("database.orders");
    setting.app = "shop".to_owned();
    setting.environments = vec!["dev".to_owned()];
    let mut again = setting.clone();
    again.environments = vec!["prod".to_owned()];
    let mut finding = Diagnostic::warning(
        settings::INVALID_SETTING,
        find(map, "services/db.py", "last"),
        "no tag `owner`",
    );
    finding.rule = Some(RuleRef {
        id: "ACME-TAG-001".to_owned(),
        pack: "acme/platform".to_owned(),
        level: "warn".to_owned(),
        name: "missing-tag".to_owned(),
        why: "Chargeback.".to_owned(),
        url: None,
    });
    finding.waiver = Some(WaiverRef {
        reason: "the team is being split".to_owned(),
        approver: "finance".to_owned(),
        until: "2026-12-31".to_owned(),
        at: At::Nowhere,
    });
    vec![
        finding,
        again,
        Diagnostic::error(
            annotations::UNKNOWN_CAPABILITY,
            find(map, "services/db.py", "persists"),
            "there is no capability `persists`",
        )
        .help("did you mean `persist`?"),
        setting,
        Diagnostic::error(
            source_codes::UNREADABLE_FILE,
            At::File("services/legacy.py".into()),
            "it is not UTF-8: byte 3 begins no character",
        ),
        Diagnostic::note(
            annotations::UNKNOWN_CAPABILITY,
            At::Nowhere,
            "nothing to do\nhere",
        ),
    ]
}

#[test]
fn full_with_unicode() {
    let map = sources();
    let merged = merge(examples(&map), &map);
    insta::assert_snapshot!(render(&merged, &map, &style(Format::Full)));
}

#[test]
fn full_with_ascii_only() {
    let map = sources();
    let merged = merge(examples(&map), &map);
    let style = Style {
        unicode: false,
        ..style(Format::Full)
    };
    let text = render(&merged, &map, &style);
    let drawn = text.replace('é', "e");
    assert!(drawn.is_ascii(), "{drawn}");
    insta::assert_snapshot!(text);
}

#[test]
fn full_in_colour_says_the_same() {
    let map = sources();
    let merged = merge(examples(&map), &map);
    let style = Style {
        color: true,
        ..style(Format::Full)
    };
    let text = render(&merged, &map, &style);
    assert!(text.contains("\u{1b}["));
}

#[test]
fn concise() {
    let map = sources();
    let merged = merge(examples(&map), &map);
    insta::assert_snapshot!(render(&merged, &map, &style(Format::Concise)));
}

#[test]
fn json() {
    let map = sources();
    let merged = merge(examples(&map), &map);
    insta::assert_snapshot!(render(&merged, &map, &style(Format::Json)));
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
    let text = render(&one, &map, &style(Format::Full));
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
    for format in [Format::Full, Format::Concise] {
        let text = render(&one, &map, &style(format));
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
        for format in [Format::Full, Format::Concise, Format::Json] {
            let text = render(std::slice::from_ref(&diagnostic), &map, &style(format));
            prop_assert!(text.contains("KLO0101"));
            prop_assert!(!text.contains("Failed to read"), "{}", text);
        }
    }
}
