use klo_diagnostics::{did_you_mean, list_of};
use klo_intent::{Duration, Kind, Size};
use klo_source::TextRange;

use super::super::code::{Code, Function, Op, Pattern, regex};
use super::super::shape::{Shape, known};
use super::super::tree::Node;
use super::super::version::Version;
use super::loops::loop_kind;
use super::{Checked, Checker, literal_text, unknown};

/// How a function is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `name(x)`.
    Plain,
    /// `x.name()`.
    Method,
    /// Both.
    Either,
}

/// Functions, how they are called, with how many values, and how that looks.
const FUNCTIONS: [(&str, Style, usize, &str); 21] = [
    ("all", Style::Method, 0, "intents.all(i, …)"),
    ("bool", Style::Plain, 1, "bool(x)"),
    ("bytes", Style::Plain, 1, "bytes(\"4Gi\")"),
    ("contains", Style::Method, 2, "x.contains(\"…\")"),
    ("double", Style::Plain, 1, "double(x)"),
    ("endsWith", Style::Method, 2, "x.endsWith(\"…\")"),
    ("exists", Style::Method, 0, "intents.exists(i, …)"),
    ("exists_one", Style::Method, 0, "intents.exists_one(i, …)"),
    ("filter", Style::Method, 0, "intents.filter(i, …)"),
    ("has", Style::Plain, 0, "has(intent.gpu)"),
    ("int", Style::Plain, 1, "int(x)"),
    ("map", Style::Method, 0, "intents.map(i, …)"),
    ("matches", Style::Either, 2, "x.matches(r\"…\")"),
    ("path", Style::Plain, 2, "path(\"internet\", intent)"),
    ("reaches", Style::Plain, 2, "reaches(\"internet\", intent)"),
    ("seconds", Style::Plain, 1, "seconds(\"15m\")"),
    ("size", Style::Either, 1, "x.size()"),
    ("startsWith", Style::Method, 2, "x.startsWith(\"…\")"),
    ("string", Style::Plain, 1, "string(x)"),
    ("sum", Style::Either, 1, "x.sum()"),
    ("version", Style::Plain, 1, "version(\"17.2\")"),
];

