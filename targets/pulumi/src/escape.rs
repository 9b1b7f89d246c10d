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

fn code_point(c: char) -> String {
    let number = u32::from(c);
    if number <= 0xffff {
        format!("\\u{number:04x}")
    } else {
        format!("\\u{{{number:x}}}")
    }
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
