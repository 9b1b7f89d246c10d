use klo_source::TextRange;

use super::super::code::{Arithmetic, Code, Op, Order};
use super::super::shape::Shape;
use super::super::tree::{Binary, Node, NodeKind};
use super::{Checked, Checker, unknown};

impl Checker<'_> {
    pub(super) fn binary(&mut self, operator: Binary, left: &Node, right: &Node) -> Checked {
        let order = |order| move |l, r| Op::Order(order, l, r);
        match operator {
            Binary::And => self.logical(operator, left, right, Op::And),
            Binary::Or => self.logical(operator, left, right, Op::Or),
            Binary::Equal => self.equality(left, right, Op::Equal),
            Binary::NotEqual => self.equality(left, right, Op::NotEqual),
            Binary::Less => self.order(operator, left, right, order(Order::Less)),
            Binary::LessEqual => self.order(operator, left, right, order(Order::LessEqual)),
            Binary::Greater => self.order(operator, left, right, order(Order::Greater)),
            Binary::GreaterEqual => self.order(operator, left, right, order(Order::GreaterEqual)),
            Binary::In => self.membership(left, right),
            Binary::Add => self.arithmetic(operator, Arithmetic::Add, left, right),
            Binary::Subtract if self.is_dashed(left, right) => unknown(),
            Binary::Subtract => self.arithmetic(operator, Arithmetic::Subtract, left, right),
            Binary::Multiply => self.arithmetic(operator, Arithmetic::Multiply, left, right),
            Binary::Divide => self.arithmetic(operator, Arithmetic::Divide, left, right),
            Binary::Remainder => self.arithmetic(operator, Arithmetic::Remainder, left, right),
        }
    }

    pub(super) fn negate(&mut self, of: &Node) -> Checked {
        let (shape, code) = self.operand(of, Shape::is_number, "a number", "`-`");
        (shape.required().0.clone(), Op::Negate(Box::new(code)))
    }

    fn logical(
        &mut self,
        operator: Binary,
        left: &Node,
        right: &Node,
        op: impl Fn(Box<Code>, Box<Code>) -> Op,
    ) -> Checked {
        let by = format!("`{}`", operator.symbol());
        let left = self.flag(left, &by);
        let right = self.flag(right, &by);
        (Shape::Bool, op(Box::new(left), Box::new(right)))
    }

    fn arithmetic(
        &mut self,
        operator: Binary,
        what: Arithmetic,
        left: &Node,
        right: &Node,
    ) -> Checked {
        let (a, left_code) = self.node(left);
        let (b, right_code) = self.node(right);
        let result = sum_shape(what, a.required().0, b.required().0);
        let shape = result.unwrap_or_else(|| {
            let so = format!("`{}` does not take them", operator.symbol());
            let (at, message) = self.mismatch(left, &a, right, &b, &so);
            let help = match what {
                Arithmetic::Add => "add two numbers, two texts or two lists",
                Arithmetic::Remainder => "use whole numbers",
                _ => "use numbers",
            };
            self.fault(at.range, message, help);
            Shape::Any
        });
        let op = Op::Arithmetic(what, Box::new(left_code), Box::new(right_code));
        (shape, op)
    }

    /// Whether `a.b - c` is meant as the name `b-c` of `a`; a fault if it is.
    fn is_dashed(&mut self, left: &Node, right: &Node) -> bool {
        let (Some((of, mut name)), NodeKind::Name(last)) = (dashed(left), &right.kind) else {
            return false;
        };
        name.push('-');
        name.push_str(last);
        let before = self.faults.len();
        let (shape, _) = self.node(of);
        self.faults.truncate(before);
        let is_variable =
            self.scope.get(last).is_some() || self.locals.iter().any(|(local, _)| local == last);
        let of_text = self.quote(of);
        let in_brackets = || {
            (
                format!("`{of_text}.{name}` reads as a subtraction"),
                format!("a name with a dash stands in brackets: `{of_text}['{name}']`"),
            )
        };
        let underscored = name.replace('-', "_");
        let (message, help) = match shape.required().0 {
            Shape::Object(object) if object.fields.contains_key(name.as_str()) => in_brackets(),
            Shape::Object(object) if object.fields.contains_key(underscored.as_str()) => (
                format!("{} has no `{name}`", object.name),
                format!("did you mean `{underscored}`?"),
            ),
            Shape::Map(_) if !is_variable => in_brackets(),
            _ => return false,
        };
        let range = TextRange {
            start: left.range.start,
            end: right.range.end,
        };
        self.fault(range, message, help);
        true
    }
}

/// `a.b - c - d` as `a` and `b-c-d`, where `a` is a variable or its field: what is longer would be
/// checked twice at each of its levels.
fn dashed(node: &Node) -> Option<(&Node, String)> {
    let is_plain = |of: &Node| match &of.kind {
        NodeKind::Name(_) => true,
        NodeKind::Field { of, .. } => matches!(of.kind, NodeKind::Name(_)),
        _ => false,
    };
    match &node.kind {
        NodeKind::Field { of, name, .. } if is_plain(of) => Some((of, name.clone())),
        NodeKind::Binary {
            operator: Binary::Subtract,
            left,
            right,
        } => {
            let (of, name) = dashed(left)?;
            let NodeKind::Name(last) = &right.kind else {
                return None;
            };
            Some((of, format!("{name}-{last}")))
        }
        _ => None,
    }
}

/// Whether two numbers count different things.
pub(super) fn clash(a: &Shape, b: &Shape) -> bool {
    matches!(
        (a, b),
        (Shape::Bytes, Shape::Seconds) | (Shape::Seconds, Shape::Bytes)
    )
}

/// What arithmetic gives; nothing where it does not take the two.
fn sum_shape(what: Arithmetic, a: &Shape, b: &Shape) -> Option<Shape> {
    let any = matches!(a, Shape::Any) || matches!(b, Shape::Any);
    let adds = |shape: &Shape| {
        shape.is_number() || shape.is_text() || matches!(shape, Shape::Any | Shape::List(_))
    };
    let counts = |shape: &Shape| shape.is_number() || matches!(shape, Shape::Any);
    let unit = |shape: &Shape| matches!(shape, Shape::Bytes | Shape::Seconds);
    match what {
        Arithmetic::Add if any => (adds(a) && adds(b)).then_some(Shape::Any),
        _ if any => (counts(a) && counts(b)).then_some(Shape::Any),
        Arithmetic::Add if a.is_text() && b.is_text() => Some(Shape::Text),
        Arithmetic::Add if matches!((a, b), (Shape::List(_), Shape::List(_))) => Some(a.join(b)),
        _ if !a.is_number() || !b.is_number() => None,
        Arithmetic::Add | Arithmetic::Subtract => (!clash(a, b)).then(|| a.join(b)),
        Arithmetic::Remainder if *a == Shape::Float || *b == Shape::Float => None,
        Arithmetic::Remainder => Some(Shape::Int),
        Arithmetic::Multiply | Arithmetic::Divide => Some(match (a, b) {
            (Shape::Float, _) | (_, Shape::Float) => Shape::Float,
            (a, Shape::Int) if unit(a) => a.clone(),
            (Shape::Int, b) if unit(b) && what == Arithmetic::Multiply => b.clone(),
            _ => Shape::Int,
        }),
    }
}
