//! The files of one program.

use std::collections::{BTreeMap, BTreeSet};

use klo_plan::{Group, Plan, Provider, Root, Value};

use crate::config::{config, handed};
use crate::escape::quoted;
use crate::file::{File, Package, comment};
use crate::form::{Entry, moves, object};
use crate::layout::Doc;
use crate::problem::{Problem, modules};
use crate::program::{Item, Program, rank};
use crate::rule::camel;
use crate::statement::constant;
use crate::value::Slot;

/// Versions that this is checked with (2026-11-29); TypeScript's is the last that runs on Node, which
/// is how Pulumi runs programs.
const PACKAGES: &[(&str, &str)] = &[
    ("@pulumi/aws", "^7.48.0"),
    ("@pulumi/pulumi", "^3.248.0"),
    ("@pulumi/random", "^4.21.2"),
];
const TOOLS: &[(&str, &str)] = &[("@types/node", "^24.0.0"), ("typescript", "^5.9.0")];

/// The oldest version of Pulumi that runs the programs: a command line as old as the package.
pub(crate) fn oldest_pulumi() -> &'static str {
    let pulumi = PACKAGES.iter().find(|(name, _)| *name == "@pulumi/pulumi");
    let version = pulumi.map_or("", |(_, version)| version);
    version.trim_start_matches('^').trim_end_matches(".0")
}

/// The functions that programs share, each with its comment; a program gets those that it uses.
const FUNCTIONS: &str = include_str!("functions.ts");

/// The folder of a root's program below the environment's.
pub(crate) const fn folder(root: Root) -> &'static str {
    match root {
        Root::Bootstrap => "bootstrap",
        Root::Main => "pulumi",
    }
}

/// The project's name.
pub(crate) fn name(plan: &Plan, root: Root) -> String {
    let app = &plan.graph.deployment().app;
    match root {
        Root::Bootstrap => format!("{app}-bootstrap"),
        Root::Main => app.clone(),
    }
}

/// A program's files, and what it cannot say.
pub(crate) struct Written {
    /// Paths below the environment's folder, with their contents.
    pub(crate) files: Vec<(String, String)>,
    /// What a Pulumi program cannot say.
    pub(crate) problems: BTreeSet<Problem>,
}

/// The program of a root; nothing where nothing is in it.
pub(crate) fn write(plan: &Plan, root: Root) -> Written {
    let mut written = Written {
        files: Vec::new(),
        problems: modules(plan, root).collect(),
    };
    if !plan.uses(root) {
        return written;
    }
    let program = Program::new(plan, root);
    let mut functions = BTreeSet::new();
    let mut files: Vec<(String, String)> = Vec::new();
    let mut global = false;
    let mut groups: Vec<_> = program.groups().into_iter().collect();
    groups.sort_by_key(|(group, _)| rank(group));
    for (group, items) in groups {
        let file = File::new(&program, Some(group));
        let statements: Vec<String> = program
            .ordered(items)
            .iter()
            .map(|item| match item {
                Item::Local(local) => file.local(local),
                Item::Resource(resource) => {
                    global |= resource.provider == Provider::Global;
                    file.resource(resource)
                }
            })
            .collect();
        let about = plan.about(root, group);
        let content = module(plan, &about, &file, &statements);
        files.push((format!("{}.ts", group.stem()), content));
        functions.extend(file.functions());
        written.problems.extend(file.problems());
    }
    let parts = [
        index(&program),
        config(&program),
        Some(providers(&program, global)),
    ];
    for (name, content, file_functions, problems) in parts.into_iter().flatten() {
        files.push((name, content));
        functions.extend(file_functions);
        written.problems.extend(problems);
    }
    if !functions.is_empty() {
        files.push(("functions.ts".to_owned(), shared(plan, &functions)));
    }
    files.push(("Pulumi.yaml".to_owned(), project(plan, root)));
    files.push(("package.json".to_owned(), package(plan, root)));
    files.push(("tsconfig.json".to_owned(), TSCONFIG.to_owned()));
    files.sort();
    let folder = folder(root);
    written.files = files
        .into_iter()
        .map(|(name, content)| (format!("{folder}/{name}"), content))
        .collect();
    written
}

