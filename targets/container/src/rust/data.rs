//! Files that Rust code names: what it is compiled with, and what it opens when it runs.

use std::collections::BTreeSet;

use klo_source::{EntryKind, Tree, join, parent};

use crate::sources::{DataFiles, may_be_path};

/// Macros and attributes that put files into the program.
const COMPILED: [&str; 14] = [
    "embed_migrations!",
    "folder =",
    "include!",
    "include_bytes!",
    "include_dir!",
    "include_flate!",
    "include_proto",
    "include_str!",
    "migrate!",
    "query_file",
    "schema_path",
    "template(",
    "wit_bindgen",
    "#[path",
];

/// Endings that the `config` crate adds to a name (config 0.15, `FileFormat`).
const SETTINGS: [&str; 6] = ["ini", "json", "ron", "toml", "yaml", "yml"];

/// The files of a program beside its sources.
pub(crate) struct Data {
    /// What compiling takes.
    pub(crate) compiled: BTreeSet<String>,
    /// What running takes.
    pub(crate) run: BTreeSet<String>,
    /// Whether something that running takes is named relative to the package's folder alone.
    pub(crate) is_in_package: bool,
}

/// What the search for data starts from.
pub(crate) struct Search<'a> {
    /// The repository.
    pub(crate) tree: &'a dyn Tree,
    /// The folder that klo writes to.
    pub(crate) out: &'a str,
    /// The workspace's folder.
    pub(crate) project: &'a str,
    /// The folder of the program's package.
    pub(crate) package: &'a str,
}

struct Found<'a> {
    compiled: DataFiles<'a>,
    in_project: DataFiles<'a>,
    in_package: DataFiles<'a>,
}

impl Search<'_> {
    /// Reads the sources of packages, given as folder and files, and their build scripts.
    pub(crate) fn data(
        &self,
        packages: &[(String, BTreeSet<String>)],
        scripts: &BTreeSet<String>,
    ) -> Data {
        let new = || DataFiles::new(self.tree, self.out, ".rs");
        let mut found = Found {
            compiled: new(),
            in_project: new(),
            in_package: new(),
        };
        for (folder, files) in packages {
            self.offline_queries(folder, &mut found.compiled);
            for file in files {
                if let Ok(text) = self.tree.read_text(file) {
                    let is_script = scripts.contains(file);
                    self.read(folder, parent(file), &text, is_script, &mut found);
                }
            }
        }
        for name in ["Rocket.toml", "log4rs.yaml", "log4rs.yml"] {
            self.named(name, &mut found);
        }
        let (in_project, in_package) = (found.in_project.files, found.in_package.files);
        Data {
            compiled: found.compiled.files,
            is_in_package: in_project.is_empty() && !in_package.is_empty(),
            run: in_project.into_iter().chain(in_package).collect(),
        }
    }

    /// Takes in what one file of a package names.
    fn read(&self, folder: &str, around: &str, text: &str, is_script: bool, found: &mut Found<'_>) {
        for (line, literal) in literals(text) {
            let is_compiled = is_script || COMPILED.iter().any(|mark| line.contains(mark));
            let is_folder = is_script && !matches!(literal, "" | "." | ".." | "src");
            if is_compiled && (is_folder || may_be_path(literal)) {
                for base in BTreeSet::from([around, folder, self.project]) {
                    found.compiled.name(base, literal);
                }
            } else if !is_compiled && may_be_path(literal) {
                self.named(literal, found);
            }
        }
        // The folders that macros look into when they are told none.
        if text.contains("migrate!()") || text.contains("embed_migrations!()") {
            found.compiled.name(folder, "migrations");
        }
        if text.contains("template(path") {
            found.compiled.name(folder, "templates");
        }
    }

    /// Takes in what code opens by a path relative to the folder that it is started in.
    fn named(&self, name: &str, found: &mut Found<'_>) {
        // A pattern such as `templates/**/*.html` names the folder before it.
        let name = name.split("/*").next().unwrap_or(name);
        let with_endings = SETTINGS.map(|ending| format!("{name}.{ending}"));
        for name in with_endings.iter().map(String::as_str).chain([name]) {
            found.in_project.name(self.project, name);
            if self.package != self.project {
                found.in_package.name(self.package, name);
            }
        }
    }

    /// What sqlx knows of the database where there is none (sqlx-cli, "prepare"), and the settings
    /// of macros.
    fn offline_queries(&self, folder: &str, compiled: &mut DataFiles<'_>) {
        for base in BTreeSet::from([folder, self.project]) {
            let offline = join(base, ".sqlx");
            if self.tree.kind(&offline) == EntryKind::Directory {
                compiled.files.extend(self.tree.files(&offline).files);
            }
            compiled.name(base, "sqlx.toml");
            compiled.name(base, "askama.toml");
        }
    }
}

/// String literals with the lines that they stand in, without the folder of the manifest in front.
fn literals(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        let mut rest = line;
        while let Some((_, inner)) = rest.split_once('"') {
            let Some((literal, after)) = inner.split_once('"') else {
                break;
            };
            let literal = literal.trim_start_matches("$CARGO_MANIFEST_DIR/");
            let literal = if line.contains("CARGO_MANIFEST_DIR") {
                literal.trim_start_matches('/')
            } else {
                literal
            };
            found.push((line, literal));
            rest = after;
        }
    }
    found
}
