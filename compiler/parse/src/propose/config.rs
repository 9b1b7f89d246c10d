//! A first `klo.yaml`: the app's name, two environments, and sites that no code stands for.

use klo_config::App;
use klo_intent::{kebab, name_fault};
use klo_source::{Tree, join, parent};
use serde_json::Value;

/// A folder of static files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) name: String,
    /// The folder with the files, relative to the app.
    pub(super) dir: String,
    /// The command that makes it.
    pub(super) build: Option<String>,
}

/// Folders whose pages belong to something else.
const NO_SITES: [&str; 16] = [
    "templates",
    "static",
    "docs",
    "doc",
    "tests",
    "test",
    "node_modules",
    "coverage",
    "htmlcov",
    "site-packages",
    "venv",
    ".venv",
    "infra",
    "target",
    "fixtures",
    "assets",
];

/// Most sites of one app.
const MOST_SITES: usize = 10;

/// Sites among an app's files: a folder with an `index.html` of its own, or one that a build makes.
pub(super) fn sites(tree: &dyn Tree, app: &App, listing: &[String]) -> Vec<Site> {
    let mut found: Vec<Site> = Vec::new();
    let below = |path: &str| match app.root.as_str() {
        "" => path.to_owned(),
        root => path
            .strip_prefix(root)
            .unwrap_or(path)
            .trim_start_matches('/')
            .to_owned(),
    };
    let mut built: Vec<String> = Vec::new();
    for path in listing
        .iter()
        .filter(|path| name_of(path) == "package.json")
    {
        let folder = parent(path);
        if is_left_out(&below(path)) {
            continue;
        }
        if let Some(dir) = built_by(tree, path) {
            built.push(folder.to_owned());
            let command = match below(folder).as_str() {
                "" => "npm run build".to_owned(),
                folder => format!("npm --prefix {folder} run build"),
            };
            push(
                &mut found,
                app,
                &below(&join(folder, dir)),
                &below(folder),
                Some(command),
            );
        }
    }
    for path in listing.iter().filter(|path| name_of(path) == "index.html") {
        let folder = parent(path);
        let inside = |outer: &String| folder == outer || folder.starts_with(&join(outer, ""));
        let dir = below(folder);
        let nested = found
            .iter()
            .any(|site| dir.starts_with(&join(&site.dir, "")));
        if is_left_out(&below(path)) || built.iter().any(inside) || nested || dir.is_empty() {
            continue;
        }
        push(&mut found, app, &dir, &dir, None);
    }
    found.truncate(MOST_SITES);
    found
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_left_out(path: &str) -> bool {
    parent(path).split('/').any(|part| NO_SITES.contains(&part))
}

fn push(found: &mut Vec<Site>, app: &App, dir: &str, named: &str, build: Option<String>) {
    let name = kebab(name_of(named));
    let name = if name_fault(&name).is_none() {
        name
    } else {
        app.name.clone()
    };
    if !found.iter().any(|site| site.name == name) && is_plain(dir) {
        found.push(Site {
            name,
            dir: dir.to_owned(),
            build,
        });
    }
}

/// Whether a path is a plain YAML scalar and a word of a shell.
fn is_plain(path: &str) -> bool {
    !path.is_empty()
        && path
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'))
}

/// The folder that a package's build makes: that of its tool (Vite, "Building for Production"; Create
/// React App, "Deployment"; November 2026). `None` for packages that are built otherwise.
fn built_by(tree: &dyn Tree, path: &str) -> Option<&'static str> {
    let package: Value = serde_json::from_str(&tree.read_text(path).ok()?).ok()?;
    package.get("scripts")?.get("build")?;
    let has = |name: &str| {
        ["dependencies", "devDependencies"]
            .iter()
            .any(|key| package.get(key).is_some_and(|all| all.get(name).is_some()))
    };
    if has("vite") || has("@vue/cli-service") {
        return Some("dist");
    }
    has("react-scripts").then_some("build")
}

/// The text of a `klo.yaml`.
pub(super) fn text(app: &App, sites: &[Site]) -> String {
    let region = app
        .environments
        .first()
        .map_or("us-east-1", |environment| environment.region.as_str());
    let mut text = format!(
        "app: {}\nenvironments:\n  dev: {{ region: {region} }}\n  prod: {{ region: {region} }}\n",
        app.name
    );
    if !sites.is_empty() {
        text.push_str("declare:\n");
        for site in sites {
            text.push_str(&line(site));
        }
    }
    text
}

/// The line under `declare` that stands for a site.
pub(super) fn line(site: &Site) -> String {
    let build = site
        .build
        .as_ref()
        .map(|build| format!(", build: {build}"))
        .unwrap_or_default();
    format!("  site.{}: {{ dir: {}{build} }}\n", site.name, site.dir)
}
