use proptest::prelude::*;

use super::*;
use crate::packs::Check;

/// Parts of which random expressions are made: some fit each other, many do not.
const PARTS: &[&str] = &[
    "intent",
    "intents",
    "edges",
    "params",
    "tier",
    "i",
    ".",
    "gpu",
    "count",
    "name",
    "id",
    "encrypted",
    "backup_days",
    "tags",
    "version",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "?",
    "!",
    "-",
    "+",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "&&",
    "||",
    "in",
    "true",
    "false",
    "null",
    "1",
    "0",
    "2.5",
    "9223372036854775807",
    "'a'",
    "\"database.orders\"",
    "'internet'",
    ".all(i, ",
    ".map(i, ",
    ".exists(i, ",
    ".filter(i, ",
    "reaches(",
    "path(",
    "size(",
    "sum(",
    "has(",
    "version(",
    "bytes(",
    "seconds(",
    ".matches(",
    ".contains(",
    "string(",
    "int(",
    " ",
    "ä",
    "\\",
    "`",
    "'",
    "\"",
    "r'",
    "b'",
    "0x",
    "1u",
    "1e",
    "'''",
    "//",
    "\n",
];

/// Parts that fit each other more often than not.
const PLAIN: &[&str] = &[
    "x",
    "x",
    "a.b",
    ".c",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "f(",
    "x.all(i, ",
    ",",
    ":",
    "?",
    "!",
    "-",
    " + ",
    " * ",
    " == ",
    " < ",
    " in ",
    " && ",
    " && ",
    " || ",
    " || ",
    "1",
    "'t'",
    "r'\\d'",
    "true",
    "null",
    "in",
    "if",
    "\n",
    "''",
    "(x)",
    "[1, x]",
    "{'k': x}",
    "x ? ",
    "a && b && c && d",
    "(a || b)",
    "f(x, 1)",
    "x[0]",
    "x.g()",
    "0",
    "007",
    " - ",
    " != ",
];

/// Expressions that are valid more often than not.
fn flags() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("1".to_owned()),
        Just("0".to_owned()),
        Just("2.5".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("intent.backup_days".to_owned()),
        Just("params['gpu-max']".to_owned()),
        Just("intents.size()".to_owned()),
        Just("intents.map(i, i.max).sum()".to_owned()),
        Just("int(intent.name)".to_owned()),
    ];
    let number = number.prop_recursive(3, 12, 2, |inner| {
        (
            inner.clone(),
            prop::sample::select(&["+", "-", "*", "/", "%"][..]),
            inner,
        )
            .prop_map(|(a, operator, b)| format!("({a} {operator} {b})"))
    });
    let order = prop::sample::select(&["<", "<=", ">", ">=", "==", "!="][..]);
    let leaf = prop_oneof![
        (number.clone(), order, number).prop_map(|(a, operator, b)| format!("{a} {operator} {b}")),
        Just("intent.public".to_owned()),
        Just("intent.multi_az".to_owned()),
        Just("reaches('internet', intent)".to_owned()),
        Just("intents.exists(i, i.gpu.count > 1)".to_owned()),
        Just("intent.tags.team == 'a'".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} || {b}")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

/// What is read without the crate is what the crate reads, with the same places.
fn reads_alike(text: &str) -> bool {
    let Ok(tokens) = lex::lex(text) else {
        return false;
    };
    let Some(plain) = parse::plain::read(text, &tokens) else {
        return false;
    };
    let full = parse::parse_by_crate(text, &tokens);
    let full = full.unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"));
    assert_eq!(format!("{plain:?}"), format!("{full:?}"), "{text:?}");
    true
}

/// Compiles and, if it can be, evaluates; every place must be one in the text.
fn try_all(text: &str) {
    reads_alike(text);
    match compile(text) {
        Ok(expression) => {
            let _ = expression.param_use();
            if let Err(sentence) = expression.evaluate(&world()) {
                assert!(sentence.starts_with('`'), "{sentence}");
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                let range = fault.range.start as usize..fault.range.end as usize;
                assert!(text.get(range).is_some(), "{text:?}: {fault:?}");
                assert!(!fault.message.is_empty() && !fault.help.is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_is_too_odd(text in ".{0,80}") {
        try_all(&text);
    }

    #[test]
    fn no_mix_of_parts_is_too_odd(parts in prop::collection::vec(prop::sample::select(PARTS), 0..40)) {
        try_all(&parts.concat());
    }

    #[test]
    fn no_change_of_an_expression_is_too_odd(
        text in flags(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(PARTS), 0..4usize), 1..4),
    ) {
        let mut text = text;
        for (at, part, removed) in changes {
            let mut at = at.index(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let mut end = (at + removed).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(at..end, part);
        }
        try_all(&text);
    }

    #[test]
    fn what_is_valid_has_a_value_or_a_sentence(text in flags()) {
        if let Err(faults) = compile(&text) {
            // Only the bounds and what arithmetic does not take may be in the way.
            for fault in faults {
                prop_assert!(
                    fault.message.contains("nests more than")
                        || fault.message.contains("more than 500 parts")
                        || fault.message.contains("`%` does not take")
                        || fault.message.contains("bytes, at most"),
                    "{text}: {fault:?}"
                );
            }
        }
        try_all(&text);
    }

    #[test]
    fn plain_parts_are_read_as_the_crate_reads_them(parts in prop::collection::vec(prop::sample::select(PLAIN), 1..24)) {
        reads_alike(&parts.concat());
        // Often only what is left of a term is missing.
        reads_alike(&format!("x{}", parts.concat()));
    }
}

#[test]
fn shipped_packs_are_read_without_the_crate() {
    let tree = klo_source::MemoryTree::default();
    for name in crate::shipped_packs() {
        let request = crate::PackRequest {
            name,
            at: klo_diagnostics::At::Nowhere,
            tree: &tree,
            prefix: "",
            mandatory: false,
        };
        let (set, _) = crate::load_packs(&[request], &mut klo_source::SourceMap::new());
        let set = set.unwrap_or_else(|| panic!("{name} cannot be loaded"));
        for rule in set.packs().iter().flat_map(|pack| &pack.rules) {
            let asserted = match &rule.check {
                Check::Assert(condition) => Some(condition),
                Check::Require(_) => None,
            };
            for condition in asserted.into_iter().chain(&rule.when) {
                assert!(reads_alike(&condition.text), "{}", condition.text);
            }
        }
    }
}
