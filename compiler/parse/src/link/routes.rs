//! The routes that a unit answers.

use std::collections::BTreeSet;

use super::machine::Machine;
use super::registry::join;
use super::value::{FileIx, Site};
use crate::facts::ScopeId;

/// A route of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RouteFound {
    pub(crate) path: String,
    pub(crate) method: String,
    pub(crate) handler: Option<(FileIx, ScopeId)>,
    pub(crate) site: Site,
}

impl Machine<'_> {
    /// Every route of the applications that the unit serves.
    pub(crate) fn routes(&mut self) -> BTreeSet<RouteFound> {
        let mut routes = BTreeSet::new();
        let reached = self.registry.reached(&self.apps);
        for (object, prefixes) in reached {
            let Some(registrar) = self.registry.objects.get(&object) else {
                continue;
            };
            for (path, method, handler, site) in &registrar.routes {
                for prefix in &prefixes {
                    let handler = handler.and_then(|h| self.own_site(h));
                    let handler = handler.and_then(|site| Some((site.file, site.scope()?)));
                    routes.insert(RouteFound {
                        path: normalized(&join(prefix, path)),
                        method: method.clone(),
                        handler,
                        site: *site,
                    });
                }
            }
        }
        routes
    }
}

/// A route's path with parameters as `{name}`: Flask's and Django's `<int:id>`, Starlette's
/// `{id:int}`, Rocket's `<path..>`.
fn normalized(path: &str) -> String {
    let plain = without_groups(path);
    let mut out = String::with_capacity(plain.len() + 1);
    let mut rest = plain.as_str();
    while let Some(at) = rest.find(['<', '{']) {
        let close = if rest.as_bytes()[at] == b'<' {
            '>'
        } else {
            '}'
        };
        let Some(end) = rest[at..].find(close) else {
            break;
        };
        out.push_str(&rest[..at]);
        let inner = &rest[at + 1..at + end];
        let name = if close == '>' {
            inner.rsplit(':').next().unwrap_or(inner)
        } else {
            inner.split(':').next().unwrap_or(inner)
        };
        out.push('{');
        // Rocket's `<path..>` takes several segments.
        out.push_str(name.trim_end_matches(".."));
        out.push('}');
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    if out.starts_with('/') {
        out
    } else {
        format!("/{out}")
    }
}

/// A path whose named groups of a regular expression, `(?P<id>\d+)`, are `<id>`.
fn without_groups(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find("(?P<") {
        let mut depth = 0;
        let group = rest[at..].char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        });
        let (Some((end, _)), Some(close)) = (group, rest[at..].find('>')) else {
            break;
        };
        out.push_str(&rest[..at]);
        out.push_str(&rest[at + 3..=at + close]);
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out.replace('^', "").trim_end_matches('$').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_one_way() {
        assert_eq!(normalized("/orders/<int:id>/x"), "/orders/{id}/x");
        assert_eq!(normalized("/files/{path:path}"), "/files/{path}");
        assert_eq!(normalized("polls/<pk>"), "/polls/{pk}");
        assert_eq!(normalized("/files/<path..>"), "/files/{path}");
        assert_eq!(normalized(r"^a/(?P<id>(\d)+)/b$"), "/a/{id}/b");
    }
}
