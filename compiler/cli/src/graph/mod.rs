//! `klo graph`: the intent graph, for programs, for pictures and for the browser.

mod page;

use klo_diagnostics::Format;
use klo_intent::{PlaceStyle, graph_dot, graph_json, graph_mermaid};

use crate::args::{Graph, GraphFormat};
use crate::pipeline::{Analyzed, analyze, nothing};
use crate::project::Project;
use crate::report::{Stream, opened, show};
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Prints the graph of every app and environment asked for.
pub(crate) fn run(args: &Graph, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let opened = opened(&args.path, &args.selection, Format::Full, terminal)?;
    let (mut project, mut diagnostics) = match opened {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let mut analyzed = analyze(&mut project, &args.selection, nothing, terminal);
    for app in &mut analyzed {
        app.environments.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let page = matches!(args.format, GraphFormat::Html).then(|| page::page(&analyzed, &project));
    for app in &mut analyzed {
        diagnostics.append(&mut app.diagnostics);
    }
    analyzed.sort_by(|a, b| a.app.name.cmp(&b.app.name));
    let exit = show(&project, diagnostics, Format::Full, Stream::Error, terminal);
    terminal.result(&match args.format {
        GraphFormat::Json => json(&analyzed, &project),
        GraphFormat::Mermaid => pictures(&analyzed, "%%", graph_mermaid),
        GraphFormat::Dot => pictures(&analyzed, "//", graph_dot),
        GraphFormat::Html => klo_page::html(&page.unwrap_or_default()),
    });
    Ok(exit)
}

/// One object for one app and environment, else an array.
fn json(analyzed: &[Analyzed], project: &Project) -> String {
    let style = PlaceStyle::Lines(&project.sources);
    let asked = analyzed
        .iter()
        .map(|app| app.environments.len())
        .sum::<usize>();
    let mut graphs: Vec<serde_json::Value> = analyzed
        .iter()
        .flat_map(|app| &app.environments)
        .filter_map(|environment| {
            let graph = environment.graph.as_ref()?;
            Some(graph_json(graph, &environment.decisions, style))
        })
        .collect();
    let document = match (asked, graphs.pop()) {
        (1, None) => return String::new(),
        (1, Some(graph)) => graph,
        (_, last) => {
            graphs.extend(last);
            serde_json::Value::Array(graphs)
        }
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn pictures(
    analyzed: &[Analyzed],
    comment: &str,
    draw: fn(&klo_intent::IntentGraph) -> String,
) -> String {
    let mut out = String::new();
    for app in analyzed {
        for environment in &app.environments {
            if let Some(graph) = &environment.graph {
                out.push_str(&format!(
                    "{comment} {}, {}\n",
                    app.app.name, environment.name
                ));
                out.push_str(&draw(graph));
            }
        }
    }
    out
}
