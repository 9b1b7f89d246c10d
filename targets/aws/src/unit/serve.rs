//! Whether a unit listens, and how one sees that it is well.

use klo_intent::{Access, EntryCall, Intent, IntentId, Kind, Node, Origin};
use klo_plan::Value;

use crate::context::Lowering;

/// The port that a unit listens on: services that are web applications, that say their port or that
/// something sends requests to. A worker listens on none.
pub(super) fn port(lowering: &Lowering<'_>, id: IntentId) -> Option<u16> {
    let unit = lowering.intent(id);
    if unit.kind != Kind::Service {
        return None;
    }
    let call = unit.code.as_ref().map(|code| &code.entry.call);
    let is_web = matches!(call, Some(EntryCall::WebApplication { .. }));
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
    let port = unit.int("port").unwrap_or(8080);
    u16::try_from(port).ok()
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
