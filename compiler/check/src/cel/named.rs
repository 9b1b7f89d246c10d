//! Which fields of a variable an expression names, so that a finding can point at the one it is about.

use std::collections::BTreeSet;

use super::tree::{Node, NodeKind};

/// The fields of a variable that are named anywhere in a tree.
pub(super) fn fields_of(tree: &Node, variable: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![tree];
    while let Some(node) = left.pop() {
        match &node.kind {
            NodeKind::Literal(_) | NodeKind::Name(_) => {}
            NodeKind::Field { of, name, .. } => {
                if matches!(&of.kind, NodeKind::Name(named) if named == variable) {
                    found.insert(name.clone());
                }
                left.push(of);
            }
            NodeKind::Index { of, by } => left.extend([&**of, &**by]),
            NodeKind::List(items) => left.extend(items),
            NodeKind::Map(entries) => left.extend(entries.iter().flat_map(|(a, b)| [a, b])),
            NodeKind::Not(of) | NodeKind::Negate(of) => left.push(of),
            NodeKind::Binary { left: a, right, .. } => left.extend([&**a, &**right]),
            NodeKind::Conditional { condition, yes, no } => {
                left.extend([&**condition, &**yes, &**no]);
            }
            NodeKind::Call {
                target, arguments, ..
            } => {
                left.extend(target.as_deref());
                left.extend(arguments);
            }
        }
    }
    found
}
