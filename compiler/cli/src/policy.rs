//! What apps are held to: the packs that klo.yaml and the command line name, waivers, and the day.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use klo_check::{PackRequest, Policy, Waivers, load_packs};
use klo_config::App;
use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_source::{DiskTree, SourceMap, Tree, join};

use crate::UsageError;
use crate::args::Selection;
use crate::project::below;

/// Files that the command line names, read from wherever they lie.
pub(crate) struct Extra {
    packs: Vec<Elsewhere>,
    waivers: Option<Elsewhere>,
    without_waivers: bool,
    today: Date,
}

/// A file or folder with the tree that it is read from.
struct Elsewhere {
    /// The name of a pack that comes with klo, or the path in the tree.
    path: String,
    tree: DiskTree,
    prefix: String,
}

impl Extra {
    /// What the flags say, relative to the folder klo was started in.
    pub(crate) fn of(selection: &Selection, root: &Path) -> Result<Self, UsageError> {
        let mut packs = Vec::new();
        for pack in &selection.rules {
            packs.push(Elsewhere::pack(pack, root)?);
        }
        let today = match &selection.today {
            Some(text) => klo_check::date(text).ok_or_else(|| {
                UsageError::new(format!("`{text}` is no day"))
                    .help("write year, month and day: `--today 2026-12-31`")
            })?,
            None => Timestamp::now().to_zoned(TimeZone::UTC).date(),
        };
        let waivers = selection.waivers.as_deref();
        Ok(Self {
            packs,
            waivers: waivers.map(|file| Elsewhere::at(file, root)).transpose()?,
            without_waivers: selection.no_waivers,
            today,
        })
    }

    /// The policy of an app; `None` where a pack or the waivers have a mistake.
    pub(crate) fn policy(
        &self,
        app: &App,
        tree: &dyn Tree,
        sources: &mut SourceMap,
    ) -> (Option<Policy>, Vec<Diagnostic>) {
        let own = app.rules.iter().map(|(name, at)| PackRequest {
            name,
            at: at.map_or(At::Nowhere, At::Span),
            tree,
            prefix: "",
            mandatory: false,
        });
        let extra = self.packs.iter().map(|pack| PackRequest {
            name: &pack.path,
            at: At::Nowhere,
            tree: &pack.tree,
            prefix: &pack.prefix,
            mandatory: true,
        });
        let requests: Vec<PackRequest<'_>> = own.chain(extra).collect();
        let (rules, mut diagnostics) = load_packs(&requests, sources);
        let (waivers, found) = self.waivers(app, tree, sources);
        diagnostics.extend(found);
        for diagnostic in &mut diagnostics {
            diagnostic.app.clone_from(&app.name);
        }
        let broken = diagnostics.iter().any(Diagnostic::blocks);
        let policy = rules.filter(|_| !broken).map(|rules| Policy {
            rules,
            waivers,
            today: self.today,
        });
        (policy, diagnostics)
    }

    fn waivers(
        &self,
        app: &App,
        tree: &dyn Tree,
        sources: &mut SourceMap,
    ) -> (Waivers, Vec<Diagnostic>) {
        if self.without_waivers {
            return (Waivers::default(), Vec::new());
        }
        let (tree, shown, path, at): (&dyn Tree, String, &str, At) =
            match (&self.waivers, &app.waivers) {
                (Some(file), _) => {
                    let shown = join(&file.prefix, &file.path);
                    (&file.tree, shown, &file.path, At::Nowhere)
                }
                (None, Some((path, at))) => (tree, path.clone(), path, At::Span(*at)),
                (None, None) => return (Waivers::default(), Vec::new()),
            };
        match tree.read_text(path) {
            Ok(text) => {
                let file = sources.add(&shown, text);
                let text = sources.file(file).text().clone();
                Waivers::read(file, &text)
            }
            Err(fault) => {
                let message = format!("the waivers in `{shown}` cannot be read: {fault}");
                let error = Diagnostic::error(codes::BAD_WAIVER, at, message)
                    .help("mend the file or its name; without it nothing is waived");
                (Waivers::default(), vec![error])
            }
        }
    }
}

impl Elsewhere {
    fn pack(name: &Path, root: &Path) -> Result<Self, UsageError> {
        let shipped = name.to_str().filter(|name| name.starts_with("klo/"));
        match shipped {
            Some(name) if !Path::new(name).exists() => Ok(Self {
                path: name.to_owned(),
                tree: tree(root)?,
                prefix: String::new(),
            }),
            _ => Self::at(name, root),
        }
    }

    /// A path with its repository, or its folder, as the tree.
    fn at(path: &Path, root: &Path) -> Result<Self, UsageError> {
        let real = path
            .canonicalize()
            .map_err(|error| UsageError::new(format!("`{}`: {error}", path.display())))?;
        if real.starts_with(root) {
            return Ok(Self {
                path: below(root, &real),
                tree: tree(root)?,
                prefix: String::new(),
            });
        }
        let folder = if real.is_dir() {
            real.clone()
        } else {
            real.parent().map_or_else(PathBuf::new, Path::to_path_buf)
        };
        let home = DiskTree::repository_of(&folder).unwrap_or(folder);
        Ok(Self {
            path: below(&home, &real),
            prefix: way(root, &home),
            tree: tree(&home)?,
        })
    }
}

fn tree(root: &Path) -> Result<DiskTree, UsageError> {
    DiskTree::new(root).map_err(|error| UsageError::new(format!("`{}`: {error}", root.display())))
}

/// The way from one folder to another that does not lie in it: `../platform`.
fn way(from: &Path, to: &Path) -> String {
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = to.components().skip(common);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
