//! Literals: numbers, strings with their escapes, and strings with values in them.

use std::collections::HashMap;

use klo_source::TextRange;

use super::syntax::Kind;
use super::walk::{Builder, Frame, What};
use crate::attach;
use crate::facts::{Argument, ExprId, ExprKind};

/// A whole number as written, with `_` and prefixes; one that is too large becomes a float.
pub(super) fn integer(text: &str) -> ExprKind {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let lower = digits.trim_end_matches(['l', 'L']).to_ascii_lowercase();
    if lower.ends_with('j') {
        return ExprKind::Opaque(Vec::new());
    }
    let (radix, body) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        _ => (10, lower.as_str()),
    };
    match i64::from_str_radix(body, radix) {
        Ok(number) => ExprKind::Int(number),
        Err(_) => body
            .parse()
            .map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float),
    }
}

/// A number with a point or exponent; an imaginary one has no value that matters.
pub(super) fn float(text: &str) -> ExprKind {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    digits
        .parse()
        .map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float)
}

/// What stands before a string's quotes.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    raw: bool,
    format: bool,
}

impl Prefix {
    fn of(start: &str) -> Self {
        let has =
            |letter: char| start.contains(letter) || start.contains(letter.to_ascii_uppercase());
        Self {
            raw: has('r'),
            format: has('f') || has('t'),
        }
    }
}

/// The characters that a literal's content stands for.
fn decode(content: &str, prefix: Prefix) -> String {
    let mut out = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.find(['\\', '\r', '{', '}']) {
        out.push_str(&rest[..at]);
        let special = rest.as_bytes()[at];
        let tail = &rest[at + 1..];
        rest = match special {
            b'\r' => {
                out.push('\n');
                tail.strip_prefix('\n').unwrap_or(tail)
            }
            b'\\' if !prefix.raw => escape(tail, &mut out),
            brace => {
                out.push(char::from(brace));
                let doubled = prefix.format && brace != b'\\';
                tail.strip_prefix(char::from(brace))
                    .filter(|_| doubled)
                    .unwrap_or(tail)
            }
        };
    }
    out.push_str(rest);
    out
}

/// Writes what the escape after a backslash stands for and returns what follows it.
fn escape<'a>(tail: &'a str, out: &mut String) -> &'a str {
    let Some(letter) = tail.chars().next() else {
        out.push('\\');
        return tail;
    };
    let after = &tail[letter.len_utf8()..];
    let plain = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        '\\' | '\'' | '"' => letter,
        '\n' => return after,
        '\r' => return after.strip_prefix('\n').unwrap_or(after),
        'x' => return coded(after, 2, 16, 'x', out),
        'u' => return coded(after, 4, 16, 'u', out),
        'U' => return coded(after, 8, 16, 'U', out),
        '0'..='7' => {
            let length = tail
                .bytes()
                .take(3)
                .take_while(|b| (b'0'..=b'7').contains(b))
                .count();
            return coded(tail, length, 8, '0', out);
        }
        _ => {
            // An unknown escape stands for itself; `\N{…}` too, whose table of names is not here.
            out.push('\\');
            letter
        }
    };
    out.push(plain);
    after
}

fn coded<'a>(
    digits: &'a str,
    length: usize,
    radix: u32,
    letter: char,
    out: &mut String,
) -> &'a str {
    let code = digits
        .get(..length)
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, radix).ok())
        .and_then(char::from_u32);
    match code {
        Some(code) => {
            out.push(code);
            &digits[length..]
        }
        None => {
            out.push('\\');
            out.push(letter);
            digits
        }
    }
}

