use super::*;

/// What a fault marks, whatever it says.
fn marked(text: &str) -> Vec<&str> {
    let faults = compile(text).expect_err(text);
    faults
        .iter()
        .map(|fault| &text[fault.range.start as usize..fault.range.end as usize])
        .collect()
}

#[test]
fn faults_mark_exactly_what_is_wrong() {
    for (text, parts) in [
        ("'äöü' == tier || intnt.x", vec!["'äöü'", "intnt"]),
        ("(  (1 + 2) ) && true", vec!["1 + 2"]),
        ("((1) + (2)) && true", vec!["(1) + (2)"]),
        ("!( (1) )", vec!["1"]),
        ("true && size( [ 1 ] )", vec!["size( [ 1 ] )"]),
        ("true && [ (1), 2 ]", vec!["[ (1), 2 ]"]),
        ("true && {'a': (1)}", vec!["{'a': (1)}"]),
        ("true && {'a': 1}['a']", vec!["{'a': 1}['a']"]),
        ("true && ([1])[0]", vec!["([1])[0]"]),
        ("true && (intent).backup_days", vec!["(intent).backup_days"]),
        ("true && -5", vec!["-5"]),
        ("true && - 5.5", vec!["- 5.5"]),
        ("true && -(5)", vec!["-(5)"]),
        (
            "true && intents . map( i , i.id )",
            vec!["intents . map( i , i.id )"],
        ),
        ("true && (true ? (1) : (2))", vec!["true ? (1) : (2)"]),
        ("true\n  && // why\n  intent.nme == 'a'", vec!["nme"]),
        ("intent.name.startsWith(1)", vec!["1"]),
        ("true && (1 + 2) * (3 + 4)", vec!["(1 + 2) * (3 + 4)"]),
        ("0x1F && true", vec!["0x1F"]),
        ("intent . publik", vec!["publik"]),
    ] {
        assert_eq!(marked(text), parts, "{text}");
    }
}
