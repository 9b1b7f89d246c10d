use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The name of the list in the output folder.
pub(crate) const NAME: &str = ".klo.json";

/// The files that klo wrote, with the SHA-256 of what it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    version: u32,
    /// Hexadecimal digests by path relative to the output folder.
    pub(crate) files: BTreeMap<String, String>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            version: 1,
            files: BTreeMap::new(),
        }
    }
}

impl Manifest {
    /// Reads a list; the error says what is wrong with it. Paths that lead out of the folder are
    /// refused, because what the list names may be removed.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if manifest.version != 1 {
            return Err(format!(
                "it has version {}, and this klo knows version 1",
                manifest.version
            ));
        }
        match manifest.files.keys().find(|path| !is_inside(path)) {
            Some(path) => Err(format!(
                "it names `{path}`, which is no path inside the folder"
            )),
            None => Ok(manifest),
        }
    }

    /// The list as it is written.
    pub(crate) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// Whether a path is relative and stays below the folder it is relative to.
pub(crate) fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// The SHA-256 of some bytes in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
