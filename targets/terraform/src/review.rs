//! `REVIEW.md`: what a person reads before merging.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{Access, Decision, Edge, Intent, IntentGraph, Node, Origin, graph_mermaid};
use klo_plan::{Group, Plan, Ref, Resource, Root, Target, Value};

use crate::plan_json::in_words;
use crate::root::{file_of, folder};

/// The review of one environment. Places are files and items, so that moving code changes nothing.
pub(crate) fn review(plan: &Plan) -> String {
    let deployment = plan.graph.deployment();
    let mut out = format!(
        "# {} in {}\n\n{}\n",
        text(&deployment.app),
        text(&deployment.environment),
        summary(plan)
    );
    out.push_str("\n## Who uses what\n\n```mermaid\n");
    out.push_str(&graph_mermaid(&plan.graph));
    out.push_str("```\n");
    out.push_str(&findings(plan));
    out.push_str(&decisions(plan));
    out.push_str(&permissions(plan));
    out.push_str(&resources(plan));
    out
}

fn summary(plan: &Plan) -> String {
    let deployment = plan.graph.deployment();
    let count = |root| plan.in_root(root).count();
    let account = deployment
        .account
        .as_ref()
        .map_or(String::new(), |account| {
            format!(", account {}", code(account))
        });
    let calls = match plan.modules.len() {
        0 => String::new(),
        1 => ", and one module of the organization's".to_owned(),
        several => format!(", and {several} modules of the organization's"),
    };
    format!(
        "{} intents become {} resources in {} and {} in {}{calls}. Region {}{account}, tier {}.",
        plan.graph.intents.len(),
        count(Root::Main),
        code(&format!("{}/", folder(Root::Main))),
        count(Root::Bootstrap),
        code(&format!("{}/", folder(Root::Bootstrap))),
        code(&deployment.region),
        deployment.tier.name()
    )
}

fn decisions(plan: &Plan) -> String {
    let mut sorted: Vec<&Decision> = plan.decisions.iter().collect();
    sorted.sort();
    let mut out = String::new();
    let costly: Vec<&&Decision> = sorted.iter().filter(|d| d.standing_cost).collect();
    out.push_str("\n## What costs money each month, used or not\n\n");
    if costly.is_empty() {
        out.push_str("Nothing that klo chose.\n");
    }
    for decision in costly {
        out.push_str(&format!(
            "- {}: {}\n",
            code(&decision.subject),
            prose(&decision.chosen)
        ));
    }
    out.push_str("\n## Decisions\n\n");
    if sorted.is_empty() {
        out.push_str("None: every intent has one form.\n");
        return out;
    }
    out.push_str("| about | decision | chosen | because | instead of |\n|---|---|---|---|---|\n");
    for decision in sorted {
        let passed: Vec<String> = decision
            .instead_of
            .iter()
            .map(|other| text(other))
            .collect();
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            code(&decision.subject),
            code(decision.code),
            prose(&decision.chosen),
            prose(&decision.because),
            passed.join("; ")
        ));
    }
    out
}

/// What rules found, with ramps and waivers as they stand: what holds today is not written.
fn findings(plan: &Plan) -> String {
    if plan.findings.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "\n## What rules found\n\n| rule | level | about | finding | waived |\n|---|---|---|---|---|\n",
    );
    for finding in &plan.findings {
        let waived = finding.waiver.as_ref().map_or(String::new(), |waiver| {
            let reason = text(&waiver.reason);
            let approver = text(&waiver.approver);
            format!("until {}, by {approver}: {reason}", text(&waiver.until))
        });
        out.push_str(&format!(
            "| {} {} | {} | {} | {} | {waived} |\n",
            code(&finding.rule),
            text(&finding.name),
            text(&finding.level),
            code(&finding.subject),
            prose(&finding.message),
        ));
    }
    out
}

/// What each unit may do, edge by edge, and the policy statements that say so.
fn permissions(plan: &Plan) -> String {
    let graph = &plan.graph;
    let mut out = String::from("\n## Permissions\n");
    for (id, unit) in graph.iter().filter(|(_, intent)| intent.kind.is_unit()) {
        out.push_str(&format!("\n### {}\n\n", text(&unit.id())));
        let mut lines: Vec<String> = graph
            .edges_from(id)
            .map(|edge| sentence(graph, edge))
            .chain(graph.edges_to(id).filter_map(|edge| arrival(graph, edge)))
            .collect();
        lines.sort();
        if lines.is_empty() {
            lines.push("- touches no other intent\n".to_owned());
        }
        lines.into_iter().for_each(|line| out.push_str(&line));
        for (role, lines) in policies(plan, &Group::of(unit)) {
            out.push_str(&format!("\n{} may:\n\n", code(&role)));
            lines.iter().for_each(|line| out.push_str(line));
        }
    }
    out
}

fn sentence(graph: &IntentGraph, edge: &Edge) -> String {
    let verbs: Vec<&str> = edge.access.iter().map(|access| verb(*access)).collect();
    let methods: Vec<String> = edge.methods.iter().map(|m| code(&m.method)).collect();
    let through = if methods.is_empty() {
        String::new()
    } else {
        format!(" through {}", methods.join(", "))
    };
    let places: Vec<String> = edge
        .places
        .iter()
        .map(|place| format!("{} ({})", code(&place.file), code(&place.item)))
        .collect();
    let proof = if places.is_empty() {
        String::new()
    } else {
        format!(": {}", places.join(", "))
    };
    format!(
        "- {} {}{through}{proof}\n",
        verbs.join(" and "),
        code(&graph.node_id(&edge.to))
    )
}

