//! Names and types: what an expression would do on values of the shapes in scope, and the tree
//! that does it.

mod calls;
mod comparisons;
mod loops;
mod operators;

use klo_source::TextRange;

use super::code::{Code, Missing, Op};
use super::data::Data;
use super::fault::{Fault, quote};
use super::shape::{ObjectShape, Scope, Shape, known};
use super::tree::{Node, NodeKind};

/// Checks a tree against a scope and compiles it. It must be true or false.
pub(super) fn check(tree: &Node, text: &str, scope: &Scope) -> Result<Code, Vec<Fault>> {
    let mut checker = Checker {
        text,
        scope,
        locals: Vec::new(),
        faults: Vec::new(),
    };
    let code = checker.flag(tree, "a rule");
    let mut faults = checker.faults;
    if faults.is_empty() {
        return Ok(code);
    }
    faults.sort_by_key(|fault| (fault.range.start, fault.range.end));
    faults.dedup();
    Err(faults)
}

struct Checker<'a> {
    text: &'a str,
    scope: &'a Scope,
    /// The variables of the loops around, outermost first.
    locals: Vec<(String, Shape)>,
    faults: Vec<Fault>,
}

/// A part, and what it yields. After a fault that is [`Shape::Any`], which fits everywhere.
type Checked = (Shape, Op);

