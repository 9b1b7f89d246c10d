//! Whether a unit listens, and how one sees that it is well.

use klo_intent::{Access, Decision, EntryCall, Intent, IntentId, Kind, Node, Origin};
use klo_plan::Value;

use crate::compute::program::takes;
use crate::context::Lowering;

/// Where a service listens that says nothing of it (language.md §1, `port`).
const USUAL_PORT: u16 = 8080;

/// The port that a unit listens on: services that are web applications, that say their port or that
/// something sends requests to. A worker listens on none.
pub(crate) fn port(lowering: &Lowering<'_>, id: IntentId) -> Option<u16> {
    let unit = lowering.intent(id);
    if unit.kind != Kind::Service {
        return None;
    }
    let call = unit.code.as_ref().map(|code| &code.entry.call);
    let is_web = matches!(
        call,
        Some(EntryCall::WebApplication { .. } | EntryCall::Binary { serves: true, .. })
    );
    let says_port = unit
        .settings
        .get("port")
        .is_some_and(|setting| !matches!(setting.origin, Origin::BuiltIn | Origin::Formula));
    let is_asked = lowering.graph.edges_to(id).any(|edge| {
        edge.access.contains(&Access::Expose)
            || (matches!(edge.from, Node::Intent(_)) && !edge.access.contains(&Access::Trigger))
    });
    if !(is_web || says_port || is_asked) {
        return None;
    }
    Some(stated_port(unit))
}

/// The port that a unit's code or annotation says, else the usual one.
pub(super) fn stated_port(unit: &Intent) -> u16 {
    let port = unit.int("port").and_then(|port| u16::try_from(port).ok());
    port.unwrap_or(USUAL_PORT)
}

/// Says how a compiled service is watched: its image has no client that could ask it, so ECS looks
/// at the process alone, and the load balancer asks whatever it sends requests to.
pub(super) fn decide_check(lowering: &mut Lowering<'_>, id: IntentId) {
    let unit = lowering.intent(id);
    if takes(unit).is_none() || port(lowering, id).is_none() {
        return;
    }
    let is_balanced = lowering
        .graph
        .edges_to(id)
        .any(|edge| edge.access.contains(&Access::Expose));
    let chosen = if is_balanced {
        format!("the load balancer's alone, on `{}`", health(unit))
    } else {
        "whether its process lives".to_owned()
    };
    lowering.decide(Decision {
        code: "health-check",
        subject: unit.id(),
        chosen,
        because: "the image of a compiled program holds no client that could ask it".to_owned(),
        instead_of: vec!["a check by ECS within the container: needs a client there".to_owned()],
        standing_cost: false,
    });
}

/// The path that answers when the service is well.
pub(super) fn health(unit: &Intent) -> String {
    let path = unit.text("health").unwrap_or("/");
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

/// ECS's health check of a container: a request to itself, in the language of the unit, since a
/// slim image has no other client. A path that nobody named may well be unknown to the
/// application, so there every answer but a server's error counts as well.
pub(super) fn check(unit: &Intent, port: u16) -> Option<Value> {
    let is_python = unit
        .code
        .as_ref()
        .is_some_and(|code| code.entry.file.ends_with(".py"));
    // The user's own image need not have Python in it.
    if !is_python || unit.text("image").is_some() {
        return None;
    }
    let url = python_string(&format!("http://127.0.0.1:{port}{}", health(unit)));
    let named = unit
        .settings
        .get("health")
        .is_some_and(|setting| setting.origin != Origin::BuiltIn);
    let script = if named {
        format!("import urllib.request as r; r.urlopen({url}, timeout=4)")
    } else {
        format!(
            "import http.client as c, sys, urllib.parse as p; u = p.urlsplit({url}); \
             k = c.HTTPConnection(u.netloc, timeout=4); k.request(\"GET\", u.path); \
             sys.exit(k.getresponse().status >= 500)"
        )
    };
    Some(Value::map([
        (
            "command",
            Value::list(["CMD", "python", "-c", script.as_str()]),
        ),
        ("interval", Value::Int(15)),
        ("timeout", Value::Int(5)),
        ("retries", Value::Int(3)),
        ("startPeriod", Value::Int(60)),
    ]))
}

/// A Python string literal of any text.
fn python_string(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                literal.push('\\');
                literal.push(c);
            }
            ' '..='~' => literal.push(c),
            c => literal.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_stays_inside_its_literal() {
        assert_eq!(python_string("/a"), "\"/a\"");
        assert_eq!(python_string("\"); x(\\"), "\"\\\"); x(\\\\\"");
        assert_eq!(python_string("é\n"), "\"\\U000000e9\\U0000000a\"");
    }
}
