//! Files that say which processes an application has: `Procfile`, compose files, Dockerfiles.

use std::collections::BTreeMap;

use klo_config::yaml::read_yaml;
use klo_intent::{Literal, LiteralKind};
use klo_source::{Tree, join, normalize, parent};

use super::commands::{Target, targets};

/// A process that a file describes.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    /// Its name there: a process type of a `Procfile`, a service of a compose file.
    pub(crate) name: String,
    /// The file.
    pub(crate) path: String,
    /// Its command as written.
    pub(crate) command: String,
    /// What the command starts.
    pub(crate) targets: Vec<Target>,
    /// The folder that the command's paths count from.
    pub(crate) folder: String,
    /// Whether the file makes it reachable from outside.
    pub(crate) published: bool,
}

impl Process {
    /// Whether it runs once before each release: Heroku's "release phase".
    pub(crate) fn is_release(&self) -> bool {
        self.name == "release" && self.path.ends_with("Procfile")
    }
}

/// What the files beside the code say.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    /// Processes, in order of path and name.
    pub(crate) processes: Vec<Process>,
    /// Values that variables have in compose files and samples of `.env`.
    pub(crate) environment: BTreeMap<String, String>,
    /// Files of schedules, which klo does not read.
    pub(crate) crontabs: Vec<String>,
}

/// Files looked at: more say nothing new.
const MOST_FILES: usize = 100;

/// Reads every such file of a listing.
pub(crate) fn read(tree: &dyn Tree, listing: &[String]) -> Manifests {
    let mut found = Manifests::default();
    let mut dockerfiles = Vec::new();
    let named = listing.iter().filter(|path| is_manifest(path));
    for path in named.take(MOST_FILES) {
        let name = path.rsplit('/').next().unwrap_or(path);
        let Ok(text) = tree.read_text(path) else {
            continue;
        };
        if name == "Procfile" {
            procfile(path, &text, &mut found);
        } else if is_compose(name) {
            compose(tree, path, &text, &mut found);
        } else if name.contains("Dockerfile") {
            dockerfiles.push((path, text));
        } else if name.starts_with(".env") {
            sample(&text, &mut found.environment);
        } else {
            found.crontabs.push(path.clone());
        }
    }
    for (path, text) in dockerfiles {
        let command = docker_command(&text);
        add(&mut found, tree, path, "", &command, parent(path), false);
    }
    found
}

fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "Procfile"
        || is_compose(name)
        || name == "Dockerfile"
        || name.starts_with("Dockerfile.")
        || name.ends_with(".Dockerfile")
        || name == "crontab"
        || name.ends_with(".crontab")
        || matches!(
            name,
            ".env.example" | ".env.sample" | ".env.template" | ".env.dist"
        )
}

fn is_compose(name: &str) -> bool {
    let Some((stem, "yml" | "yaml")) = name.rsplit_once('.') else {
        return false;
    };
    stem.starts_with("docker-compose") || stem.starts_with("compose")
}

fn add(
    found: &mut Manifests,
    tree: &dyn Tree,
    path: &str,
    name: &str,
    command: &str,
    folder: &str,
    published: bool,
) {
    let mut all = targets(command);
    // A script at the entrance is read for what it starts.
    for script in all.clone() {
        let Target::Script(script) = script else {
            continue;
        };
        let name = script.rsplit('/').next().unwrap_or(&script);
        let inside = normalize(folder, script.trim_start_matches('/'));
        let places = inside.into_iter().chain([join(folder, name)]);
        if let Some(text) = places.into_iter().find_map(|at| tree.read_text(&at).ok()) {
            let joined = text.replace("\\\n", " ");
            for line in joined.lines().filter(|line| !line.starts_with('#')) {
                all.extend(targets(line));
            }
        }
    }
    if command.is_empty() || found.processes.len() >= MOST_FILES {
        return;
    }
    found.processes.push(Process {
        name: name.to_owned(),
        path: path.to_owned(),
        command: command.to_owned(),
        targets: all,
        folder: folder.to_owned(),
        published,
    });
}

/// `web: gunicorn shop:app` (Heroku, "The Procfile"): `web` alone is reached from outside.
fn procfile(path: &str, text: &str, found: &mut Manifests) {
    for line in text.lines() {
        let Some((name, command)) = line.split_once(':') else {
            continue;
        };
        let (name, command) = (name.trim(), command.trim());
        let is_name = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if name.is_empty() || !is_name || command.is_empty() || found.processes.len() >= MOST_FILES
        {
            continue;
        }
        found.processes.push(Process {
            name: name.to_owned(),
            path: path.to_owned(),
            command: command.to_owned(),
            targets: targets(command),
            folder: parent(path).to_owned(),
            published: name == "web",
        });
    }
}

fn compose(tree: &dyn Tree, path: &str, text: &str, found: &mut Manifests) {
    let (document, _) = read_yaml(text);
    let services = document.as_ref().and_then(|all| all.get("services"));
    for (name, _, service) in services.map(entries).unwrap_or_default() {
        environment(service.get("environment"), &mut found.environment);
        let build = service.get("build");
        let context = build.and_then(|build| {
            let context = build.get("context").unwrap_or(build);
            normalize(parent(path), context.as_str()?)
        });
        let folder = context.unwrap_or_else(|| parent(path).to_owned());
        let file = build.and_then(|build| build.get("dockerfile")?.as_str());
        let of_image = || {
            build?;
            let file = normalize(&folder, file.unwrap_or("Dockerfile"))?;
            Some(docker_command(&tree.read_text(&file).ok()?))
        };
        let stated = service.get("command").map(words_of);
        let stated = stated.filter(|command| !command.is_empty());
        let Some(command) = stated.or_else(of_image) else {
            continue;
        };
        let published = service.get("ports").is_some_and(is_filled);
        add(found, tree, path, name, &command, &folder, published);
    }
}

