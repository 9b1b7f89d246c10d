//! What cargo reads before it builds: the manifests of a workspace and of the packages beside it.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};
use klo_parse::rust::cargo;
use klo_source::{EntryKind, Tree, join, normalize, parent};
use toml::{Table, Value};

/// The manifests that cargo resolves for a package, by their folders.
pub(crate) struct Workspace<'a> {
    tree: &'a dyn Tree,
    manifests: BTreeMap<String, Table>,
    /// Manifests that are no TOML, with what is wrong.
    pub(crate) problems: Vec<(String, String)>,
}

/// Files that stand for sources while dependencies are built.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stubs {
    /// Libraries.
    pub(crate) libraries: BTreeSet<String>,
    /// Programs, build scripts, tests and the like.
    pub(crate) programs: BTreeSet<String>,
}

/// The tables of a manifest that name packages.
const DEPENDENCIES: [&str; 3] = ["build-dependencies", "dependencies", "dev-dependencies"];
/// The same, of what a build of the package itself takes.
const BUILT: [&str; 2] = ["build-dependencies", "dependencies"];

impl<'a> Workspace<'a> {
    /// Reads the manifest in `root`, its members and every package that one of them names by path.
    pub(crate) fn read(tree: &'a dyn Tree, root: &str) -> Self {
        let mut found = Self {
            tree,
            manifests: BTreeMap::new(),
            problems: Vec::new(),
        };
        found.add(root);
        let members = found.members(root);
        let mut open: Vec<String> = members.into_iter().chain([root.to_owned()]).collect();
        let mut seen = BTreeSet::new();
        while let Some(folder) = open.pop() {
            if !seen.insert(folder.clone()) {
                continue;
            }
            found.add(&folder);
            open.extend(found.paths(&folder, &DEPENDENCIES));
            found.add_inherited(&folder);
        }
        found
    }

    fn add(&mut self, folder: &str) {
        let path = manifest(folder);
        if self.manifests.contains_key(folder) || self.tree.kind(&path) != EntryKind::File {
            return;
        }
        let read = self
            .tree
            .read_text(&path)
            .map_err(|error| error.to_string());
        let table = read.and_then(|text| {
            text.parse::<Table>()
                .map_err(|error| error.message().to_owned())
        });
        match table {
            Ok(table) => {
                self.manifests.insert(folder.to_owned(), table);
            }
            Err(message) => self.problems.push((path, message)),
        }
    }

    /// Adds the workspace above a package that takes values from it.
    fn add_inherited(&mut self, folder: &str) {
        let is_root = |table: &Table| table.contains_key("workspace");
        if self.manifests.get(folder).is_some_and(is_root) {
            return;
        }
        let mut above = folder;
        while !above.is_empty() {
            above = parent(above);
            let was_read = self.manifests.contains_key(above);
            self.add(above);
            let leaves_out = |table: &Table| !is_root(table) || excludes(table, above, folder);
            match self.manifests.get(above).map(leaves_out) {
                Some(false) => return,
                // Nothing that cargo reads.
                Some(true) if !was_read => {
                    self.manifests.remove(above);
                }
                _ => {}
            }
        }
    }

    /// Folders of the members that the workspace in `root` names.
    fn members(&self, root: &str) -> Vec<String> {
        let workspace = self.manifests.get(root).and_then(|t| t.get("workspace"));
        let Some(workspace) = workspace else {
            return Vec::new();
        };
        let members: Vec<GlobMatcher> = paths_of(workspace, "members", root)
            .iter()
            .filter_map(|pattern| member(pattern))
            .collect();
        let files = self.tree.files(root).files;
        files
            .iter()
            .filter_map(|file| file.strip_suffix("/Cargo.toml"))
            .filter(|folder| members.iter().any(|member| member.is_match(folder)))
            .filter(|folder| !excludes(&self.manifests[root], root, folder))
            .map(str::to_owned)
            .collect()
    }

