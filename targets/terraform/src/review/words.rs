//! What an edge means for a unit, in words.

use std::collections::BTreeSet;

use klo_intent::{Access, Edge, IntentGraph, IntentId, Kind, Node};

/// What there is to say of an edge of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clause {
    /// `read and write objects in bucket receipts`.
    May(String),
    /// `is started by messages of queue orders`.
    Does(String),
}

impl Clause {
    /// The clause as a sentence about a unit, without a full stop.
    pub(super) fn sentence(&self, unit: &str) -> String {
        match self {
            Self::May(what) => format!("{unit} may {what}"),
            Self::Does(what) => format!("{unit} {what}"),
        }
    }
}

/// What one of its edges means for a unit. None for what others may do with it, which they say.
pub(super) fn clause(graph: &IntentGraph, unit: IntentId, edge: &Edge) -> Option<Clause> {
    if edge.from == Node::Intent(unit) {
        let end = End::of(graph, &edge.to);
        let deeds = end.deeds(&edge.access);
        return Some(Clause::May(joined(&deeds, &end.name)));
    }
    if edge.access.contains(&Access::Expose) {
        let from = match edge.from {
            Node::Internet => "the internet".to_owned(),
            Node::Internal => "inside the network".to_owned(),
            _ => End::of(graph, &edge.from).name,
        };
        return Some(Clause::Does(format!("takes requests from {from}")));
    }
    if !edge.access.contains(&Access::Trigger) {
        return None;
    }
    if let Node::Schedule(_) = edge.from {
        let time = edge.option("schedule").as_str();
        let time = time.or_else(|| graph.intent(unit).text("schedule"));
        let time = time.map_or(String::new(), |time| format!(": {time} (UTC)"));
        return Some(Clause::Does(format!("is started by the clock{time}")));
    }
    let end = End::of(graph, &edge.from);
    let by = match end.kind {
        Some(Kind::Queue | Kind::Topic) => "messages of",
        Some(Kind::Bucket) => "what happens to objects in",
        Some(Kind::Table) => "changes of items of",
        _ => "",
    };
    let by = [by, &end.name].join(" ");
    Some(Clause::Does(format!("is started by {}", by.trim())))
}

/// The other end of an edge.
struct End {
    kind: Option<Kind>,
    /// `bucket receipts`, `topic events of app shop`.
    name: String,
}

impl End {
    fn of(graph: &IntentGraph, node: &Node) -> Self {
        match node {
            Node::Intent(id) => {
                let intent = graph.intent(*id);
                Self {
                    kind: Some(intent.kind),
                    name: format!("{} {}", noun(intent.kind), intent.name),
                }
            }
            Node::OtherApp { app, intent } => {
                let split = intent.split_once('.');
                let known = split.and_then(|(kind, name)| Some((Kind::from_name(kind)?, name)));
                let name = match known {
                    Some((kind, name)) => format!("{} {name} of app {app}", noun(kind)),
                    None => format!("{intent} of app {app}"),
                };
                Self {
                    kind: known.map(|(kind, _)| kind),
                    name,
                }
            }
            Node::Internet | Node::Internal | Node::Schedule(_) => Self {
                kind: None,
                name: graph.node_id(node),
            },
        }
    }

    /// Each access as a verb and what stands between it and the name.
    fn deeds(&self, access: &BTreeSet<Access>) -> Vec<(&'static str, &'static str)> {
        let held = match self.kind {
            Some(Kind::Bucket) => "objects in",
            Some(Kind::Table) => "items of",
            Some(Kind::Volume) => "files on",
            Some(Kind::Secret | Kind::Config) => "the value of",
            Some(Kind::Queue | Kind::Topic) => "messages of",
            _ => "",
        };
        let deeds = access.iter().map(|access| match access {
            Access::Read => ("read", held),
            Access::Write => ("write", held),
            Access::Publish if self.kind == Some(Kind::Topic) => ("publish", "messages to"),
            Access::Publish => ("send", "messages to"),
            Access::Consume => ("receive and delete", "messages of"),
            Access::Connect => ("connect", "to"),
            Access::Invoke => ("call", ""),
            Access::Trigger => ("start", ""),
            Access::Expose => ("open", ""),
        });
        deeds.collect()
    }
}

const fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Config => "setting",
        kind => kind.name(),
    }
}

/// `read and write objects in bucket receipts`: verbs with the same object share it.
fn joined(deeds: &[(&str, &str)], name: &str) -> String {
    let mut grouped: Vec<(Vec<&str>, &str)> = Vec::new();
    for (verb, held) in deeds {
        match grouped.iter_mut().find(|(_, known)| known == held) {
            Some((verbs, _)) => verbs.push(verb),
            None => grouped.push((vec![verb], held)),
        }
    }
    let deeds = grouped.into_iter().map(|(verbs, held)| match held {
        "" => verbs.join(" and "),
        held => format!("{} {held}", verbs.join(" and ")),
    });
    format!("{} {name}", deeds.collect::<Vec<_>>().join(" and "))
}
