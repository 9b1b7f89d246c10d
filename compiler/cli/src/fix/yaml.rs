//! Entries of `klo.yaml`, set where they belong and nothing else touched.

use klo_config::yaml::read_yaml;
use klo_intent::{AttrValue, Literal, LiteralKind};
use klo_source::TextRange;

use super::edit::{Edit, apply};

/// A value as YAML writes it; `None` for one that it is not written as.
pub(super) fn scalar(value: &AttrValue) -> Option<String> {
    match value {
        AttrValue::Bool(flag) => Some(flag.to_string()),
        AttrValue::Int(number) => Some(number.to_string()),
        AttrValue::Float(number) if number.is_finite() => Some(format!("{number:?}")),
        AttrValue::Str(text) => Some(word(text)),
        AttrValue::Size(size) => Some(word(&size.to_string())),
        AttrValue::Duration(duration) => Some(word(&duration.to_string())),
        AttrValue::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(scalar).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        AttrValue::Null | AttrValue::Float(_) | AttrValue::Map(_) => None,
    }
}

/// A text, quoted where YAML would read it as something else or it holds what YAML gives a meaning.
fn word(text: &str) -> String {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let (read, _) = read_yaml(text);
    let itself = read.is_some_and(|read| read.kind == LiteralKind::Str(text.to_owned()));
    // What YAML 1.1 takes for a truth value is quoted too: other tools read this file.
    let truth = ["yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str());
    if plain && itself && !truth {
        text.to_owned()
    } else {
        serde_json::Value::String(text.to_owned()).to_string()
    }
}

/// The text with `value` at a path of keys: in the place of what is there, or added to the deepest map
/// that is there already. `None` where the result would not read as meant, such as where a map comes
/// from an alias.
pub(super) fn set(text: &str, path: &[&str], value: &str) -> Option<String> {
    let (root, _) = read_yaml(text);
    let edit = match &root {
        Some(root) => edit_of(text, root, path, value)?,
        None => Edit {
            range: TextRange::new(text.len(), text.len()),
            text: lines(path, value, 0, text),
        },
    };
    let changed = apply(text, &[edit])?;
    let (read, problems) = read_yaml(&changed);
    let mut wanted = root.unwrap_or(Literal {
        kind: LiteralKind::Map(Vec::new()),
        range: TextRange::default(),
    });
    let (value, _) = read_yaml(value);
    put(&mut wanted, path, value?.kind);
    (problems.is_empty() && same(&read?, &wanted)).then_some(changed)
}

fn edit_of(text: &str, root: &Literal, path: &[&str], value: &str) -> Option<Edit> {
    let mut map = root;
    let mut key: Option<TextRange> = None;
    for (depth, step) in path.iter().enumerate() {
        let LiteralKind::Map(entries) = &map.kind else {
            return empty(map, key?, &path[depth..], value);
        };
        match entries.iter().find(|(name, _, _)| name == step) {
            Some((_, range, found)) => {
                map = found;
                key = Some(*range);
            }
            None => return add(text, map, entries, &path[depth..], value),
        }
    }
    match map.kind {
        LiteralKind::Null => empty(map, key?, &[], value),
        LiteralKind::Map(_) | LiteralKind::List(_) => None,
        _ => Some(Edit {
            range: map.range,
            text: value.to_owned(),
        }),
    }
}

/// A key that stands there without a value gets one.
fn empty(literal: &Literal, key: TextRange, rest: &[&str], value: &str) -> Option<Edit> {
    if literal.kind != LiteralKind::Null {
        return None;
    }
    // Behind the key and its colon; a `null` that is written out is replaced.
    let written = literal.range.end > literal.range.start;
    let at = if written {
        literal.range
    } else {
        TextRange {
            start: key.end + 1,
            end: key.end + 1,
        }
    };
    let blank = if written { "" } else { " " };
    Some(Edit {
        range: at,
        text: format!("{blank}{}", flow(rest, value)),
    })
}

/// A new entry at the end of a map.
fn add(
    text: &str,
    map: &Literal,
    entries: &[(String, TextRange, Literal)],
    rest: &[&str],
    value: &str,
) -> Option<Edit> {
    let (first, deeper) = rest.split_first()?;
    let entry = format!("{}: {}", word(first), flow(deeper, value));
    let start = map.range.start as usize;
    if text.get(start..)?.starts_with('{') {
        let last = entries.last();
        let (at, text) = match last {
            Some((_, _, last)) if last.range.end > 0 => (last.range.end, format!(", {entry}")),
            _ => (map.range.start + 1, format!(" {entry} ")),
        };
        return Some(Edit {
            range: TextRange { start: at, end: at },
            text,
        });
    }
    let (_, key, _) = entries.first()?;
    let line = text
        .get(..key.start as usize)?
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let indent = key.start as usize - line;
    let end = entries
        .iter()
        .map(|(_, key, value)| key.end.max(value.range.end))
        .max()?;
    let end = end as usize;
    let end = text
        .get(end..)?
        .find('\n')
        .map_or(text.len(), |at| end + at);
    let lines = lines(rest, value, indent, "");
    let lines = format!("\n{}", lines.trim_end_matches('\n'));
    Some(Edit {
        range: TextRange::new(end, end),
        text: lines,
    })
}

/// `{ a: { b: value } }`, or the value alone.
fn flow(path: &[&str], value: &str) -> String {
    match path.split_first() {
        None => value.to_owned(),
        Some((first, rest)) => format!("{{ {}: {} }}", word(first), flow(rest, value)),
    }
}

/// Lines that hold a path: one for each key but the last two, which stand together.
fn lines(path: &[&str], value: &str, indent: usize, before: &str) -> String {
    let mut out = String::new();
    if !before.is_empty() && !before.ends_with('\n') && indent == 0 && !before.contains('\n') {
        out.push('\n');
    }
    let mut indent = indent;
    let mut rest = path;
    while let [first, deeper @ ..] = rest {
        if deeper.len() <= 1 {
            out.push_str(&format!(
                "{:indent$}{}: {}\n",
                "",
                word(first),
                flow(deeper, value)
            ));
            break;
        }
        out.push_str(&format!("{:indent$}{}:\n", "", word(first)));
        indent += 2;
        rest = deeper;
    }
    out
}

/// Sets a path in a tree.
fn put(literal: &mut Literal, path: &[&str], value: LiteralKind) {
    let Some((first, rest)) = path.split_first() else {
        literal.kind = value;
        return;
    };
    if !matches!(literal.kind, LiteralKind::Map(_)) {
        literal.kind = LiteralKind::Map(Vec::new());
    }
    if let LiteralKind::Map(entries) = &mut literal.kind {
        if !entries.iter().any(|(name, _, _)| name == first) {
            let nothing = Literal {
                kind: LiteralKind::Null,
                range: TextRange::default(),
            };
            entries.push(((*first).to_owned(), TextRange::default(), nothing));
        }
        let found = entries.iter_mut().find(|(name, _, _)| name == first);
        if let Some((_, _, found)) = found {
            put(found, rest, value);
        }
    }
}

/// Whether two trees say the same, wherever it is written.
fn same(a: &Literal, b: &Literal) -> bool {
    match (&a.kind, &b.kind) {
        (LiteralKind::Map(a), LiteralKind::Map(b)) => {
            let has = |(key, _, value): &(String, TextRange, Literal)| {
                let other = b.iter().find(|(other, _, _)| other == key);
                other.is_some_and(|(_, _, other)| same(value, other))
            };
            a.len() == b.len() && a.iter().all(has)
        }
        (LiteralKind::List(a), LiteralKind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: [&str; 5] = [
        "environments",
        "prod",
        "resources",
        "database.orders",
        "backup_days",
    ];

    #[test]
    fn entries_go_where_they_belong() {
        let rows = [
            (
                "app: shop\n",
                "app: shop\nenvironments:\n  prod:\n    resources:\n      database.orders: { backup_days: 90 }\n",
            ),
            (
                "environments: { prod: { region: eu-west-1 } } # both\n",
                "environments: { prod: { region: eu-west-1, resources: { database.orders: { backup_days: 90 } } } } # both\n",
            ),
            (
                "environments: { prod: {} }\n",
                "environments: { prod: { resources: { database.orders: { backup_days: 90 } } } }\n",
            ),
            (
                "environments:\n  prod: # the real one\n    region: eu-west-1 # Ireland\n  dev: {}\napp: shop\n",
                "environments:\n  prod: # the real one\n    region: eu-west-1 # Ireland\n    resources:\n      database.orders: { backup_days: 90 }\n  dev: {}\napp: shop\n",
            ),
            (
                "environments:\n  dev: {}\n  prod:\n",
                "environments:\n  dev: {}\n  prod: { resources: { database.orders: { backup_days: 90 } } }\n",
            ),
            (
                "environments: { prod: { resources: { database.orders: { backup_days: 7 } } } }\n",
                "environments: { prod: { resources: { database.orders: { backup_days: 90 } } } }\n",
            ),
            (
                "environments:\n  prod:\n    resources:\n      database.orders:\n        storage: 20Gi\n",
                "environments:\n  prod:\n    resources:\n      database.orders:\n        storage: 20Gi\n        backup_days: 90\n",
            ),
            (
                "environments:\n  prod:\n    region: x",
                "environments:\n  prod:\n    region: x\n    resources:\n      database.orders: { backup_days: 90 }",
            ),
        ];
        for (before, after) in rows {
            let changed = set(before, &PATH, "90");
            assert_eq!(changed.as_deref(), Some(after), "{before}");
            assert_eq!(set(after, &PATH, "90").as_deref(), Some(after), "again");
        }
    }

    #[test]
    fn what_would_change_something_else_is_left_alone() {
        let aliased = "x: &x { region: eu-west-1 }\nenvironments: { dev: *x, prod: *x }\n";
        assert_eq!(set(aliased, &PATH, "90"), None);
        assert_eq!(set("environments: [prod]\n", &PATH, "90"), None);
        assert_eq!(set("a: [\n", &PATH, "90"), None);
    }

    #[test]
    fn words_are_quoted_where_yaml_reads_something_else() {
        let rows = [
            ("db.t4g.medium", "db.t4g.medium"),
            ("yes", "\"yes\""),
            ("1.10", "\"1.10\""),
            ("a: b", "\"a: b\""),
            ("12", "\"12\""),
        ];
        for (text, written) in rows {
            assert_eq!(word(text), written);
        }
    }
}