impl Builder<'_> {
    /// One string literal.
    pub(super) fn string(&mut self, frame: &Frame) -> What {
        let children = &self.values[frame.base..];
        let (Some(first), Some(last)) = (children.first(), children.last()) else {
            return What::Nothing;
        };
        let prefix = Prefix::of(self.slice(first.range));
        let content = TextRange {
            start: first.range.end,
            end: last.range.start.max(first.range.end),
        };
        let has_values = children
            .iter()
            .any(|child| child.kind == Kind::Interpolation);
        let stands_alone = self
            .frames
            .last()
            .is_some_and(|parent| parent.kind == Kind::ExpressionStatement);
        if stands_alone {
            attach::in_docstring(self.text, content, &mut self.facts);
        }
        if !has_values {
            if stands_alone {
                return What::Nothing;
            }
            let text = decode(self.slice(content), prefix);
            return self.made(ExprKind::Text(text), frame);
        }
        let mut parts = Vec::new();
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            if value.kind == Kind::StringContent {
                let text = decode(self.slice(value.range), prefix);
                parts.push(self.push(ExprKind::Text(text), value.range));
            } else {
                parts.extend(self.expr(value));
            }
        }
        self.made(ExprKind::Concat(parts), frame)
    }

    /// Literals that stand side by side.
    pub(super) fn concatenated(&mut self, frame: &Frame) -> What {
        let literals = self.take_exprs(frame);
        let mut text = String::new();
        let mut parts = Vec::new();
        for literal in literals {
            match &mut self.facts.exprs[literal.0 as usize].kind {
                ExprKind::Text(more) if parts.is_empty() => text.push_str(more),
                ExprKind::Concat(more) => parts.append(more),
                _ => parts.push(literal),
            }
        }
        if parts.is_empty() {
            return self.made(ExprKind::Text(text), frame);
        }
        if !text.is_empty() {
            let range = TextRange {
                start: frame.range.start,
                end: self.facts.expr(parts[0]).range.start,
            };
            parts.insert(0, self.push(ExprKind::Text(text), range));
        }
        self.made(ExprKind::Concat(parts), frame)
    }

    /// Values that say how another one is formatted are evaluated and are no part of the text.
    pub(super) fn format_specifier(&mut self, frame: &Frame) -> What {
        for id in self.take_exprs(frame) {
            self.effect(id);
        }
        What::Nothing
    }

    /// `text % values` as parts; `None` when it is no such thing.
    pub(super) fn percent(&mut self, left: ExprId, right: ExprId) -> Option<Vec<ExprId>> {
        let ExprKind::Text(format) = &self.facts.expr(left).kind else {
            return None;
        };
        let pieces = percent_pieces(format);
        let values = match &self.facts.expr(right).kind {
            ExprKind::Sequence(values) => Values::positions(values.clone()),
            ExprKind::Map(entries) => {
                let mut named = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let ExprKind::Text(key) = &self.facts.expr((*key)?).kind else {
                        return None;
                    };
                    named.push((key.clone(), *value));
                }
                Values::named(named)
            }
            _ => Values::positions(vec![right; pieces.iter().filter(|p| p.is_value()).count()]),
        };
        self.assemble(pieces, values, left)
    }

    /// `text.format(values)` as parts; `None` when it is no such call.
    pub(super) fn formatted(
        &mut self,
        callee: ExprId,
        arguments: &[Argument],
    ) -> Option<Vec<ExprId>> {
        let ExprKind::Attribute(base, name) = &self.facts.expr(callee).kind else {
            return None;
        };
        let base = *base;
        let ExprKind::Text(format) = &self.facts.expr(base).kind else {
            return None;
        };
        if name != "format" {
            return None;
        }
        let pieces = format_pieces(format)?;
        let mut values = Values::default();
        for argument in arguments {
            match argument {
                Argument::Positional(value) => values.positions.push(*value),
                Argument::Keyword(name, value) => values.named.push((name.clone(), *value)),
                Argument::Spread(_) | Argument::KeywordSpread(_) => return None,
            }
        }
        self.assemble(pieces, values, base)
    }

    /// Puts pieces and values together; `None` unless each finds its other.
    fn assemble(
        &mut self,
        pieces: Vec<Piece>,
        values: Values,
        literal: ExprId,
    ) -> Option<Vec<ExprId>> {
        let mut used = vec![false; values.positions.len() + values.named.len()];
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (at, (name, _)) in values.named.iter().enumerate() {
            places.entry(name).or_insert(at);
        }
        let mut found = Vec::with_capacity(pieces.len());
        for piece in pieces {
            found.push(match piece {
                Piece::Text(text) => Err(text),
                Piece::Position(at) => {
                    let value = *values.positions.get(at)?;
                    used[at] = true;
                    Ok(value)
                }
                Piece::Named(name) => {
                    let at = *places.get(name.as_str())?;
                    used[values.positions.len() + at] = true;
                    Ok(values.named[at].1)
                }
            });
        }
        if used.contains(&false) {
            return None;
        }
        let range = self.facts.expr(literal).range;
        let parts = found.into_iter().map(|part| match part {
            Ok(value) => value,
            Err(text) => self.push(ExprKind::Text(text), range),
        });
        Some(parts.collect())
    }
}

