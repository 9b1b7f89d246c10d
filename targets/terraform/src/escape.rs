//! The one place where text becomes part of HCL.

/// What follows a piece of literal text inside its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The closing quote.
    Quote,
    /// `${`, the beginning of an interpolation.
    Interpolation,
}

/// Adds text as it stands between the quotes of an HCL template, so that it is read back as itself:
/// nothing in it ends the string, begins an interpolation or hides from a reader's eye.
pub(crate) fn escape(out: &mut String, text: &str, next: Next) {
    let mut rest = text;
    loop {
        // Most of what is printed is plain, and taken as a whole.
        let plain = rest.bytes().position(|byte| !is_plain(byte));
        let (whole, special) = rest.split_at(plain.unwrap_or(rest.len()));
        out.push_str(whole);
        rest = special;
        let Some(c) = rest.chars().next() else {
            return;
        };
        if matches!(c, '$' | '%') {
            let run = rest.len() - rest.trim_start_matches(c).len();
            rest = &rest[run..];
            let opens = rest.starts_with('{');
            let joins = rest.is_empty() && next == Next::Interpolation;
            match (run, opens || joins) {
                (_, false) => out.extend(std::iter::repeat_n(c, run)),
                // `$${` is how HCL spells a literal `${`.
                (1, true) if opens => out.extend([c, c]),
                // A longer run, or one that an interpolation follows, would be read differently by
                // different scanners; by number it is read as itself.
                _ => out.extend(std::iter::repeat_n(code_point(c), run)),
            }
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => out.push_str(&code_point(c)),
            c => out.push(c),
        }
    }
}

/// Whether a byte is a character that stands for itself in any place.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'$' | b'%' | b'\\')
}

/// Text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(&mut out, text);
    out
}

/// Adds text in quotes.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
    escape(out, text, Next::Quote);
    out.push('"');
}

/// A key in quotes, with ASCII alone: `terraform fmt` aligns by what a reader sees as one
/// character, which is only certain for ASCII.
pub(crate) fn quoted_key(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in quoted(text).chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.push_str(&code_point(c));
        }
    }
    out
}

/// The words of text as they may stand in a comment line: nothing in them ends the line.
pub(crate) fn comment_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| is_hidden(c) || c.is_whitespace())
        .filter(|word| !word.is_empty())
}

/// Whether a name may stand as it is: as an attribute, or as a key of an object.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let begins = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let word = matches!(
        name,
        "for" | "if" | "in" | "else" | "null" | "true" | "false"
    );
    begins && !word && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn code_point(c: char) -> String {
    let number = u32::from(c);
    if number <= 0xffff {
        format!("\\u{number:04x}")
    } else {
        format!("\\U{number:08x}")
    }
}

/// Controls, line separators, byte order marks and marks that change the direction of text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(quoted("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
        assert_eq!(quoted("${x} %{if}"), r#""$${x} %%{if}""#);
        assert_eq!(quoted("$${x}"), r#""\u0024\u0024{x}""#);
        assert_eq!(quoted("5 $ 5%"), r#""5 $ 5%""#);
        let mut before = String::new();
        escape(&mut before, "cost: $", Next::Interpolation);
        assert_eq!(before, r"cost: \u0024");
        assert_eq!(quoted("\u{202e}\0"), r#""\u202e\u0000""#);
        assert_eq!(quoted_key("é😀"), r#""\u00e9\U0001f600""#);
    }

    #[test]
    fn identifiers() {
        assert!(is_identifier("managed-by"));
        assert!(!is_identifier("aws:SecureTransport"));
        assert!(!is_identifier("for"));
        assert!(!is_identifier("1st"));
        assert!(!is_identifier(""));
    }
}