/// Whether a name may be called behind a value.
pub(super) fn is_method(name: &str) -> bool {
    FUNCTIONS
        .iter()
        .any(|(known, style, ..)| *known == name && *style != Style::Plain)
}

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        at: TextRange,
        target: Option<&Node>,
        arguments: &[Node],
    ) -> Checked {
        let Some((_, style, arity, usage)) = FUNCTIONS.iter().find(|(known, ..)| *known == name)
        else {
            return self.unknown_function(name, at, target, arguments);
        };
        let misplaced = match style {
            Style::Plain => target.is_some(),
            Style::Method => target.is_none(),
            Style::Either => false,
        };
        if misplaced {
            self.parts(target, arguments);
            let message = match style {
                Style::Plain => format!("`{name}` does not stand behind a value"),
                _ => format!("`{name}` stands behind what it works on"),
            };
            self.fault(at, message, format!("write it as `{usage}`"));
            return unknown();
        }
        if let Some(over) = target
            && let Some(kind) = loop_kind(name)
        {
            return self.iterate(kind, at, over, arguments);
        }
        if name == "has" {
            return self.has(at, arguments);
        }
        let all: Vec<&Node> = target.into_iter().chain(arguments).collect();
        if all.len() != *arity {
            self.parts(target, arguments);
            let asked = arity - usize::from(target.is_some());
            let message = match asked {
                0 => format!("`{name}` takes nothing in its brackets here"),
                1 => format!("`{name}` takes one value, here are {}", arguments.len()),
                many => format!("`{name}` takes {many} values, here are {}", arguments.len()),
            };
            self.fault(at, message, format!("write it as `{usage}`"));
            return unknown();
        }
        self.function(name, &all)
    }

    /// Checks what a call that is at fault is made of.
    fn parts(&mut self, target: Option<&Node>, arguments: &[Node]) {
        // What a loop's variable is, nobody can tell.
        if arguments.len() < 2 {
            for node in target.into_iter().chain(arguments) {
                self.node(node);
            }
        }
    }

    fn unknown_function(
        &mut self,
        name: &str,
        at: TextRange,
        target: Option<&Node>,
        arguments: &[Node],
    ) -> Checked {
        self.parts(target, arguments);
        let names = || FUNCTIONS.iter().map(|(known, ..)| *known);
        let help = match name {
            "len" | "length" | "count" => "write `x.size()`".to_owned(),
            "any" | "some" => "write `x.exists(i, …)`".to_owned(),
            "every" => "write `x.all(i, …)`".to_owned(),
            "duration" => "write `seconds(\"15m\")`".to_owned(),
            _ => match did_you_mean(name, names()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("there are {}", list_of(names())),
            },
        };
        self.fault(at, format!("there is no function `{name}`"), help);
        unknown()
    }

    /// A function whose number of values is right.
    fn function(&mut self, name: &str, all: &[&Node]) -> Checked {
        let by = format!("`{name}`");
        let by = by.as_str();
        let (function, shape, codes) = match (name, all) {
            ("size", [of]) => {
                let sized = |shape: &Shape| {
                    shape.is_text()
                        || matches!(shape, Shape::List(_) | Shape::Map(_) | Shape::Object(_))
                };
                let (_, code) = self.operand(of, sized, "text, a list or a map", by);
                (Function::Size, Shape::Int, vec![code])
            }
            ("contains" | "startsWith" | "endsWith", [of, part]) => {
                let function = match name {
                    "contains" => Function::Contains,
                    "startsWith" => Function::StartsWith,
                    _ => Function::EndsWith,
                };
                (function, Shape::Bool, self.texts(of, part, by))
            }
            ("matches", [of, pattern]) => return self.matches(of, pattern, by),
            ("sum", [of]) => return self.sum(of, by),
            ("reaches", [from, to]) => {
                let codes = vec![self.graph_node(from, by), self.graph_node(to, by)];
                (Function::Reaches, Shape::Bool, codes)
            }
            ("path", [from, to]) => {
                let codes = vec![self.graph_node(from, by), self.graph_node(to, by)];
                (Function::Path, Shape::list(Shape::Text), codes)
            }
            ("version" | "bytes" | "seconds", [of]) => return self.units(name, of, by),
            ("string" | "int" | "double" | "bool", [of]) => return self.convert(name, of, by),
            _ => return unknown(),
        };
        (shape, Op::Call(function, codes))
    }

    fn texts(&mut self, of: &Node, part: &Node, by: &str) -> Vec<Code> {
        let (shape, code) = self.node(of);
        match shape.required().0 {
            Shape::List(_) | Shape::Map(_) if by == "`contains`" => {
                let (whole, item) = (self.quote(of), self.quote(part));
                let message = format!("`{whole}` is {}, but {by} takes text", shape.noun());
                self.fault(of.range, message, format!("write `{item} in {whole}`"));
            }
            Shape::Any => {}
            shape if shape.is_text() => {}
            _ => {
                let message = format!(
                    "`{}` is {}, but {by} takes text",
                    self.quote(of),
                    shape.noun()
                );
                let help = format!("write `string({})`", self.quote(of));
                self.fault(of.range, message, help);
            }
        }
        let (_, part) = self.operand(part, Shape::is_text, "text", by);
        vec![code, part]
    }

    fn matches(&mut self, of: &Node, pattern: &Node, by: &str) -> Checked {
        let (_, code) = self.operand(of, Shape::is_text, "text", by);
        let (_, pattern_code) = self.operand(pattern, Shape::is_text, "text", by);
        if let Some(text) = literal_text(pattern)
            && let Err(why) = regex(text)
        {
            self.fault(
                pattern.range,
                format!("`{}` is no regular expression: {why}", self.quote(pattern)),
                "correct the pattern; look-around and back-references do not exist",
            );
        }
        let op = Op::Matches(Box::new(code), Box::new(pattern_code), Pattern::default());
        (Shape::Bool, op)
    }

    fn sum(&mut self, of: &Node, by: &str) -> Checked {
        let numbers = |shape: &Shape| match shape {
            Shape::List(item) => {
                let item = item.required().0;
                item.is_number() || *item == Shape::Any
            }
            _ => false,
        };
        let (shape, code) = self.operand(of, numbers, "a list of numbers", by);
        let item = match shape.required().0 {
            Shape::List(item) => item.required().0.clone(),
            _ => Shape::Any,
        };
        (item, Op::Call(Function::Sum, vec![code]))
    }

    /// An end of `reaches` and `path`: an intent, or the id of a node.
    fn graph_node(&mut self, node: &Node, by: &str) -> Code {
        let is_node = |shape: &Shape| match shape {
            Shape::Object(object) => object.fields.contains_key("id"),
            shape => shape.is_text(),
        };
        let (_, code) = self.operand(node, is_node, "an intent or an id", by);
        if let Some(id) = literal_text(node) {
            self.node_id(id, node);
        }
        code
    }

    /// Faults ids that no graph has.
    fn node_id(&mut self, id: &str, node: &Node) {
        const OUTSIDE: [&str; 2] = ["internet", "internal"];
        if OUTSIDE.contains(&id) || id.contains(':') {
            return;
        }
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let help = match id.split_once('.') {
            Some((kind, _)) if kinds.contains(&kind) || kind == "schedule" => return,
            Some((kind, name)) => match did_you_mean(kind, kinds.iter().copied()) {
                Some(nearest) => format!("did you mean `{nearest}.{name}`?"),
                None => format!("the kinds are {}", list_of(kinds.iter().copied())),
            },
            None => known(
                "a node is an intent such as `database.orders`, or",
                id,
                || OUTSIDE.into_iter(),
            )
            .replace(" and ", " or "),
        };
        self.fault(node.range, format!("`{id}` is no node of a graph"), help);
    }

    /// `version`, `bytes` and `seconds`: what they read in text.
    fn units(&mut self, name: &str, of: &Node, by: &str) -> Checked {
        let (_, code) = self.operand(of, Shape::is_text, "text in quotes", by);
        if let Some(text) = literal_text(of) {
            let wrong = match name {
                "version" if Version::parse(text).is_none() => Some((
                    "version",
                    "write numbers with dots between, such as `17.2`".to_owned(),
                )),
                "bytes" => Size::parse(text).err().map(|why| ("size", why.to_string())),
                "seconds" => Duration::parse(text)
                    .err()
                    .map(|why| ("duration", why.to_string())),
                _ => None,
            };
            if let Some((noun, help)) = wrong {
                self.fault(of.range, format!("`{text}` is no {noun}"), help);
            }
        }
        let (function, shape) = match name {
            "version" => (Function::Version, Shape::Version),
            "bytes" => (Function::Bytes, Shape::Bytes),
            _ => (Function::Seconds, Shape::Seconds),
        };
        (shape, Op::Call(function, vec![code]))
    }

    fn convert(&mut self, name: &str, of: &Node, by: &str) -> Checked {
        let scalar = |shape: &Shape| {
            shape.is_number() || shape.is_text() || matches!(shape, Shape::Bool | Shape::Version)
        };
        let number = |shape: &Shape| shape.is_number() || shape.is_text();
        let flag = |shape: &Shape| shape.is_text() || *shape == Shape::Bool;
        let (function, shape, (_, code)) = match name {
            "string" => {
                let code = self.operand(of, scalar, "a single value", by);
                (Function::String, Shape::Text, code)
            }
            "int" => {
                let code = self.operand(of, number, "a number or text", by);
                (Function::Int, Shape::Int, code)
            }
            "double" => {
                let code = self.operand(of, number, "a number or text", by);
                (Function::Double, Shape::Float, code)
            }
            _ => {
                let code = self.operand(of, flag, "`true`, `false` or text", by);
                (Function::Bool, Shape::Bool, code)
            }
        };
        (shape, Op::Call(function, vec![code]))
    }
}
