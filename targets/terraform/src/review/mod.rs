//! `REVIEW.md`: what a person reads before merging.
//!
//! What decides about a yes stands first and open: what changed, what rules found, the picture, what costs
//! money, what code may do. What proves it is folded away.

mod markdown;
mod permissions;
mod resources;
mod words;

use klo_intent::{Decision, Pictures, graph_pictures};
use klo_plan::kubernetes::Listed;
use klo_plan::{Plan, Root};

pub use markdown::{code, text};
use markdown::{count, details, html, prose};

/// The review of one environment, complete but for what changed since a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    head: String,
    rest: String,
}

impl Review {
    /// The page, with a section on what changed where there is one: Markdown with its heading.
    pub fn page(&self, changes: Option<&str>) -> String {
        match changes {
            None => format!("{}{}", self.head, self.rest),
            Some(changes) => format!("{}\n{}\n{}", self.head, changes.trim(), self.rest),
        }
    }
}

/// The review of one environment. Places are files and items, so that moving code changes nothing.
/// `others` ends it.
pub(crate) fn review(plan: &Plan, objects: &[Listed], others: &str) -> Review {
    let deployment = plan.graph.deployment();
    let head = format!(
        "# {} in {}\n\n{}\n",
        text(&deployment.app),
        text(&deployment.environment),
        summary(plan, objects)
    );
    let rest = [
        findings(plan),
        pictures(&graph_pictures(&plan.graph)),
        costs(plan),
        permissions::permissions(plan),
        decisions(plan),
        resources::resources(plan, objects),
        others.to_owned(),
    ];
    Review {
        head,
        rest: rest.concat(),
    }
}

fn summary(plan: &Plan, objects: &[Listed]) -> String {
    let deployment = plan.graph.deployment();
    let tool = deployment.tool();
    let account = deployment
        .account
        .as_ref()
        .map_or(String::new(), |account| {
            format!(", account {}", code(account))
        });
    let roots = [Root::Main, Root::Bootstrap].map(|root| (plan.in_root(root).count(), root));
    let mut parts: Vec<String> = Vec::new();
    // On a cluster that is just there nothing of AWS is made.
    if objects.is_empty() || roots.iter().any(|(number, _)| *number > 0) {
        for (number, root) in roots {
            let folder = code(&format!("{}/", root.folder(tool)));
            parts.push(format!("{} in {folder}", count(number, "resource")));
        }
    }
    if !objects.is_empty() {
        let objects = count(objects.len(), "object");
        parts.push(format!("{objects} on Kubernetes in `kubernetes/`"));
    }
    if !plan.modules.is_empty() {
        let modules = count(plan.modules.len(), "module");
        parts.push(format!("{modules} of the organization's"));
    }
    let last = parts.pop().unwrap_or_default();
    let made = match parts.as_slice() {
        [] => last,
        parts => format!("{} and {last}", parts.join(", ")),
    };
    let found = match plan.findings.len() {
        0 => " Rules found nothing.",
        _ => "",
    };
    let verb = match plan.graph.intents.len() {
        1 => "becomes",
        _ => "become",
    };
    format!(
        "{} {verb} {made}. Region {}{account}, tier {}.{found}",
        count(plan.graph.intents.len(), "intent"),
        code(&deployment.region),
        deployment.tier.name()
    )
}

/// The graph, what its lines mean, and what is not in it.
fn pictures(pictures: &Pictures) -> String {
    let mut out = String::from("\n## Who uses what\n");
    let parts = pictures.diagrams.iter().filter(|one| one.part.is_some());
    let parts = parts.count();
    if parts > 0 {
        out.push_str(&format!(
            "\nToo much for one picture: {parts} parts, each below.\n"
        ));
    }
    let drawn = |mermaid: &str| format!("\n```mermaid\n{mermaid}```\n");
    let (first, rest): (Vec<_>, Vec<_>) =
        pictures.diagrams.iter().partition(|one| one.part.is_none());
    for diagram in first {
        out.push_str(&drawn(&diagram.mermaid));
    }
    if !pictures.legend.is_empty() {
        out.push_str(&format!("\n{}\n", text(&pictures.legend.join(" "))));
    }
    let lists = [
        ("Counted, not drawn", &pictures.counted),
        ("Not drawn, since no unit reads them", &pictures.unread),
        ("Not drawn, since they have no edge", &pictures.loose),
        ("In boxes that name others", &pictures.unnamed),
    ];
    for (title, ids) in lists {
        let names: Vec<String> = ids.iter().map(|id| code(id)).collect();
        match names.len() {
            0 => {}
            1..=FEW => out.push_str(&format!("\n{title}: {}.\n", names.join(", "))),
            many => {
                let title = format!("{title}: {many}");
                out.push_str(&details(&title, &format!("{}\n", names.join(", "))));
            }
        }
    }
    for diagram in rest {
        let units: Vec<String> = diagram.units.iter().map(|unit| html(unit)).collect();
        let part = diagram.part.unwrap_or_default();
        let title = format!("<b>Part {part}</b> of {parts}: {}", units.join(", "));
        out.push_str(&details(&title, &drawn(&diagram.mermaid)));
    }
    out
}

/// Entries of a list or table that stand open; more are folded away.
const FEW: usize = 8;

fn sorted(plan: &Plan) -> Vec<&Decision> {
    let mut sorted: Vec<&Decision> = plan.decisions.iter().collect();
    sorted.sort();
    sorted
}

fn costs(plan: &Plan) -> String {
    let mut out = String::from("\n## What costs money each month, used or not\n\n");
    let costly: Vec<&Decision> = sorted(plan)
        .into_iter()
        .filter(|d| d.standing_cost)
        .collect();
    if costly.is_empty() {
        out.push_str("Nothing that klo chose.\n");
    }
    // What is chosen alike for several is one line.
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    for decision in costly {
        let subject = code(&decision.subject);
        match lines
            .iter_mut()
            .find(|(chosen, _)| *chosen == decision.chosen)
        {
            Some((_, subjects)) => subjects.push(subject),
            None => lines.push((&decision.chosen, vec![subject])),
        }
    }
    for (chosen, subjects) in lines {
        let each = if subjects.len() > 1 { " each" } else { "" };
        out.push_str(&format!(
            "- {}{each}: {}\n",
            subjects.join(", "),
            prose(chosen)
        ));
    }
    out
}

fn decisions(plan: &Plan) -> String {
    let mut out = String::from("\n## Decisions\n");
    let sorted = sorted(plan);
    if sorted.is_empty() {
        out.push_str("\nNone: every intent has one form.\n");
        return out;
    }
    let mut table = String::from(
        "\n| about | decision | chosen | because | instead of |\n|---|---|---|---|---|\n",
    );
    for decision in &sorted {
        let passed: Vec<String> = decision
            .instead_of
            .iter()
            .map(|other| prose(other))
            .collect();
        table.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            code(&decision.subject),
            code(decision.code),
            prose(&decision.chosen),
            prose(&decision.because),
            passed.join("; ")
        ));
    }
    if sorted.len() > FEW {
        let title = format!("{} decisions, with their reasons and numbers", sorted.len());
        table = details(&title, &table);
    }
    out + &table
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
