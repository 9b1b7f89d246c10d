use std::collections::BTreeMap;

use crate::tree::{EntryKind, Listing, MAX_FILE_BYTES, ReadError, Tree, join};

/// Files held in memory: rule packs' tests, unit tests.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryTree {
    /// A tree of these paths and contents.
    pub fn new<P: Into<String>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        let files = files
            .into_iter()
            .map(|(path, content)| (path.into(), content.into()));
        Self {
            files: files.collect(),
        }
    }
}

impl Tree for MemoryTree {
    fn files(&self, dir: &str) -> Listing {
        let prefix = join(dir, "");
        let inside = |path: &&String| dir.is_empty() || path.starts_with(&prefix);
        Listing {
            files: self.files.keys().filter(inside).cloned().collect(),
            problems: vec![],
        }
    }

    fn kind(&self, path: &str) -> EntryKind {
        if self.files.contains_key(path) {
            EntryKind::File
        } else if path.is_empty() || !self.files(path).files.is_empty() {
            EntryKind::Directory
        } else {
            EntryKind::Missing
        }
    }

    fn mentions(&self, path: &str, needle: &[u8]) -> bool {
        self.files
            .get(path)
            .is_some_and(|bytes| memchr::memmem::find(bytes, needle).is_some())
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(bytes) if bytes.len() as u64 > MAX_FILE_BYTES => Err(ReadError::TooLarge {
                size: bytes.len() as u64,
            }),
            Some(bytes) => Ok(bytes.clone()),
            None if self.kind(path) == EntryKind::Directory => Err(ReadError::NotAFile),
            None => Err(ReadError::Missing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_below_a_folder_only() {
        let tree = MemoryTree::new([("a/x.py", "1"), ("ab/y.py", "2"), ("z.py", "3")]);
        assert_eq!(tree.files("a").files, ["a/x.py"]);
        assert_eq!(tree.files("").files.len(), 3);
        assert_eq!(tree.kind("ab"), EntryKind::Directory);
        assert_eq!(tree.read("a"), Err(ReadError::NotAFile));
        assert_eq!(tree.read("b"), Err(ReadError::Missing));
    }

    #[test]
    fn a_file_that_is_too_large_is_still_searched() {
        let mut bytes = vec![b' '; MAX_FILE_BYTES as usize + 1];
        bytes.extend_from_slice(b"@klo::service");
        let tree = MemoryTree::new([("a.py", bytes)]);
        assert!(matches!(tree.read("a.py"), Err(ReadError::TooLarge { .. })));
        assert!(tree.mentions("a.py", b"@klo"));
        assert!(!tree.mentions("a.py", b"@klx"));
        assert!(!tree.mentions("b.py", b"@klo"));
    }

    #[test]
    fn a_byte_order_mark_is_not_text() {
        let tree = MemoryTree::new([("a.py", b"\xef\xbb\xbfx = 1".to_vec())]);
        assert_eq!(tree.read_text("a.py").unwrap(), "x = 1");
        let tree = MemoryTree::new([("a.py", b"ok\xff".to_vec())]);
        assert_eq!(
            tree.read_text("a.py"),
            Err(ReadError::NotUtf8 { offset: 2 })
        );
    }
}