/// A piece of a format string.
enum Piece {
    Text(String),
    Position(usize),
    Named(String),
}

impl Piece {
    fn is_value(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

/// What a format string is filled with.
#[derive(Default)]
struct Values {
    positions: Vec<ExprId>,
    named: Vec<(String, ExprId)>,
}

impl Values {
    fn positions(positions: Vec<ExprId>) -> Self {
        Self {
            positions,
            named: Vec::new(),
        }
    }

    fn named(named: Vec<(String, ExprId)>) -> Self {
        Self {
            positions: Vec::new(),
            named,
        }
    }
}

fn flush(text: &mut String, pieces: &mut Vec<Piece>) {
    if !text.is_empty() {
        pieces.push(Piece::Text(std::mem::take(text)));
    }
}

/// The pieces of a format string of `%`.
fn percent_pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut position = 0;
    let mut rest = format;
    let last_bracket = format.rfind(')').unwrap_or(0);
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        flush(&mut text, &mut pieces);
        let is_closed = format.len() - rest.len() < last_bracket;
        let name = rest
            .strip_prefix('(')
            .filter(|_| is_closed)
            .and_then(|inner| inner.split_once(')'));
        if let Some((name, after)) = name {
            pieces.push(Piece::Named(name.to_owned()));
            rest = after;
        } else {
            pieces.push(Piece::Position(position));
            position += 1;
        }
        let modifiers =
            rest.trim_start_matches(|c: char| "#0- +.*".contains(c) || c.is_ascii_digit());
        rest = modifiers
            .strip_prefix(|c: char| c.is_ascii_alphabetic())
            .unwrap_or(modifiers);
    }
    text.push_str(rest);
    flush(&mut text, &mut pieces);
    pieces
}

/// The pieces of a format string of `.format`; `None` when it is malformed.
fn format_pieces(format: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut position = 0;
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
            continue;
        }
        let (field, after) = rest.split_once('}').filter(|_| brace == "{")?;
        rest = after;
        flush(&mut text, &mut pieces);
        let name = field.split(['!', ':', '.', '[']).next().unwrap_or("");
        pieces.push(if name.is_empty() {
            position += 1;
            Piece::Position(position - 1)
        } else {
            name.parse()
                .map_or_else(|_| Piece::Named(name.to_owned()), Piece::Position)
        });
    }
    text.push_str(rest);
    flush(&mut text, &mut pieces);
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(integer("10_000"), ExprKind::Int(10_000));
        assert_eq!(integer("0xFF"), ExprKind::Int(255));
        assert_eq!(integer("0b1_01"), ExprKind::Int(5));
        assert_eq!(integer("99999999999999999999"), ExprKind::Float(1e20));
        assert_eq!(integer("3j"), ExprKind::Opaque(Vec::new()));
        assert_eq!(float("1_0.5e1"), ExprKind::Float(105.0));
    }

    #[test]
    fn escapes() {
        let plain = Prefix::of("\"");
        assert_eq!(decode(r"a\nb\x41\u00e9\101\q\\", plain), "a\nbAéA\\q\\");
        assert_eq!(decode("a\\\n b\r\nc", plain), "a b\nc");
        assert_eq!(decode(r"\xZZ\u12", plain), r"\xZZ\u12");
        assert_eq!(decode(r"\d{2}", Prefix::of("r'")), r"\d{2}");
        assert_eq!(decode("{{x}}", Prefix::of("f'")), "{x}");
        assert_eq!(decode("{{x}}", plain), "{{x}}");
    }
}
