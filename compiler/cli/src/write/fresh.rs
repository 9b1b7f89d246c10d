//! An output folder that is not there yet: it is put together beside its place and gets its name once
//! it is whole, so that there is no moment at which a part of it stands there.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::disk::Disk;
use super::journal::{Edit, STAGING};

/// A folder in the making.
#[derive(Debug)]
pub(crate) struct Fresh {
    /// Where it will be.
    folder: PathBuf,
    /// Where it is until then.
    beside: PathBuf,
}

/// Opens `folder` and locks it. Where it is not there, the place in which it is made is opened and
/// locked instead; the lock stays when it gets its name.
pub(crate) fn open(folder: &Path, disk: &Disk<'_>) -> io::Result<(Option<Fresh>, Option<File>)> {
    let fresh = Fresh::of(folder);
    loop {
        if folder.exists() {
            disk.create_folder(folder)?;
            let lock = locked(folder);
            fresh.remove_left_over(disk)?;
            return Ok((None, lock));
        }
        if let Some(parent) = folder.parent() {
            disk.create_folder(parent)?;
        }
        disk.create_folder(&fresh.beside)?;
        let lock = locked(&fresh.beside);
        // The run that was waited for may have given it its name meanwhile.
        if !is_at(lock.as_ref(), &fresh.beside) || folder.exists() {
            continue;
        }
        // A run that was killed left it.
        if fs::read_dir(&fresh.beside)?.next().is_some() {
            fresh.remove(disk)?;
            continue;
        }
        return Ok((Some(fresh), lock));
    }
}

impl Fresh {
    fn of(folder: &Path) -> Self {
        let mut name = OsString::from(".");
        name.push(folder.file_name().unwrap_or_default());
        name.push(STAGING);
        Self {
            folder: folder.to_path_buf(),
            beside: folder.with_file_name(name),
        }
    }

    /// Writes every file and gives the folder its name. Answers whether it could be named; an error
    /// is a file that could not be written.
    pub(crate) fn fill(&self, edits: &[Edit<'_>], disk: &Disk<'_>) -> io::Result<bool> {
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        let mut files = Vec::new();
        for edit in edits {
            let Some(content) = edit.new else { continue };
            let path = self.beside.join(edit.path);
            if let Some(parent) = path.parent()
                && !folders.contains(parent)
            {
                disk.create_folder(parent)?;
                folders.insert(parent.to_path_buf());
            }
            files.push((path, content));
        }
        disk.write_all(&files)?;
        Ok(disk.rename(&self.beside, &self.folder).is_ok())
    }

    /// Removes what there is of it.
    pub(crate) fn remove(&self, disk: &Disk<'_>) -> io::Result<()> {
        disk.remove_folder(&self.beside)
    }

    /// Removes what a killed run left, after which the folder came to be in another way.
    fn remove_left_over(&self, disk: &Disk<'_>) -> io::Result<()> {
        match File::open(&self.beside) {
            Ok(left) if left.try_lock().is_ok() => self.remove(disk),
            _ => Ok(()),
        }
    }
}

fn locked(folder: &Path) -> Option<File> {
    File::open(folder).ok().filter(|file| file.lock().is_ok())
}

/// Whether a path still leads to the folder that was opened there.
fn is_at(opened: Option<&File>, path: &Path) -> bool {
    let opened = opened.map(|file| file.try_clone().and_then(Handle::from_file));
    match (opened, Handle::from_path(path)) {
        (Some(Ok(opened)), Ok(now)) => opened == now,
        (None, Ok(_)) => true,
        _ => false,
    }
}
