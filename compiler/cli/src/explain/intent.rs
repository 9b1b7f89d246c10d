use std::collections::BTreeMap;

use klo_intent::{Edge, Intent, IntentGraph, IntentId, Setting};

use super::{View, decision_lines};
use crate::words::{layer, serving, shown};

impl View<'_> {
    /// An intent, or one of its values (`database.orders.storage`).
    pub(super) fn intent_text(&self, what: &str) -> Option<String> {
        let graph = self.graph()?;
        if let Some(id) = self.find(what) {
            return Some(self.whole(graph, id));
        }
        let (intent, attribute) = what.rsplit_once('.')?;
        let intent = graph.intent(self.find(intent)?);
        let (name, setting) = intent.settings.get_key_value(attribute)?;
        Some(self.value_text(intent, name, setting))
    }

    fn whole(&self, graph: &IntentGraph, id: IntentId) -> String {
        let intent = graph.intent(id);
        let mut text = format!(
            "{}\n  stated at {} ({})\n",
            intent.id(),
            self.place(intent.at),
            intent.place.item
        );
        text.push_str(&self.values(intent));
        text.push_str(&self.edges(graph, id));
        let id = intent.id();
        let decisions: String = self
            .environment
            .decisions
            .iter()
            .filter(|decision| decision.subject == id)
            .map(decision_lines)
            .collect();
        if !decisions.is_empty() {
            text.push_str(&format!("\nDecisions\n{}", indented(&decisions)));
        }
        text.push_str(&self.resources(&id));
        text
    }

    /// Every value that is set, with where it comes from.
    fn values(&self, intent: &Intent) -> String {
        let rows: Vec<[String; 3]> = intent
            .settings
            .iter()
            .filter(|(_, setting)| !setting.value.is_null())
            .map(|(name, setting)| {
                [
                    (*name).to_owned(),
                    shown(&setting.value),
                    self.origin(setting),
                ]
            })
            .collect();
        if rows.is_empty() {
            return String::new();
        }
        let width = |column: usize| {
            let widths = rows.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or(0).min(40)
        };
        let (name, value) = (width(0), width(1));
        let lines = rows
            .iter()
            .map(|[key, shown, from]| format!("  {key:name$}  {shown:value$}  {from}\n"));
        format!("\nValues\n{}", lines.collect::<String>())
    }

    fn value_text(&self, intent: &Intent, name: &str, setting: &Setting) -> String {
        let mut text = format!(
            "{}.{name} is {}\n  {}\n",
            intent.id(),
            shown(&setting.value),
            self.origin(setting)
        );
        for weaker in &setting.overridden {
            let at = weaker
                .span
                .map_or(String::new(), |span| format!(", {}", self.place(span)));
            text.push_str(&format!(
                "  in place of {} from {}{at}\n",
                shown(&weaker.value),
                layer(&weaker.origin)
            ));
        }
        if let Some(attribute) = klo_intent::attribute(intent.kind, name) {
            text.push_str(&format!("\n{}\n", attribute.doc));
        }
        text
    }

    fn origin(&self, setting: &Setting) -> String {
        let at = setting
            .span
            .map_or(String::new(), |span| format!(", {}", self.place(span)));
        format!("{}{at}", layer(&setting.origin))
    }

    fn edges(&self, graph: &IntentGraph, id: IntentId) -> String {
        let lines: Vec<String> = graph
            .edges_from(id)
            .chain(graph.edges_to(id))
            .map(|edge| self.edge(graph, edge))
            .collect();
        if lines.is_empty() {
            return String::new();
        }
        format!("\nEdges\n{}", lines.concat())
    }

    fn edge(&self, graph: &IntentGraph, edge: &Edge) -> String {
        let access: Vec<&str> = edge.access.iter().map(|access| access.name()).collect();
        let mut text = format!(
            "  {} -> {}: {}\n",
            graph.node_id(&edge.from),
            graph.node_id(&edge.to),
            access.join(", ")
        );
        for span in &edge.at {
            text.push_str(&format!("    {}\n", self.place(*span)));
        }
        for binding in &edge.bindings {
            text.push_str(&format!(
                "    {} holds its {}: {}\n",
                binding.variable,
                binding.field,
                self.place(binding.at)
            ));
        }
        text
    }

    /// Cloud resources that serve the intent.
    fn resources(&self, id: &str) -> String {
        let Some(plan) = &self.environment.plan else {
            return String::new();
        };
        let serving = serving(plan, id);
        let mut lines: Vec<String> = serving
            .own
            .into_iter()
            .map(|resource| {
                let purpose = match resource.why.purpose.as_str() {
                    "" => String::new(),
                    purpose => format!(": {purpose}"),
                };
                format!("  {}{purpose}\n", resource.address)
            })
            .collect();
        let mut files: BTreeMap<String, usize> = BTreeMap::new();
        for resource in serving.shared {
            *files.entry(resource.group.stem()).or_default() += 1;
        }
        let shared = files
            .into_iter()
            .map(|(file, count)| format!("  and in {file}.tf, which others need too: {count}\n"));
        lines.extend(shared);
        if lines.is_empty() {
            return String::new();
        }
        format!("\nResources\n{}", lines.concat())
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
