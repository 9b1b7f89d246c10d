use klo_source::TextRange;

use super::super::code::{LoopKind, Op};
use super::super::shape::Shape;
use super::super::tree::{Node, NodeKind};
use super::{Checked, Checker, literal_text, unknown};

/// How deep loops may stand in each other.
const MAX_LOOPS: usize = 2;

/// The macros that stand behind a list.
pub(super) fn loop_kind(name: &str) -> Option<LoopKind> {
    Some(match name {
        "all" => LoopKind::All,
        "exists" => LoopKind::Exists,
        "exists_one" => LoopKind::ExistsOne,
        "filter" => LoopKind::Filter,
        "map" => LoopKind::Map,
        _ => return None,
    })
}

impl Checker<'_> {
    pub(super) fn iterate(
        &mut self,
        kind: LoopKind,
        at: TextRange,
        over: &Node,
        arguments: &[Node],
    ) -> Checked {
        let (whole, over_code) = self.node(over);
        let item = self.item_shape(&whole, over);
        let (variable, rest) = match arguments {
            [variable, rest @ ..] => (variable, rest),
            [] => return self.loop_usage(at),
        };
        let (body, then) = match (kind, rest) {
            (_, [body]) => (body, None),
            (LoopKind::Map, [condition, then]) => (condition, Some(then)),
            _ => return self.loop_usage(at),
        };
        let NodeKind::Name(name) = &variable.kind else {
            self.fault(
                variable.range,
                format!("`{}` is no name for a variable", self.quote(variable)),
                "name what stands for each item, such as `i`",
            );
            return unknown();
        };
        if self.locals.len() >= MAX_LOOPS {
            self.fault(
                at,
                format!("loops stand in each other more than {MAX_LOOPS} deep"),
                "filter first and go through the result: `a.filter(…).all(…)`",
            );
        }
        self.locals.push((name.clone(), item.clone()));
        let maps = kind == LoopKind::Map && then.is_none();
        let (body_shape, body) = match maps {
            true => self.node(body),
            false => (
                Shape::Bool,
                self.flag(body, &format!("`{}`", self.word(at))),
            ),
        };
        let then = then.map(|then| self.node(then));
        self.locals.pop();
        let shape = match (kind, &then) {
            (LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne, _) => Shape::Bool,
            (LoopKind::Filter, _) => Shape::list(item),
            (LoopKind::Map, Some((shape, _))) => Shape::list(shape.clone()),
            (LoopKind::Map, None) => Shape::list(body_shape),
        };
        let op = Op::Loop {
            kind,
            over: Box::new(over_code),
            body: Box::new(body),
            then: then.map(|(_, code)| Box::new(code)),
        };
        (shape, op)
    }

    fn word(&self, at: TextRange) -> String {
        super::quote(self.text, at)
    }

    fn loop_usage(&mut self, at: TextRange) -> Checked {
        let name = self.word(at);
        let body = if name == "map" {
            "what to make of it"
        } else {
            "a condition"
        };
        self.fault(
            at,
            format!("`{name}` takes a variable and {body}"),
            format!("write it as `{name}(i, …)`, where `i` stands for each item"),
        );
        unknown()
    }

    /// What the variable of a loop is: an item of a list, or a key of a map.
    fn item_shape(&mut self, whole: &Shape, over: &Node) -> Shape {
        match whole.required().0 {
            Shape::List(item) => (**item).clone(),
            Shape::Map(_) | Shape::Object(_) => Shape::Text,
            Shape::Any => Shape::Any,
            _ => {
                let message = format!(
                    "`{}` is {}, which has no items",
                    self.quote(over),
                    whole.noun()
                );
                self.fault(over.range, message, "go through a list or a map's keys");
                Shape::Any
            }
        }
    }

    /// `has(x.y)`.
    pub(super) fn has(&mut self, at: TextRange, arguments: &[Node]) -> Checked {
        let named = match arguments {
            [one] => match &one.kind {
                NodeKind::Field { of, name, at } => Some((of, name.as_str(), *at)),
                NodeKind::Index { of, by } => literal_text(by).map(|name| (of, name, by.range)),
                _ => None,
            },
            _ => None,
        };
        let Some((of, name, place)) = named else {
            self.fault(at, "`has` takes one field", "write it as `has(intent.gpu)`");
            return unknown();
        };
        let (shape, code) = self.node(of);
        self.field_of(&shape, of, name, place);
        (Shape::Bool, Op::Has(Box::new(code), name.into()))
    }
}
