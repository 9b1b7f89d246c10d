//! What holds for every text that somebody may call Python.

mod properties;

use klo_parse::python::facts;
use properties::{Language, changed_source, check, check_app, soup};
use proptest::prelude::*;

const LANGUAGE: Language = Language {
    extension: "py",
    file: "main.py",
    tokens: TOKENS,
    facts,
};

/// Words and signs of which Python and annotations are made, and some that are neither.
const TOKENS: &[&str] = &[
    " ",
    "\n",
    "\n    ",
    "\n        ",
    "\t",
    "\r\n",
    "\\\n",
    ";",
    ":",
    ",",
    ".",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "=",
    "==",
    ":=",
    "->",
    "+",
    "-",
    "*",
    "**",
    "@",
    "%",
    "|",
    "|=",
    "+=",
    "~",
    "!",
    "$",
    "?",
    "`",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "f\"",
    "rb'",
    "{x!r:>{w}}",
    "\"%(a)s %d\" % ",
    "\"{} {a}\".format(",
    "x",
    "name",
    "é",
    "日本",
    "\u{feff}",
    "\u{0}",
    "0x",
    "1_0",
    "1e9",
    "3j",
    "# a comment",
    "\n# @klo::service(name = \"a\")\n",
    "# @klo::",
    "@klo::persist(",
    "def ",
    "async ",
    "class ",
    "lambda ",
    "return ",
    "yield ",
    "from ",
    "import ",
    "if ",
    "elif ",
    "else",
    "for ",
    "in ",
    "while ",
    "try",
    "except ",
    "with ",
    "as ",
    "match ",
    "case ",
    "global ",
    "await ",
    "type ",
    "print ",
    "exec ",
    "if __name__ == \"__main__\":\n    ",
    "x: \"Optional['a.b']\" = ",
    "del ",
    "not ",
    "is ",
];

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
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn apps_of_any_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        bytes.extend_from_slice(b"\n# @klo::service\n");
        check_app(LANGUAGE, &bytes);
    }

    #[test]
    fn apps_of_any_tokens(text in soup(LANGUAGE)) {
        check_app(LANGUAGE, format!("{text}\n# @klo::service\napp = f()\n").as_bytes());
    }

    #[test]
    fn apps_with_mistakes_in_them(text in changed_source(LANGUAGE)) {
        check_app(LANGUAGE, text.as_bytes());
    }
}
