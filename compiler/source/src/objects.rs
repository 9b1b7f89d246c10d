use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::OnceLock;

use crate::excluded::Excluded;
use crate::tree::{EntryKind, Listing, MAX_FILE_BYTES, ReadError, Tree, join, normalize};

/// Links that are followed on the way to one file before it counts as a circle, as Linux does.
const MOST_LINKS: usize = 40;

/// Hands over the content of one stored object, such as a git blob, by its id.
pub trait ObjectReader: Send + Sync {
    /// The object's bytes.
    fn object(&self, id: &str) -> Result<Vec<u8>, ReadError>;
}

/// What a path of a past revision holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectEntry {
    /// A regular file.
    File {
        /// The id of its content.
        id: String,
        /// Its size in bytes.
        size: u64,
    },
    /// A symbolic link.
    Link {
        /// The id of the object whose content is where it leads.
        id: String,
    },
}

/// The tree of a past revision: a listing of paths and object ids, and a reader for the objects.
/// Whoever talks to version control makes both; nothing here runs a program.
///
/// It answers as [`crate::DiskTree`] does for a checkout of the revision: hidden files and what its
/// `.gitignore` and `.ignore` files exclude are not listed, links are followed only inside the tree.
pub struct ObjectTree {
    entries: BTreeMap<String, ObjectEntry>,
    reader: Box<dyn ObjectReader>,
    excluded: OnceLock<Excluded>,
}

impl ObjectTree {
    /// A tree of entries by path whose contents `reader` hands over.
    pub fn new(
        entries: impl IntoIterator<Item = (String, ObjectEntry)>,
        reader: Box<dyn ObjectReader>,
    ) -> Self {
        Self {
            entries: entries.into_iter().collect(),
            reader,
            excluded: OnceLock::new(),
        }
    }

    /// Whether a folder of this path, which leads through no link, holds anything.
    fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || self.below(path).next().is_some()
    }

    fn below(&self, dir: &str) -> impl Iterator<Item = (&String, &ObjectEntry)> {
        let prefix = if dir.is_empty() {
            String::new()
        } else {
            join(dir, "")
        };
        let start = Bound::Included(prefix.clone());
        self.entries
            .range((start, Bound::Unbounded))
            .take_while(move |(path, _)| path.starts_with(&prefix))
    }

    /// The path without links that a path leads to.
    fn resolve(&self, path: &str) -> Result<String, ReadError> {
        let mut left = MOST_LINKS;
        let mut done = String::new();
        let mut rest: Vec<String> = parts(path);
        while let Some(part) = rest.pop() {
            let here = join(&done, &part);
            let Some(ObjectEntry::Link { id }) = self.entries.get(&here) else {
                done = here;
                continue;
            };
            left = left.checked_sub(1).ok_or(ReadError::OutsideRepository)?;
            let target = String::from_utf8(self.reader.object(id)?)
                .map_err(|_| ReadError::OutsideRepository)?;
            let whole = normalize(&done, &target).ok_or(ReadError::OutsideRepository)?;
            done.clear();
            rest.extend(parts(&whole));
        }
        Ok(done)
    }

    fn content(&self, entry: &ObjectEntry) -> Result<Vec<u8>, ReadError> {
        match entry {
            ObjectEntry::File { size, .. } if *size > MAX_FILE_BYTES => {
                Err(ReadError::TooLarge { size: *size })
            }
            ObjectEntry::File { id, .. } | ObjectEntry::Link { id } => self.reader.object(id),
        }
    }

    /// What is not listed; found out once, from the ignore files of the tree.
    fn excluded(&self) -> &Excluded {
        self.excluded.get_or_init(|| {
            let mut excluded = Excluded::default();
            for path in self.entries.keys() {
                if Excluded::is_read_from(path)
                    && let Ok(text) = self.read_text(path)
                {
                    excluded.add(path, &text);
                }
            }
            excluded
        })
    }
}

/// The parts of a path, last first.
fn parts(path: &str) -> Vec<String> {
    let named = path.split('/').filter(|part| !part.is_empty());
    named.rev().map(str::to_owned).collect()
}

impl Tree for ObjectTree {
    fn files(&self, dir: &str) -> Listing {
        let Ok(real) = self.resolve(dir) else {
            return Listing::default();
        };
        let leads_to_folder = |path: &str, entry: &ObjectEntry| {
            matches!(entry, ObjectEntry::Link { .. })
                && self.resolve(path).is_ok_and(|to| self.is_folder(&to))
        };
        let excluded = self.excluded();
        let files = self
            .below(&real)
            .filter(|(path, _)| !excluded.holds(&real, path))
            .filter(|(path, entry)| !leads_to_folder(path, entry))
            .map(|(path, _)| match path.strip_prefix(&real) {
                Some(rest) if real != dir => join(dir, rest.trim_start_matches('/')),
                _ => path.clone(),
            });
        Listing {
            files: files.collect(),
            problems: vec![],
        }
    }

