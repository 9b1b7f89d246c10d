use std::collections::HashMap;

use klo_diagnostics::codes::annotations as codes;
use klo_intent::{Literal, LiteralKind};
use klo_source::TextRange;

use super::Parser;
use super::brackets::Outcome;

/// Values nest at most this deep; no key takes more than three levels.
const MAX_DEPTH: usize = 64;
/// Problems reported of one annotation; hostile text could otherwise make millions.
pub(super) const MAX_PROBLEMS: usize = 100;

/// An argument: key, the key's range, value.
type Entry = (String, TextRange, Literal);

impl Parser<'_> {
    /// Reads `( key = value, … )` or `{ key = value, … }`, from the opening bracket.
    pub(super) fn bracketed(&mut self, close: char) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: HashMap<String, TextRange> = HashMap::new();
        self.items(close, |parser| {
            let Some((key, range)) = parser.key(close == '}') else {
                return Outcome::Lost;
            };
            let (value, outcome) = parser.value();
            if let Some(value) = value {
                if let Some(first) = seen.get(&key) {
                    parser.repeated(&key, range, *first);
                } else {
                    seen.insert(key.clone(), range);
                    entries.push((key, range, value));
                }
            }
            outcome
        });
        entries
    }

    fn repeated(&mut self, key: &str, range: TextRange, first: TextRange) {
        let before = self.problems.len();
        self.problem(
            codes::REPEATED_KEY,
            range,
            format!("`{key}` stands twice"),
            "remove one of the two",
        );
        if let Some(problem) = self.problems.get_mut(before) {
            problem.related.push((first, "first here".to_owned()));
        }
    }

    /// Reads a key and what stands between it and its value.
    fn key(&mut self, in_map: bool) -> Option<(String, TextRange)> {
        let start = self.cursor.offset();
        let key = match self.cursor.word() {
            Some(word) => word,
            None if in_map && self.cursor.peek() == Some('"') => match self.string() {
                (text, Outcome::Read) => text,
                _ => return None,
            },
            None => {
                let range = self.cursor.here();
                let found = self.shown();
                self.problem(
                    codes::MALFORMED,
                    range,
                    format!("expected a key, found `{found}`"),
                    "every argument is `key = value`, for example `name = \"orders\"`",
                );
                return None;
            }
        };
        let range = self.cursor.range_from(start);
        self.cursor.skip_space();
        if self.cursor.eat('=') {
            // `==` is what a slip of the finger makes; it is reported and means the same.
            let second = self.cursor.here();
            if self.cursor.eat('=') {
                self.problem(
                    codes::MALFORMED,
                    second,
                    "one `=` stands between a key and its value",
                    "remove this `=`",
                );
            }
            return Some((key, range));
        }
        let here = self.cursor.here();
        if self.cursor.eat(':') {
            self.problem(
                codes::MALFORMED,
                here,
                format!("`=` stands between `{key}` and its value, not `:`"),
                &format!("write `{key} = …`"),
            );
            return Some((key, range));
        }
        self.problem(
            codes::MALFORMED,
            range,
            format!("`{key}` has no value"),
            &format!("write `{key} = …`; a flag is `{key} = true`"),
        );
        None
    }

    fn value(&mut self) -> (Option<Literal>, Outcome) {
        self.cursor.skip_space();
        let start = self.cursor.offset();
        let (kind, outcome) = match self.cursor.peek() {
            Some('"') => match self.string() {
                (text, Outcome::Read) => (Some(LiteralKind::Str(text)), Outcome::Read),
                (_, outcome) => (None, outcome),
            },
            Some(open @ ('[' | '{')) if self.brackets.len() >= MAX_DEPTH => {
                let range = self.cursor.here();
                self.problem(
                    codes::TOO_DEEP,
                    range,
                    format!("`{open}` is nested more than {MAX_DEPTH} levels deep"),
                    "no key takes a value that deep; remove the needless brackets",
                );
                (None, Outcome::Lost)
            }
            Some('[') => (Some(self.list()), Outcome::Read),
            Some('{') => {
                let entries = self.bracketed('}');
                let entries = entries.into_iter().collect();
                (Some(LiteralKind::Map(entries)), Outcome::Read)
            }
            Some(quote @ ('\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}')) => {
                (self.wrongly_quoted(quote), Outcome::Read)
            }
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => {
                (self.number(), Outcome::Read)
            }
            Some(c) if c.is_alphabetic() || c == '_' => (self.bare_word(), Outcome::Read),
            _ => {
                self.missing_value();
                (None, Outcome::Lost)
            }
        };
        let range = self.cursor.range_from(start);
        (kind.map(|kind| Literal { kind, range }), outcome)
    }

    /// The next character as messages show it.
    pub(super) fn shown(&self) -> String {
        match self.cursor.peek() {
            Some(c @ ('"' | '\'')) => c.to_string(),
            Some(c) => c.escape_debug().to_string(),
            None => "the end of the line".to_owned(),
        }
    }

    fn missing_value(&mut self) {
        if self.cursor.at_end() || self.marker_follows() {
            return;
        }
        let range = self.cursor.here();
        let found = self.shown();
        self.problem(
            codes::MALFORMED,
            range,
            format!("expected a value, found `{found}`"),
            "a value is a double-quoted string, a number, `true`, `false`, a list `[ … ]` or a map `{ … }`",
        );
    }

    fn list(&mut self) -> LiteralKind {
        let mut values = Vec::new();
        self.items(']', |parser| {
            let (value, outcome) = parser.value();
            values.extend(value);
            outcome
        });
        LiteralKind::List(values)
    }

    /// Reads a string from its opening quote; it ends in its line.
    fn string(&mut self) -> (String, Outcome) {
        let quote = self.cursor.here();
        self.cursor.bump();
        let mut text = String::new();
        let whole_line_rest = self.cursor.rest();
        loop {
            let start = self.cursor.offset();
            match self.cursor.bump() {
                Some('"') => return (text, Outcome::Read),
                Some('\\') => self.escape(start, &mut text),
                Some(c) => text.push(c),
                None => break,
            }
        }
        self.problem(
            codes::UNTERMINATED,
            quote,
            "this string is not closed on its line",
            "close it with `\"`",
        );
        // The bracket that closes the annotation was most likely meant to stand behind the quote;
        // otherwise the next line goes on with the next argument.
        self.abandoned = whole_line_rest.trim_end().ends_with(')');
        self.string_was_cut = true;
        (text, Outcome::LineLost)
    }

    fn escape(&mut self, start: u32, text: &mut String) {
        match self.cursor.bump() {
            Some('"') => text.push('"'),
            Some('\\') => text.push('\\'),
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('u') if self.cursor.eat('{') => {
                let digits = self.cursor.take_while(|c| c.is_ascii_hexdigit());
                let scalar = Some(digits)
                    .filter(|digits| (1..=6).contains(&digits.len()))
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                    .and_then(char::from_u32);
                let closed = self.cursor.eat('}');
                match scalar.filter(|_| closed) {
                    Some(scalar) => text.push(scalar),
                    None => self.bad_escape(start, "`\\u{…}` holds one to six hexadecimal digits of a Unicode character"),
                }
            }
            _ => self.bad_escape(
                start,
                "the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`; a backslash itself is `\\\\`",
            ),
        }
    }

    fn bad_escape(&mut self, start: u32, help: &str) {
        let range = self.cursor.range_from(start);
        self.problem(
            codes::BAD_ESCAPE,
            range,
            "this is no escape that klo knows",
            help,
        );
    }

    fn wrongly_quoted(&mut self, quote: char) -> Option<LiteralKind> {
        let start = self.cursor.offset();
        self.cursor.bump();
        let ends = |c: char| match quote {
            '\u{201c}' | '\u{201d}' => matches!(c, '\u{201c}' | '\u{201d}' | '"'),
            '\u{2018}' => matches!(c, '\u{2018}' | '\u{2019}' | '\''),
            _ => c == quote,
        };
        let text = self.cursor.take_while(|c| !ends(c)).to_owned();
        self.cursor.bump();
        let range = self.cursor.range_from(start);
        self.problem(
            codes::MALFORMED,
            range,
            format!("strings stand in `\"`, not in `{quote}`"),
            &format!("write `{}`", quoted(&text)),
        );
        Some(LiteralKind::Str(text))
    }

    fn number(&mut self) -> Option<LiteralKind> {
        let start = self.cursor.offset();
        let text = self.cursor.take_while(|c| {
            c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '%' | ':' | '/')
        });
        let range = self.cursor.range_from(start);
        match read_number(text) {
            Ok(kind) => Some(kind),
            Err(fault) => {
                let measure = text.starts_with(|c: char| c.is_ascii_digit())
                    && text.ends_with(|c: char| c.is_alphabetic() || c == '%');
                let help = match (&fault, measure) {
                    (_, true) => {
                        format!("sizes, durations and names are strings: `{}`", quoted(text))
                    }
                    (NumberFault::TooLarge, _) => {
                        "whole numbers fit in 64 bits; sizes are strings, such as `\"20Gi\"`"
                            .to_owned()
                    }
                    (NumberFault::NotANumber, _) => {
                        "write digits, such as `10_000` or `0.5`".to_owned()
                    }
                };
                let message = match fault {
                    NumberFault::TooLarge => format!("`{text}` is too large"),
                    NumberFault::NotANumber => format!("`{text}` is no number"),
                };
                self.problem(codes::BAD_NUMBER, range, message, &help);
                measure.then(|| LiteralKind::Str(text.to_owned()))
            }
        }
    }

    fn bare_word(&mut self) -> Option<LiteralKind> {
        let start = self.cursor.offset();
        let word = self
            .cursor
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':'));
        let word = word.to_owned();
        let range = self.cursor.range_from(start);
        let (kind, help) = match word.as_str() {
            "true" => return Some(LiteralKind::Bool(true)),
            "false" => return Some(LiteralKind::Bool(false)),
            "True" => (Some(LiteralKind::Bool(true)), "write `true`".to_owned()),
            "False" => (Some(LiteralKind::Bool(false)), "write `false`".to_owned()),
            "None" | "null" | "nil" => (None, "leave the key out where it has no value".to_owned()),
            _ => (
                Some(LiteralKind::Str(word.clone())),
                format!("a string stands in quotes: `{}`", quoted(&word)),
            ),
        };
        self.problem(
            codes::MALFORMED,
            range,
            format!("`{word}` is no value"),
            &help,
        );
        kind
    }
}

/// The text as a string of the grammar.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}') => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

enum NumberFault {
    TooLarge,
    NotANumber,
}

fn read_number(text: &str) -> Result<LiteralKind, NumberFault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = digits
        .split_once(['e', 'E'])
        .map_or((digits, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa
        .split_once('.')
        .map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let exponent_digits = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    let fine =
        is_digits(whole) && fraction.is_none_or(is_digits) && exponent_digits.is_none_or(is_digits);
    if !fine {
        return Err(NumberFault::NotANumber);
    }
    let plain = text.replace('_', "");
    if fraction.is_none() && exponent.is_none() {
        return plain
            .parse()
            .map(LiteralKind::Int)
            .map_err(|_| NumberFault::TooLarge);
    }
    match plain.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(LiteralKind::Float(number)),
        Ok(_) => Err(NumberFault::TooLarge),
        Err(_) => Err(NumberFault::NotANumber),
    }
}

/// Digits with single `_` between them.
fn is_digits(text: &str) -> bool {
    text.split('_')
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