impl Checker<'_> {
    fn fault(&mut self, at: TextRange, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Fault::new(at, message, help));
    }

    fn quote(&self, node: &Node) -> String {
        quote(self.text, node.range)
    }

    /// Checks a part.
    fn node(&mut self, node: &Node) -> (Shape, Code) {
        let (shape, op) = match &node.kind {
            NodeKind::Literal(data) => (Shape::of(data), Op::Constant(data.clone())),
            NodeKind::Name(name) => self.name(node, name),
            NodeKind::Field { of, name, at } => self.field(of, name, *at),
            NodeKind::Index { of, by } => self.index(of, by),
            NodeKind::List(items) => self.list(items),
            NodeKind::Map(entries) => self.map(entries),
            NodeKind::Not(of) => (Shape::Bool, Op::Not(Box::new(self.flag(of, "`!`")))),
            NodeKind::Negate(of) => self.negate(of),
            NodeKind::Binary {
                operator,
                left,
                right,
            } => self.binary(*operator, left, right),
            NodeKind::Conditional { condition, yes, no } => self.conditional(condition, yes, no),
            NodeKind::Call {
                name,
                at,
                target,
                arguments,
            } => self.call(name, *at, target.as_deref(), arguments),
        };
        let range = node.range;
        (shape, Code { range, op })
    }

    /// Checks a part that must be of a kind of shape; `by` is who asks for it.
    fn operand(
        &mut self,
        node: &Node,
        takes: impl Fn(&Shape) -> bool,
        wanted: &str,
        by: &str,
    ) -> (Shape, Code) {
        let (shape, code) = self.node(node);
        let required = shape.required().0;
        if matches!(required, Shape::Any) || takes(required) {
            return (shape, code);
        }
        let message = format!(
            "`{}` is {}, but {by} takes {wanted}",
            self.quote(node),
            shape.noun()
        );
        let help = operand_help(node, required, wanted, &self.quote(node));
        self.fault(node.range, message, help);
        (Shape::Any, code)
    }

    fn flag(&mut self, node: &Node, by: &str) -> Code {
        let is_flag = |shape: &Shape| *shape == Shape::Bool;
        self.operand(node, is_flag, "true or false", by).1
    }

    fn name(&mut self, node: &Node, name: &str) -> Checked {
        let local = self.locals.iter().rposition(|(local, _)| local == name);
        if let Some(at) = local {
            return (self.locals[at].1.clone(), Op::Local(at));
        }
        if let Some(shape) = self.scope.get(name) {
            return (shape.clone(), Op::Variable(name.into()));
        }
        let help = match name {
            "None" | "nil" | "Null" | "NULL" => "write `null`".to_owned(),
            "True" | "TRUE" => "write `true`".to_owned(),
            "False" | "FALSE" => "write `false`".to_owned(),
            _ => {
                let locals = self.locals.iter().map(|(local, _)| local.as_str());
                let names: Vec<&str> = locals.chain(self.scope.names()).collect();
                known("there are", name, || names.iter().copied())
            }
        };
        self.fault(node.range, format!("there is no variable `{name}`"), help);
        unknown()
    }

    fn field(&mut self, of: &Node, name: &str, at: TextRange) -> Checked {
        let (shape, code) = self.node(of);
        let missing = match shape.required().0 {
            Shape::Object(_) => Missing::Null,
            Shape::Map(_) => Missing::Fails,
            _ => Missing::Unknown,
        };
        let shape = self.field_of(&shape, of, name, at);
        (shape, Op::Field(Box::new(code), name.into(), missing))
    }

    /// The shape of a field of a shape.
    fn field_of(&mut self, shape: &Shape, of: &Node, name: &str, at: TextRange) -> Shape {
        match shape.required().0 {
            Shape::Object(object) => return self.object_field(object, of, name, at),
            Shape::Map(value) => return (**value).clone(),
            Shape::Any => return Shape::Any,
            _ => {}
        }
        let written = self.quote(of);
        let help = match shape.required().0 {
            _ if calls::is_method(name) => format!("call it: `{written}.{name}()`"),
            Shape::List(_) => {
                format!("go through the list: `{written}.all(x, …)`, `exists`, `filter` or `map`")
            }
            _ => "remove the field".to_owned(),
        };
        let message = format!("`{written}` is {} and has no fields", shape.noun());
        self.fault(at, message, help);
        Shape::Any
    }

    fn object_field(
        &mut self,
        object: &ObjectShape,
        of: &Node,
        name: &str,
        at: TextRange,
    ) -> Shape {
        if let Some(shape) = object.fields.get(name) {
            return shape.clone();
        }
        let message = match &of.kind {
            NodeKind::Name(variable) if variable == "params" => {
                format!("the pack has no parameter `{name}`")
            }
            _ => format!("{} has no `{name}`", object.name),
        };
        self.fault(at, message, object.help(name));
        Shape::Any
    }

    fn index(&mut self, of: &Node, by: &Node) -> Checked {
        let (shape, code) = self.node(of);
        let result = match (shape.required().0, &by.kind) {
            (Shape::Object(object), NodeKind::Literal(Data::Text(name))) => {
                let field = self.object_field(object, of, name, by.range);
                let op = Op::Field(Box::new(code), (&**name).into(), Missing::Null);
                return (field, op);
            }
            (Shape::Object(_) | Shape::Any, _) => Shape::Any,
            (Shape::Map(value), _) => (**value).clone(),
            (Shape::List(item), _) => (**item).clone(),
            _ => {
                let message = format!(
                    "`{}` is {}, which has no parts to pick",
                    self.quote(of),
                    shape.noun()
                );
                self.fault(of.range, message, "remove the brackets behind it");
                Shape::Any
            }
        };
        let by = match shape.required().0 {
            Shape::List(_) => {
                let whole = |shape: &Shape| *shape == Shape::Int;
                self.operand(by, whole, "a whole number from 0", "a list")
            }
            Shape::Object(_) | Shape::Map(_) => {
                self.operand(by, Shape::is_text, "text in its brackets", "a map")
            }
            _ => self.node(by),
        };
        (result, Op::Index(Box::new(code), Box::new(by.1)))
    }

    fn list(&mut self, items: &[Node]) -> Checked {
        let (shapes, items): (Vec<Shape>, Vec<Code>) =
            items.iter().map(|item| self.node(item)).unzip();
        let of = shapes.into_iter().reduce(|a, b| a.join(&b));
        (Shape::list(of.unwrap_or(Shape::Any)), Op::List(items))
    }

    fn map(&mut self, entries: &[(Node, Node)]) -> Checked {
        let mut of: Option<Shape> = None;
        let mut codes = Vec::new();
        for (key, value) in entries {
            let (_, key) = self.operand(key, Shape::is_text, "text", "a map's key");
            let (shape, value) = self.node(value);
            of = Some(of.map_or(shape.clone(), |of| of.join(&shape)));
            codes.push((key, value));
        }
        (Shape::map(of.unwrap_or(Shape::Any)), Op::Map(codes))
    }

    fn conditional(&mut self, condition: &Node, yes: &Node, no: &Node) -> Checked {
        let condition = self.flag(condition, "the condition before `?`");
        let (if_so, yes) = self.node(yes);
        let (if_not, no) = self.node(no);
        let op = Op::Conditional(Box::new(condition), Box::new(yes), Box::new(no));
        (if_so.join(&if_not), op)
    }
}

/// What stands for a part that is at fault.
fn unknown() -> Checked {
    (Shape::Any, Op::Constant(Data::Null))
}

/// The text of a literal.
fn literal_text(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Literal(Data::Text(text)) => Some(text),
        _ => None,
    }
}

fn operand_help(node: &Node, shape: &Shape, wanted: &str, written: &str) -> String {
    if let Some(text) = literal_text(node) {
        if wanted.contains("number") && text.parse::<f64>().is_ok() {
            return format!("write `{text}` without quotes");
        }
        if wanted == "true or false" && matches!(text, "true" | "false") {
            return format!("write `{text}` without quotes");
        }
    }
    match (wanted, shape) {
        ("true or false", Shape::List(_) | Shape::Map(_)) => {
            format!("ask for its size, such as `{written}.size() > 0`")
        }
        ("true or false", Shape::Object(_)) => format!("compare it: `{written} != null`"),
        ("true or false", _) => format!("compare it, such as `{written} == …`"),
        ("text in quotes", shape) if shape.is_number() => format!("write `\"{written}\"`"),
        ("text", shape) if shape.is_number() => format!("write `string({written})`"),
        _ => format!("write {wanted} in its place"),
    }
}
