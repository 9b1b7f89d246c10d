//! `.cargo/config.toml`, as far as images depend on it.

use klo_source::{EntryKind, Tree, join};
use toml::{Table, Value};

/// The configuration in a project's folder.
#[derive(Debug, Default)]
pub(crate) struct CargoConfig {
    /// Its file, where there is one.
    pub(crate) file: Option<String>,
    /// Its text.
    pub(crate) text: String,
    /// The platform that it builds for, where it states one.
    pub(crate) target: Option<String>,
}

impl CargoConfig {
    /// Reads it, as cargo does when it is started in `root`.
    pub(crate) fn read(tree: &dyn Tree, root: &str) -> Self {
        // cargo prefers the one without an ending (The Cargo book, "Configuration").
        let names = [".cargo/config", ".cargo/config.toml"];
        let file = names
            .into_iter()
            .map(|name| join(root, name))
            .find(|path| tree.kind(path) == EntryKind::File);
        let text = file
            .as_ref()
            .and_then(|file| tree.read_text(file).ok())
            .unwrap_or_default();
        let table: Option<Table> = text.parse().ok();
        let target = table
            .as_ref()
            .and_then(|table| table.get("build")?.get("target"))
            .and_then(Value::as_str);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let target = target.filter(|name| !name.starts_with('-') && name.chars().all(is_name));
        Self {
            target: target.map(str::to_owned),
            file,
            text,
        }
    }
}
