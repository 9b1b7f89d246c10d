use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

/// What a test does ahead of a change.
type Hook<'h> = dyn Fn(&str) -> io::Result<()> + 'h;

/// Every change to the disk goes through here, so that tests can stop it before any of them.
pub(crate) struct Disk<'h> {
    hook: Option<&'h Hook<'h>>,
}

impl Disk<'static> {
    /// The disk as it is.
    pub(crate) fn real() -> Self {
        Self { hook: None }
    }
}

impl<'h> Disk<'h> {
    /// A disk that calls `before` ahead of each change; an error of it is the change's.
    #[cfg(test)]
    pub(crate) fn with_hook(before: &'h dyn Fn(&str) -> io::Result<()>) -> Self {
        Self { hook: Some(before) }
    }

    fn before(&self, change: &str) -> io::Result<()> {
        self.hook.map_or(Ok(()), |hook| hook(change))
    }

    pub(crate) fn create_folder(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        self.before("create folder")?;
        fs::create_dir_all(path)
    }

    pub(crate) fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.before("write")?;
        fs::write(path, content)
    }

    /// Writes files of which none has to be there before another; where nobody looks on, at once.
    pub(crate) fn write_all(&self, files: &[(PathBuf, &[u8])]) -> io::Result<()> {
        match self.hook {
            None => files
                .par_iter()
                .with_min_len(8)
                .try_for_each(|(path, content)| fs::write(path, content)),
            Some(_) => files
                .iter()
                .try_for_each(|(path, content)| self.write(path, content)),
        }
    }

    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before("rename")?;
        fs::rename(from, to)
    }

    /// A second name for a file, or a copy where the file system has no such thing. A copy gets its
    /// name only once it is whole.
    pub(crate) fn keep(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before("keep")?;
        if fs::hard_link(from, to).is_ok() {
            return Ok(());
        }
        let half = to.with_extension("half");
        fs::copy(from, &half)?;
        fs::rename(&half, to)
    }

    pub(crate) fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.before("remove file")?;
        fs::remove_file(path)
    }

    /// Removes a folder with what is in it; one that is not there is no error.
    pub(crate) fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.before("remove folder")?;
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes the folders above `path` that are empty, up to but not including `top`.
    pub(crate) fn prune(&self, path: &Path, top: &Path) -> io::Result<()> {
        for folder in path.ancestors().skip(1).take_while(|folder| *folder != top) {
            self.before("prune")?;
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}
