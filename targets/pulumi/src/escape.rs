//! The one place where text becomes part of TypeScript.

/// What text stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    /// Quotes of the kind.
    Quotes(char),
    /// The backticks of a template.
    Backticks,
}

/// Text as a string literal that is read back as itself: nothing in it ends the literal or hides
/// from a reader's eye. It stands in those quotes of which it holds fewer, as prettier has it.
pub(crate) fn quoted(text: &str) -> String {
    let count = |quote| text.matches(quote).count();
    let quote = if count('"') > count('\'') { '\'' } else { '"' };
    format!("{quote}{}{quote}", escape(text, Between::Quotes(quote)))
}

/// Text as a literal part of a template, between backticks and substitutions.
pub(crate) fn template(text: &str) -> String {
    escape(text, Between::Backticks)
}

/// The name of a property: as it is where that is one, else as a string. `__proto__` would set what
/// the object inherits from, unless it is computed.
pub(crate) fn key(name: &str) -> String {
    if name == "__proto__" {
        return format!("[{}]", quoted(name));
    }
    if is_identifier(name) {
        return name.to_owned();
    }
    quoted(name)
}

fn escape(text: &str, between: Between) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if between == Between::Quotes(c) => out.extend(['\\', c]),
            '`' if between == Between::Backticks => out.push_str("\\`"),
            // A dollar sign at the end of a part may have a substitution behind it.
            '$' if between == Between::Backticks
                && chars.peek().is_none_or(|next| *next == '{') =>
            {
                out.push_str("\\$");
            }
            c if is_plain(c) => out.push(c),
            c => out.push_str(&code_point(c)),
        }
    }
    out
}

/// Whether a character is one that every reader sees as one: printable ASCII, and Latin letters.
const fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{24f}')
}

/// A character by its number; by two where one escape holds too little for it.
fn code_point(c: char) -> String {
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units).iter();
    units.map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Text as it may stand in a comment line: without anything that would end the line.
pub(crate) fn comment_text(text: &str) -> String {
    text.chars()
        .map(|c| if is_plain(c) { c } else { ' ' })
        .collect()
}

/// Whether a name may stand without quotes as a property's.
pub(crate) fn is_identifier(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'));
    begins
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a literal back: JSON's reader is told what JSON has no escape for.
    fn read(literal: &str) -> String {
        let mut chars = literal.chars();
        let quote = chars.next().expect("a quote");
        let inside: Vec<char> = chars.collect();
        let (last, inside) = inside.split_last().expect("another quote");
        assert_eq!(*last, quote);
        let mut json = String::from("\"");
        let mut escaped = false;
        for (at, c) in inside.iter().enumerate() {
            if escaped {
                escaped = false;
                match c {
                    '\'' | '`' | '$' => json.push(*c),
                    c => json.extend(['\\', *c]),
                }
                continue;
            }
            assert_ne!(*c, quote, "the literal ends in its middle: {literal}");
            let next = inside.get(at + 1);
            assert!(quote != '`' || *c != '$' || next != Some(&'{'), "{literal}");
            match c {
                '\\' => escaped = true,
                '"' => json.push_str("\\\""),
                c => json.push(*c),
            }
        }
        assert!(!escaped, "a quote is escaped: {literal}");
        json.push('"');
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{literal}: {error}"))
    }

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(quoted("a\"b\\c\nd"), r#"'a"b\\c\nd'"#);
        assert_eq!(quoted("it's"), r#""it's""#);
        assert_eq!(quoted("'\""), r#""'\"""#);
        assert_eq!(quoted("\u{2028}😀"), r#""\u2028\ud83d\ude00""#);
        assert_eq!(template("a`${b}$"), r"a\`\${b}\$");
        assert_eq!(key("__proto__"), r#"["__proto__"]"#);
        assert_eq!(key("aws:SourceArn"), r#""aws:SourceArn""#);
        assert_eq!(key("$ref"), "$ref");
        assert_eq!(key("1st"), r#""1st""#);
        assert_eq!(comment_text("a\u{2028}b\nc"), "a b c");
    }

    proptest! {
        #[test]
        fn strings_are_read_back_as_themselves(text in any::<String>()) {
            prop_assert_eq!(read(&quoted(&text)), text);
        }

        #[test]
        fn hostile_strings_are_read_back_as_themselves(text in "[\"'`${}\\\\\n\u{2028}/*a]{0,12}") {
            prop_assert_eq!(read(&quoted(&text)), text.clone());
            prop_assert_eq!(read(&format!("`{}`", template(&text))), text);
        }

        #[test]
        fn comments_stay_on_their_line(text in any::<String>()) {
            let line = comment_text(&text);
            let ends = line.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
            prop_assert!(!ends);
        }
    }
}
