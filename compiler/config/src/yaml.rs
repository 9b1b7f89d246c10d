//! YAML as one tree of spanned literals. Reading does not fail: what is understood is returned, with
//! a problem for each mistake.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span as YamlSpan, Tag, options};
use klo_intent::{Literal, LiteralKind};
use klo_source::TextRange;

/// Deepest nesting of collections.
const MAX_DEPTH: usize = 64;
/// Most values of one file, those that aliases repeat included.
const MAX_VALUES: usize = 100_000;
/// Most bytes of text that anchors keep and aliases repeat in one file, four times the largest file: few
/// values can be many bytes.
const MAX_REPEATED: usize = 16 * 1024 * 1024;

/// A mistake in the YAML itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlProblem {
    /// Whether it is a key that stands twice.
    pub duplicate: Option<TextRange>,
    /// The characters it is about.
    pub range: TextRange,
    /// The sentence.
    pub message: String,
    /// What would fix it.
    pub help: String,
}

/// The one document of a YAML text, and every mistake in it. `None` for an empty document and for one
/// that could not be read to its end, since what is missing would look like mistakes.
pub fn read_yaml(text: &str) -> (Option<Literal>, Vec<YamlProblem>) {
    let mut options = options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        emit_unresolved_aliases: true,
    };
    options.set_emit_comments(false);
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(text, options),
        text,
        anchors: HashMap::new(),
        values: 0,
        repeated: 0,
        problems: Vec::new(),
        stopped: false,
    };
    let root = reader.document();
    let root = root.filter(|_| !reader.stopped);
    (root, reader.problems)
}

struct Reader<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    text: &'a str,
    /// Finished nodes by the number of their anchor, with the number of values in each.
    anchors: HashMap<usize, (Literal, usize)>,
    values: usize,
    repeated: usize,
    problems: Vec<YamlProblem>,
    stopped: bool,
}

impl<'a> Reader<'a> {
    fn problem(&mut self, range: TextRange, message: impl Into<String>, help: &str) {
        self.problems.push(YamlProblem {
            duplicate: None,
            range,
            message: message.into(),
            help: help.to_owned(),
        });
    }

    fn next(&mut self) -> Option<(Event<'a>, TextRange)> {
        if self.stopped {
            return None;
        }
        match self.parser.next_event()? {
            Ok((event, span)) => Some((event, self.range(span))),
            Err(error) => {
                self.stopped = true;
                let at = self.byte(error.marker());
                let rest = &self.text[at..];
                let end = rest.chars().next().map_or(at, |c| at + c.len_utf8());
                if error.info().contains("recursion limit") {
                    self.problem(
                        TextRange::new(at, end),
                        format!("collections nest more than {MAX_DEPTH} levels deep here"),
                        "no setting is nested that deep; remove the needless brackets",
                    );
                    return None;
                }
                let help = if rest.starts_with('\t') || error.info().contains("tab") {
                    "indent with spaces"
                } else {
                    "nothing behind this place was read"
                };
                let message = format!("this is no YAML: {}", error.info());
                self.problem(TextRange::new(at, end), message, help);
                None
            }
        }
    }

