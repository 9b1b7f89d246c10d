use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The number of a file in its [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file whose identity the holder knows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct TextRange {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl TextRange {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    /// This range in `file`.
    pub fn in_file(self, file: FileId) -> Span {
        Span {
            file,
            start: self.start,
            end: self.end,
        }
    }
}

/// A half-open range of bytes in a file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range without its file.
    pub fn range(self) -> TextRange {
        TextRange {
            start: self.start,
            end: self.end,
        }
    }
}

/// A line and column, both counted from 1; columns count Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// A span as people read it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Path relative to the tree's root.
    pub file: Arc<str>,
    /// Where it begins.
    pub start: LineColumn,
    /// Where it ends, exclusive.
    pub end: LineColumn,
}

/// One file's path and text.
#[derive(Debug)]
pub struct SourceFile {
    path: Arc<str>,
    text: Arc<str>,
    built_in: bool,
    /// Byte offsets at which lines begin; made on first use, since most files are never reported.
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// Path relative to the tree's root, with `/` between components.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// Whether it lies in klo itself, so that its path is a name and leads to nothing on disk.
    pub fn is_built_in(&self) -> bool {
        self.built_in
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The line and column of a byte offset; offsets past the end count as the end.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let lines = self.lines.get_or_init(|| {
            let starts = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1);
            std::iter::once(0).chain(starts).collect()
        });
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = lines.partition_point(|&start| start as usize <= offset) - 1;
        let column = self.text[lines[line] as usize..offset].chars().count();
        LineColumn {
            line: line as u32 + 1,
            column: column as u32 + 1,
        }
    }
}

/// Every file that was read, by id and by path.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: IndexMap<Arc<str>, SourceFile>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its id; a path that is already there keeps its first text.
    pub fn add(&mut self, path: &str, text: impl Into<Arc<str>>) -> FileId {
        self.insert(path.into(), path, text, false)
    }

    /// Adds a text that lies in klo itself and goes by a name; never the file of a path that is spelled
    /// the same.
    pub fn add_built_in(&mut self, name: &str, text: impl Into<Arc<str>>) -> FileId {
        // No path holds a NUL.
        self.insert(format!("\0{name}").into(), name, text, true)
    }

    fn insert(
        &mut self,
        key: Arc<str>,
        path: &str,
        text: impl Into<Arc<str>>,
        built_in: bool,
    ) -> FileId {
        if let Some(index) = self.files.get_index_of(&key) {
            return FileId(index as u32);
        }
        let path = match built_in {
            true => path.into(),
            false => key.clone(),
        };
        let file = SourceFile {
            path,
            text: text.into(),
            built_in,
            lines: OnceLock::new(),
        };
        let (index, _) = self.files.insert_full(key, file);
        FileId(index as u32)
    }

    /// The file of an id that this map gave out.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The id of a path, if it was added.
    pub fn id(&self, path: &str) -> Option<FileId> {
        self.files
            .get_index_of(path)
            .map(|index| FileId(index as u32))
    }

    /// The path of a file.
    pub fn path(&self, id: FileId) -> &Arc<str> {
        self.file(id).path()
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file)
            .text()
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// A span as file, line and column.
    pub fn location(&self, span: Span) -> Location {
        let file = self.file(span.file);
        Location {
            file: file.path.clone(),
            start: file.line_column(span.start),
            end: file.line_column(span.end),
        }
    }

    /// Ids and files in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .values()
            .enumerate()
            .map(|(index, file)| (FileId(index as u32), file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_scalar_values_from_one() {
        let mut map = SourceMap::new();
        let id = map.add("a.py", "é = 1\nnaïve = 2\n");
        let at = map.location(TextRange::new(7, 13).in_file(id));
        assert_eq!((at.start.line, at.start.column), (2, 1));
        assert_eq!((at.end.line, at.end.column), (2, 6));
        let past = map.file(id).line_column(9_999);
        assert_eq!((past.line, past.column), (3, 1));
    }

    #[test]
    fn a_path_has_one_id() {
        let mut map = SourceMap::new();
        let first = map.add("a.py", "one");
        assert_eq!(map.add("a.py", "two"), first);
        assert_eq!(&**map.file(first).text(), "one");
        assert_eq!(map.id("b.py"), None);
    }

    #[test]
    fn what_klo_brings_is_no_file_of_the_same_name() {
        let mut map = SourceMap::new();
        let own = map.add("klo/baseline", "one");
        let built_in = map.add_built_in("klo/baseline", "two");
        assert_eq!(map.add_built_in("klo/baseline", "two"), built_in);
        assert_eq!(&**map.file(own).text(), "one");
        assert_eq!(&**map.file(built_in).text(), "two");
        assert_eq!(&**map.path(built_in), "klo/baseline");
        assert_eq!(map.id("klo/baseline"), Some(own));
    }
}
