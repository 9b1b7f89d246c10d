//! What the Criterion benchmarks measure on: an example app, read from disk once.
#![allow(
    clippy::disallowed_methods,
    reason = "reads the examples of this repository; nothing of it is in the compiler"
)]

use std::path::Path;

use klo_config::App;
use klo_source::{MemoryTree, SourceMap, Tree};

/// An app with its files, in memory, so that no benchmark waits for the disk.
pub struct Example {
    /// Every file.
    pub tree: MemoryTree,
    /// Its configuration.
    pub app: App,
}

/// `examples/shop`.
///
/// # Panics
///
/// When the example is not where it belongs or does not read.
pub fn shop() -> Example {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let files = walkdir::WalkDir::new(&root)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).expect("it is inside");
            let content = std::fs::read(entry.path()).expect("it can be read");
            (path.to_string_lossy().into_owned(), content)
        });
    let tree = MemoryTree::new(files.filter(|(path, _)| !path.starts_with("infra/")));
    let mut sources = SourceMap::new();
    let (apps, _) = klo_config::discover(&tree, "shop", "", None, &mut sources);
    let app = apps.into_iter().next().expect("the example is an app");
    Example { tree, app }
}

impl Example {
    /// The texts of the files that compiling the example parses: those that hold an annotation and
    /// what they import, which for the examples are all.
    pub fn python(&self) -> Vec<String> {
        self.tree
            .files("")
            .files
            .iter()
            .filter(|path| path.ends_with(".py"))
            .filter_map(|path| self.tree.read_text(path).ok())
            .collect()
    }
}
