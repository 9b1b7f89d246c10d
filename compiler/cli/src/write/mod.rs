//! Safe writing: all or nothing, never over what a person changed, never through a link.

mod compare;
mod diff;
mod disk;
mod fresh;
mod journal;
mod manifest;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use fresh::Fresh;

pub(crate) use compare::{Change, CompareError, Comparison, Conflict, Scope, compare};
pub(crate) use diff::unified;
pub(crate) use disk::Disk;
pub(crate) use journal::{Edit, Journal, Recovered};

/// The folder that an app's files are written to, held against other runs of klo while it is open.
pub(crate) struct Output<'d> {
    folder: PathBuf,
    disk: &'d Disk<'d>,
    /// What becomes the folder, where there is none yet.
    fresh: Option<Fresh>,
    // Unlocks when it is dropped. Where folders cannot be locked, two runs at once are the caller's
    // business.
    _lock: Option<File>,
}

/// What a run changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Written {
    /// Files written.
    pub(crate) written: usize,
    /// Files removed.
    pub(crate) removed: usize,
    /// Files that were as they should be.
    pub(crate) unchanged: usize,
}

impl<'d> Output<'d> {
    /// Opens the folder, or a place for it beside it where it is not there yet, and waits for another
    /// run that has it open.
    pub(crate) fn open(folder: &Path, disk: &'d Disk<'d>) -> io::Result<Self> {
        let (fresh, lock) = fresh::open(folder, disk)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            disk,
            fresh,
            _lock: lock,
        })
    }

    /// Brings an interrupted run to its end.
    pub(crate) fn recover(&self) -> io::Result<Option<Recovered>> {
        Journal::new(&self.folder, self.disk).recover()
    }

    /// Holds what should stand in the folder against what does.
    pub(crate) fn compare(
        &self,
        wanted: &BTreeMap<String, String>,
        seeds: &BTreeMap<String, String>,
        scope: &Scope,
        force: bool,
    ) -> Result<Comparison, CompareError> {
        compare(&self.folder, wanted, seeds, scope, force)
    }

    /// Makes every change of a comparison without conflicts, or none.
    pub(crate) fn apply(self, comparison: &Comparison) -> io::Result<Written> {
        let edits: Vec<Edit<'_>> = comparison
            .changes
            .iter()
            .map(|change| Edit {
                path: &change.path,
                new: change.new.as_deref().map(str::as_bytes),
                digest: change.digest.clone(),
                old: change.old.as_deref().map(manifest::digest),
            })
            .collect();
        if edits.is_empty() {
            self.leave();
        } else {
            self.commit(&edits)?;
        }
        let own = |change: &&Change| change.path != manifest::NAME;
        let removed = |change: &&Change| change.new.is_none();
        let all = comparison.changes.iter().filter(own).count();
        let removed = comparison.changes.iter().filter(removed).count();
        Ok(Written {
            written: all - removed,
            removed,
            unchanged: comparison.unchanged,
        })
    }

    fn commit(&self, edits: &[Edit<'_>]) -> io::Result<()> {
        let journal = Journal::new(&self.folder, self.disk);
        let Some(fresh) = &self.fresh else {
            return journal.commit(edits);
        };
        if fresh.fill(edits, self.disk).inspect_err(|_| self.leave())? {
            return Ok(());
        }
        // Not every file system gives folders another name.
        self.leave();
        self.disk.create_folder(&self.folder)?;
        journal.commit(edits).inspect_err(|_| {
            // It is not empty when something did come of it.
            let _ = std::fs::remove_dir(&self.folder);
        })
    }

    /// Leaves no trace of a folder of which nothing came.
    pub(crate) fn leave(&self) {
        if let Some(fresh) = &self.fresh {
            // What cannot be removed now is removed by the next run.
            let _ = fresh.remove(self.disk);
        }
    }
}

/// Whether an interrupted run left something that the next `klo compile` brings to its end.
pub(crate) fn is_interrupted(folder: &Path) -> bool {
    Journal::new(folder, &Disk::real()).is_pending()
}

#[cfg(test)]
mod tests;
