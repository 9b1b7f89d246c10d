use std::collections::BTreeMap;

use crate::tree::{EntryKind, Listing, MAX_FILE_BYTES, ReadError, Tree, join};

/// Hands over the content of one stored object, such as a git blob, by its id.
pub trait ObjectReader: Send + Sync {
    /// The object's bytes.
    fn object(&self, id: &str) -> Result<Vec<u8>, ReadError>;
}

/// The tree of a past revision: a listing of paths and object ids, and a reader for the objects.
/// Whoever talks to version control makes both; nothing here runs a program.
pub struct ObjectTree {
    entries: BTreeMap<String, String>,
    reader: Box<dyn ObjectReader>,
}

impl ObjectTree {
    /// A tree of `(path, object id)` entries whose contents `reader` hands over.
    pub fn new(
        entries: impl IntoIterator<Item = (String, String)>,
        reader: Box<dyn ObjectReader>,
    ) -> Self {
        Self {
            entries: entries.into_iter().collect(),
            reader,
        }
    }
}

impl Tree for ObjectTree {
    fn files(&self, dir: &str) -> Listing {
        let prefix = join(dir, "");
        let inside = |path: &&String| dir.is_empty() || path.starts_with(&prefix);
        Listing {
            files: self.entries.keys().filter(inside).cloned().collect(),
            problems: vec![],
        }
    }

    fn kind(&self, path: &str) -> EntryKind {
        if self.entries.contains_key(path) {
            EntryKind::File
        } else if path.is_empty() || !self.files(path).files.is_empty() {
            EntryKind::Directory
        } else {
            EntryKind::Missing
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let id = self.entries.get(path).ok_or(ReadError::Missing)?;
        let bytes = self.reader.object(id)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge {
                size: bytes.len() as u64,
            });
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Upper;
    impl ObjectReader for Upper {
        fn object(&self, id: &str) -> Result<Vec<u8>, ReadError> {
            Ok(id.to_uppercase().into_bytes())
        }
    }

    #[test]
    fn reads_by_object_id() {
        let tree = ObjectTree::new([("a/b.py".to_owned(), "x1".to_owned())], Box::new(Upper));
        assert_eq!(tree.read_text("a/b.py").unwrap(), "X1");
        assert_eq!(tree.kind("a"), EntryKind::Directory);
        assert_eq!(tree.files("a").files, ["a/b.py"]);
    }
}