    /// Folders that a manifest names by path, in these tables.
    fn paths(&self, folder: &str, tables: &[&str]) -> Vec<String> {
        let Some(manifest) = self.manifests.get(folder) else {
            return Vec::new();
        };
        let shared = self.shared(folder);
        let mut found = Vec::new();
        let platforms = manifest.get("target").and_then(Value::as_table);
        let platforms = platforms
            .into_iter()
            .flat_map(Table::values)
            .filter_map(Value::as_table);
        for owner in platforms.chain([manifest]) {
            for table in tables {
                let table = owner.get(*table).and_then(Value::as_table);
                for (name, dependency) in table.into_iter().flatten() {
                    let inherits = dependency.get("workspace").and_then(Value::as_bool);
                    let (from, dependency) = match (inherits, &shared) {
                        (Some(true), Some((root, shared))) => {
                            (*root, shared.get(name).unwrap_or(dependency))
                        }
                        _ => (folder, dependency),
                    };
                    found.extend(path_in(from, dependency));
                }
            }
        }
        // Patches hold for the whole workspace, whoever builds.
        let patches = manifest.get("patch").and_then(Value::as_table);
        let patches = patches.into_iter().flat_map(Table::values);
        for patch in patches.filter_map(Value::as_table).flat_map(Table::values) {
            found.extend(path_in(folder, patch));
        }
        found
    }

    /// The workspace of a package and the dependencies that it states for its members.
    fn shared(&self, folder: &str) -> Option<(&str, &Table)> {
        let mut above = folder;
        loop {
            let workspace = self
                .manifests
                .get_key_value(above)
                .and_then(|(root, table)| Some((root, table.get("workspace")?)));
            if let Some((root, workspace)) = workspace {
                return Some((root, workspace.get("dependencies")?.as_table()?));
            }
            if above.is_empty() {
                return None;
            }
            above = parent(above);
        }
    }

    /// Every manifest, sorted.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        self.manifests
            .keys()
            .map(|folder| manifest(folder))
            .collect()
    }

    /// The folder of a package.
    pub(crate) fn folder_of(&self, package: &str) -> Option<&str> {
        self.manifests
            .iter()
            .find(|(_, table)| field(table, "name").and_then(Value::as_str) == Some(package))
            .map(|(folder, _)| folder.as_str())
    }

    /// Folders of the packages that building the one in `folder` compiles, itself among them.
    pub(crate) fn built(&self, folder: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            if found.insert(folder.clone()) {
                open.extend(self.paths(&folder, &BUILT));
            }
        }
        found.retain(|folder| self.manifests.contains_key(folder));
        found
    }

    /// The `rust-version` of the package in a folder.
    pub(crate) fn least(&self, folder: &str) -> Option<&str> {
        let stated = self
            .manifests
            .get(folder)
            .and_then(|t| field(t, "rust-version"))?;
        match stated.as_str() {
            Some(version) => Some(version),
            None => {
                let (_, root) = self.root_of(folder)?;
                root.get("package")?.get("rust-version")?.as_str()
            }
        }
    }

    fn root_of(&self, folder: &str) -> Option<(&str, &Value)> {
        let mut above = folder;
        loop {
            let found = self.manifests.get_key_value(above);
            if let Some((root, Some(workspace))) =
                found.map(|(root, table)| (root, table.get("workspace")))
            {
                return Some((root, workspace));
            }
            if above.is_empty() {
                return None;
            }
            above = parent(above);
        }
    }

    /// Features without which cargo does not build the program.
    pub(crate) fn features(&self, folder: &str, program: &str) -> Vec<String> {
        let bins = self.targets(folder, "bin");
        let own = bins
            .into_iter()
            .find(|bin| bin.get("name").and_then(Value::as_str) == Some(program));
        let features = own.and_then(|bin| bin.get("required-features")?.as_array());
        let features = features.into_iter().flatten().filter_map(Value::as_str);
        features.map(str::to_owned).collect()
    }

    /// Whether a manifest turns on a feature whose name has this word in it.
    pub(crate) fn asks_for(&self, word: &str) -> bool {
        fn has(value: &Value, is_feature: bool, word: &str) -> bool {
            match value {
                Value::String(text) => is_feature && text.contains(word),
                Value::Array(items) => items.iter().any(|item| has(item, is_feature, word)),
                Value::Table(table) => table
                    .iter()
                    .any(|(key, value)| has(value, is_feature || key == "features", word)),
                _ => false,
            }
        }
        let mut stated = self.manifests.values().flatten();
        stated.any(|(key, value)| has(value, key == "features", word))
    }

    fn targets(&self, folder: &str, kind: &str) -> Vec<&Table> {
        let table = self.manifests.get(folder);
        let listed = table.and_then(|table| table.get(kind)?.as_array());
        let listed = listed.into_iter().flatten();
        listed.filter_map(Value::as_table).collect()
    }

    /// The build script of the package in a folder.
    pub(crate) fn build_script(&self, folder: &str) -> Option<String> {
        let table = self.manifests.get(folder)?;
        match field(table, "build") {
            Some(Value::String(path)) => normalize(folder, path),
            Some(Value::Boolean(false)) => None,
            _ => Some(join(folder, "build.rs")).filter(|path| self.is_file(path)),
        }
    }

    fn is_file(&self, path: &str) -> bool {
        self.tree.kind(path) == EntryKind::File
    }

    /// What cargo wants to find of every package before it builds `program`, whose first file is
    /// `entry`.
    pub(crate) fn stubs(&self, entry: &str) -> Stubs {
        let mut stubs = Stubs::default();
        for folder in self.manifests.keys() {
            self.stub(folder, &mut stubs);
        }
        if !stubs.libraries.contains(entry) {
            stubs.programs.insert(entry.to_owned());
        }
        stubs
    }

    fn stub(&self, folder: &str, stubs: &mut Stubs) {
        let table = &self.manifests[folder];
        let Some(package) = table.get("package") else {
            return;
        };
        let stated = table
            .get("lib")
            .map(|lib| lib.get("path").and_then(Value::as_str));
        let library = join(folder, "src/lib.rs");
        match stated {
            Some(path) => stubs
                .libraries
                .extend(path.map_or(Some(library), |path| normalize(folder, path))),
            None if self.is_file(&library) => {
                stubs.libraries.insert(library);
            }
            None => {}
        }
        let main = join(folder, "src/main.rs");
        if self.is_file(&main) {
            stubs.programs.insert(main);
        }
        stubs.programs.extend(self.build_script(folder));
        for (kind, place) in [
            ("bench", "benches"),
            ("bin", "src/bin"),
            ("example", "examples"),
            ("test", "tests"),
        ] {
            for target in self.targets(folder, kind) {
                stubs.programs.extend(self.file_of(folder, place, target));
            }
        }
        // A program that `cargo run` prefers has to be there as well.
        let default = package.get("default-run").and_then(Value::as_str);
        stubs
            .programs
            .extend(default.and_then(|name| self.by_name(folder, "src/bin", name)));
    }

    /// The first file of a target: the stated one, else the one of its name that there is.
    fn file_of(&self, folder: &str, place: &str, target: &Table) -> Option<String> {
        if let Some(path) = target.get("path").and_then(Value::as_str) {
            return normalize(folder, path);
        }
        self.by_name(folder, place, target.get("name")?.as_str()?)
    }

    fn by_name(&self, folder: &str, place: &str, name: &str) -> Option<String> {
        [
            format!("{place}/{name}.rs"),
            format!("{place}/{name}/main.rs"),
        ]
        .into_iter()
        .filter_map(|path| normalize(folder, &path))
        .find(|path| self.is_file(path))
    }
}

