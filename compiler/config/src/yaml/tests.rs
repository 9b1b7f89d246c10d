use super::*;
use proptest::prelude::*;

fn show(literal: &Literal) -> String {
    match &literal.kind {
        LiteralKind::Null => "null".to_owned(),
        LiteralKind::Bool(flag) => flag.to_string(),
        LiteralKind::Int(number) => number.to_string(),
        LiteralKind::Float(number) => format!("{number:?}"),
        LiteralKind::Str(value) => format!("{value:?}"),
        LiteralKind::List(items) => {
            let items: Vec<String> = items.iter().map(show).collect();
            format!("[{}]", items.join(", "))
        }
        LiteralKind::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, _, value)| format!("{key}: {}", show(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn read(text: &str) -> String {
    let (root, problems) = read_yaml(text);
    let mut lines = vec![root.map_or("nothing".to_owned(), |root| show(&root))];
    for problem in problems {
        let shown = &text[problem.range.start as usize..problem.range.end as usize];
        lines.push(format!(
            "  {shown:?}: {}; {}",
            problem.message, problem.help
        ));
    }
    lines.join("\n")
}

#[test]
fn values_and_mistakes() {
    let bomb = format!(
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n{}",
        ('b'..='j')
            .map(|c| {
                let before = (c as u8 - 1) as char;
                format!("{c}: &{c} [{}]\n", vec![format!("*{before}"); 10].join(","))
            })
            .collect::<String>()
    );
    let deep = format!("a: {}", "[".repeat(5000));
    let cases = [
        "a: 1\nb: -2\nc: 0.5\nd: yes\ne: true\nf: ~\ng:\nh: \"1\"\ni: 0x1F\nj: 10_000\nk: 12:30:45\nl: 1e3\nm: .inf",
        "a: [1, two, {b: c}]\nd:\n  - x\n  - y: z\n",
        "",
        "# nothing but a comment\n",
        "a: 1\na: 2\n",
        "a: {b: 1, b: 2}",
        "base: &base {x: 1, y: 2}\na:\n  <<: *base\n  y: 3\n",
        "a: *nothing\nb: 1",
        "a: &a [*a]",
        "a: !custom 1\nb: !!str 2\nc: !!binary aGk=",
        "? [a, b]\n: 1\nc: 2",
        "a: 1\n---\nb: 2",
        "a:\n\tb: 1",
        "a: [1, 2",
        "a: 1\n b: 2",
        "a: \"unclosed",
        "- a\n- b",
        "just text",
        "\u{feff}a: 1",
        "a: \u{0}",
        &bomb,
        &deep,
    ];
    let report: Vec<String> = cases
        .iter()
        .map(|text| {
            let head: String = text.chars().take(120).collect();
            let result: String = read(text).chars().take(900).collect();
            format!("{head:?}\n{result}\n")
        })
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn ranges_cover_what_was_written() {
    let text = "a: {b: [1, 2]}\nc:\n  d: x\n  e: y\n\n# end\nf: 1\n";
    let (root, problems) = read_yaml(text);
    assert!(problems.is_empty());
    let root = root.unwrap();
    let slice = |literal: &Literal| &text[literal.range.start as usize..literal.range.end as usize];
    assert_eq!(slice(root.get("a").unwrap()), "{b: [1, 2]}");
    assert_eq!(slice(root.get("a").unwrap().get("b").unwrap()), "[1, 2]");
    assert_eq!(slice(root.get("c").unwrap()), "d: x\n  e: y");
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        for problem in read_yaml(&text).1 {
            prop_assert!(text.get(problem.range.start as usize..problem.range.end as usize).is_some());
        }
    }

    #[test]
    fn near_yaml_never_panics(text in r#"([\[\]{}"':,&*!?|>%@`#a1é\-\n\t ]|<<|\*a|&a){0,60}"#) {
        let (root, problems) = read_yaml(&text);
        for problem in problems {
            prop_assert!(text.get(problem.range.start as usize..problem.range.end as usize).is_some());
        }
        if let Some(root) = root {
            prop_assert!(text.get(root.range.start as usize..root.range.end as usize).is_some());
        }
    }
}
