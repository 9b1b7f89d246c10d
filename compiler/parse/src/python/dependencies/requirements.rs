//! Requirements files, as pip reads them.

use std::collections::BTreeSet;

use klo_source::{Tree, normalize, parent};

use super::{Dependencies, Source, normalize_name, text_of};

/// Files that one requirements file may draw in, so that a circle of includes ends.
const MAX_FILES: usize = 64;

pub(super) fn read(tree: &dyn Tree, folder: &str, path: &str) -> Dependencies {
    let mut found = Dependencies {
        source: Some(Source::Requirements),
        folder: folder.to_owned(),
        ..Dependencies::default()
    };
    let mut seen = BTreeSet::new();
    let mut waiting = vec![(path.to_owned(), false)];
    while let Some((path, constraints)) = waiting.pop() {
        if seen.len() >= MAX_FILES || !seen.insert(path.clone()) {
            continue;
        }
        found.files.push(path.clone());
        let Some(text) = text_of(tree, &path, &mut found) else {
            continue;
        };
        let mut includes = Vec::new();
        for line in logical_lines(&text) {
            match parse_line(&line) {
                Line::Include {
                    path: target,
                    constraints,
                } => match normalize(parent(&path), target) {
                    Some(target) => includes.push((target, constraints)),
                    None => found.problems.push((
                        path.clone(),
                        format!("`{target}` leads out of the repository"),
                    )),
                },
                Line::Local => {
                    found.local.insert(path.clone());
                }
                Line::Package { name, version } => {
                    add(&mut found, &name, version, constraints);
                    for brought in implied(&line) {
                        add(&mut found, &brought, None, constraints);
                    }
                }
                Line::Other => {}
            }
        }
        waiting.extend(includes.into_iter().rev());
    }
    found
}

/// A constraint pins a package that something else asks for, and asks for none itself.
fn add(found: &mut Dependencies, name: &str, version: Option<String>, constraint: bool) {
    let entry = found.packages.get_mut(name);
    match entry {
        Some(known) if known.is_none() => *known = version,
        Some(_) => {}
        None if constraint => {}
        None => {
            found.packages.insert(name.to_owned(), version);
        }
    }
}

/// Lines without comments, those that end with a backslash joined with the next.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines() {
        let continued = line.trim_end().strip_suffix('\\');
        open.push_str(continued.unwrap_or(line));
        if continued.is_none() {
            lines.push(std::mem::take(&mut open));
        }
    }
    lines.push(open);
    for line in &mut lines {
        let comment = line
            .char_indices()
            .find(|(at, c)| *c == '#' && (*at == 0 || line[..*at].ends_with(char::is_whitespace)));
        if let Some((at, _)) = comment {
            line.truncate(at);
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

enum Line<'a> {
    Include {
        path: &'a str,
        constraints: bool,
    },
    Local,
    Package {
        name: String,
        version: Option<String>,
    },
    Other,
}

const INCLUDES: [(&str, bool); 4] = [
    ("--requirement", false),
    ("--constraint", true),
    ("-r", false),
    ("-c", true),
];

fn parse_line(line: &str) -> Line<'_> {
    let line = line.trim();
    for (option, constraints) in INCLUDES {
        if let Some(path) = line.strip_prefix(option) {
            let path = path.trim_start_matches(['=', ' ', '\t']).trim();
            return Line::Include { path, constraints };
        }
    }
    if line.starts_with("-e") || line.starts_with("--editable") {
        return Line::Local;
    }
    if line.starts_with('-') {
        return Line::Other;
    }
    let is_path = line.starts_with(['.', '/']) || line.starts_with("file:");
    if is_path {
        return Line::Local;
    }
    match requirement(line) {
        Some((name, version)) => Line::Package { name, version },
        None => Line::Other,
    }
}

/// Packages that an extra brings in and that klo decides by: servers and drivers (each project's
/// own metadata, November 2026).
const EXTRAS: [(&str, &str, &str); 8] = [
    ("fastapi", "standard", "uvicorn"),
    ("fastapi", "all", "uvicorn"),
    ("celery", "redis", "redis"),
    ("psycopg", "pool", "psycopg-pool"),
    ("psycopg", "binary", "psycopg-binary"),
    ("sqlalchemy", "postgresql-asyncpg", "asyncpg"),
    ("sqlalchemy", "postgresql-psycopg", "psycopg"),
    ("sqlalchemy", "pymysql", "pymysql"),
];

/// The packages that the extras of a dependency specifier bring in.
pub(super) fn implied(text: &str) -> Vec<String> {
    let Some((name, _)) = requirement(text) else {
        return Vec::new();
    };
    let extras = text
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or("", |(extras, _)| extras);
    let extras: Vec<String> = extras.split(',').map(normalize_name).collect();
    EXTRAS
        .iter()
        .filter(|(package, extra, _)| name == *package && extras.iter().any(|e| e == extra))
        .map(|(_, _, brought)| (*brought).to_owned())
        .collect()
}

/// The normalized name of a dependency specifier, and its version when it allows exactly one.
pub(super) fn requirement(text: &str) -> Option<(String, Option<String>)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .unwrap_or(text.len());
    let name = &text[..end];
    if name.is_empty() {
        return None;
    }
    let mut rest = text[end..].trim_start();
    if let Some(extras) = rest.strip_prefix('[') {
        rest = extras.split_once(']')?.1.trim_start();
    }
    // Before the marker; `==` with a second clause beside it still allows exactly one.
    let specifier = rest.split([';', ',']).next().unwrap_or_default();
    let version = specifier
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
        .strip_prefix("==")
        .and_then(|rest| rest.trim_start_matches('=').split_whitespace().next())
        .filter(|version| !version.contains('*'))
        .map(str::to_owned);
    Some((normalize_name(name), version))
}