/// The paths that a workspace lists.
fn paths_of(workspace: &Value, key: &str, root: &str) -> Vec<String> {
    let listed = workspace.get(key).and_then(Value::as_array);
    let listed = listed.into_iter().flatten().filter_map(Value::as_str);
    listed.filter_map(|path| normalize(root, path)).collect()
}

/// Whether the workspace of a manifest leaves out a folder below it.
fn excludes(manifest: &Table, root: &str, folder: &str) -> bool {
    let Some(workspace) = manifest.get("workspace") else {
        return false;
    };
    let [members, exclude] = ["members", "exclude"].map(|key| paths_of(workspace, key, root));
    cargo::excludes(&members, &exclude, folder)
}

/// The manifest in a folder.
fn manifest(folder: &str) -> String {
    join(folder, "Cargo.toml")
}

fn field<'t>(manifest: &'t Table, name: &str) -> Option<&'t Value> {
    manifest.get("package")?.get(name)
}

fn path_in(folder: &str, dependency: &Value) -> Option<String> {
    normalize(folder, dependency.get("path")?.as_str()?)
}

/// A pattern of members: `*` and `?` stay within a folder's name, `**` does not. What is no pattern
/// names nothing, as cargo will say.
fn member(pattern: &str) -> Option<GlobMatcher> {
    let mut glob = GlobBuilder::new(pattern);
    let glob = glob.literal_separator(true).build().ok()?;
    Some(glob.compile_matcher())
}

#[cfg(test)]
mod tests;
