use super::value::quoted;
use super::*;
use klo_intent::{Literal, LiteralKind};
use proptest::prelude::*;

/// The lines of a text as comment lines with their offsets in it.
fn lines(text: &str) -> Vec<CommentLine<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let at = start;
            start += line.len() as u32;
            CommentLine {
                text: line.trim_end_matches(['\n', '\r']),
                start: at,
            }
        })
        .collect()
}

fn parse(text: &str) -> (Vec<Annotation>, Vec<Problem>) {
    parse_block(&lines(text))
}

/// Each problem as `code "characters": message; help`.
fn problems(text: &str) -> Vec<String> {
    parse(text)
        .1
        .iter()
        .map(|p| {
            let shown = &text[p.range.start as usize..p.range.end as usize];
            format!("{} {shown:?}: {}; {}", p.code, p.message, p.help)
        })
        .collect()
}

fn print_value(literal: &Literal) -> String {
    match &literal.kind {
        LiteralKind::Null => "null".to_owned(),
        LiteralKind::Bool(flag) => flag.to_string(),
        LiteralKind::Int(number) => number.to_string(),
        LiteralKind::Float(number) => format!("{number:?}"),
        LiteralKind::Str(text) => quoted(text),
        LiteralKind::List(items) => {
            let items: Vec<String> = items.iter().map(print_value).collect();
            format!("[{}]", items.join(", "))
        }
        LiteralKind::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, _, value)| format!("{} = {}", quoted(key), print_value(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn print(annotation: &Annotation) -> String {
    let arguments: Vec<String> = annotation
        .arguments
        .iter()
        .map(|(key, _, value)| format!("{key} = {}", print_value(value)))
        .collect();
    match arguments.as_slice() {
        [] => format!("@klo::{}", annotation.capability),
        arguments => format!("@klo::{}({})", annotation.capability, arguments.join(", ")),
    }
}

fn printed(text: &str) -> Vec<String> {
    let (annotations, problems) = parse(text);
    assert!(problems.is_empty(), "{problems:?}");
    annotations.iter().map(print).collect()
}

#[test]
fn every_form_of_value() {
    let text = r#"# @klo::service(name = "a\"\\\n\t\u{e9}", users = 10_000, min = -1, cpu = 0.5, spot = true, waf = false,
#     command = ["a", "b",], env = { A = 1, "B C" = "x", nested = { k = [1] }, },
# ) serves orders"#;
    insta::assert_snapshot!(printed(text).join("\n"));
}

#[test]
fn leaders_of_host_languages() {
    for text in [
        "# @klo::service",
        "## @klo::service",
        "  // @klo::service trailing prose",
        "/// @klo::service",
        "//! @klo::service",
        "/* @klo::service */",
        "/** @klo::service */",
        " * @klo::service",
        "@klo::service()",
        "# @klo::service (the main one)",
    ] {
        assert_eq!(printed(text), ["@klo::service"], "{text}");
    }
    assert_eq!(
        printed("# @klo::job (name = \"a\")"),
        ["@klo::job(name = \"a\")"]
    );
}

#[test]
fn ranges_point_into_the_file_across_lines() {
    let text = "# prose\n# @klo::persist(\n#     name = \"orders\",\n#     storage = \"20Gi\"\n# ) more\n# @klo::uses(to = \"x\")\n";
    let (annotations, problems) = parse(text);
    assert!(problems.is_empty());
    let slice = |range: TextRange| &text[range.start as usize..range.end as usize];
    let [persist, uses] = annotations.as_slice() else {
        panic!("{annotations:?}")
    };
    assert_eq!(slice(persist.capability_range), "persist");
    assert!(slice(persist.range).starts_with("@klo::persist("));
    assert!(slice(persist.range).ends_with("\n# )"));
    assert_eq!(slice(persist.arguments[1].1), "storage");
    assert_eq!(slice(persist.arguments[1].2.range), "\"20Gi\"");
    assert_eq!(slice(uses.range), "@klo::uses(to = \"x\")");
}

#[test]
fn a_marker_within_a_line_is_prose() {
    let (annotations, problems) =
        parse("# see @klo::service(name = 1) for more\n# klo: nothing\n# @klo is nice");
    assert!(annotations.is_empty() && problems.is_empty());
}

#[test]
fn mistakes() {
    let cases = [
        "# @klo::",
        "# @klo::(name = 1)",
        "# @klo:service(name = \"a\")",
        "# @Klo::service",
        "# @klo.service",
        "# @klo::service(name = \"a\"",
        "# @klo::service(name = \"a\",\n# Serves the orders app.",
        "# @klo::service(name = \"a\",\n# @klo::expose(to = \"internet\")",
        "# @klo::service(name = \"orders)",
        "# @klo::service(\n#   name = \"orders,\n#   port = 80,\n# )",
        "# @klo::service(command = [\"a\", \"b\")",
        "# @klo::service(env = { A = 1 ]})",
        "# @klo::service(name = \"a\\q\\u{110000}\\u{}\\u41\")",
        "# @klo::service(timeout = 30s, cpu = .5, max = 99999999999999999999, min = 1__0, port = 8080.)",
        "# @klo::service(name = 'orders', latency = low, spot = True, gpu = None, to = “x”)",
        "# @klo::service(name: \"a\", users == 5, spot)",
        "# @klo::service(\"orders\", port = 80)",
        "# @klo::service(name = , port = 80)",
        "# @klo::service(name = \"a\" port = 80)",
        "# @klo::service(name = \"a\"; port = 80, spot = true)",
        "# @klo::service(name = \"a\", port = 80, name = \"b\", env = { A = 1, A = 2 })",
        "# @klo::service(name = \"a\",, port = 80)",
        "# @klo::service(name =\n",
        "# @klo::config(default = 1e999)",
    ];
    let report: Vec<String> = cases
        .iter()
        .map(|text| {
            let (annotations, _) = parse(text);
            let kept: Vec<String> = annotations.iter().map(print).collect();
            format!(
                "{text}\n  kept: {}\n  {}\n",
                kept.join(" | "),
                problems(text).join("\n  ")
            )
        })
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn depth_is_bounded() {
    let text = format!(
        "# @klo::config(default = {}, name = \"a\")",
        "[".repeat(100_000)
    );
    let found = problems(&text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("KLO0111"));
    let text = format!(
        "# @klo::config(default = {}{}, name = \"a\")",
        "[".repeat(1000),
        "]".repeat(1000)
    );
    let (annotations, problems) = parse(&text);
    assert_eq!(problems.len(), 1);
    assert_eq!(annotations[0].arguments[1].0, "name");
}

#[test]
fn hostile_text_takes_linear_time_and_memory() {
    for piece in ["a = 1, ", "a ", "'", "\"", "[1,", "{a=", ")(", "\\u{"] {
        let text = format!("# @klo::service({}", piece.repeat(200_000));
        let (_, problems) = parse(&text);
        assert!(problems.len() <= value::MAX_PROBLEMS, "{piece}");
    }
}

fn literal() -> impl Strategy<Value = Literal> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(LiteralKind::Bool),
        any::<i64>().prop_map(LiteralKind::Int),
        any::<f64>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(LiteralKind::Float),
        any::<String>().prop_map(LiteralKind::Str),
    ];
    let kind = leaf.prop_recursive(4, 32, 5, |inner| {
        let value = inner.prop_map(at_nowhere);
        prop_oneof![
            prop::collection::vec(value.clone(), 0..5).prop_map(LiteralKind::List),
            prop::collection::btree_map(any::<String>(), value, 0..5).prop_map(|map| {
                LiteralKind::Map(
                    map.into_iter()
                        .map(|(key, value)| (key, TextRange::default(), value))
                        .collect(),
                )
            }),
        ]
    });
    kind.prop_map(at_nowhere)
}

fn at_nowhere(kind: LiteralKind) -> Literal {
    Literal {
        kind,
        range: TextRange::default(),
    }
}

proptest! {
    #[test]
    fn printing_and_parsing_gives_the_same(
        capability in "[a-z]{1,12}",
        arguments in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_-]{0,8}", literal(), 0..6),
    ) {
        let annotation = Annotation {
            capability,
            capability_range: TextRange::default(),
            arguments: arguments
                .into_iter()
                .map(|(key, value)| (key, TextRange::default(), value))
                .collect(),
            range: TextRange::default(),
        };
        let text = format!("# {} and prose", print(&annotation));
        let (read, problems) = parse(&text);
        prop_assert!(problems.is_empty(), "{text}\n{problems:?}");
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(print(&read[0]), print(&annotation));
    }

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let text = format!("# @klo::service({text}");
        for problem in parse(&text).1 {
            prop_assert!(text.get(problem.range.start as usize..problem.range.end as usize).is_some());
        }
    }

    #[test]
    fn near_grammar_never_panics(text in r#"([@\(\)\[\]{}"'\\=,:. a1\-_\n#*/]|@klo::|\\u\{|name){0,60}"#) {
        for problem in parse(&text).1 {
            prop_assert!(text.get(problem.range.start as usize..problem.range.end as usize).is_some());
        }
    }
}