fn entries(value: &Literal) -> &[(String, klo_source::TextRange, Literal)] {
    match &value.kind {
        LiteralKind::Map(entries) => entries,
        _ => &[],
    }
}

fn is_filled(value: &Literal) -> bool {
    matches!(&value.kind, LiteralKind::List(items) if !items.is_empty())
}

/// A command as text, or as a list of words.
fn words_of(value: &Literal) -> String {
    match &value.kind {
        LiteralKind::Str(text) => text.clone(),
        LiteralKind::List(items) => {
            let words = items.iter().filter_map(Literal::as_str);
            words.map(quoted).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

fn quoted(word: &str) -> String {
    match word.contains(char::is_whitespace) {
        true if word.contains('"') => format!("'{word}'"),
        true => format!("\"{word}\""),
        false => word.to_owned(),
    }
}

fn environment(value: Option<&Literal>, found: &mut BTreeMap<String, String>) {
    let Some(value) = value else { return };
    match &value.kind {
        LiteralKind::Map(entries) => {
            for (name, _, value) in entries {
                if let Some(text) = value.as_str() {
                    found.entry(name.clone()).or_insert_with(|| text.to_owned());
                }
            }
        }
        LiteralKind::List(items) => {
            for line in items.iter().filter_map(Literal::as_str) {
                sample(line, found);
            }
        }
        _ => {}
    }
}

/// Lines of `NAME=value`.
fn sample(text: &str, found: &mut BTreeMap<String, String>) {
    for line in text.lines() {
        if let Some((name, value)) = line.trim().trim_start_matches("export ").split_once('=') {
            let value = value.trim().trim_matches(['"', '\'']);
            if !value.is_empty() && !name.starts_with('#') {
                found
                    .entry(name.trim().to_owned())
                    .or_insert_with(|| value.to_owned());
            }
        }
    }
}

/// The last `ENTRYPOINT` with the last `CMD` behind it (Dockerfile reference, "Understand how CMD and
/// ENTRYPOINT interact").
fn docker_command(text: &str) -> String {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let (mut entry, mut command) = (String::new(), String::new());
    for line in joined.lines() {
        let line = line.trim();
        let Some((word, rest)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        match word.to_ascii_uppercase().as_str() {
            "FROM" => (entry, command) = (String::new(), String::new()),
            "ENTRYPOINT" => entry = exec_form(rest),
            "CMD" => command = exec_form(rest),
            _ => {}
        }
    }
    // An entrance that is a script runs what follows it.
    match (entry.is_empty(), command.is_empty()) {
        (false, false) if entry.contains(".sh") => format!("{entry} ; {command}"),
        (false, false) => format!("{entry} {command}"),
        _ => format!("{entry}{command}"),
    }
}

/// `["python", "-m", "shop"]` or the text as it stands.
fn exec_form(text: &str) -> String {
    let text = text.trim();
    match serde_json::from_str::<Vec<String>>(text) {
        Ok(words) => words
            .iter()
            .map(|word| quoted(word))
            .collect::<Vec<_>>()
            .join(" "),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use klo_source::MemoryTree;

    use super::*;

    fn reading(files: &[(&str, &str)]) -> Manifests {
        let tree = MemoryTree::new(files.iter().copied());
        let listing: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        read(&tree, &listing)
    }

    #[test]
    fn a_procfile_says_what_is_reached_from_outside() {
        let text = "web: gunicorn shop:app\n# no process\nworker: celery -A shop worker\n: x\n";
        let found = reading(&[("Procfile", text)]);
        let seen: Vec<(&str, bool)> = found
            .processes
            .iter()
            .map(|process| (process.name.as_str(), process.published))
            .collect();
        assert_eq!(seen, [("web", true), ("worker", false)]);
    }

    #[test]
    fn a_service_without_a_command_has_that_of_its_image() {
        let found = reading(&[
            (
                "compose.yaml",
                "services:\n  api:\n    build: ./api\n    ports: [\"80:80\"]\n    environment:\n      \
                 - BROKER=redis://r\n  db: { image: postgres }\n",
            ),
            (
                "api/Dockerfile",
                "FROM python AS a\nCMD no\nFROM python\nENTRYPOINT [\"/start.sh\"]\nCMD [\"uvicorn\", \\\n  \
                 \"main:app\"]\n",
            ),
            (
                "api/start.sh",
                "#!/bin/sh\nalembic upgrade head\nexec \"$@\"\n",
            ),
        ]);
        assert_eq!(found.processes.len(), 2);
        assert!(found.processes[0].published);
        assert_eq!(found.processes[0].folder, "api");
        assert!(found.processes[0].targets.contains(&Target::Application {
            module: "main".to_owned(),
            attribute: "app".to_owned()
        }));
        assert_eq!(found.environment["BROKER"], "redis://r");
    }

    #[test]
    fn what_is_no_yaml_says_nothing() {
        let found = reading(&[("compose.yml", "services: [\n"), ("Dockerfile", "CMD\n")]);
        assert!(found.processes.is_empty());
    }
}
