use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// A place that survives moving and reformatting code: what files that klo writes may name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Path relative to the repository's root.
    pub file: Arc<str>,
    /// The item's qualified name (`engine`, `OrderRepository.save`), or the key path in `klo.yaml`.
    pub item: Arc<str>,
}

impl Place {
    /// A place from its two parts.
    pub fn new(file: impl Into<Arc<str>>, item: impl Into<Arc<str>>) -> Self {
        Self {
            file: file.into(),
            item: item.into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.file, self.item)
    }
}