    fn byte(&self, marker: &granit_parser::Marker) -> usize {
        let at = marker.byte_offset().unwrap_or_else(|| {
            self.text
                .char_indices()
                .nth(marker.index())
                .map_or(self.text.len(), |(at, _)| at)
        });
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn range(&self, span: YamlSpan) -> TextRange {
        let start = self.byte(&span.start);
        TextRange::new(start, self.byte(&span.end).max(start))
    }

    fn document(&mut self) -> Option<Literal> {
        let mut root = None;
        while let Some((event, range)) = self.next() {
            match event {
                Event::DocumentStart(..) if root.is_some() => {
                    self.problem(
                        range,
                        "a second document begins here",
                        "one file holds one document; remove the `---`",
                    );
                    self.stopped = true;
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                event => root = self.node(event, range),
            }
        }
        root.filter(|root: &Literal| root.kind != LiteralKind::Null)
    }

    /// Counts values; `false` when there are too many.
    fn count(&mut self, values: usize, range: TextRange) -> bool {
        self.values += values;
        if self.values > MAX_VALUES && !self.stopped {
            self.problem(
                range,
                format!("this file has more than {MAX_VALUES} values"),
                "an alias repeats everything that its anchor holds; remove aliases",
            );
            self.stopped = true;
        }
        !self.stopped
    }

    /// Counts the text of what is kept for an anchor or repeated by an alias; `false` when it is too much.
    fn repeat(&mut self, literal: &Literal, range: TextRange) -> bool {
        self.repeated += literal.text_bytes();
        if self.repeated > MAX_REPEATED && !self.stopped {
            self.problem(
                range,
                format!("aliases repeat more than {MAX_REPEATED} bytes of text in this file"),
                "an alias repeats everything that its anchor holds; remove aliases",
            );
            self.stopped = true;
        }
        !self.stopped
    }

    fn node(&mut self, event: Event<'a>, range: TextRange) -> Option<Literal> {
        let before = self.values;
        if !self.count(1, range) {
            return None;
        }
        let (anchor, literal) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, self.scalar(&text, style, tag, range))
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", range);
                (anchor, self.sequence(range))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", range);
                (anchor, self.mapping(range))
            }
            Event::Alias(id) => return self.alias(id, range),
            Event::UnresolvedAlias(name) => {
                self.problem(
                    range,
                    format!("there is no anchor `&{name}` before this alias"),
                    "define the anchor above, or quote a text that begins with `*`",
                );
                return Some(null(range));
            }
            _ => return None,
        };
        if anchor != 0 {
            let size = self.values - before;
            if !self.repeat(&literal, range) {
                return None;
            }
            self.anchors.insert(anchor, (literal.clone(), size));
        }
        Some(literal)
    }

    fn alias(&mut self, id: usize, range: TextRange) -> Option<Literal> {
        let Some((literal, size)) = self.anchors.get(&id).cloned() else {
            self.problem(
                range,
                "this alias stands inside what its anchor holds",
                "remove it: a value cannot contain itself",
            );
            return Some(null(range));
        };
        // The alias itself is counted already.
        let size = size.saturating_sub(1);
        if !self.count(size, range) {
            return None;
        }
        self.repeat(&literal, range).then_some(literal)
    }

    fn check_tag(&mut self, tag: Option<&Tag>, expected: &str, range: TextRange) {
        if let Some(tag) = tag
            && tag.core_suffix() != Some(expected)
        {
            self.problem(
                range,
                format!("klo does not know the tag `{}`", tag.original()),
                "remove it",
            );
        }
    }

    fn sequence(&mut self, start: TextRange) -> Literal {
        let mut items = Vec::new();
        let mut end = start.end;
        while let Some((event, range)) = self.next() {
            if event == Event::SequenceEnd {
                end = end.max(range.end.min(self.trimmed(range)));
                break;
            }
            match self.node(event, range) {
                Some(item) => {
                    end = end.max(item.range.end);
                    items.push(item);
                }
                None => break,
            }
        }
        Literal {
            kind: LiteralKind::List(items),
            range: TextRange {
                start: start.start,
                end,
            },
        }
    }

    /// The end of a collection: that of its closing bracket, or nothing for block style, whose end
    /// the parser sets where the next thing begins.
    fn trimmed(&self, range: TextRange) -> u32 {
        let text = &self.text[range.start as usize..range.end as usize];
        if text.ends_with([']', '}']) {
            range.end
        } else {
            0
        }
    }

    fn mapping(&mut self, start: TextRange) -> Literal {
        let mut entries: Vec<(String, TextRange, Literal)> = Vec::new();
        let mut seen: HashMap<String, TextRange> = HashMap::new();
        let mut merged: Vec<Literal> = Vec::new();
        let mut end = start.end;
        while let Some((event, range)) = self.next() {
            if event == Event::MappingEnd {
                end = end.max(self.trimmed(range));
                break;
            }
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
            let key = self.key(event, range);
            let Some((event, value_range)) = self.next() else {
                break;
            };
            let Some(value) = self.node(event, value_range) else {
                break;
            };
            end = end.max(value.range.end).max(range.end);
            let Some(key) = key else {
                continue;
            };
            if plain && key == "<<" {
                merged.push(value);
                continue;
            }
            if let Some(first) = seen.get(&key) {
                self.problems.push(YamlProblem {
                    duplicate: Some(*first),
                    range,
                    message: format!("`{}` stands twice in this map", key.escape_debug()),
                    help: "remove one of the two, or merge them".to_owned(),
                });
                continue;
            }
            seen.insert(key.clone(), range);
            entries.push((key, range, value));
        }
        for value in merged {
            self.merge(value, &mut entries, &mut seen);
        }
        Literal {
            kind: LiteralKind::Map(entries),
            range: TextRange {
                start: start.start,
                end,
            },
        }
    }

    /// A map's key as text.
    fn key(&mut self, event: Event<'a>, range: TextRange) -> Option<String> {
        match event {
            Event::Scalar(text, _, anchor, tag) => {
                self.check_tag(tag.as_deref(), "str", range);
                let text = text.into_owned();
                if anchor != 0 {
                    let literal = Literal {
                        kind: LiteralKind::Str(text.clone()),
                        range,
                    };
                    self.anchors.insert(anchor, (literal, 1));
                }
                Some(text)
            }
            other => {
                let node = self.node(other, range)?;
                if let LiteralKind::Str(text) = node.kind {
                    return Some(text);
                }
                self.problem(
                    range,
                    "a key is a plain text",
                    "quote it, or give it a name",
                );
                None
            }
        }
    }

    /// `<<: *defaults`: entries that the map does not have itself.
    fn merge(
        &mut self,
        value: Literal,
        entries: &mut Vec<(String, TextRange, Literal)>,
        seen: &mut HashMap<String, TextRange>,
    ) {
        match value.kind {
            LiteralKind::Map(found) => {
                for (key, range, value) in found {
                    if !seen.contains_key(&key) {
                        seen.insert(key.clone(), range);
                        entries.push((key, range, value));
                    }
                }
            }
            LiteralKind::List(maps) => {
                for map in maps {
                    if matches!(map.kind, LiteralKind::Map(_)) {
                        self.merge(map, entries, seen);
                    } else {
                        self.no_merge(map.range);
                    }
                }
            }
            _ => self.no_merge(value.range),
        }
    }

    fn no_merge(&mut self, range: TextRange) {
        self.problem(
            range,
            "`<<` merges maps only",
            "name an anchor that holds a map",
        );
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<Cow<'_, Tag>>,
        range: TextRange,
    ) -> Literal {
        let plain = style == ScalarStyle::Plain;
        let kind = match tag.as_deref().map(Tag::core_suffix) {
            None if plain => resolve(text),
            None | Some(Some("str")) => LiteralKind::Str(text.to_owned()),
            Some(Some("int" | "bool" | "float" | "null")) => resolve(text),
            Some(_) => {
                self.check_tag(tag.as_deref(), "str", range);
                LiteralKind::Str(text.to_owned())
            }
        };
        Literal { kind, range }
    }
}

fn null(range: TextRange) -> Literal {
    Literal {
        kind: LiteralKind::Null,
        range,
    }
}

/// A plain scalar by YAML 1.2's core schema.
fn resolve(text: &str) -> LiteralKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return LiteralKind::Null,
        "true" | "True" | "TRUE" => return LiteralKind::Bool(true),
        "false" | "False" | "FALSE" => return LiteralKind::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return LiteralKind::Str(text.to_owned());
    }
    if let Ok(number) = text.parse::<i64>() {
        return LiteralKind::Int(number);
    }
    let radix = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix)?;
        let fine = digits.chars().all(|c| c.is_digit(radix));
        i64::from_str_radix(digits, radix).ok().filter(|_| fine)
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return LiteralKind::Int(number);
    }
    let float = digits
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    match text.parse::<f64>() {
        Ok(number) if float && number.is_finite() => LiteralKind::Float(number),
        _ => LiteralKind::Str(text.to_owned()),
    }
}

#[cfg(test)]
mod tests;
