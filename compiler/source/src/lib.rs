//! Files on disk become a [`SourceMap`]: text with ids, and spans into it.
//!
//! This is the only crate that reads files. It knows no language: it walks, reads, and holds the
//! bounds (size, encoding, the repository's edge) that keep hostile input from hurting.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the one crate whose job is to read files"
)]

mod disk;
mod excluded;
mod map;
mod memory;
mod objects;
mod scan;
mod tree;

pub use disk::DiskTree;
pub use map::{FileId, LineColumn, Location, SourceFile, SourceMap, Span, TextRange};
pub use memory::MemoryTree;
pub use objects::{ObjectEntry, ObjectReader, ObjectTree};
pub use scan::{MARKER, find_marker, has_marker};
pub use tree::{
    EntryKind, Listing, MAX_FILE_BYTES, ReadError, Tree, join, normalize, parent, stem,
};
