use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::manifest::{self, Manifest, digest};

/// What stands in the output folder, held against what should.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Changes to make, sorted by path; the list of files last.
    pub(crate) changes: Vec<Change>,
    /// Why they may not be made.
    pub(crate) conflicts: Vec<Conflict>,
    /// Files that klo no longer needs but somebody changed.
    pub(crate) kept: Vec<String>,
    /// How many files are as they should be.
    pub(crate) unchanged: usize,
}

/// One file to write or remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Path relative to the output folder.
    pub(crate) path: String,
    /// What stands there.
    pub(crate) old: Option<Vec<u8>>,
    /// What should; nothing for a removal.
    pub(crate) new: Option<String>,
    /// The digest of what should.
    pub(crate) digest: Option<String>,
}

/// What keeps klo from writing a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// Somebody changed what klo wrote.
    ChangedByHand(Change),
    /// Somebody else's file, or a folder, stands there.
    InTheWay(Change),
    /// The path leads through a link.
    Link(String),
}

/// Why the comparison could not be made.
#[derive(Debug)]
pub(crate) enum CompareError {
    /// The list of files is not klo's; what is wrong with it.
    Manifest(String),
    /// A file could not be read.
    Read(PathBuf, io::Error),
}

/// Which of the files that klo wrote earlier a run answers for.
#[derive(Debug, Clone)]
pub(crate) enum Scope {
    /// All: those of environments that are no longer declared are removed.
    All,
    /// Those of these environments.
    Environments(Vec<String>),
}

impl Scope {
    fn covers(&self, path: &str) -> bool {
        match self {
            Self::All => true,
            Self::Environments(names) => path
                .split_once('/')
                .is_some_and(|(folder, _)| names.iter().any(|name| name == folder)),
        }
    }
}

/// Compares `wanted`, by path relative to `out`, with what stands there. `force` makes changes of
/// what would be conflicts.
pub(crate) fn compare(
    out: &Path,
    wanted: &BTreeMap<String, String>,
    scope: &Scope,
    force: bool,
) -> Result<Comparison, CompareError> {
    let mut compared = Comparison::default();
    let mut below = Below {
        out,
        folders: HashMap::new(),
    };
    let listed = below.read(manifest::NAME)?;
    let before = match &listed {
        Standing::File(bytes) => Manifest::parse(bytes).map_err(CompareError::Manifest)?,
        Standing::Nothing => Manifest::default(),
        Standing::Link(path) => {
            compared.conflicts.push(Conflict::Link(path.clone()));
            return Ok(compared);
        }
        Standing::Other(_) => {
            return Err(CompareError::Manifest("it is not a file".to_owned()));
        }
    };
    let mut after = Manifest::default();
    for (path, digest) in &before.files {
        if !scope.covers(path) {
            after.files.insert(path.clone(), digest.clone());
        }
    }
    // The processor's time that this takes is half of the comparison's.
    let digests: Vec<String> = wanted
        .par_iter()
        .map(|(_, content)| digest(content.as_bytes()))
        .collect();
    for ((path, content), digest) in wanted.iter().zip(digests) {
        let known = before.files.get(path).map(String::as_str);
        want(
            &mut compared,
            &mut below,
            path,
            (content, &digest),
            known,
            force,
        )?;
        after.files.insert(path.clone(), digest);
    }
    for (path, known) in &before.files {
        if scope.covers(path) && !wanted.contains_key(path) {
            retire(&mut compared, &mut after, &mut below, path, known, force)?;
        }
    }
    compared.changes.sort_by(|a, b| a.path.cmp(&b.path));
    let text = after.to_text();
    let old = match listed {
        Standing::File(bytes) => Some(bytes),
        _ => None,
    };
    let empty = after.files.is_empty() && old.is_none();
    if !empty && old.as_deref() != Some(text.as_bytes()) {
        compared.changes.push(Change {
            path: manifest::NAME.to_owned(),
            old,
            digest: Some(digest(text.as_bytes())),
            new: Some(text),
        });
    }
    Ok(compared)
}

