//! What holds for every text that somebody may call Rust.

mod properties;

use klo_parse::rust::facts;
use properties::{Language, changed_source, check, check_app, soup};
use proptest::prelude::*;

const LANGUAGE: Language = Language {
    extension: "rs",
    file: "src/main.rs",
    tokens: TOKENS,
    facts,
};

/// Words and signs of which Rust and annotations are made, and some that are neither.
const TOKENS: &[&str] = &[
    " ",
    "\n",
    "\n    ",
    "\t",
    "\r\n",
    ";",
    ":",
    "::",
    ",",
    ".",
    "..",
    "..=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "=",
    "==",
    "=>",
    "->",
    "+",
    "-",
    "*",
    "&",
    "&&",
    "|",
    "||",
    "!",
    "?",
    "@",
    "#",
    "#[",
    "#![",
    "$",
    "`",
    "\"",
    "'",
    "'a ",
    "'\\''",
    "\\",
    "r#\"",
    "\"#",
    "br\"",
    "c\"x\"",
    "r#type",
    "/*",
    "*/",
    "//",
    "///",
    "//!",
    "x",
    "name",
    "Type",
    "é",
    "日本",
    "\u{feff}",
    "\u{0}",
    "0x",
    "1_0u8",
    "1e9",
    "\n// a comment\n",
    "\n// @klo::service(name = \"a\")\n",
    "/* @klo::persist(",
    "#[klo::persist(name = \"b\")]",
    "@klo::",
    "fn ",
    "fn main() {",
    "async ",
    "await",
    "struct ",
    "enum ",
    "trait ",
    "impl ",
    "for ",
    "mod ",
    "use ",
    "pub ",
    "crate::",
    "super::",
    "self",
    "Self::",
    "static ",
    "const ",
    "let ",
    "mut ",
    "match ",
    "if ",
    "else ",
    "loop ",
    "while ",
    "return ",
    "break ",
    "move |x| ",
    "dyn ",
    "where ",
    "macro_rules! ",
    "vec![",
    "format!(\"{x}{}\", ",
    "println!(",
    "tokio::select! {",
    "lazy_static! {",
    "unsafe ",
    "std::env::var(\"X\")",
    ".clone()",
    ".unwrap_or_else(|_| ",
    ".await?",
    "#[derive(Parser)]\n",
    "#[arg(env)]",
    "#![allow(unused)]\n",
    "\n    //! é\n",
    "/** é /* 日本 */ é */",
    "/* é /* 日本 */ é */\r\n",
];

/// What once gave a range that ended before it began, or that cut a character.
#[test]
fn ranges_lie_in_the_text_whatever_stands_around_an_item() {
    for text in [
        "fn main() {\n    //! é\n    run();\n}\n",
        "// @klo::job(name = \"a\")\nfn main() {\n    #![allow(unused)]\n    run();\n}\n",
        "mod a {\n    #![allow(unused)]\n    fn b() {}\n}\n",
        "impl A {\n    //! é\n    fn b(&self) {}\n}\n",
        "struct A;\ntrait B {\n    #![allow(unused)]\n    fn c(&self) { }\n}\n",
        "#[a]\n/* é /* 日本 */ é */\r\n// @klo::job\r\nfn main() {}\r\n",
        "#[\u{2028}klo::persist(name = 1)]\nstatic A: u8 = 1;\n",
        "\u{feff}fn main() { macro_of!(let a = 1; a) }\n// @klo::job\n",
    ] {
        check(LANGUAGE, text);
        check(LANGUAGE, &text.replace('\n', "\r\n"));
        check(LANGUAGE, &format!("\u{feff}{text}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "(?s).{0,400}") {
        check(LANGUAGE, &text);
    }

    #[test]
    fn any_row_of_tokens(text in soup(LANGUAGE)) {
        check(LANGUAGE, &text);
    }

    #[test]
    fn sources_with_mistakes_in_them(text in changed_source(LANGUAGE)) {
        check(LANGUAGE, &text);
    }

    #[test]
    fn sources_of_other_editors(text in changed_source(LANGUAGE)) {
        check(LANGUAGE, &format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn apps_of_any_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        bytes.extend_from_slice(b"\n// @klo::service\n");
        check_app(LANGUAGE, &bytes);
    }

    #[test]
    fn apps_of_any_tokens(text in soup(LANGUAGE)) {
        check_app(LANGUAGE, format!("{text}\n// @klo::service\nfn main() {{}}\n").as_bytes());
    }

    #[test]
    fn apps_with_mistakes_in_them(text in changed_source(LANGUAGE)) {
        check_app(LANGUAGE, text.as_bytes());
    }
}