pub(crate) type Part = (String, String, BTreeSet<&'static str>, BTreeSet<Problem>);

/// The first lines of every file: what it is, and that it is written by klo.
fn header(plan: &Plan, about: &str) -> String {
    let mut lines = comment(about, 0);
    lines.push("//".to_owned());
    lines.extend(comment(&plan.written_by(), 0));
    lines.join("\n") + "\n"
}

pub(crate) fn module(plan: &Plan, about: &str, file: &File<'_>, statements: &[String]) -> String {
    let imports = file.imports();
    let body = statements.join("\n");
    format!("{}\n{imports}{body}", header(plan, about))
}

/// Loads every file, and puts out what people and programs need to know.
fn index(program: &Program<'_>) -> Option<Part> {
    let plan = program.plan;
    let file = File::new(program, None);
    let outputs = outputs(program);
    let mut statements = Vec::new();
    for (name, description, value) in outputs {
        let doc = file.value(&value, &Slot::any(0));
        let moves = moves(&value, &doc);
        let above = comment(&description, 0);
        statements.push(constant(&above, &name, doc, moves));
    }
    let mut loaded = String::new();
    let groups = program.groups();
    let mut groups: Vec<&Group> = groups.keys().copied().collect();
    groups.sort_by_key(|group| rank(group));
    for group in groups {
        if !file.imports_file(group) {
            loaded.push_str(&format!(
                "import {};\n",
                quoted(&format!("./{}", group.stem()))
            ));
        }
    }
    let about =
        "Loads what is made here, and puts out what people and programs need to know of it.";
    let imports = file.imports();
    let (imports, gap) = match imports.strip_suffix("\n\n") {
        Some(imports) => (
            format!("{imports}\n"),
            if statements.is_empty() { "" } else { "\n" },
        ),
        None if statements.is_empty() => (imports, ""),
        None => (imports, "\n"),
    };
    let content = format!(
        "{}\n{imports}{loaded}{gap}{}",
        header(plan, about),
        statements.join("\n")
    );
    Some((
        "index.ts".to_owned(),
        content,
        file.functions(),
        file.problems(),
    ))
}

/// The outputs of a root: name, description and value. What one root hands to the other as one text,
/// stands by its parts.
fn outputs(program: &Program<'_>) -> Vec<(String, String, Value)> {
    let (plan, root) = (program.plan, program.root);
    let mut found: Vec<(String, String, Value)> = Vec::new();
    for output in plan.outputs.iter().filter(|output| output.root == root) {
        let parts = match handed(output) {
            Some(entries) => entries
                .iter()
                .map(|(name, value)| {
                    let description = format!("What the main program knows as {}.", camel(name));
                    (camel(name), description, value.clone())
                })
                .collect(),
            None => vec![(
                camel(&output.name),
                output.description.clone(),
                output.value.clone(),
            )],
        };
        for part in parts {
            if !found.iter().any(|(name, ..)| *name == part.0) {
                found.push(part);
            }
        }
    }
    found
}

/// Where resources are made, and the tags that all of them carry.
fn providers(program: &Program<'_>, global: bool) -> Part {
    let plan = program.plan;
    let deployment = plan.graph.deployment();
    let file = File::new(program, None);
    let provider = |region: &str| {
        let mut entries = vec![Entry::new("region", Doc::text(quoted(region)))];
        if let Some(account) = &deployment.account {
            let accounts = Doc::text(format!("[{}]", quoted(account)));
            entries.push(Entry::new("allowedAccountIds", accounts));
        }
        let tags = Value::map(deployment.provider_tags());
        let tags = Entry::new("tags", file.value(&tags, &Slot::any(4)));
        entries.push(Entry::new("defaultTags", object(vec![tags])));
        object(entries)
    };
    let class = format!("new {}", file.package(Package::Aws, "Provider"));
    let made = |name: &str, region: &str| {
        Doc::all([
            Doc::text(format!("{class}({}, ", quoted(name))),
            provider(region),
            Doc::text(")"),
        ])
    };
    let mut statements = vec![constant(
        &comment("The environment's region.", 0),
        "provider",
        made("provider", &deployment.region),
        false,
    )];
    if global {
        statements.push(constant(
            &comment(
                "Where CloudFront's certificates, logs and web ACLs live.",
                0,
            ),
            "usEast1",
            made("us-east-1", "us-east-1"),
            false,
        ));
    }
    let about = "Where resources are made, and the tags that all of them carry.";
    let content = module(plan, about, &file, &statements);
    (
        "providers.ts".to_owned(),
        content,
        file.functions(),
        file.problems(),
    )
}

/// The functions that a program uses.
fn shared(plan: &Plan, used: &BTreeSet<&'static str>) -> String {
    let (_, functions) = FUNCTIONS.split_once("\n\n").unwrap_or(("", FUNCTIONS));
    let mut by_name: BTreeMap<&str, &str> = BTreeMap::new();
    for function in functions.split("\n\n") {
        let named = function.split_once("function ").map(|(_, rest)| rest);
        let name = named.and_then(|rest| rest.split(['(', '<']).next());
        by_name.insert(name.unwrap_or_default(), function.trim_end());
    }
    let mut imports = "import * as pulumi from \"@pulumi/pulumi\";\n".to_owned();
    if used.contains("sha256") {
        imports.push_str("import { createHash } from \"node:crypto\";\n");
    }
    let functions: Vec<&str> = used
        .iter()
        .filter_map(|name| by_name.get(name).copied())
        .collect();
    let needs = functions.iter().any(|text| text.contains("pulumi."));
    let about = "What the other files share: ways to text and numbers that are known only once something \
                 is made.";
    let imports = if needs {
        format!("{imports}\n")
    } else {
        String::new()
    };
    format!(
        "{}\n{imports}{}\n",
        header(plan, about),
        functions.join("\n\n")
    )
}

const TSCONFIG: &str = r#"{
  "compilerOptions": {
    "strict": true,
    "noEmit": true,
    "target": "es2022",
    "module": "commonjs",
    "types": ["node"],
    "skipLibCheck": true,
    "forceConsistentCasingInFileNames": true
  },
  "files": ["index.ts"]
}
"#;