fn want(
    compared: &mut Comparison,
    below: &mut Below<'_>,
    path: &str,
    (content, wanted): (&str, &str),
    known: Option<&str>,
    force: bool,
) -> Result<(), CompareError> {
    let change = |old| Change {
        path: path.to_owned(),
        old,
        new: Some(content.to_owned()),
        digest: Some(wanted.to_owned()),
    };
    match below.read(path)? {
        Standing::Nothing => compared.changes.push(change(None)),
        Standing::File(bytes) if bytes == content.as_bytes() => compared.unchanged += 1,
        Standing::File(bytes) => {
            let own = known.is_some_and(|known| known == digest(&bytes));
            let change = change(Some(bytes));
            if own || force {
                compared.changes.push(change);
            } else if known.is_some() {
                compared.conflicts.push(Conflict::ChangedByHand(change));
            } else {
                compared.conflicts.push(Conflict::InTheWay(change));
            }
        }
        Standing::Other(at) => {
            let change = Change {
                path: at,
                ..change(None)
            };
            compared.conflicts.push(Conflict::InTheWay(change));
        }
        Standing::Link(at) => compared.conflicts.push(Conflict::Link(at)),
    }
    Ok(())
}

/// Removes a file that is no longer needed, while it is as klo wrote it.
fn retire(
    compared: &mut Comparison,
    after: &mut Manifest,
    below: &mut Below<'_>,
    path: &str,
    known: &str,
    force: bool,
) -> Result<(), CompareError> {
    match below.read(path)? {
        Standing::File(bytes) if force || digest(&bytes) == known => {
            compared.changes.push(Change {
                path: path.to_owned(),
                old: Some(bytes),
                new: None,
                digest: None,
            });
        }
        Standing::File(_) => {
            after.files.insert(path.to_owned(), known.to_owned());
            compared.kept.push(path.to_owned());
        }
        // Somebody removed it, or put something else there: it is no longer klo's.
        Standing::Nothing | Standing::Other(_) | Standing::Link(_) => {}
    }
    Ok(())
}

#[derive(Clone)]
enum Standing {
    Nothing,
    File(Vec<u8>),
    /// A folder where a file should be, or the reverse; its path.
    Other(String),
    /// A symbolic link; its path.
    Link(String),
}

/// The output folder, with what is known of the folders in it.
struct Below<'a> {
    out: &'a Path,
    folders: HashMap<String, Option<Standing>>,
}

impl Below<'_> {
    /// What stands at a path, without following links.
    fn read(&mut self, path: &str) -> Result<Standing, CompareError> {
        for (at, _) in path.match_indices('/') {
            if let Some(in_the_way) = self.folder(&path[..at])? {
                return Ok(in_the_way);
            }
        }
        let full = self.out.join(path);
        let fail = |error| CompareError::Read(full.clone(), error);
        match fs::symlink_metadata(&full) {
            Ok(meta) if meta.is_symlink() => Ok(Standing::Link(path.to_owned())),
            Ok(meta) if !meta.is_file() => Ok(Standing::Other(path.to_owned())),
            Ok(_) => fs::read(&full).map(Standing::File).map_err(fail),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Standing::Nothing),
            Err(error) => Err(fail(error)),
        }
    }

    /// What keeps anything from standing below a path; nothing where a folder stands.
    fn folder(&mut self, path: &str) -> Result<Option<Standing>, CompareError> {
        if let Some(known) = self.folders.get(path) {
            return Ok(known.clone());
        }
        let full = self.out.join(path);
        let found = match fs::symlink_metadata(&full) {
            Ok(meta) if meta.is_symlink() => Some(Standing::Link(path.to_owned())),
            Ok(meta) if !meta.is_dir() => Some(Standing::Other(path.to_owned())),
            Ok(_) => None,
            Err(error) if error.kind() == ErrorKind::NotFound => Some(Standing::Nothing),
            Err(error) => return Err(CompareError::Read(full, error)),
        };
        self.folders.insert(path.to_owned(), found.clone());
        Ok(found)
    }
}
