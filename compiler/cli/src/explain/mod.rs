//! `klo explain`: what a code means, and why an intent, a value or a cloud resource is there.

mod intent;
mod resource;
mod rule;

use klo_diagnostics::codes::find;
use klo_diagnostics::{At, Format, did_you_mean};
use klo_intent::{Decision, IntentGraph, IntentId};
use klo_source::Span;

use crate::args::Explain;
use crate::pipeline::{Analyzed, Environment, analyze, nothing};
use crate::project::Project;
use crate::report::{Stream, opened, show};
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Explains one thing; wrong usage when there is nothing of that name.
pub(crate) fn run(args: &Explain, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    if let Some(code) = find(&args.what) {
        let heading = format!("{} {}", code.id(), code.name());
        terminal.result(&format!("{heading}\n\n{}\n", code.text()));
        return Ok(Exit::Fine);
    }
    let opened = opened(&args.path, &args.selection, Format::Full, terminal)?;
    let (mut project, mut diagnostics) = match opened {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if let Some(text) = rule::explained(&args.what, &project) {
        terminal.result(&text);
        return Ok(Exit::Fine);
    }
    let mut analyzed = analyze(&mut project, &args.selection, nothing, terminal);
    let text = explanations(&args.what, &analyzed, &project);
    if text.is_empty() {
        let unknown = unknown(&args.what, &analyzed, &project);
        for app in &mut analyzed {
            diagnostics.append(&mut app.diagnostics);
        }
        // What is missing may be missing because of these.
        show(&project, diagnostics, Format::Full, Stream::Error, terminal);
        return Err(unknown);
    }
    terminal.result(&text);
    Ok(Exit::Fine)
}

/// What every environment says of `what`; environments that say the same are one.
fn explanations(what: &str, analyzed: &[Analyzed], project: &Project) -> String {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for app in analyzed {
        for environment in &app.environments {
            let view = View {
                environment,
                project,
            };
            let Some(text) = view.explain(what) else {
                continue;
            };
            let name = format!("{} {}", app.app.name, environment.name);
            match found.iter_mut().find(|(other, _)| *other == text) {
                Some((_, names)) => names.push(name),
                None => found.push((text, vec![name])),
            }
        }
    }
    let texts: Vec<String> = found
        .into_iter()
        .map(|(text, names)| format!("# {}\n\n{text}", names.join(", ")))
        .collect();
    texts.join("\n")
}

fn unknown(what: &str, analyzed: &[Analyzed], project: &Project) -> UsageError {
    let mut known: Vec<String> = klo_diagnostics::codes::all()
        .map(|code| code.id().to_owned())
        .collect();
    for environment in analyzed.iter().flat_map(|app| &app.environments) {
        if let Some(graph) = &environment.graph {
            known.extend(graph.intents.iter().map(klo_intent::Intent::id));
        }
        if let Some(plan) = &environment.plan {
            known.extend(
                plan.resources
                    .keys()
                    .map(|(_, address)| address.to_string()),
            );
        }
        known.extend(environment.decisions.iter().map(|d| d.code.to_owned()));
    }
    let rules = project
        .policies
        .iter()
        .flat_map(|policy| policy.rules.rules());
    known.extend(rules.map(|rule| rule.id.clone()));
    let error = UsageError::new(format!("there is nothing called `{what}` to explain"));
    match did_you_mean(what, known.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(
            "name a code (KLO0101), a rule (ACME-DB-001), an intent (database.orders), one of its values \
             (database.orders.storage), a resource (aws_db_instance.orders) or a decision (rds-proxy)",
        ),
    }
}

/// One environment, looked at.
struct View<'a> {
    environment: &'a Environment,
    project: &'a Project,
}

impl View<'_> {
    fn explain(&self, what: &str) -> Option<String> {
        self.intent_text(what)
            .or_else(|| self.resource_text(what))
            .or_else(|| self.decision_text(what))
    }

    fn decision_text(&self, code: &str) -> Option<String> {
        let decisions: Vec<&Decision> = self
            .environment
            .decisions
            .iter()
            .filter(|decision| decision.code == code)
            .collect();
        let lines: Vec<String> = decisions.into_iter().map(decision_lines).collect();
        (!lines.is_empty()).then(|| lines.concat())
    }

    /// `path:line:column`, relative to where klo was started.
    fn place(&self, span: Span) -> String {
        self.project.place(&At::Span(span)).unwrap_or_default()
    }

    fn graph(&self) -> Option<&IntentGraph> {
        self.environment.graph.as_ref()
    }

    /// The intent of an id, or of a name that only one intent has.
    fn find(&self, what: &str) -> Option<IntentId> {
        let graph = self.graph()?;
        graph.by_id(what).or_else(|| {
            let mut named = graph.iter().filter(|(_, intent)| intent.name == what);
            match (named.next(), named.next()) {
                (Some((id, _)), None) => Some(id),
                _ => None,
            }
        })
    }
}

fn decision_lines(decision: &Decision) -> String {
    let mut text = format!(
        "{} ({}): {}\n  because {}\n",
        decision.code, decision.subject, decision.chosen, decision.because
    );
    for other in &decision.instead_of {
        text.push_str(&format!("  instead of {other}\n"));
    }
    if decision.standing_cost {
        text.push_str("  costs money each month, used or not\n");
    }
    text
}
