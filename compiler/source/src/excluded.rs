//! What the ignore files of a tree exclude, where the tree is not on disk.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::tree::{join, parent};

/// Names of the files that are read, strongest first, as `ignore`'s walk of a disk has them.
const NAMES: [&str; 2] = [".ignore", ".gitignore"];

/// The ignore files of a tree.
#[derive(Debug, Default)]
pub(crate) struct Excluded {
    /// By the rank of their name, then by their folder.
    files: [Vec<(String, Gitignore)>; 2],
}

impl Excluded {
    /// Whether a path is that of an ignore file.
    pub(crate) fn is_read_from(path: &str) -> bool {
        NAMES.contains(&name(path))
    }

    /// Adds an ignore file. Lines that are no pattern count for nothing, as git has it.
    pub(crate) fn add(&mut self, path: &str, text: &str) {
        let Some(rank) = NAMES.iter().position(|own| *own == name(path)) else {
            return;
        };
        // Patterns are matched below the folder, whose own path is no part of them.
        let mut builder = GitignoreBuilder::new("");
        for line in text.lines() {
            let _ = builder.add_line(None, line);
        }
        if let Ok(patterns) = builder.build() {
            self.files[rank].push((parent(path).to_owned(), patterns));
        }
    }

    /// Whether a walk that begins at `start` does not come to the file at `path`: it is hidden, or it
    /// or a folder on the way is excluded.
    pub(crate) fn holds(&self, start: &str, path: &str) -> bool {
        let below = path.strip_prefix(start).unwrap_or(path);
        let mut here = start.to_owned();
        let mut parts = below.split('/').filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            here = join(&here, part);
            let is_folder = parts.peek().is_some();
            match self.verdict(&here, is_folder) {
                Some(false) => {}
                Some(true) => return true,
                None if part.starts_with('.') => return true,
                None => {}
            }
        }
        false
    }

    /// What the strongest pattern says: excluded, or expressly not.
    fn verdict(&self, path: &str, is_folder: bool) -> Option<bool> {
        self.files.iter().find_map(|files| {
            let mut nearest: Vec<_> = files
                .iter()
                .filter_map(|(folder, patterns)| {
                    let rest = match folder.as_str() {
                        "" => path,
                        folder => path.strip_prefix(folder)?.strip_prefix('/')?,
                    };
                    Some((rest, patterns))
                })
                .collect();
            nearest.sort_by_key(|(rest, _)| rest.len());
            let mut found = nearest
                .iter()
                .map(|(rest, patterns)| patterns.matched(rest, is_folder));
            found.find_map(|matched| match matched {
                Match::None => None,
                Match::Ignore(_) => Some(true),
                Match::Whitelist(_) => Some(false),
            })
        })
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
