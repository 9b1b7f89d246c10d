use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::WalkBuilder;

use crate::tree::{EntryKind, Listing, MAX_FILE_BYTES, ReadError, Tree};

/// A folder on disk. Files that `.gitignore` and its like exclude are not listed, hidden ones
/// neither; symbolic links are followed only while they stay inside the root. What was looked at
/// once stays as it was then, so that one run sees one state.
#[derive(Debug, Clone)]
pub struct DiskTree {
    root: PathBuf,
    known: Arc<Known>,
}

/// What was looked at.
#[derive(Debug, Default)]
struct Known {
    /// Real paths of folders, since every part of a path is looked at for that.
    folders: Mutex<HashMap<PathBuf, Result<PathBuf, ReadError>>>,
    files: Mutex<HashMap<String, Content>>,
    listings: Mutex<HashMap<String, Listing>>,
    /// The sizes of the files above, together.
    bytes: AtomicU64,
}

/// A file's bytes, or why they cannot be read.
type Content = Result<Arc<[u8]>, ReadError>;

/// How many bytes of files are kept; later ones are read each time.
const MOST_KEPT: u64 = 64 * 1024 * 1024;

impl DiskTree {
    /// The tree at `root`, an existing folder.
    pub fn new(root: &Path) -> std::io::Result<Self> {
        Ok(Self {
            root: root.canonicalize()?,
            known: Arc::default(),
        })
    }

    /// The folder's absolute path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The repository that holds `path`: the nearest folder upwards with `.git`, or none.
    pub fn repository_of(path: &Path) -> Option<PathBuf> {
        path.ancestors()
            .find(|dir| dir.join(".git").exists())
            .map(Path::to_path_buf)
    }

    /// The real path of a file or folder inside the root, and what stands there.
    fn resolve(&self, path: &str) -> Result<(PathBuf, Metadata), ReadError> {
        let full = self.root.join(path);
        let (Some(folder), Some(Component::Normal(name))) =
            (full.parent(), full.components().next_back())
        else {
            return self.followed(&full);
        };
        if path.is_empty() {
            return self.followed(&full);
        }
        let real = self.folder(folder)?.join(name);
        let meta = fs::symlink_metadata(&real).map_err(refusal)?;
        if meta.is_symlink() {
            self.followed(&real)
        } else {
            Ok((real, meta))
        }
    }

    fn followed(&self, path: &Path) -> Result<(PathBuf, Metadata), ReadError> {
        let real = self.inside(path)?;
        let meta = fs::metadata(&real).map_err(refusal)?;
        Ok((real, meta))
    }

    /// The real path of a folder inside the root.
    fn folder(&self, folder: &Path) -> Result<PathBuf, ReadError> {
        let mut known = lock(&self.known.folders);
        if let Some(real) = known.get(folder) {
            return real.clone();
        }
        let real = self.inside(folder);
        known.insert(folder.to_path_buf(), real.clone());
        real
    }

    fn inside(&self, path: &Path) -> Result<PathBuf, ReadError> {
        let real = path.canonicalize().map_err(refusal)?;
        if real.starts_with(&self.root) {
            Ok(real)
        } else {
            Err(ReadError::OutsideRepository)
        }
    }

    fn walk(&self, dir: &str) -> Listing {
        let mut listing = Listing::default();
        let walk = WalkBuilder::new(self.root.join(dir))
            .require_git(false)
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = match &error {
                        ignore::Error::WithDepth { err, .. } => match &**err {
                            ignore::Error::WithPath { path, .. } => self.relative(path),
                            _ => None,
                        },
                        ignore::Error::WithPath { path, .. } => self.relative(path),
                        _ => None,
                    };
                    if let Some(path) = path {
                        let reason = error.into_io_error().map_or(ReadError::Missing, refusal);
                        listing.problems.push((path, reason));
                    }
                    continue;
                }
            };
            let Some(kind) = entry.file_type() else {
                continue;
            };
            // Links to folders are not entered, so no loop. Every other link counts as a file, one that
            // leads nowhere too: who wants it reads it, and is told why that cannot be.
            let is_file = kind.is_file() || (kind.is_symlink() && !entry.path().is_dir());
            if let (true, Some(path)) = (is_file, self.relative(entry.path())) {
                listing.files.push(path);
            }
        }
        listing.files.sort_unstable();
        listing.problems.sort();
        listing
    }

    fn read_anew(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let (real, meta) = self.resolve(path)?;
        if !meta.is_file() {
            return Err(ReadError::NotAFile);
        }
        if meta.len() > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge { size: meta.len() });
        }
        let file = fs::File::open(&real).map_err(refusal)?;
        let mut bytes = Vec::with_capacity(meta.len() as usize);
        // The file may grow between the two calls; the bound holds all the same.
        file.take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(refusal)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge {
                size: bytes.len() as u64,
            });
        }
        Ok(bytes)
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let relative = path.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = relative
            .components()
            .map(|part| part.as_os_str().to_str())
            .collect();
        parts.map(|parts| parts.join("/"))
    }
}

fn lock<T>(known: &Mutex<T>) -> MutexGuard<'_, T> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refusal(error: std::io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::Missing,
        ErrorKind::IsADirectory => ReadError::NotAFile,
        // ELOOP on Linux and on macOS; the standard library's name for it is not stable yet.
        _ if matches!(error.raw_os_error(), Some(40 | 62)) => ReadError::OutsideRepository,
        ErrorKind::PermissionDenied => {
            ReadError::Refused("the operating system does not let klo read it".to_owned())
        }
        // The message of any other kind names no path and is stable enough to show.
        kind => ReadError::Refused(kind.to_string()),
    }
}

impl Tree for DiskTree {
    fn files(&self, dir: &str) -> Listing {
        if let Some(listing) = lock(&self.known.listings).get(dir) {
            return listing.clone();
        }
        let listing = self.walk(dir);
        lock(&self.known.listings).insert(dir.to_owned(), listing.clone());
        listing
    }

    fn kind(&self, path: &str) -> EntryKind {
        match self.resolve(path) {
            Ok((_, meta)) if meta.is_file() => EntryKind::File,
            Ok((_, meta)) if meta.is_dir() => EntryKind::Directory,
            _ => EntryKind::Missing,
        }
    }

    fn mentions(&self, path: &str, needle: &[u8]) -> bool {
        /// How much of a file is looked at: more is no source, and reading it would take for ever.
        const MOST: u64 = 256 * 1024 * 1024;
        let Ok(file) = self
            .resolve(path)
            .and_then(|(path, _)| fs::File::open(path).map_err(refusal))
        else {
            return false;
        };
        let mut file = file.take(MOST);
        let mut window = Vec::new();
        let mut chunk = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = file.read(&mut chunk) {
            window.extend_from_slice(&chunk[..read]);
            if memchr::memmem::find(&window, needle).is_some() {
                return true;
            }
            // What a needle that is cut by the end of the chunk could begin with.
            let kept = window.len().min(needle.len().saturating_sub(1));
            window.drain(..window.len() - kept);
        }
        false
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if let Some(known) = lock(&self.known.files).get(path) {
            return known
                .as_ref()
                .map(|bytes| bytes.to_vec())
                .map_err(Clone::clone);
        }
        let found = self.read_anew(path);
        let size = found.as_ref().map_or(0, Vec::len) as u64;
        if self.known.bytes.fetch_add(size, Ordering::Relaxed) < MOST_KEPT {
            let kept = found.as_deref().map(Arc::from).map_err(Clone::clone);
            lock(&self.known.files).insert(path.to_owned(), kept);
        }
        found
    }
}
