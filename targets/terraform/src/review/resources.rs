//! What is made for each intent, and where the source states it.

use std::collections::BTreeMap;

use klo_intent::{Intent, Origin, Tool};
use klo_plan::kubernetes::Listed;
use klo_plan::{Group, Plan, Resource, Why};

use super::markdown::{code, count, details, html, prose, text};

/// A resource or an object of Kubernetes, to be sorted and shown.
struct Row<'a> {
    root: &'a str,
    address: String,
    why: &'a Why,
    file: String,
}

/// What is made for each intent, each in a part that opens on a click.
pub(super) fn resources(plan: &Plan, objects: &[Listed]) -> String {
    let mut out = String::from("\n## Resources by intent\n");
    let (mut by_intent, mut shared) = rows(plan, objects);
    let mut intents: Vec<(String, &Intent)> =
        plan.graph.intents.iter().map(|i| (i.id(), i)).collect();
    intents.sort_by(|a, b| a.0.cmp(&b.0));
    for (id, intent) in intents {
        let rows = by_intent.remove(&id).unwrap_or_default();
        let calls = calls(plan, &Group::of(intent));
        let place = &intent.place;
        let mut made = Vec::new();
        let objects = rows.iter().filter(|row| row.root == OBJECTS).count();
        for (number, one) in [
            (rows.len() - objects, "resource"),
            (objects, "object"),
            (calls.len(), "module"),
        ] {
            if number > 0 {
                made.push(count(number, one));
            }
        }
        let title = format!(
            "<b>{}</b>: {}stated in <code>{}</code> at <code>{}</code>",
            html(&id),
            made.iter()
                .map(|one| format!("{one}, "))
                .collect::<String>(),
            html(&place.file),
            html(&place.item)
        );
        let mut body = choices(intent) + &calls.concat();
        body.push_str(&table(rows));
        if body.is_empty() {
            body.push_str("Nothing is made for it.\n");
        }
        out.push_str(&details(&title, &body));
    }
    shared.extend(by_intent.into_values().flatten());
    if !shared.is_empty() {
        let title = format!(
            "<b>Shared by several</b>: {}",
            count(shared.len(), "resource")
        );
        out.push_str(&details(&title, &table(shared)));
    }
    out
}

/// The folder of Kubernetes' objects, and what they sort by.
const OBJECTS: &str = "kubernetes";

type Rows<'a> = Vec<Row<'a>>;

/// Everything that is made, by the intent whose file holds it, and what serves several.
fn rows<'a>(plan: &'a Plan, objects: &'a [Listed]) -> (BTreeMap<String, Rows<'a>>, Rows<'a>) {
    let tool = plan.graph.deployment().tool();
    let mut by_intent: BTreeMap<String, Rows<'a>> = BTreeMap::new();
    let mut shared = Vec::new();
    for resource in plan.resources.values() {
        let row = row(resource, tool);
        match &resource.group {
            Group::Intent { kind, name } => {
                by_intent
                    .entry(format!("{kind}.{name}"))
                    .or_default()
                    .push(row);
            }
            Group::Shared(_) => shared.push(row),
        }
    }
    for object in objects {
        let row = Row {
            root: OBJECTS,
            address: format!("{}/{}", object.kind, object.name),
            why: &object.why,
            file: object.file.clone(),
        };
        let mut intents = object.why.intents.iter();
        match (intents.next(), intents.next()) {
            (Some(only), None) => by_intent.entry(only.clone()).or_default().push(row),
            _ => shared.push(row),
        }
    }
    (by_intent, shared)
}

fn row(resource: &Resource, tool: Tool) -> Row<'_> {
    Row {
        root: resource.root.folder(tool),
        address: resource.address.to_string(),
        why: &resource.why,
        file: resource.group.file(resource.root, tool),
    }
}

/// What rule sets choose for an intent; the pack alone, so that moving lines in it changes nothing.
fn choices(intent: &Intent) -> String {
    let settings = intent.settings.iter();
    let chosen = settings.filter_map(|(name, setting)| match &setting.origin {
        Origin::Choose { pack } => Some((*name, pack, setting.value.to_json())),
        _ => None,
    });
    chosen
        .map(|(name, pack, value)| {
            let chosen = code(&format!("{name} = {value}"));
            format!("\nThe rule set {} chooses {chosen}.\n", code(pack))
        })
        .collect()
}

/// The organization's modules in a file, each with where it comes from.
fn calls(plan: &Plan, group: &Group) -> Vec<String> {
    let own = plan.modules.iter().filter(|call| call.group == *group);
    own.map(|call| {
        let version = call.version.as_ref();
        let version = version.map_or(String::new(), |version| format!(" at {}", code(version)));
        let pack = call.why.rule.as_ref();
        let pack = pack.map_or(String::new(), |pack| {
            format!(", which the rule set {} chooses", code(pack))
        });
        format!(
            "\n{} is made by the module {}{version}{pack}, in {}.\n",
            code(&format!("module.{}", call.name)),
            code(&call.source),
            code(&call.group.file(call.root, plan.graph.deployment().tool()))
        )
    })
    .collect()
}

fn table(mut rows: Rows<'_>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by(|a, b| (a.root, &a.address, &a.file).cmp(&(b.root, &b.address, &b.file)));
    let mut out = String::from("\n| resource | for | file |\n|---|---|---|\n");
    for row in rows {
        let edge = row.why.edge.as_ref();
        let edge = edge.map_or(String::new(), |edge| format!(" ({})", text(edge)));
        let address = code(&row.address);
        let purpose = prose(&row.why.purpose);
        let file = code(&row.file);
        out.extend(["| ", &address, " | ", &purpose, &edge, " | ", &file, " |\n"]);
    }
    out
}
