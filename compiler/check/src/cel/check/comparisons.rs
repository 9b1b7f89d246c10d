use klo_intent::{Duration, Size};

use super::super::code::{Code, Op};
use super::super::data::Data;
use super::super::shape::{Shape, known};
use super::super::tree::{Binary, Node, NodeKind};
use super::super::version::Version;
use super::operators::clash;
use super::{Checked, Checker, literal_text};

impl Checker<'_> {
    pub(super) fn equality(
        &mut self,
        left: &Node,
        right: &Node,
        op: impl Fn(Box<Code>, Box<Code>) -> Op,
    ) -> Checked {
        let (a, left_code) = self.node(left);
        let (b, right_code) = self.node(right);
        if self.words(&a, left, right) && self.words(&b, right, left) && !comparable(&a, &b) {
            self.never_equal(left, &a, right, &b);
        }
        let op = op(Box::new(left_code), Box::new(right_code));
        (Shape::Bool, op)
    }

    fn never_equal(&mut self, left: &Node, a: &Shape, right: &Node, b: &Shape) {
        let null = match (a, b) {
            (Shape::Null, _) => Some(right),
            (_, Shape::Null) => Some(left),
            _ => None,
        };
        if let Some(other) = null {
            let message = format!("`{}` is never null", self.quote(other));
            return self.fault(other.range, message, "remove the comparison");
        }
        let (at, message) = self.mismatch(left, a, right, b, "they are never equal");
        let help = comparison_help(left, a, right, b);
        self.fault(at.range, message, help);
    }

    /// Where a pair does not fit, and how: at the literal, if one is.
    pub(super) fn mismatch<'n>(
        &self,
        left: &'n Node,
        a: &Shape,
        right: &'n Node,
        b: &Shape,
        so: &str,
    ) -> (&'n Node, String) {
        let message = format!(
            "`{}` is {}, but `{}` is {}: {so}",
            self.quote(left),
            a.noun(),
            self.quote(right),
            b.noun()
        );
        let at = match left.kind {
            NodeKind::Literal(_) => left,
            _ => right,
        };
        (at, message)
    }

    /// Whether a literal is a word that a choice has; a fault where not.
    fn words(&mut self, shape: &Shape, choice: &Node, literal: &Node) -> bool {
        let Shape::Choice(words) = shape.required().0 else {
            return true;
        };
        let Some(word) = literal_text(literal) else {
            return true;
        };
        if words.iter().any(|known| known == word) {
            return true;
        }
        let message = format!("`{}` is never `{word}`", self.quote(choice));
        let help = known("it is", word, || words.iter().map(AsRef::as_ref));
        let help = help.replace(" and ", " or ");
        self.fault(literal.range, message, help);
        false
    }

    pub(super) fn order(
        &mut self,
        operator: Binary,
        left: &Node,
        right: &Node,
        op: impl Fn(Box<Code>, Box<Code>) -> Op,
    ) -> Checked {
        let (a, left_code) = self.node(left);
        let (b, right_code) = self.node(right);
        let (x, y) = (a.required().0, b.required().0);
        let fits = match (x, y) {
            (Shape::Any, _) | (_, Shape::Any) => ordered(x) && ordered(y),
            (Shape::Text, Shape::Text) => {
                self.order_of_text(left, right);
                true
            }
            (Shape::Version, Shape::Version) => true,
            (x, y) => x.is_number() && y.is_number() && !clash(x, y),
        };
        if !fits {
            let so = format!("`{}` does not order them", operator.symbol());
            let (at, message) = self.mismatch(left, &a, right, &b, &so);
            let help = comparison_help(left, x, right, y);
            self.fault(at.range, message, help);
        }
        let op = op(Box::new(left_code), Box::new(right_code));
        (Shape::Bool, op)
    }

    /// Text that looks like a number is compared letter by letter, which nobody means.
    fn order_of_text(&mut self, left: &Node, right: &Node) {
        for (literal, other) in [(left, right), (right, left)] {
            if literal_text(literal).is_some_and(|text| Version::parse(text).is_some()) {
                let (literal_text, other) = (self.quote(literal), self.quote(other));
                self.fault(
                    literal.range,
                    format!("`{literal_text}` is text and would be compared letter by letter"),
                    format!("compare versions: `version({other})` with `version({literal_text})`"),
                );
            }
        }
    }

    pub(super) fn membership(&mut self, left: &Node, right: &Node) -> Checked {
        let (item, left_code) = self.node(left);
        let (whole, right_code) = self.node(right);
        match whole.required().0 {
            Shape::Any => {}
            Shape::List(of) => self.member(left, &item, right, of),
            Shape::Object(object) => {
                if let Some(name) = literal_text(left) {
                    self.object_field(object, right, name, left.range);
                }
            }
            Shape::Map(_)
                if matches!(item.required().0, Shape::Any) || item.required().0.is_text() => {}
            Shape::Map(_) => {
                let message = format!(
                    "`{}` is {}, but the keys of a map are text",
                    self.quote(left),
                    item.noun()
                );
                self.fault(
                    left.range,
                    message,
                    "ask for a key, such as `\"owner\" in …`",
                );
            }
            shape => {
                let (a, b) = (self.quote(left), self.quote(right));
                let help = match shape.is_text() {
                    true => format!("write `{b}.contains({a})`"),
                    false => "write a list or a map behind `in`".to_owned(),
                };
                let message = format!("`{b}` is {}, but `in` takes a list or a map", shape.noun());
                self.fault(right.range, message, help);
            }
        }
        let op = Op::In(Box::new(left_code), Box::new(right_code));
        (Shape::Bool, op)
    }

    fn member(&mut self, left: &Node, item: &Shape, right: &Node, of: &Shape) {
        if !self.words(of, right, left) {
            return;
        }
        let NodeKind::List(items) = &right.kind else {
            if !comparable(item, of) {
                let message = format!(
                    "`{}` is {}, but `{}` is a list of other things: it is never in it",
                    self.quote(left),
                    item.noun(),
                    self.quote(right)
                );
                self.fault(left.range, message, "compare values of the same type");
            }
            return;
        };
        for literal in items {
            let NodeKind::Literal(data) = &literal.kind else {
                continue;
            };
            let shape = Shape::of(data);
            if self.words(item, left, literal) && !comparable(item, &shape) {
                self.never_equal(left, item, literal, &shape);
            }
        }
    }
}

