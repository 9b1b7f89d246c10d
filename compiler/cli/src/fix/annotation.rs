//! Values and arguments of annotations.

use klo_intent::AttrValue;
use klo_parse::annotation::{CommentLine, parse_block};
use klo_source::{Span, TextRange};

use super::edit::Edit;

/// A value as annotations write it; `None` for one that they cannot.
pub(super) fn literal(value: &AttrValue) -> Option<String> {
    match value {
        AttrValue::Bool(flag) => Some(flag.to_string()),
        AttrValue::Int(number) => Some(number.to_string()),
        AttrValue::Float(number) if number.is_finite() => Some(format!("{number:?}")),
        AttrValue::Str(text) => Some(quoted(text)),
        AttrValue::Size(size) => Some(quoted(&size.to_string())),
        AttrValue::Duration(duration) => Some(quoted(&duration.to_string())),
        AttrValue::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(literal).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        AttrValue::Null | AttrValue::Float(_) | AttrValue::Map(_) => None,
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The edit that adds an argument to the annotation at `at`, behind its last one. `None` where the
/// place holds no annotation that klo reads, or one that has the argument.
pub(super) fn add(text: &str, at: Span, key: &str, value: &str) -> Option<Edit> {
    let lines = comment_lines(text, at);
    let (annotations, _) = parse_block(&lines);
    let annotation = annotations
        .into_iter()
        .find(|annotation| annotation.range.start == at.start)?;
    if annotation.arguments.iter().any(|(name, _, _)| name == key) {
        return None;
    }
    let insert = |at: u32, text: String| {
        Some(Edit {
            range: TextRange { start: at, end: at },
            text,
        })
    };
    if let Some((_, _, last)) = annotation.arguments.last() {
        return insert(last.range.end, format!(", {key} = {value}"));
    }
    let written = text.get(annotation.range.start as usize..annotation.range.end as usize)?;
    match written.find('(') {
        Some(open) => {
            let open = annotation.range.start + open as u32 + 1;
            insert(open, format!("{key} = {value}"))
        }
        None => insert(annotation.range.end, format!("({key} = {value})")),
    }
}

/// The lines from an annotation's first to its last.
fn comment_lines(text: &str, at: Span) -> Vec<CommentLine<'_>> {
    let start = at.start as usize;
    let begin = text
        .get(..start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let end = at.end as usize;
    let end = text
        .get(end..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |at| end + at);
    let mut offset = begin;
    let block = text.get(begin..end).unwrap_or_default();
    block
        .split_inclusive('\n')
        .map(|line| {
            let start = offset as u32;
            offset += line.len();
            CommentLine {
                text: line.trim_end_matches(['\n', '\r']),
                start,
            }
        })
        .collect()
}
