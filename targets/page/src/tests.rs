use klo_intent::{Access, Kind};

use crate::model::{Finding, NodeKind, Page, Problem, Setting, View};
use crate::testing::{areas, edge, node};

/// Names and texts that mean something in HTML, SVG, JavaScript or to a terminal.
const HOSTILE: &str =
    "</script></title><script>alert(1)</script>\"'`${x}&amp;\u{202e}\u{0}\u{1b}]0;\u{2028}<!--";

fn hostile() -> Page {
    let mut view = View {
        app: HOSTILE.to_owned(),
        environment: HOSTILE.to_owned(),
        problems: vec![Problem {
            message: HOSTILE.to_owned(),
            at: Some(HOSTILE.to_owned()),
        }],
        facts: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        ..View::default()
    };
    let mut unit = node(NodeKind::Intent(Kind::Service), HOSTILE, HOSTILE);
    unit.settings.push(Setting {
        name: HOSTILE.to_owned(),
        value: HOSTILE.to_owned(),
        origin: HOSTILE.to_owned(),
        at: Some(HOSTILE.to_owned()),
        instead_of: Vec::new(),
        default: false,
        pack: Some(HOSTILE.to_owned()),
    });
    unit.findings.push(Finding {
        rule: HOSTILE.to_owned(),
        level: "warn".to_owned(),
        subject: HOSTILE.to_owned(),
        message: HOSTILE.to_owned(),
        why: HOSTILE.to_owned(),
        waived: None,
    });
    view.nodes.push(unit);
    view.nodes
        .push(node(NodeKind::Intent(Kind::Bucket), HOSTILE, HOSTILE));
    view.edges.push(edge(0, 1, Access::Read));
    Page { views: vec![view] }
}

/// How often a tag is opened.
fn opened(html: &str, tag: &str) -> usize {
    html.matches(tag).count()
}

#[test]
fn what_users_wrote_opens_and_closes_nothing() {
    let plain = Page {
        views: vec![View::default()],
    };
    let (hostile, plain) = (crate::html(&hostile()), crate::html(&plain));
    for tag in [
        "<script",
        "</script",
        "<title",
        "<!--",
        "<style",
        "alert(1)<",
    ] {
        // Two nodes and their edge have a tooltip each, which is a title too.
        let more = if tag == "<title" { 3 } else { 0 };
        assert_eq!(opened(&hostile, tag), opened(&plain, tag) + more, "{tag}");
    }
    assert!(!hostile.contains('\u{0}') && !hostile.contains('\u{1b}'));
}

#[test]
fn the_policy_allows_the_pages_own_style_and_script_and_nothing_else() {
    let html = crate::html(&Page::default());
    let policy = html
        .split("Content-Security-Policy\" content=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    assert!(!policy.contains("unsafe") && !policy.contains("http"));
    for outside in [
        " src=",
        "@import",
        "url(http",
        "fetch(",
        "innerHTML",
        "eval(",
        " style=\"",
    ] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn the_same_page_is_the_same_bytes() {
    let page = || Page {
        views: vec![areas(12), areas(3)],
    };
    assert_eq!(crate::html(&page()), crate::html(&page()));
}

#[test]
fn every_node_and_edge_is_drawn() {
    let view = areas(12);
    let svg = crate::svg::svg(&view, 0);
    for number in 0..view.nodes.len() {
        assert_eq!(svg.matches(&format!("data-node=\"{number}\"")).count(), 1);
    }
    for number in 0..view.edges.len() {
        // The line and its label.
        assert_eq!(svg.matches(&format!("data-edge=\"{number}\"")).count(), 2);
    }
    assert!(svg.contains("class=\"graph crowded\""));
}

#[test]
fn a_small_picture() {
    insta::assert_snapshot!(crate::svg::svg(&areas(1), 0));
}
