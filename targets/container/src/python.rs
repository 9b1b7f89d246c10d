//! Which Python a project runs on.

use klo_parse::python::dependencies::Manifest;
use klo_source::{Tree, join, parent};

use crate::facts::{PYTHONS, PythonRelease, USUAL_MINOR};

/// The choice, and what to tell about it.
pub(crate) struct Choice {
    /// The release.
    pub(crate) release: &'static PythonRelease,
    /// File and text of a version that no known release satisfies.
    pub(crate) unknown: Option<(String, String)>,
}

/// Chooses by `.python-version`, else by `requires-python`, each the nearest from `project` up to
/// `top`.
pub(crate) fn choose(tree: &dyn Tree, top: &str, project: &str) -> Choice {
    let mut folder = project;
    loop {
        let path = join(folder, ".python-version");
        if let Ok(text) = tree.read_text(&path) {
            let wanted = text.lines().map(str::trim).find(|line| !line.is_empty());
            if let Some(wanted) = wanted {
                let exact = wanted
                    .trim_start_matches("cpython-")
                    .trim_start_matches("python-");
                let minor = minor_of(exact);
                return chosen(path, wanted, move |known| Some(known) == minor);
            }
        }
        if let Some(range) = Manifest::of(tree, folder).and_then(|m| m.requires_python) {
            let allows = |minor| allows(&range, minor);
            return chosen(join(folder, "pyproject.toml"), &range, allows);
        }
        if folder == top || folder.is_empty() {
            return Choice {
                release: usual(),
                unknown: None,
            };
        }
        folder = parent(folder);
    }
}

/// The usual release where it is allowed, else the newest allowed one before it, else the oldest
/// allowed one after it.
fn chosen(file: String, wanted: &str, allowed: impl Fn(u32) -> bool) -> Choice {
    let before = PYTHONS.iter().rev().filter(|r| r.minor <= USUAL_MINOR);
    let after = PYTHONS.iter().filter(|r| r.minor > USUAL_MINOR);
    let found = before.chain(after).find(|release| allowed(release.minor));
    Choice {
        unknown: found.is_none().then(|| (file, wanted.to_owned())),
        release: found.unwrap_or(&PYTHONS[PYTHONS.len() - 1]),
    }
}

/// The release for what states no version.
pub(crate) fn usual() -> &'static PythonRelease {
    PYTHONS
        .iter()
        .find(|release| release.minor == USUAL_MINOR)
        .unwrap_or(&PYTHONS[PYTHONS.len() - 1])
}

/// `3.12.4` → 12.
fn minor_of(version: &str) -> Option<u32> {
    let mut parts = version.split('.');
    (parts.next()? == "3").then_some(())?;
    parts.next()?.parse().ok()
}

/// Whether some patch release of `3.minor` lies in a range: PEP 440's clauses, Poetry's `^` and
/// `~`, and `||` between alternatives.
fn allows(range: &str, minor: u32) -> bool {
    range.split("||").any(|alternative| {
        alternative
            .split(',')
            .flat_map(spaced_clauses)
            .all(|clause| allows_clause(&clause, minor))
    })
}

/// Poetry separates clauses with spaces as well; a space after an operator separates nothing.
fn spaced_clauses(text: &str) -> Vec<String> {
    let mut clauses: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let open = |clause: &String| clause.ends_with(['<', '>', '=', '~', '^', '!']);
        match clauses.last_mut() {
            Some(last) if open(last) => last.push_str(word),
            _ => clauses.push(word.to_owned()),
        }
    }
    clauses
}

fn allows_clause(clause: &str, minor: u32) -> bool {
    let at = clause
        .find(|c: char| !matches!(c, '<' | '>' | '=' | '~' | '^' | '!'))
        .unwrap_or(clause.len());
    let (operator, version) = clause.split_at(at);
    let parts: Vec<&str> = version.trim_end_matches(".*").split('.').collect();
    let number = |index: usize| parts.get(index).and_then(|part| part.parse::<u32>().ok());
    let Some(major) = number(0) else {
        // `*`, or a clause that nobody can read: it rules nothing out.
        return true;
    };
    let stated = number(1);
    let base = stated.unwrap_or(0);
    let patch = number(2).unwrap_or(0);
    // Compares 3.minor with major.base; releases of later patches count as the same minor.
    let (older, same) = ((3, minor) < (major, base), (3, minor) == (major, base));
    match operator {
        ">=" => !older,
        ">" => !older && (!same || parts.len() > 2),
        "<" => older || (same && patch > 0),
        "<=" => older || same || (stated.is_none() && major == 3),
        "^" => !older && major == 3,
        "~=" if parts.len() == 2 => !older && major == 3,
        "~" if stated.is_none() => major == 3,
        "!=" => !same || parts.len() > 2,
        _ => major == 3 && stated.is_none_or(|stated| stated == minor),
    }
}

#[cfg(test)]
mod tests {
    use klo_source::MemoryTree;

    use super::*;

    #[test]
    fn ranges() {
        for (range, expected) in [
            (">=3.12", vec![12, 13, 14]),
            (">=3.8,<3.12", vec![9, 10, 11]),
            (">= 3.10, < 4", vec![10, 11, 12, 13, 14]),
            ("^3.11", vec![11, 12, 13, 14]),
            ("~3.11", vec![11]),
            ("~=3.11", vec![11, 12, 13, 14]),
            ("~=3.11.2", vec![11]),
            ("==3.12.*", vec![12]),
            ("==3.12.4", vec![12]),
            ("3.12", vec![12]),
            (">3.11", vec![12, 13, 14]),
            (">=3.9 <3.11", vec![9, 10]),
            (">=3.10,!=3.11", vec![10, 12, 13, 14]),
            ("<=3.10", vec![9, 10]),
            ("~3.9 || ~3.14", vec![9, 14]),
            ("*", vec![9, 10, 11, 12, 13, 14]),
            ("<3.14.1,>=3.14", vec![14]),
            (">=4", vec![]),
        ] {
            let found: Vec<u32> = PYTHONS
                .iter()
                .map(|release| release.minor)
                .filter(|minor| allows(range, *minor))
                .collect();
            assert_eq!(found, expected, "{range}");
        }
    }

    fn minor(files: &[(&str, &str)], project: &str) -> (u32, bool) {
        let tree = MemoryTree::new(files.iter().map(|(p, t)| (*p, t.as_bytes())));
        let choice = choose(&tree, "", project);
        (choice.release.minor, choice.unknown.is_some())
    }

    #[test]
    fn the_nearest_statement_decides() {
        let range = |range: &str| format!("[project]\nrequires-python = \"{range}\"");
        assert_eq!(minor(&[], ""), (13, false));
        assert_eq!(
            minor(&[("pyproject.toml", &range(">=3.10"))], ""),
            (13, false)
        );
        assert_eq!(
            minor(&[("pyproject.toml", &range("<3.12"))], "a"),
            (11, false)
        );
        assert_eq!(
            minor(&[("pyproject.toml", &range(">=3.14"))], ""),
            (14, false)
        );
        assert_eq!(minor(&[("pyproject.toml", &range("<3"))], ""), (14, true));
        assert_eq!(
            minor(
                &[
                    (".python-version", "\n3.12.4\n"),
                    ("pyproject.toml", &range(">=3.9"))
                ],
                ""
            ),
            (12, false)
        );
        assert_eq!(minor(&[(".python-version", "2.7.18")], ""), (14, true));
        assert_eq!(
            minor(
                &[
                    (".python-version", "3.9"),
                    ("api/pyproject.toml", &range("==3.11.*"))
                ],
                "api"
            ),
            (11, false)
        );
    }
}
