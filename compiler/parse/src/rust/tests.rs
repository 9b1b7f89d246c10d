//! That no text takes more than its share, however deep what it says is.

use klo_diagnostics::codes::sources as codes;

use super::facts;

fn repeated(before: &str, shape: &str, after: &str, count: usize) -> String {
    format!("{before}{}{after}", shape.repeat(count))
}

#[test]
fn what_people_write_is_read_however_long_its_chains_are() {
    for (before, shape, after) in [
        ("fn f() { x", ".a()", "; }"),
        ("fn f() { 1", " + 1", "; }"),
        ("fn f() { if a {}", " else if a {}", " }"),
        ("fn f() { x", ".await?", " }"),
        ("const X: &[u8] = &[", "1, ", "];"),
    ] {
        let text = repeated(before, shape, after, 2_000);
        let said = facts(&text);
        assert!(said.problems.is_empty(), "{shape:?}: {:?}", said.problems);
    }
}

#[test]
fn what_nobody_writes_ends_with_its_place() {
    for (shape, size) in [
        (".a()", 1_000_000),
        ("-", 4_000_000),
        ("|a|", 1_000_000),
        ("(", 4_000_000),
        ("Vec<", 1_000_000),
        ("else if a {} ", 300_000),
        ("return ", 600_000),
        ("r#\"", 1_000_000),
        ("/*", 2_000_000),
        ("'", 4_000_000),
    ] {
        let text = repeated("fn f() { x", shape, "", size);
        let said = facts(&text);
        let problem = said.problems.first().expect("it is no Rust");
        assert!(
            [codes::TOO_DEEP.id(), codes::SYNTAX.id()].contains(&problem.code.as_str()),
            "{shape:?}: {problem:?}"
        );
    }
}

#[test]
fn heads_stand_between_the_attributes_and_the_body() {
    for (text, head) in [
        ("fn f() { #![allow(unused)] a() }", "fn f() "),
        ("#[a]\nfn f() {\n    //! é\n    a()\n}", "fn f() "),
        ("#[a]\n/* é /* 日本 */ é */ fn f() {}", "fn f() "),
        (
            "#[a] // é\r\n  #[b]\r\n  // c\r\n  pub mod m { #![x] }",
            "pub mod m ",
        ),
        ("/// é\n/** /* 日本 */ */\nimpl A { //! é\n }", "impl A "),
        ("/// é\npub struct S { a: u8 }", "pub struct S "),
    ] {
        for text in [text.to_owned(), format!("\u{feff}{text}")] {
            let found = facts(&text);
            assert_eq!(found.problems, [], "{text:?}");
            let range = found.scopes[1].head;
            assert_eq!(&text[range.start as usize..range.end as usize], head);
        }
    }
}

#[test]
fn a_mark_and_a_line_for_the_shell_move_no_place() {
    let plain = facts("\n// @klo::service\nfn main() {}\n");
    let shell = facts("#!/usr/bin/env cargo\n// @klo::service\nfn main() {}\n");
    assert_eq!(plain.annotations.len(), 1);
    assert_eq!(
        shell.annotations[0].item.range.start,
        plain.annotations[0].item.range.start + 20
    );
    assert!(
        facts("#![allow(dead_code)]\nfn main() {}")
            .problems
            .is_empty()
    );
}
