//! The repository's objects, read through the `git` command: no checkout, no network, nothing
//! written. A library would take two minutes of compiling for four questions.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use klo_diagnostics::codes::comparing as codes;
use klo_diagnostics::{At, Diagnostic, did_you_mean};
use klo_source::{ObjectEntry, ObjectReader, ObjectTree, ReadError};

/// A repository.
pub(crate) struct Git {
    root: PathBuf,
}

/// A commit to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    /// As it was asked for, or what it was found by.
    pub(crate) name: String,
    /// Its id.
    pub(crate) commit: String,
    /// Why this one, where nobody asked for it.
    pub(crate) because: Option<String>,
}

/// Names that a default branch goes by where the remote does not say.
const DEFAULT_BRANCHES: [&str; 2] = ["main", "master"];

impl Git {
    /// The repository whose working tree begins at `root`.
    pub(crate) fn open(root: &Path) -> Result<Self, Box<Diagnostic>> {
        let git = Self {
            root: root.to_path_buf(),
        };
        if !root.join(".git").exists() {
            return Err(Box::new(git.no_repository()));
        }
        match git.ask(&["rev-parse", "--git-dir"])? {
            Ok(_) => Ok(git),
            Err(said) if said.contains("not a git repository") => {
                Err(Box::new(git.no_repository()))
            }
            Err(said) => Err(Box::new(unreadable(&said))),
        }
    }

    fn no_repository(&self) -> Diagnostic {
        let folder = self
            .root
            .file_name()
            .map_or_else(|| ".".into(), |name| name.to_string_lossy());
        let text = format!(
            "`{folder}` lies in no Git repository, so there is no revision to compare with"
        );
        Diagnostic::error(codes::NO_REPOSITORY, At::Nowhere, text)
            .help("run it in a clone, or name two output folders: `klo diff old/infra infra`")
    }

    /// The revision that was asked for, or the one that a reviewer compares with.
    pub(crate) fn base(&self, asked: Option<&str>) -> Result<Revision, Box<Diagnostic>> {
        match asked {
            Some(name) => match self.commit(name)? {
                Some(commit) => Ok(Revision {
                    name: name.to_owned(),
                    commit,
                    because: None,
                }),
                None => Err(Box::new(self.unknown(name)?)),
            },
            None => self.default_base(),
        }
    }

    /// Where HEAD left the default branch; HEAD itself where there is no other branch to speak of.
    fn default_base(&self) -> Result<Revision, Box<Diagnostic>> {
        let Some(head) = self.commit("HEAD")? else {
            let text = "this repository has no commit yet, so there is nothing to compare with";
            return Err(
                Diagnostic::error(codes::UNKNOWN_REVISION, At::Nowhere, text)
                    .help("commit something first")
                    .into(),
            );
        };
        for branch in self.branches()? {
            if let Ok(said) = self.ask(&["merge-base", "HEAD", &branch])? {
                let commit = said.trim().to_owned();
                let because = match commit == head {
                    true => format!("HEAD, with nothing committed since it left {branch}"),
                    false => format!("where HEAD left {branch}"),
                };
                return Ok(Revision {
                    name: format!("the merge base with {branch}"),
                    commit,
                    because: Some(because),
                });
            }
        }
        Ok(Revision {
            name: "HEAD".to_owned(),
            commit: head,
            because: Some("this clone knows no default branch to compare with".to_owned()),
        })
    }

    /// Branches that changes are merged into, the likeliest first; the current one is none.
    fn branches(&self) -> Result<Vec<String>, Box<Diagnostic>> {
        let mut found = Vec::new();
        let remote = self.ask(&[
            "symbolic-ref",
            "--quiet",
            "--short",
            "refs/remotes/origin/HEAD",
        ])?;
        found.extend(remote.ok().map(|name| name.trim().to_owned()));
        for name in DEFAULT_BRANCHES {
            found.push(format!("origin/{name}"));
        }
        let current = self.ask(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        let current = current.unwrap_or_default();
        let others = DEFAULT_BRANCHES
            .iter()
            .filter(|name| **name != current.trim());
        found.extend(others.map(|name| (*name).to_owned()));
        let upstream = self.ask(&[
            "rev-parse",
            "--abbrev-ref",
            "--symbolic-full-name",
            "@{upstream}",
        ])?;
        found.extend(upstream.ok().map(|name| name.trim().to_owned()));
        let mut known = Vec::new();
        for name in found {
            if !name.is_empty() && !known.contains(&name) && self.commit(&name)?.is_some() {
                known.push(name);
            }
        }
        Ok(known)
    }

    /// The commit that a name leads to, if any.
    fn commit(&self, name: &str) -> Result<Option<String>, Box<Diagnostic>> {
        let commit = format!("{name}^{{commit}}");
        let asked = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ];
        Ok(self.ask(&asked)?.ok().map(|id| id.trim().to_owned()))
    }

    fn unknown(&self, name: &str) -> Result<Diagnostic, Box<Diagnostic>> {
        let text = format!("`{name}` is no revision of this repository");
        let error = Diagnostic::error(codes::UNKNOWN_REVISION, At::Nowhere, text);
        let names = self.ask(&["for-each-ref", "--format=%(refname:short)"])?;
        let names = names.unwrap_or_default();
        let shallow = self.ask(&["rev-parse", "--is-shallow-repository"])?;
        Ok(if let Some(near) = did_you_mean(name, names.lines()) {
            error.help(format!("did you mean `{near}`?"))
        } else if name.contains("..") {
            error.help("name one commit; a range of two is not understood")
        } else if shallow.is_ok_and(|answer| answer.trim() == "true") {
            error.help(
                "this clone holds the newest commits alone: fetch the rest with `git fetch --unshallow`, \
                 in GitHub Actions with `fetch-depth: 0`",
            )
        } else {
            error.help("name a branch, a tag or a commit; `git fetch` gets those of the remote")
        })
    }