/// Who starts the unit or sends it requests.
fn arrival(graph: &IntentGraph, edge: &Edge) -> Option<String> {
    let from = graph.node_id(&edge.from);
    match edge.from {
        Node::Internet | Node::Internal => Some(format!("- takes requests from {}\n", code(&from))),
        _ if edge.access.contains(&Access::Trigger) => {
            Some(format!("- is started by {}\n", code(&from)))
        }
        _ => None,
    }
}

const fn verb(access: Access) -> &'static str {
    match access {
        Access::Read => "reads",
        Access::Write => "writes",
        Access::Publish => "publishes to",
        Access::Consume => "consumes",
        Access::Connect => "connects to",
        Access::Invoke => "invokes",
        Access::Trigger => "triggers",
        Access::Expose => "exposes",
    }
}

/// The statements of every IAM policy in a unit's file, each as one line, by role.
fn policies(plan: &Plan, unit: &Group) -> BTreeMap<String, BTreeSet<String>> {
    let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let own = plan.resources.values().filter(|resource| {
        resource.address.kind == "aws_iam_role_policy" && resource.group == *unit
    });
    for resource in own {
        let role = match resource.body.get("role") {
            Some(Value::Ref(Ref {
                target: Target::Resource(role),
                ..
            })) => role.to_string(),
            _ => resource.address.to_string(),
        };
        let lines = roles.entry(role).or_default();
        for value in resource.body.0.values() {
            statements(value, &mut |actions, targets| {
                lines.insert(format!("- {} on {}\n", code(&actions), code(&targets)));
            });
        }
    }
    roles
}

fn statements(value: &Value, visit: &mut impl FnMut(String, String)) {
    match value {
        Value::Json(inner) | Value::Commented(_, inner) => statements(inner, visit),
        Value::List(items) => items.iter().for_each(|item| statements(item, visit)),
        Value::Map(entries) => {
            let allows = entries.get("Effect").map(in_words).as_deref() == Some("Allow");
            match (entries.get("Action"), entries.get("Resource")) {
                (Some(action), Some(target)) if allows => {
                    visit(in_words(action), in_words(target));
                }
                _ => entries.values().for_each(|inner| statements(inner, visit)),
            }
        }
        _ => {}
    }
}

fn resources(plan: &Plan) -> String {
    let mut out = String::from("\n## Resources by intent\n");
    let mut by_intent: BTreeMap<String, Vec<&Resource>> = BTreeMap::new();
    let mut shared = Vec::new();
    for resource in plan.resources.values() {
        match &resource.group {
            Group::Intent { kind, name } => {
                let id = format!("{kind}.{name}");
                by_intent.entry(id).or_default().push(resource);
            }
            Group::Shared(_) => shared.push(resource),
        }
    }
    let mut intents: Vec<(String, &Intent)> =
        plan.graph.intents.iter().map(|i| (i.id(), i)).collect();
    intents.sort_by(|a, b| a.0.cmp(&b.0));
    for (id, intent) in intents {
        let place = &intent.place;
        out.push_str(&format!(
            "\n### {}\n\nStated in {}, at {}.\n",
            text(&id),
            code(&place.file),
            code(&place.item)
        ));
        out.push_str(&choices(intent));
        out.push_str(&calls(plan, &Group::of(intent)));
        table(&mut out, by_intent.remove(&id).unwrap_or_default());
    }
    shared.extend(by_intent.into_values().flatten());
    if !shared.is_empty() {
        out.push_str("\n### Shared by several\n");
        table(&mut out, shared);
    }
    out
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
fn calls(plan: &Plan, group: &Group) -> String {
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
            code(&file_of(call.root, &call.group))
        )
    })
    .collect()
}

fn table(out: &mut String, mut resources: Vec<&Resource>) {
    if resources.is_empty() {
        return;
    }
    resources.sort_by_key(|resource| (resource.root, &resource.address));
    out.push_str("\n| resource | for | file |\n|---|---|---|\n");
    for resource in resources {
        let edge = resource
            .why
            .edge
            .as_ref()
            .map_or(String::new(), |edge| format!(" ({})", text(edge)));
        let address = code(&resource.address.to_string());
        let purpose = prose(&resource.why.purpose);
        let file = code(&file_of(resource.root, &resource.group));
        out.extend(["| ", &address, " | ", &purpose, &edge, " | ", &file, " |\n"]);
    }
}

/// Text as a run of Markdown that means nothing but itself, in a table's cell too.
pub(crate) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    for c in raw.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A sentence of klo's, in which backticks stand around what is code.
fn prose(raw: &str) -> String {
    let parts: Vec<&str> = raw.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(raw);
    }
    let parts = parts.iter().enumerate().map(|(index, part)| {
        if index.is_multiple_of(2) {
            text(part)
        } else {
            code(part)
        }
    });
    parts.collect()
}

/// Text as a run of code, in a table's cell too.
pub(crate) fn code(raw: &str) -> String {
    if raw
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'`' | b'|'))
    {
        return ["`", raw, "`"].concat();
    }
    let clean: String = raw
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let longest = clean
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    let clean = clean.replace('|', "\\|");
    format!("{fence}{space}{clean}{space}{fence}")
}
