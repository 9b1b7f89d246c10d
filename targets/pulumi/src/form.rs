//! How statements and expressions are put down, whatever they say: objects, lists, calls, assignments.

use klo_plan::Value;

use crate::escape::{is_identifier, key};
use crate::file::comment;
use crate::layout::Doc;

/// A property with what stands above it.
pub(crate) struct Entry {
    comments: Vec<String>,
    name: String,
    value: Doc,
    /// Whether the value may move to a line of its own behind the name.
    moves: bool,
}

impl Entry {
    /// A property.
    pub(crate) fn new(name: impl Into<String>, value: Doc) -> Self {
        Self {
            comments: Vec::new(),
            name: name.into(),
            value,
            moves: false,
        }
    }

    /// A property whose value is this one, printed.
    pub(crate) fn of(name: impl Into<String>, value: &Value, doc: Doc, indent: usize) -> Self {
        Self {
            comments: comments(value, indent),
            moves: moves(value, &doc),
            ..Self::new(name, doc)
        }
    }

    fn doc(self) -> Doc {
        let mut parts = Vec::new();
        for line in self.comments {
            parts.extend([Doc::text(line), Doc::Hard]);
        }
        let name = key(&self.name);
        // A name that is no longer than this would gain nothing by it.
        let moves = self.moves && name.chars().count() >= SHORT;
        parts.push(assigned(format!("{name}:"), self.value, moves));
        parts.push(Doc::text(","));
        Doc::All(parts)
    }
}

/// Names with fewer characters keep their values beside them.
const SHORT: usize = 5;

/// A name and what it is, which moves to the next line where it does not fit.
pub(crate) fn assigned(name: String, value: Doc, moves: bool) -> Doc {
    if moves {
        let moved = Doc::all([Doc::Line, value]).indent();
        return Doc::all([Doc::text(name), moved]).group();
    }
    match &value {
        Doc::Text(_) => Doc::all([Doc::text(format!("{name} ")), value]),
        _ => Doc::all([Doc::text(name), Doc::Behind(Box::new(value))]),
    }
}

/// Whether prettier moves a value to a line of its own: text, and names with dots alone.
pub(crate) fn moves(value: &Value, doc: &Doc) -> bool {
    let Doc::Text(text) = doc else {
        return false;
    };
    match value {
        Value::Commented(_, inner) => moves(inner, doc),
        Value::Ref(_) => text.split('.').all(is_identifier),
        _ => text.starts_with(['"', '\'']),
    }
}

/// An object, each property on its own line.
pub(crate) fn object(entries: Vec<Entry>) -> Doc {
    if entries.is_empty() {
        return Doc::text("{}");
    }
    let mut inside = Vec::new();
    for entry in entries {
        inside.push(Doc::Hard);
        inside.push(entry.doc());
    }
    Doc::all([
        Doc::text("{"),
        Doc::All(inside).indent(),
        Doc::Hard,
        Doc::text("}"),
    ])
}

/// A call: its arguments on one line, or each on its own; a last one that is an object or a list
/// keeps its braces beside the call's.
pub(crate) fn call(function: &str, mut arguments: Vec<Doc>) -> Doc {
    if let [only] = arguments.as_slice()
        && (begins(only, "{") || begins(only, "["))
    {
        return Doc::all([
            Doc::text(format!("{function}(")),
            arguments.remove(0),
            Doc::text(")"),
        ]);
    }
    let mut inside = vec![Doc::Soft];
    for (index, argument) in arguments.into_iter().enumerate() {
        if index > 0 {
            inside.extend([Doc::text(","), Doc::Line]);
        }
        inside.push(argument);
    }
    inside.push(Doc::Broken(","));
    Doc::all([
        Doc::text(format!("{function}(")),
        Doc::All(inside).indent(),
        Doc::Soft,
        Doc::text(")"),
    ])
    .group()
}

/// Whether it is an object or a list, which begins with its brace.
fn begins(doc: &Doc, brace: &str) -> bool {
    match doc {
        Doc::Group(inner) => begins(inner, brace),
        Doc::All(parts) => parts.first() == Some(&Doc::text(brace)),
        _ => false,
    }
}

/// A list: on one line if it fits, unless something in it does not.
pub(crate) fn array(items: Vec<(Vec<String>, Doc)>) -> Doc {
    if items.is_empty() {
        return Doc::text("[]");
    }
    let mut inside = vec![Doc::Soft];
    let last = items.len() - 1;
    for (index, (comments, item)) in items.into_iter().enumerate() {
        for line in comments {
            inside.extend([Doc::text(line), Doc::Hard]);
        }
        inside.push(item);
        if index < last {
            inside.extend([Doc::text(","), Doc::Line]);
        }
    }
    inside.push(Doc::Broken(","));
    Doc::all([
        Doc::text("["),
        Doc::All(inside).indent(),
        Doc::Soft,
        Doc::text("]"),
    ])
    .group()
}

/// Comments that belong to a value: its own, and those inside what is printed on one line, which
/// has no other place for them.
pub(crate) fn comments(value: &Value, indent: usize) -> Vec<String> {
    match value {
        Value::Commented(text, inner) => {
            let mut found = if text.is_empty() {
                Vec::new()
            } else {
                comment(text, indent)
            };
            found.extend(comments(inner, indent));
            found
        }
        Value::Concat(items) | Value::Call(_, items) => items
            .iter()
            .flat_map(|item| comments(item, indent))
            .collect(),
        _ => Vec::new(),
    }
}

/// What becomes of something that was looked up: `found.apply(() => …)`.
pub(crate) fn applied(found: &str, body: Doc) -> Doc {
    let inside = Doc::all([Doc::Line, body]).indent();
    let arrow = Doc::all([inside, Doc::Broken(","), Doc::Soft]);
    Doc::all([
        Doc::text(format!("{found}.apply(() =>")),
        arrow,
        Doc::text(")"),
    ])
    .group()
}
