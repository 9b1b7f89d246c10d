//! Any text, printed and read back.

use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use klo_intent::Interface;
use proptest::prelude::*;

use super::scenario::{Scenario, Unit};

use crate::escape;

/// A word as the builder's lexer reads it (Dockerfile reference, "Escape" and "Environment
/// replacement"): a backslash outside single quotes takes the next character, quotes go away.
/// `None` where a variable would be replaced or a quote stays open.
fn read_word(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut in_quotes = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let next = chars.next()?;
                // Within quotes a backslash stays before a character that means nothing.
                if in_quotes && !matches!(next, '"' | '$' | '\\') {
                    out.push('\\');
                }
                out.push(next);
            }
            '"' => in_quotes = !in_quotes,
            '\'' if !in_quotes => return None,
            '$' => return None,
            c => out.push(c),
        }
    }
    (!in_quotes).then_some(out)
}

/// Whether a path pattern (Go's `path.Match`, with classes and backslashes) matches this path alone.
fn read_glob(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '[' => {
                let mut inner = chars.next()?;
                if inner == '\\' {
                    inner = chars.next()?;
                }
                (chars.next()? == ']').then_some(())?;
                out.push(inner);
            }
            '*' | '?' => return None,
            '\\' => out.push(chars.next()?),
            c => out.push(c),
        }
    }
    Some(out)
}

fn line() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.chars().filter(|c| !c.is_control()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn dockerfile_words(text in line()) {
        prop_assert!(escape::fits_a_line(&text));
        let printed = escape::dockerfile_word(&text);
        let is_one = printed.starts_with('"') || !printed.contains(char::is_whitespace);
        prop_assert!(is_one && !printed.is_empty());
        prop_assert_eq!(read_word(&printed), Some(text));
    }

    #[test]
    fn copied_paths(text in "[^\\x00-\\x1f\\x7f-\\x9f]{1,20}", other in "[a-z$*\\[\\\\'\" ]{1,8}") {
        let sources = [text.clone(), other.clone()];
        let printed = escape::dockerfile_copy(&sources, "/app/");
        let joined = printed.replace(" \\\n", " ");
        let words: Vec<String> = if joined.starts_with('[') {
            serde_json::from_str::<Vec<String>>(&joined)
                .unwrap()
                .iter()
                .map(|word| read_word(word).unwrap())
                .collect()
        } else {
            joined.split_whitespace().map(str::to_owned).collect()
        };
        prop_assert_eq!(words.len(), 3);
        prop_assert_eq!(read_glob(&words[0]), Some(text));
        prop_assert_eq!(read_glob(&words[1]), Some(other));
        prop_assert_eq!(&words[2], "/app/");
    }

    #[test]
    fn shell_words(text in any::<String>()) {
        let line = format!("command {} next", escape::shell_word(&text));
        let words = shlex::split(&line).unwrap();
        prop_assert_eq!(words, ["command", text.as_str(), "next"]);
    }

    #[test]
    fn json(text in any::<String>()) {
        let printed = escape::json_string(&text);
        prop_assert_eq!(printed.lines().count(), 1);
        prop_assert_eq!(serde_json::from_str::<String>(&printed).unwrap(), text);
    }

    #[test]
    fn hcl(text in any::<String>()) {
        let body: Body = format!("x = {}\n", escape::hcl_string(&text)).parse().unwrap();
        let attribute = body.get_attribute("x").unwrap();
        let Expression::String(read) = &attribute.value else {
            panic!("{:?} is no plain string", attribute.value);
        };
        prop_assert_eq!(read.as_str(), text);
    }

    #[test]
    fn comments(text in any::<String>()) {
        let printed = escape::comment(&text);
        let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}'];
        prop_assert!(!printed.contains(breaks));
    }

    #[test]
    fn ignore_patterns(text in any::<String>()) {
        let printed = escape::ignore_exception(&text);
        prop_assert!(printed.starts_with('!'));
        prop_assert!(!printed.contains(['\n', '\r', '^']));
    }
}

#[test]
fn hcl_templates() {
    for text in [
        "${x}",
        "%{if x}",
        "$${x}",
        "$",
        "%",
        "$$",
        "a\"b\\c\n\t\r",
        "\u{0}\u{1b}",
    ] {
        let body: Body = format!("x = {}\n", escape::hcl_string(text))
            .parse()
            .unwrap();
        let value = &body.get_attribute("x").unwrap().value;
        assert_eq!(value.as_str(), Some(text));
    }
}

#[test]
fn plain_words_stay_plain() {
    assert_eq!(escape::dockerfile_word("bin/serve.sh"), "bin/serve.sh");
    assert_eq!(escape::dockerfile_word("a b$c"), r#""a b\$c""#);
    assert_eq!(escape::shell_word("a'b"), r"'a'\''b'");
    assert_eq!(
        escape::dockerfile_copy(&["a.py".into(), "b.py".into()], "/app/"),
        "a.py \\\n     b.py \\\n     /app/"
    );
    assert_eq!(
        escape::dockerfile_copy(&["a [1].py".into()], "/app/"),
        r#"["a [[]1].py", "/app/"]"#
    );
    assert_eq!(escape::ignore_exception("a[1]*.py"), r"!a\[1\]\*.py");
}

/// A folder whose name would end every string and begin every interpolation.
#[test]
fn a_hostile_folder_stays_text() {
    let root = "a \"b${c}%{d}' #*";
    let path = |file: &str| format!("{root}/{file}");
    let (main, requirements) = (path("api/main.py"), path("requirements.txt"));
    let files = [
        (main.as_str(), ""),
        (requirements.as_str(), "uvicorn==0.34\n"),
    ];
    let unit = Unit::web("fastapi", Interface::Asgi).in_folder(root);
    let (emitted, diagnostics) = Scenario::in_folder(root, &files).unit(unit).emit();
    assert_eq!(diagnostics, []);
    let text = |name: &str| {
        &emitted
            .iter()
            .find(|(path, _)| path.ends_with(name))
            .unwrap()
            .1
    };
    let body: Body = text("docker-bake.hcl").parse().unwrap();
    let target = body
        .blocks()
        .find(|block| block.has_ident("target"))
        .unwrap();
    let dockerfile = &target.body.get_attribute("dockerfile").unwrap().value;
    let expected = path("infra/prod/containers/service-api/Dockerfile");
    assert_eq!(dockerfile.as_str(), Some(expected.as_str()));
    let copied: Vec<String> = text("/Dockerfile")
        .lines()
        .filter_map(|line| line.strip_prefix("COPY ["))
        .map(|rest| serde_json::from_str::<Vec<String>>(&format!("[{rest}")).unwrap())
        .map(|words| read_glob(&read_word(&words[0]).unwrap()).unwrap())
        .collect();
    assert_eq!(copied, [requirements, main]);
    assert!(text(".dockerignore").contains("!a \"b${c}%{d}' #\\*/api/main.py\n"));
}
