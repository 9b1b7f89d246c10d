//! The files of one Terraform root.

use indexmap::IndexMap;
use klo_intent::{Deployment, Tool};
use klo_plan::{Class, Group, Moved, Plan, Provider, Root};

use crate::escape::quoted;
use crate::layout::{BlockText, Entry, comment};
use crate::statement::{self, GLOBAL_ALIAS};

/// Needed for `ephemeral` resources and write-only arguments (Terraform 1.11, February 2025).
const TERRAFORM_VERSION: &str = ">= 1.11";
/// klo's output is checked on 5.100 and uses only what 6 accepts too.
const AWS_VERSION: &str = ">= 5.100, < 7.0";

/// Paths below the environment's folder, with their contents.
pub(crate) fn files(plan: &Plan, root: Root) -> Vec<(String, String)> {
    if !plan.uses(root) {
        return Vec::new();
    }
    let mut files = vec![
        ("versions.tf".to_owned(), versions(plan, root)),
        ("providers.tf".to_owned(), providers(plan, root)),
    ];
    let mut groups = groups(plan, root);
    let mut own = |name| {
        groups
            .shift_remove(&Group::Shared(name))
            .unwrap_or_default()
    };
    let mut variables = own("variables");
    let mut outputs = own("outputs");
    let declared = plan.variables.iter().filter(|v| v.root == root);
    variables.extend(declared.map(statement::variable));
    let named = plan.outputs.iter().filter(|output| output.root == root);
    outputs.extend(named.map(statement::output));
    if !variables.is_empty() {
        let about = "What has to be known from outside: values that the bootstrap root, the image \
                     build or a person hands over.";
        files.push((
            "variables.tf".to_owned(),
            shared_file(plan, about, &variables),
        ));
    }
    for (group, statements) in groups {
        let head = header(plan, &plan.about(root, &group));
        let content = format!("{head}\n{}", statements.join("\n"));
        files.push((format!("{}.tf", group.stem()), content));
    }
    if !outputs.is_empty() {
        let about = "What people and programs need to know once this is applied.";
        files.push(("outputs.tf".to_owned(), shared_file(plan, about, &outputs)));
    }
    files
        .into_iter()
        .map(|(name, content)| (format!("{}/{name}", root.folder(Tool::Terraform)), content))
        .collect()
}

/// Statements by file, in the order in which lowering asked for them; a file begins with its
/// locals and ends with its moves and imports.
fn groups(plan: &Plan, root: Root) -> IndexMap<Group, Vec<String>> {
    let mut groups: IndexMap<Group, Vec<String>> = IndexMap::new();
    let mut locals: IndexMap<Group, Vec<_>> = IndexMap::new();
    for local in plan.locals.iter().filter(|local| local.root == root) {
        locals.entry(local.group.clone()).or_default().push(local);
    }
    for (group, values) in &locals {
        add(&mut groups, group, statement::locals(values));
    }
    for resource in plan.in_root(root) {
        add(&mut groups, &resource.group, statement::resource(resource));
    }
    for call in plan.modules.iter().filter(|call| call.root == root) {
        add(&mut groups, &call.group, statement::module(call));
    }
    // Nothing of an ephemeral is kept that could move.
    let kept = |moved: &&Moved| moved.root == root && moved.to.class == Class::Managed;
    for moved in plan.moved.iter().filter(kept) {
        add(&mut groups, &moved.group, statement::moved(moved));
    }
    for released in plan.released.iter().filter(|one| one.root == root) {
        add(&mut groups, &released.group, statement::released(released));
    }
    for import in plan.imports.iter().filter(|import| import.root == root) {
        add(&mut groups, &import.group, statement::import(import));
    }
    groups
}

fn add(groups: &mut IndexMap<Group, Vec<String>>, group: &Group, text: String) {
    groups.entry(group.clone()).or_default().push(text);
}

fn shared_file(plan: &Plan, about: &str, statements: &[String]) -> String {
    format!("{}\n{}", header(plan, about), statements.join("\n"))
}

/// The first lines of every file: what it is, and that it is written by klo.
fn header(plan: &Plan, about: &str) -> String {
    format!("{}#\n{}", comment(about, 0), comment(&plan.written_by(), 0))
}

fn versions(plan: &Plan, root: Root) -> String {
    let deployment = plan.graph.deployment();
    let provider = "{\n      source  = \"hashicorp/aws\"\n      version = ".to_owned()
        + &quoted(AWS_VERSION)
        + "\n    }";
    let mut block = BlockText::new("terraform")
        .entries(&[Entry::raw("required_version", quoted(TERRAFORM_VERSION))])
        .block(BlockText::nested("required_providers", 1).entries(&[Entry::raw("aws", provider)]));
    let about = match &deployment.state_bucket {
        Some(bucket) => {
            block = block.block(backend(deployment, bucket, root));
            "Versions that this was made for, and where Terraform keeps its state."
        }
        None => {
            "Versions that this was made for. State is kept beside these files: set \
                 `state: { bucket: … }` in klo.yaml to share it."
        }
    };
    format!("{}\n{}", header(plan, about), block.finish())
}

fn backend(deployment: &Deployment, bucket: &str, root: Root) -> BlockText {
    let file = match root {
        Root::Bootstrap => "bootstrap.tfstate",
        Root::Main => "terraform.tfstate",
    };
    let key = format!("{}/{}/{file}", deployment.app, deployment.environment);
    BlockText::nested("backend \"s3\"", 1).entries(&[
        Entry::raw("bucket", quoted(bucket)),
        Entry::raw("key", quoted(&key)),
        Entry::raw("region", quoted(&deployment.region)),
        Entry::raw("encrypt", "true"),
        Entry::raw("use_lockfile", "true"),
    ])
}

fn providers(plan: &Plan, root: Root) -> String {
    let deployment = plan.graph.deployment();
    let mut blocks = vec![provider(deployment, None)];
    let global = plan
        .in_root(root)
        .any(|resource| resource.provider == Provider::Global);
    if global {
        blocks.push(provider(deployment, Some(GLOBAL_ALIAS)));
    }
    let about = "Where resources are made, and the tags that all of them carry.";
    shared_file(plan, about, &blocks)
}

fn provider(deployment: &Deployment, alias: Option<&str>) -> String {
    let mut entries = Vec::new();
    if let Some(alias) = alias {
        entries.push(Entry::raw("alias", quoted(alias)));
    }
    let region = alias.map_or(deployment.region.as_str(), |_| "us-east-1");
    entries.push(Entry::raw("region", quoted(region)));
    if let Some(account) = &deployment.account {
        entries.push(Entry::raw(
            "allowed_account_ids",
            format!("[{}]", quoted(account)),
        ));
    }
    let tags = klo_plan::Value::map(deployment.provider_tags());
    BlockText::new("provider \"aws\"")
        .entries(&entries)
        .block(BlockText::nested("default_tags", 1).entries(&[Entry::new("tags", &tags, 2)]))
        .finish()
}
