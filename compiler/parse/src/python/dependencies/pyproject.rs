//! `pyproject.toml`: what a project says about itself.

use std::collections::BTreeMap;

use klo_source::{EntryKind, Tree, join};
use serde::Deserialize;
use toml::Value;

use super::requirements::{implied, requirement};
use super::{Dependencies, Source, normalize_name, text_of};

/// The parts of `pyproject.toml` that say what a project is and needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The project's normalized name.
    pub name: Option<String>,
    /// The Python versions that it runs on, as written.
    pub requires_python: Option<String>,
    /// Packages that it needs, without those for development.
    pub packages: BTreeMap<String, Option<String>>,
    /// Whether the dependencies are in Poetry's own table.
    pub poetry: bool,
}

#[derive(Deserialize, Default)]
struct File {
    #[serde(default)]
    project: Project,
    #[serde(default)]
    tool: Tool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Project {
    name: Option<String>,
    requires_python: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Tool {
    poetry: Option<Poetry>,
}

#[derive(Deserialize, Default)]
struct Poetry {
    name: Option<String>,
    #[serde(default)]
    dependencies: BTreeMap<String, Value>,
}

impl Manifest {
    /// Reads the text of a `pyproject.toml`; the error says what TOML does not allow, or which key
    /// is of another type than the standard gives it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let poetry = file.tool.poetry.unwrap_or_default();
        let mut packages: BTreeMap<_, _> = file
            .project
            .dependencies
            .iter()
            .filter_map(|text| requirement(text))
            .collect();
        for name in file
            .project
            .dependencies
            .iter()
            .flat_map(|text| implied(text))
        {
            packages.entry(name).or_insert(None);
        }
        let mut requires_python = file.project.requires_python;
        let in_own_table = packages.is_empty() && !poetry.dependencies.is_empty();
        for (name, value) in &poetry.dependencies {
            if name == "python" {
                requires_python = requires_python.or_else(|| poetry_constraint(value));
            } else {
                packages
                    .entry(normalize_name(name))
                    .or_insert_with(|| exact(value));
            }
        }
        Ok(Self {
            name: file
                .project
                .name
                .or(poetry.name)
                .map(|name| normalize_name(&name)),
            requires_python,
            packages,
            poetry: in_own_table,
        })
    }

    /// Reads the `pyproject.toml` of a folder; nothing when it has none, or none that can be read.
    pub fn of(tree: &dyn Tree, folder: &str) -> Option<Self> {
        let text = tree.read_text(&join(folder, "pyproject.toml")).ok()?;
        Self::parse(&text).ok()
    }
}

fn poetry_constraint(value: &Value) -> Option<String> {
    let text = match value {
        Value::Table(table) => table.get("version")?.as_str(),
        value => value.as_str(),
    };
    text.map(str::to_owned)
}

/// Poetry writes an exact version as `"==1.2.3"` or bare as `"1.2.3"`.
fn exact(value: &Value) -> Option<String> {
    let text = poetry_constraint(value)?;
    let version = text.trim().trim_start_matches('=').trim();
    let is_version = version.starts_with(|c: char| c.is_ascii_digit())
        && !version.contains(['*', ',', ' ', '|', '<', '>']);
    is_version.then(|| version.to_owned())
}

/// Dependencies as `pyproject.toml` states them, with nothing that locks them.
pub(super) fn alone(tree: &dyn Tree, folder: &str) -> Dependencies {
    let path = join(folder, "pyproject.toml");
    let mut found = Dependencies {
        source: Some(Source::Pyproject),
        folder: folder.to_owned(),
        files: vec![path.clone()],
        ..Dependencies::default()
    };
    if tree.kind(&path) != EntryKind::File {
        return found;
    }
    if let Some(text) = text_of(tree, &path, &mut found) {
        match Manifest::parse(&text) {
            Ok(manifest) => found.packages = manifest.packages,
            Err(message) => found.problems.push((path, message)),
        }
    }
    found
}