fn package(plan: &Plan, root: Root) -> String {
    let deployment = plan.graph.deployment();
    let list = |packages: &[(&str, &str)]| {
        let lines = packages
            .iter()
            .map(|(name, version)| format!("    {}: {}", quoted(name), quoted(version)));
        lines.collect::<Vec<_>>().join(",\n")
    };
    let random = plan
        .in_root(root)
        .any(|r| crate::reference::is_password(&r.address));
    let packages: Vec<(&str, &str)> = PACKAGES
        .iter()
        .copied()
        .filter(|(name, _)| random || *name != "@pulumi/random")
        .collect();
    format!(
        "{{\n  \"name\": {},\n  \"private\": true,\n  \"main\": \"index.ts\",\n  \
         \"dependencies\": {{\n{}\n  }},\n  \"devDependencies\": {{\n{}\n  }}\n}}\n",
        serde_json::Value::from(format!("{}-{}", name(plan, root), deployment.environment)),
        list(&packages),
        list(TOOLS)
    )
}

/// A YAML scalar in double quotes, which JSON's text is too.
pub(crate) fn scalar(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(crate) fn yaml_header(plan: &Plan, about: &str) -> String {
    header(plan, about)
        .lines()
        .fold(String::new(), |mut out, line| {
            out.push_str(&line.replacen("//", "#", 1));
            out.push('\n');
            out
        })
}

fn project(plan: &Plan, root: Root) -> String {
    let deployment = plan.graph.deployment();
    let about = match (&deployment.state_bucket, root) {
        (Some(_), _) => "The project, and where Pulumi keeps its state.",
        (None, _) => {
            "The project. State is kept where `pulumi login` says: set `state: { bucket: … }` in \
             klo.yaml to share it."
        }
    };
    let mut out = yaml_header(plan, about);
    let what = match root {
        Root::Bootstrap => "what has to stand first",
        Root::Main => "the infrastructure",
    };
    let description = format!("{} in {}: {what}", deployment.app, deployment.environment);
    out.push_str(&format!(
        "\nname: {}\ndescription: {}\nruntime:\n  name: nodejs\n  options:\n    packagemanager: npm\n",
        scalar(&name(plan, root)),
        scalar(&description)
    ));
    if let Some(bucket) = &deployment.state_bucket {
        let url = format!("s3://{bucket}?region={}", deployment.region);
        out.push_str(&format!("backend:\n  url: {}\n", scalar(&url)));
    }
    out
}