    fn kind(&self, path: &str) -> EntryKind {
        match self.resolve(path) {
            Ok(real) if self.entries.contains_key(&real) => EntryKind::File,
            Ok(real) if self.is_folder(&real) => EntryKind::Directory,
            _ => EntryKind::Missing,
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let real = self.resolve(path)?;
        match self.entries.get(&real) {
            Some(entry) => self.content(entry),
            None if self.is_folder(&real) => Err(ReadError::NotAFile),
            None => Err(ReadError::Missing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Objects whose id is their content.
    struct Itself;
    impl ObjectReader for Itself {
        fn object(&self, id: &str) -> Result<Vec<u8>, ReadError> {
            Ok(id.as_bytes().to_vec())
        }
    }

    fn tree(entries: &[(&str, &str)]) -> ObjectTree {
        let entries = entries.iter().map(|(path, content)| {
            let entry = match content.strip_prefix("-> ") {
                Some(target) => ObjectEntry::Link {
                    id: target.to_owned(),
                },
                None => ObjectEntry::File {
                    id: (*content).to_owned(),
                    size: content.len() as u64,
                },
            };
            ((*path).to_owned(), entry)
        });
        ObjectTree::new(entries, Box::new(Itself))
    }

    #[test]
    fn reads_by_object_id() {
        let tree = tree(&[("a/b.py", "x1"), ("a.py", "x2")]);
        assert_eq!(tree.read_text("a/b.py").unwrap(), "x1");
        assert_eq!(tree.kind("a"), EntryKind::Directory);
        assert_eq!(tree.kind("a/b"), EntryKind::Missing);
        assert_eq!(tree.files("a").files, ["a/b.py"]);
        assert_eq!(tree.files("").files, ["a.py", "a/b.py"]);
        assert_eq!(tree.read("a"), Err(ReadError::NotAFile));
        assert_eq!(tree.read("c"), Err(ReadError::Missing));
    }

    #[test]
    fn what_a_checkout_would_not_list_is_not_listed_and_still_read() {
        let tree = tree(&[
            (".env", "A=1"),
            (".github/x.py", "x"),
            (".gitignore", "build/\n*.log\n!keep.log\n"),
            ("build/x.py", "x"),
            ("keep.log", "k"),
            ("lost.log", "l"),
            ("sub/.ignore", "/only.py\n"),
            ("sub/deep/only.py", "d"),
            ("sub/only.py", "o"),
        ]);
        assert_eq!(tree.files("").files, ["keep.log", "sub/deep/only.py"]);
        assert_eq!(tree.files("sub").files, ["sub/deep/only.py"]);
        assert_eq!(tree.read_text("build/x.py").unwrap(), "x");
        assert_eq!(tree.read_text(".env").unwrap(), "A=1");
    }

    #[test]
    fn links_are_followed_inside_the_tree_alone() {
        let tree = tree(&[
            ("a/real.py", "r"),
            ("b", "-> a"),
            ("c/up.py", "-> ../a/real.py"),
            ("circle", "-> circle"),
            ("lost", "-> nowhere"),
            ("out", "-> ../../etc/passwd"),
            ("root", "-> /etc/passwd"),
        ]);
        assert_eq!(tree.read_text("b/real.py").unwrap(), "r");
        assert_eq!(tree.read_text("c/up.py").unwrap(), "r");
        assert_eq!(tree.kind("b"), EntryKind::Directory);
        assert_eq!(tree.files("b").files, ["b/real.py"]);
        for path in ["circle", "out", "root"] {
            assert_eq!(tree.read(path), Err(ReadError::OutsideRepository), "{path}");
        }
        assert_eq!(tree.read("lost"), Err(ReadError::Missing));
        let listed = ["a/real.py", "c/up.py", "circle", "lost", "out", "root"];
        assert_eq!(tree.files("").files, listed);
    }

    #[test]
    fn what_is_too_large_is_not_fetched() {
        let entry = ObjectEntry::File {
            id: "x".to_owned(),
            size: MAX_FILE_BYTES + 1,
        };
        let tree = ObjectTree::new([("a.py".to_owned(), entry)], Box::new(Itself));
        assert!(matches!(tree.read("a.py"), Err(ReadError::TooLarge { .. })));
    }
}
