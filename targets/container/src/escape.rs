//! One function per place that text can be printed in. Each takes any text and gives a form that
//! the reader of that place turns back into exactly that text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether text can stand in a line of a Dockerfile or `.dockerignore`: those know no escape for
/// line breaks and other control characters.
pub(crate) fn fits_a_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// A word of an `ENV`, `WORKDIR`, `USER` or `FROM` instruction. Control characters are left out;
/// [`fits_a_line`] says beforehand whether there are any.
pub(crate) fn dockerfile_word(text: &str) -> Cow<'_, str> {
    if is_plain_word(text) {
        return Cow::Borrowed(text);
    }
    let escaped = lexer_escaped(text, &['\\', '"', '$']);
    Cow::Owned(format!("\"{escaped}\""))
}

/// The variables of an `ENV` instruction, a line each, from `NAME=value` with names of ours.
pub(crate) fn assignments<S: AsRef<str>>(pairs: &[S]) -> String {
    joined(pairs, " \\\n    ", |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Cow::Owned(format!("{name}={}", dockerfile_word(value)))
    })
}

/// Sources and target of a `COPY` or `ADD` instruction: bare words, or an array where one of them needs it.
/// Several sources stand on a line each.
pub(crate) fn dockerfile_copy(sources: &[String], target: &str) -> String {
    let is_bare = |word: &str| is_plain_word(word) && !word.starts_with('-');
    if sources.iter().all(|source| is_bare(source)) && is_bare(target) {
        let between = if sources.len() > 1 { " \\\n     " } else { " " };
        return format!("{}{between}{target}", sources.join(between));
    }
    let between = if sources.len() > 1 {
        ", \\\n      "
    } else {
        ", "
    };
    let words: Vec<String> = sources
        .iter()
        .map(|source| glob_escaped(source))
        .chain([target.to_owned()])
        .map(|word| json_string(&lexer_escaped(&word, &['\\', '"', '\'', '$'])))
        .collect();
    format!("[{}]", words.join(between))
}

/// Whether text is a word for the builder's lexer, its path patterns and a shell, all of which take
/// it as it is.
fn is_plain_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_plain)
}

/// Characters that the builder's lexer, its path patterns and a shell all take as they are.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '_' | '.' | '/' | ':' | '@' | '%' | '+' | '=' | ',' | '-')
}

/// A backslash before each special character. Between double quotes those are fewer: there the
/// builder's lexer keeps a backslash that it has no use for.
fn lexer_escaped(text: &str, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        if special.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A path that matches itself alone. A class of one character escapes also where a backslash does
/// not, in paths that hold no other pattern.
fn glob_escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '*' | '?' | '[' => {
                let _ = write!(out, "[{c}]");
            }
            '\\' => out.push_str("[\\\\]"),
            c => out.push(c),
        }
    }
    out
}

/// A line of `.dockerignore` that lets a path in.
///
/// Where that file has no form for a character, `?` stands for it: the pattern lets in more than
/// the path, never less, and what is copied is up to the Dockerfile.
pub(crate) fn ignore_exception(path: &str) -> String {
    let mut out = String::from("!");
    let last = path.chars().count().saturating_sub(1);
    for (at, c) in path.chars().enumerate() {
        match c {
            '*' | '?' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '^' => out.push('?'),
            c if c.is_control() || (c.is_whitespace() && (at == 0 || at == last)) => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

/// A word that a POSIX shell takes as exactly this text.
pub(crate) fn shell_word(text: &str) -> Cow<'_, str> {
    if is_plain_word(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

/// A JSON string; a Python string literal as well, since Python knows all of JSON's escapes.
pub(crate) fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A JSON array of strings on one line: the form of `CMD` in which no shell takes part.
pub(crate) fn json_array<S: AsRef<str>>(words: &[S]) -> String {
    format!("[{}]", json_strings(words))
}

/// A Python tuple of strings.
pub(crate) fn python_tuple<S: AsRef<str>>(words: &[S]) -> String {
    let end = if words.len() == 1 { "," } else { "" };
    format!("({}{end})", json_strings(words))
}

fn json_strings<S: AsRef<str>>(words: &[S]) -> String {
    joined(words, ", ", |word| Cow::Owned(json_string(word)))
}

/// Texts in the form of their place, with something between them.
pub(crate) fn joined<S: AsRef<str>>(
    texts: &[S],
    between: &str,
    form: impl Fn(&str) -> Cow<'_, str>,
) -> String {
    let mut out = String::new();
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        out.push_str(&form(text.as_ref()));
    }
    out
}

/// A quoted HCL template without interpolation.
pub(crate) fn hcl_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(c).len();
        let opens = matches!(c, '$' | '%') && rest[run..].starts_with('{');
        let count = if opens { run } else { c.len_utf8() };
        rest = &rest[count..];
        match c {
            // `$${` is a literal `${`; scanners differ on longer runs, but not on numbers.
            _ if opens && run == 1 => out.extend([c, c]),
            _ if opens => out.extend(std::iter::repeat_n(code_point(c), run)),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&code_point(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// HCL's escape by number; every character that needs one is below U+10000.
fn code_point(c: char) -> String {
    format!("\\u{:04X}", u32::from(c))
}

/// Text within a comment of one line.
pub(crate) fn comment(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.contains(breaks) {
        Cow::Owned(text.replace(breaks, " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Lines of comments, each with the sign before it that Dockerfiles, HCL and Python share.
pub(crate) fn comments<S: AsRef<str>>(lines: &[S]) -> String {
    joined(lines, "\n", |line| {
        Cow::Owned(match line {
            "" => "#".to_owned(),
            line => format!("# {}", comment(line)),
        })
    })
}
