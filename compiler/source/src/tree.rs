use thiserror::Error;

/// Files above this many bytes are reported instead of read.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// Nothing that can be read.
    Missing,
}

/// Why a file could not be read as source text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum ReadError {
    /// Nothing there.
    #[error("there is no such file")]
    Missing,
    /// A folder, socket, device or the like.
    #[error("it is not a regular file")]
    NotAFile,
    /// More than [`MAX_FILE_BYTES`].
    #[error("it is {size} bytes, more than the {MAX_FILE_BYTES} that klo reads")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// Not UTF-8.
    #[error("it is not UTF-8: byte {offset} begins no character")]
    NotUtf8 {
        /// The first byte that is not text.
        offset: usize,
    },
    /// A symbolic link that leads out of the repository, or in a circle.
    #[error("it is a symbolic link that leads out of the repository or in a circle")]
    OutsideRepository,
    /// The operating system refused.
    #[error("{0}")]
    Refused(String),
}

/// The files below a folder, and what could not be listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Paths of regular files, relative to the tree's root, sorted.
    pub files: Vec<String>,
    /// Paths that could not be entered, with the reason.
    pub problems: Vec<(String, ReadError)>,
}

/// Where source comes from. Paths are relative to the root of the repository, use `/`, and hold
/// neither `.` nor `..`; the root itself is the empty path.
pub trait Tree: Send + Sync {
    /// Every file below `dir` that version control does not ignore, sorted by path.
    fn files(&self, dir: &str) -> Listing;

    /// What stands at `path`.
    fn kind(&self, path: &str) -> EntryKind;

    /// The bytes at `path`, at most [`MAX_FILE_BYTES`] of them.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// Whether the file at `path` holds these bytes, also where it is too large to be read.
    fn mentions(&self, path: &str, needle: &[u8]) -> bool {
        self.read(path)
            .is_ok_and(|bytes| memchr::memmem::find(&bytes, needle).is_some())
    }

    /// The text at `path`, without a byte order mark.
    fn read_text(&self, path: &str) -> Result<String, ReadError> {
        let mut bytes = self.read(path)?;
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
            offset: error.utf8_error().valid_up_to(),
        })
    }
}

/// `dir` and `path` as one path, with `.` and `..` taken out; `None` when it would leave the root.
pub fn normalize(dir: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = if path.starts_with('/') {
        return None;
    } else {
        dir.split('/').filter(|part| !part.is_empty()).collect()
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// `dir/name`, or `name` at the root.
pub fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() {
        name.to_owned()
    } else {
        format!("{dir}/{name}")
    }
}

/// The folder of a path; the root's is the empty path.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

/// The file name without its last extension.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.')
        .map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalized_paths_stay_inside() {
        assert_eq!(normalize("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(normalize("a", "../..").as_deref(), None);
        assert_eq!(normalize("", "/etc/passwd"), None);
        assert_eq!(normalize("a", ".").as_deref(), Some("a"));
    }

    #[test]
    fn stems() {
        assert_eq!(stem("services/orders/db.py"), "db");
        assert_eq!(stem(".python-version"), ".python-version");
        assert_eq!(stem("Makefile"), "Makefile");
    }
}
