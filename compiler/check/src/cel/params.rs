//! Which way a parameter may move without loosening what an expression asks.

use std::collections::BTreeMap;

use super::data::Data;
use super::tree::{Binary, Node, NodeKind};

/// The change of a parameter that can only turn an expression from true to false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// A smaller number: `x <= params.most`.
    Lower,
    /// A larger number: `x >= params.least`.
    Raise,
    /// Fewer items of a list: `x in params.allowed`.
    Narrow,
    /// More items: `!(x in params.refused)`.
    Widen,
    /// It cannot be told.
    Unknown,
}

impl Direction {
    /// The change that can only turn it from false to true.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Lower => Self::Raise,
            Self::Raise => Self::Lower,
            Self::Narrow => Self::Widen,
            Self::Widen => Self::Narrow,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// The direction of every parameter in a tree, by name.
pub(super) fn directions(tree: &Node) -> Vec<(String, Direction)> {
    let mut uses = Uses::default();
    uses.condition(tree, true);
    uses.found.into_iter().collect()
}

#[derive(Default)]
struct Uses {
    found: BTreeMap<String, Direction>,
    /// The variables of the loops around: `params` may be one.
    locals: Vec<String>,
}

impl Uses {
    /// A part that is true or false; `wanted` is whether it helps the whole when it is true.
    fn condition(&mut self, node: &Node, wanted: bool) {
        match &node.kind {
            NodeKind::Not(of) => self.condition(of, !wanted),
            NodeKind::Binary {
                operator: Binary::And | Binary::Or,
                left,
                right,
            } => {
                self.condition(left, wanted);
                self.condition(right, wanted);
            }
            NodeKind::Binary {
                operator,
                left,
                right,
            } => self.comparison(*operator, left, right, wanted),
            NodeKind::Conditional { condition, yes, no } => {
                self.other(condition);
                self.condition(yes, wanted);
                self.condition(no, wanted);
            }
            NodeKind::Call {
                name,
                target: Some(target),
                arguments,
                ..
            } if matches!(name.as_str(), "all" | "exists") && arguments.len() == 2 => {
                let items = match (name.as_str(), wanted) {
                    ("all", true) | ("exists", false) => Direction::Widen,
                    _ => Direction::Narrow,
                };
                self.side(target, items);
                if let NodeKind::Name(local) = &arguments[0].kind {
                    self.locals.push(local.clone());
                    self.condition(&arguments[1], wanted);
                    self.locals.pop();
                }
            }
            _ => self.other(node),
        }
    }

    fn comparison(&mut self, operator: Binary, left: &Node, right: &Node, wanted: bool) {
        let (of_left, of_right) = match operator {
            Binary::Less | Binary::LessEqual => (Direction::Raise, Direction::Lower),
            Binary::Greater | Binary::GreaterEqual => (Direction::Lower, Direction::Raise),
            Binary::In => (Direction::Unknown, Direction::Narrow),
            _ => (Direction::Unknown, Direction::Unknown),
        };
        let turn = |direction: Direction| match wanted {
            true => direction,
            false => direction.opposite(),
        };
        self.side(left, turn(of_left));
        self.side(right, turn(of_right));
    }

    /// A side of a comparison: the direction holds where it is a parameter and nothing else.
    fn side(&mut self, node: &Node, direction: Direction) {
        match self.parameter(node) {
            Some(name) => self.add(name, direction),
            None => self.other(node),
        }
    }

    /// A part in which nothing can be told of parameters.
    fn other(&mut self, node: &Node) {
        if let Some(name) = self.parameter(node) {
            return self.add(name, Direction::Unknown);
        }
        match &node.kind {
            NodeKind::Literal(_) => {}
            // All of them, in a way that shows none.
            NodeKind::Name(name) if name == "params" && !self.locals.contains(name) => {
                self.add("*".to_owned(), Direction::Unknown);
            }
            NodeKind::Name(_) => {}
            NodeKind::Field { of, .. } | NodeKind::Not(of) | NodeKind::Negate(of) => self.other(of),
            NodeKind::Index { of, by } => self.both(of, by),
            NodeKind::List(items) => items.iter().for_each(|item| self.other(item)),
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    self.both(key, value);
                }
            }
            NodeKind::Binary { left, right, .. } => self.both(left, right),
            NodeKind::Conditional { condition, yes, no } => {
                self.other(condition);
                self.both(yes, no);
            }
            NodeKind::Call {
                target, arguments, ..
            } => self.call(target.as_deref(), arguments),
        }
    }

    fn call(&mut self, target: Option<&Node>, arguments: &[Node]) {
        if let Some(target) = target {
            self.other(target);
        }
        let local = match (target, arguments) {
            (Some(_), [first, _, ..]) => match &first.kind {
                NodeKind::Name(local) => Some(local.clone()),
                _ => None,
            },
            _ => None,
        };
        let depth = self.locals.len();
        self.locals.extend(local);
        for argument in arguments {
            self.other(argument);
        }
        self.locals.truncate(depth);
    }

    fn both(&mut self, a: &Node, b: &Node) {
        self.other(a);
        self.other(b);
    }

    /// The name of `params.name` or `params['name']`.
    fn parameter(&self, node: &Node) -> Option<String> {
        let (of, name) = match &node.kind {
            NodeKind::Field { of, name, .. } => (of, name.as_str()),
            NodeKind::Index { of, by } => match &by.kind {
                NodeKind::Literal(Data::Text(name)) => (of, &**name),
                _ => return None,
            },
            _ => return None,
        };
        let is_params = matches!(&of.kind, NodeKind::Name(of) if of == "params");
        (is_params && !self.locals.iter().any(|local| local == "params")).then(|| name.to_owned())
    }

    fn add(&mut self, name: String, direction: Direction) {
        self.found
            .entry(name)
            .and_modify(|known| {
                if *known != direction {
                    *known = Direction::Unknown;
                }
            })
            .or_insert(direction);
    }
}