fn ordered(shape: &Shape) -> bool {
    shape.is_number() || matches!(shape, Shape::Any | Shape::Text | Shape::Version)
}

/// Whether values of two shapes can be equal.
fn comparable(a: &Shape, b: &Shape) -> bool {
    match (a, b) {
        (Shape::Any, _) | (_, Shape::Any) | (Shape::Null, Shape::Null) => true,
        (Shape::Nullable(_), Shape::Null) | (Shape::Null, Shape::Nullable(_)) => true,
        (Shape::Nullable(a), b) | (b, Shape::Nullable(a)) => comparable(a, b.required().0),
        (Shape::List(a), Shape::List(b)) | (Shape::Map(a), Shape::Map(b)) => comparable(a, b),
        (Shape::Object(_), Shape::Object(_)) => true,
        (a, b) if a.is_text() && b.is_text() => true,
        (a, b) if a.is_number() && b.is_number() => !clash(a, b),
        (a, b) => a == b,
    }
}

/// What would make two parts comparable.
fn comparison_help(left: &Node, a: &Shape, right: &Node, b: &Shape) -> String {
    for (literal, shape) in [(left, b), (right, a)] {
        let NodeKind::Literal(data) = &literal.kind else {
            continue;
        };
        let shape = shape.required().0;
        let Data::Text(text) = data else {
            match shape {
                Shape::Version => return "compare it with `version(\"…\")`".to_owned(),
                shape if shape.is_text() => return "put the value into quotes".to_owned(),
                _ => continue,
            }
        };
        match shape {
            Shape::Bool if matches!(&**text, "true" | "false") => {
                return format!("write `{text}` without quotes");
            }
            Shape::Version => return format!("write `version(\"{text}\")`"),
            shape if shape.is_number() && Size::parse(text).is_ok() => {
                return format!("write `bytes(\"{text}\")`");
            }
            shape if shape.is_number() && Duration::parse(text).is_ok() => {
                return format!("write `seconds(\"{text}\")`");
            }
            shape if shape.is_number() && text.parse::<f64>().is_ok() => {
                return format!("write `{text}` without quotes");
            }
            _ => {}
        }
    }
    match (a.required().0, b.required().0) {
        (Shape::Version, b) if b.is_text() => "make a version of both: `version(…)`".to_owned(),
        (a, Shape::Version) if a.is_text() => "make a version of both: `version(…)`".to_owned(),
        (Shape::Choice(_), _) | (_, Shape::Choice(_)) => {
            "compare it with `==`, or with a list of words and `in`".to_owned()
        }
        _ => "compare values of the same type".to_owned(),
    }
}
