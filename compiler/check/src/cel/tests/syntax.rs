use super::*;

#[test]
fn mistakes_of_syntax() {
    for (text, part, message, help) in [
        (
            "",
            "",
            "the expression is empty",
            "write what must hold, such as `intent.encrypted == true`",
        ),
        (
            "intent.public and true",
            "and",
            "`and` is not expected here",
            "write `&&`",
        ),
        (
            "'äöü' == tier and true",
            "and",
            "`and` is not expected here",
            "write `&&`",
        ),
        (
            "// ä\n 'ä' == tier\n  and true",
            "and",
            "`and` is not expected here",
            "write `&&`",
        ),
        (
            "intent.public or true",
            "or",
            "`or` is not expected here",
            "write `||`",
        ),
        (
            "not intent.public",
            "intent",
            "`intent` is not expected here",
            "",
        ),
        (
            "tier = 'prod'",
            "=",
            "`=` is not part of an expression",
            "compare with `==`",
        ),
        (
            "true & true",
            "&",
            "`&` is not part of an expression",
            "write `&&`",
        ),
        (
            "tier == 'prod",
            "'prod",
            "the text is not closed",
            "end it with `'`",
        ),
        (
            "tier == “prod”",
            "“",
            "`“` is not part of an expression",
            "quote text with `\"` or `'`",
        ),
        ("(true", "(", "`(` is not closed", "add `)`"),
        (
            "true)",
            ")",
            "`)` closes nothing",
            "remove it, or open the bracket before",
        ),
        (
            "[true)",
            ")",
            "`)` stands where `]` is due",
            "close the bracket before with `]`",
        ),
        (
            "true &&",
            "&",
            "the expression ends too early",
            "add what the last operator stands before",
        ),
        ("&& true", "&&", "`&&` is not expected here", ""),
        (
            "1u == 1",
            "1u",
            "`1u` is no number",
            "numbers are signed; remove the `u`",
        ),
        (
            "intent.storage > 4Gi",
            "4Gi",
            "`4Gi` is no number",
            "write a size as `bytes(\"4Gi\")`",
        ),
        (
            "seconds(1) > 15m",
            "15m",
            "`15m` is no number",
            "write a duration as `seconds(\"15m\")`",
        ),
        ("b'a' == 'a'", "b'", "there are no bytes in expressions", ""),
        ("'a'.matches('\\d')", "\\d", "`\\\\d` is no escape", ""),
        (
            "params.`gpu-max` > 1",
            "`",
            "`` ` `` is not part of an expression",
            "",
        ),
        (
            "99999999999999999999 > 1",
            "99999999999999999999",
            "`99999999999999999999` is not expected here",
            "write a number that fits into 64 bits",
        ),
        (
            "intents.all(for, true)",
            "for",
            "`for` is a word that CEL keeps for itself",
            "give the variable another name",
        ),
        (
            "Intent{name: 'a'} == null",
            "{",
            "there are no messages in expressions",
            "",
        ),
        (
            "tier ==\n  'prod' ?",
            "?",
            "the expression ends too early",
            "",
        ),
    ] {
        let [marked, found, found_help] = shown(text);
        assert_eq!(marked, part, "{text}");
        assert_eq!(found.replace("```", "`` ` ``"), message, "{text}");
        if !help.is_empty() {
            assert_eq!(found_help, help, "{text}");
        }
    }
}

#[test]
fn a_pattern_is_read_when_the_pack_is() {
    let [part, message, _] = shown("intent.name.matches('(')");
    assert_eq!(part, "'('");
    assert_eq!(message, "`'('` is no regular expression: unclosed group");
    assert!(shown(r"intent.name.matches(r'(\w{1000}){1000}')")[1].contains("too large"));
    assert!(compile("intent.name.matches('(?=a)')").is_err());
}