    /// The files of a revision.
    pub(crate) fn tree(&self, revision: &Revision) -> Result<ObjectTree, Box<Diagnostic>> {
        let listed = self.ask(&["ls-tree", "-r", "-z", "-l", "--full-tree", &revision.commit])?;
        let listed = listed.map_err(|said| unreadable(&said))?;
        let entries: Vec<(String, ObjectEntry)> = listed.split('\0').filter_map(entry).collect();
        Ok(ObjectTree::new(entries, Box::new(self.objects()?)))
    }

    fn objects(&self) -> Result<Objects, Box<Diagnostic>> {
        let mut command = self.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| cannot_run(&error))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(questions), Some(answers)) => Ok(Objects {
                pipe: Mutex::new(Pipe {
                    questions: Some(questions),
                    answers: BufReader::new(answers),
                    child,
                }),
            }),
            _ => Err(Box::new(unreadable("its pipes cannot be opened"))),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&self.root)
            .args(arguments)
            // Not that of a folder above, where `.git` is there and no repository.
            .env(
                "GIT_CEILING_DIRECTORIES",
                self.root.parent().unwrap_or(&self.root),
            )
            // Neither the network nor a question nor a lock.
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// What Git answers, or what it says is wrong.
    fn ask(&self, arguments: &[&str]) -> Result<Result<String, String>, Box<Diagnostic>> {
        let output = self
            .command(arguments)
            .output()
            .map_err(|error| cannot_run(&error))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(if output.status.success() {
            Ok(text(output.stdout))
        } else {
            Err(text(output.stderr))
        })
    }
}

/// A line of `git ls-tree -l`: mode, type, id and size, then the path. Submodules are other
/// repositories, and paths that are no text cannot be named.
fn entry(line: &str) -> Option<(String, ObjectEntry)> {
    let (about, path) = line.split_once('\t')?;
    if path.contains(char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let mut words = about.split_ascii_whitespace();
    let (mode, kind, id, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let id = id.to_owned();
    let entry = match (mode, kind) {
        ("120000", "blob") => ObjectEntry::Link { id },
        (_, "blob") => ObjectEntry::File {
            id,
            size: size.parse().ok()?,
        },
        _ => return None,
    };
    Some((path.to_owned(), entry))
}

fn cannot_run(error: &std::io::Error) -> Diagnostic {
    let text = match error.kind() {
        ErrorKind::NotFound => "Git is not installed, or not on the path".to_owned(),
        _ => format!("Git cannot be run: {error}"),
    };
    Diagnostic::error(codes::UNREADABLE_REPOSITORY, At::Nowhere, text).help(
        "klo reads the base revision through `git`; install it, or compare two output folders",
    )
}

fn unreadable(said: &str) -> Diagnostic {
    let said = said.lines().next().unwrap_or_default();
    let said = said
        .trim_start_matches("fatal: ")
        .trim_start_matches("error: ");
    let text = format!("Git cannot read this repository: {said}");
    Diagnostic::error(codes::UNREADABLE_REPOSITORY, At::Nowhere, text).help(
        "`git fsck` says more; a partial clone lacks objects until `git fetch --refetch` gets them",
    )
}

/// A running `git cat-file --batch`, asked for one object after another.
struct Objects {
    pipe: Mutex<Pipe>,
}

struct Pipe {
    /// Closed to let the program end.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    child: Child,
}

impl ObjectReader for Objects {
    fn object(&self, id: &str) -> Result<Vec<u8>, ReadError> {
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.object(id)
            .map_err(|error| ReadError::Refused(format!("Git cannot read it: {error}")))
    }
}

impl Pipe {
    fn object(&mut self, id: &str) -> std::io::Result<Vec<u8>> {
        let ended = || std::io::Error::from(ErrorKind::BrokenPipe);
        let questions = self.questions.as_mut().ok_or_else(ended)?;
        questions.write_all(format!("{id}\n").as_bytes())?;
        questions.flush()?;
        let mut about = String::new();
        self.answers.read_line(&mut about)?;
        let size = about
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse().ok());
        let Some(size): Option<usize> = size else {
            return Err(std::io::Error::new(
                ErrorKind::NotFound,
                "the object is missing",
            ));
        };
        let mut bytes = vec![0; size + 1];
        self.answers.read_exact(&mut bytes)?;
        bytes.truncate(size);
        Ok(bytes)
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_listing() {
        let id = "8c7e5a667f1b771847fe88c01c3de34413a1b220";
        let file = entry(&format!("100644 blob {id}      12\ta b/x.py"));
        let wanted = ObjectEntry::File {
            id: id.to_owned(),
            size: 12,
        };
        assert_eq!(file, Some(("a b/x.py".to_owned(), wanted)));
        let link = entry(&format!("120000 blob {id}       4\tlink"));
        assert_eq!(
            link,
            Some(("link".to_owned(), ObjectEntry::Link { id: id.to_owned() }))
        );
        assert_eq!(entry(&format!("160000 commit {id}       -\tmodule")), None);
        assert_eq!(entry(""), None);
    }
}
