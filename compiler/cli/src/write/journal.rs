//! All or nothing. New contents are staged in a folder beside their targets; a journal that is
//! complete from its first moment says what belongs where; then each moves into its place, and
//! what stood there is kept until all are. Whatever moment a kill comes at, the journal's name
//! says what the next run has to do: nothing was begun, go on, go back, or clean up.
//!
//! The operating system keeps what was written when klo is killed. Against a power cut there is
//! no guarantee: that would take a flush to the disk per file, which costs more than compiling.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::Disk;
use super::manifest::{digest, is_inside};

/// The staging folder's name in the output folder.
pub(crate) const STAGING: &str = ".klo.staging";
const FORWARD: &str = "journal.json";
const BACK: &str = "rollback.json";
const DONE: &str = "done.json";

/// One file's change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// Path relative to the output folder.
    pub(crate) path: String,
    /// Digest of the new content; none for a removal.
    new: Option<String>,
    /// Digest of what stood there when the run began, if anything did.
    old: Option<String>,
}

/// A change to make.
pub(crate) struct Edit<'a> {
    /// Path relative to the output folder.
    pub(crate) path: &'a str,
    /// The new content; none for a removal.
    pub(crate) new: Option<&'a [u8]>,
    /// Its digest.
    pub(crate) digest: Option<String>,
    /// Digest of what stands there, if anything does.
    pub(crate) old: Option<String>,
}

/// What the next run did about an interrupted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recovered {
    /// Put the rest of the new contents in place; how many files the run changed.
    Completed(usize),
    /// Took back what had been begun.
    TakenBack,
}

/// The output folder and the changes to it.
pub(crate) struct Journal<'a> {
    out: &'a Path,
    staging: PathBuf,
    disk: &'a Disk<'a>,
}

impl<'a> Journal<'a> {
    pub(crate) fn new(out: &'a Path, disk: &'a Disk<'a>) -> Self {
        Self {
            out,
            staging: out.join(STAGING),
            disk,
        }
    }

    /// Whether an interrupted run left something.
    pub(crate) fn is_pending(&self) -> bool {
        self.staging.exists()
    }

    /// Makes every change or none. Later changes come into place after earlier ones.
    pub(crate) fn commit(&self, edits: &[Edit<'_>]) -> io::Result<()> {
        let operations: Vec<Operation> = edits
            .iter()
            .map(|edit| Operation {
                path: edit.path.to_owned(),
                new: edit.digest.clone(),
                old: edit.old.clone(),
            })
            .collect();
        if let Err(error) = self.stage(edits, &operations) {
            // What could not be staged was never begun; the next run removes what this cannot.
            let _ = self.disk.remove_folder(&self.staging);
            return Err(error);
        }
        self.forward(&operations, false)
            .and_then(|()| self.disk.rename(&self.file(FORWARD), &self.file(DONE)))
            .or_else(|error| self.give_up(&operations, error))?;
        // Everything is in place; what cannot be cleaned up now is cleaned up by the next run.
        let _ = self.disk.remove_folder(&self.staging);
        Ok(())
    }

    /// Brings an interrupted run to its end, one way or the other.
    pub(crate) fn recover(&self) -> io::Result<Option<Recovered>> {
        if !self.is_pending() {
            return Ok(None);
        }
        let recovered = if let Some(operations) = self.read(DONE)? {
            Recovered::Completed(operations.len())
        } else if let Some(operations) = self.read(BACK)? {
            self.back(&operations)?;
            Recovered::TakenBack
        } else if let Some(operations) = self.read(FORWARD)? {
            self.forward(&operations, true)
                .and_then(|()| self.disk.rename(&self.file(FORWARD), &self.file(DONE)))
                .or_else(|error| self.give_up(&operations, error))?;
            Recovered::Completed(operations.len())
        } else {
            Recovered::TakenBack
        };
        self.disk.remove_folder(&self.staging)?;
        Ok(Some(recovered))
    }

    fn stage(&self, edits: &[Edit<'_>], operations: &[Operation]) -> io::Result<()> {
        self.disk.create_folder(&self.staging)?;
        let contents = edits.iter().enumerate();
        let staged: Vec<(PathBuf, &[u8])> = contents
            .filter_map(|(index, edit)| Some((self.staged(index), edit.new?)))
            .collect();
        self.disk.write_all(&staged)?;
        let text = serde_json::to_vec(operations).map_err(io::Error::other)?;
        let half = self.file("journal.half");
        self.disk.write(&half, &text)?;
        self.disk.rename(&half, &self.file(FORWARD))
    }

    /// Puts everything in place that is not yet. After an interruption somebody may have changed a
    /// file meanwhile; such a file is left as it is, and the comparison that follows reports it.
    fn forward(&self, operations: &[Operation], later: bool) -> io::Result<()> {
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for (index, operation) in operations.iter().enumerate() {
            let target = self.out.join(&operation.path);
            let standing = digest_of(&target)?;
            let expected = standing == operation.old || standing == operation.new;
            if later && !expected {
                continue;
            }
            if operation.new.is_some() {
                // In the run that staged them none is missing.
                if !later || self.staged(index).exists() {
                    if standing.is_some() && !self.kept(index).exists() {
                        self.disk.keep(&target, &self.kept(index))?;
                    }
                    if let Some(folder) = target.parent()
                        && !folders.contains(folder)
                    {
                        self.disk.create_folder(folder)?;
                        folders.insert(folder.to_path_buf());
                    }
                    self.disk.rename(&self.staged(index), &target)?;
                }
            } else if standing.is_some() {
                self.disk.rename(&target, &self.kept(index))?;
            }
        }
        for operation in operations.iter().filter(|o| o.new.is_none()) {
            self.disk.prune(&self.out.join(&operation.path), self.out)?;
        }
        Ok(())
    }

    fn give_up(&self, operations: &[Operation], error: io::Error) -> io::Result<()> {
        self.disk.rename(&self.file(FORWARD), &self.file(BACK))?;
        self.back(operations)?;
        self.disk.remove_folder(&self.staging)?;
        Err(error)
    }

    fn back(&self, operations: &[Operation]) -> io::Result<()> {
        for (index, operation) in operations.iter().enumerate().rev() {
            let target = self.out.join(&operation.path);
            if self.kept(index).exists() {
                if let Some(folder) = target.parent() {
                    self.disk.create_folder(folder)?;
                }
                self.disk.rename(&self.kept(index), &target)?;
            } else if operation.old.is_none() {
                let standing = digest_of(&target)?;
                if standing.is_some() && standing == operation.new {
                    self.disk.remove_file(&target)?;
                }
                self.disk.prune(&target, self.out)?;
            }
        }
        Ok(())
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<Operation>>> {
        let bytes = match fs::read(self.file(name)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let operations: Vec<Operation> = serde_json::from_slice(&bytes)
            .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        // The journal says what is replaced and removed: it may name nothing outside.
        if operations
            .iter()
            .all(|operation| is_inside(&operation.path))
        {
            Ok(Some(operations))
        } else {
            let text = "the journal names a path outside the folder";
            Err(io::Error::new(ErrorKind::InvalidData, text))
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.staging.join(name)
    }

    fn staged(&self, index: usize) -> PathBuf {
        self.staging.join(format!("{index}.new"))
    }

    fn kept(&self, index: usize) -> PathBuf {
        self.staging.join(format!("{index}.old"))
    }
}

fn digest_of(path: &Path) -> io::Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(digest(&bytes))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
