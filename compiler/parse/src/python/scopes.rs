//! Functions, classes, lambdas and the main guard: what opens a scope.

use klo_source::TextRange;

use super::syntax::{Field, Kind};
use super::walk::{Builder, Frame, Value, What};
use crate::facts::{
    Argument, BindTarget, ExprId, ExprKind, Parameter, ParameterKind, Scope, ScopeId, ScopeKind,
    Step,
};

/// Bytes of a qualified name that what stands inside takes over.
const MAX_NAME: usize = 1_000;

impl Builder<'_> {
    /// Opens the scope that a node is the body of, if it is one.
    pub(super) fn open_scope(&mut self, frame: &Frame) -> Option<ScopeId> {
        let parent = self.frames.last().copied()?;
        let is_body = frame.field == Field::Body;
        let (name, kind, decorators) = match parent.kind {
            Kind::Function if is_body && frame.kind == Kind::Block => (
                self.defined_name(&parent),
                self.function(&parent),
                self.decorators(),
            ),
            Kind::Class if is_body && frame.kind == Kind::Block => (
                self.defined_name(&parent),
                self.class(&parent),
                self.decorators(),
            ),
            Kind::Lambda if is_body => ("<lambda>".to_owned(), self.function(&parent), Vec::new()),
            Kind::If if self.begins_main(&parent, frame) => {
                (String::new(), ScopeKind::Main, Vec::new())
            }
            _ => return None,
        };
        let head = self.head(&parent);
        let qualified = self.qualified(&name);
        let id = ScopeId(self.facts.scopes.len() as u32);
        self.facts.scopes.push(Scope {
            kind,
            name,
            qualified,
            parent: Some(self.scope()),
            decorators,
            steps: Vec::new(),
            outer_names: Vec::new(),
            begins: std::collections::BTreeMap::new(),
            head,
            range: parent.range,
        });
        self.scopes.push(id);
        Some(id)
    }

    /// Closes a scope whose body's last node was finished.
    pub(super) fn close_scope(&mut self, id: ScopeId, frame: &Frame, what: What) -> What {
        let kind = &self.facts.scope(id).kind;
        let is_main = matches!(kind, ScopeKind::Main);
        let parent_is_lambda = self
            .frames
            .last()
            .is_some_and(|parent| parent.kind == Kind::Lambda);
        if parent_is_lambda {
            let body = Value {
                kind: frame.kind,
                field: frame.field,
                range: frame.range,
                what,
            };
            if let Some(body) = self.expr(body) {
                self.steps().push(Step::Return(body));
            }
        }
        self.scopes.pop();
        if is_main {
            self.steps().push(Step::Main(id));
            What::Nothing
        } else {
            What::Body(id)
        }
    }

    /// A function or class whose body was read is bound to its name.
    pub(super) fn definition(&mut self, frame: &Frame) -> What {
        let Some(What::Body(scope)) = self.take(frame, Field::Body).map(|body| body.what) else {
            // Without a body it is half a definition, which the syntax error reports.
            return What::Nothing;
        };
        self.steps().push(Step::Define(scope));
        self.definition_item(frame, scope);
        What::Nothing
    }

    /// A name in the scope that is open, as files that klo writes show it.
    pub(super) fn qualified(&self, name: &str) -> String {
        let around = &self.facts.scope(self.scope());
        // Lambdas may be nested without bound, so that they share their function's name. So does
        // what stands in something whose name is longer than any that a person gives.
        let repeated = name == "<lambda>" && around.name == name;
        let qualified = &around.qualified;
        let is_long = qualified.len() > MAX_NAME;
        match (&qualified[..qualified.floor_char_boundary(MAX_NAME)], name) {
            (around, "") => around.to_owned(),
            (around, _) if repeated || is_long => around.to_owned(),
            ("", name) => name.to_owned(),
            (around, name) => format!("{around}.{name}"),
        }
    }

    fn defined_name(&self, frame: &Frame) -> String {
        self.values[frame.base..]
            .iter()
            .find(|value| value.field == Field::Name)
            .map_or_else(String::new, |value| self.slice(value.range).to_owned())
    }

    /// From the first word of a definition to before its colon.
    fn head(&self, frame: &Frame) -> TextRange {
        let end = self.values[frame.base..]
            .last()
            .map(|value| value.range.end);
        TextRange {
            start: frame.range.start,
            end: end.unwrap_or(frame.range.end),
        }
    }

    fn decorators(&self) -> Vec<ExprId> {
        let [.., around, definition] = self.frames.as_slice() else {
            return Vec::new();
        };
        if around.kind != Kind::Decorated {
            return Vec::new();
        }
        self.values[around.base..definition.base]
            .iter()
            .filter_map(|value| match value.what {
                What::Expr(id) if value.kind == Kind::Decorator => Some(id),
                _ => None,
            })
            .collect()
    }

    fn function(&mut self, frame: &Frame) -> ScopeKind {
        let parameters = match self.take(frame, Field::Parameters).map(|value| value.what) {
            Some(What::Parameters(parameters)) => parameters,
            _ => Vec::new(),
        };
        ScopeKind::Function {
            parameters,
            returns: self.take_expr(frame, Field::ReturnType),
            is_async: frame.is_async,
            is_generator: false,
        }
    }

    fn class(&mut self, frame: &Frame) -> ScopeKind {
        let arguments = match self
            .take(frame, Field::Superclasses)
            .map(|value| value.what)
        {
            Some(What::Arguments(arguments)) => arguments,
            _ => Vec::new(),
        };
        let mut bases = Vec::new();
        let mut keywords = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Keyword(name, value) => keywords.push((name, value)),
                argument => bases.push(argument.value()),
            }
        }
        ScopeKind::Class { bases, keywords }
    }

    /// Whether a block is what `if __name__ == "__main__":` guards.
    fn begins_main(&self, parent: &Frame, frame: &Frame) -> bool {
        if frame.field != Field::Consequence
            || frame.kind != Kind::Block
            || !matches!(self.facts.scope(self.scope()).kind, ScopeKind::Module)
        {
            return false;
        }
        let condition = self.condition(parent);
        condition.contains("__name__")
            && condition.contains("__main__")
            && condition.contains("==")
            && !condition.contains(" or ")
    }

    /// Whether a child of `parent` stands under `if TYPE_CHECKING:`.
    pub(super) fn begins_types_only(&self, parent: &Frame, field: Field) -> bool {
        if parent.kind != Kind::If || field != Field::Consequence {
            return false;
        }
        let condition = self.condition(parent);
        condition == "TYPE_CHECKING" || condition.ends_with(".TYPE_CHECKING")
    }

    fn condition(&self, frame: &Frame) -> &str {
        self.values[frame.base..]
            .iter()
            .find(|value| value.field == Field::Condition)
            .map_or("", |value| self.slice(value.range))
    }

    /// All parameters of a function or lambda.
    pub(super) fn parameters(&mut self, frame: &Frame) -> What {
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut keyword_only = false;
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            if value.kind == Kind::KeywordSeparator {
                keyword_only = true;
                continue;
            }
            if matches!(value.what, What::Nothing) {
                // `/`, or what is no Python.
                continue;
            }
            let mut parameter = match value {
                Value {
                    what: What::Parameter(parameter),
                    ..
                } => parameter,
                value => {
                    let kind = parameter_kind(value.kind);
                    let name = self.parameter_name(value);
                    Parameter {
                        name,
                        kind,
                        annotation: None,
                        default: None,
                    }
                }
            };
            if keyword_only && parameter.kind == ParameterKind::Plain {
                parameter.kind = ParameterKind::KeywordOnly;
            }
            keyword_only |= parameter.kind == ParameterKind::Rest;
            parameters.push(parameter);
        }
        What::Parameters(parameters)
    }

    /// A parameter with a type, a default or both.
    pub(super) fn parameter(&mut self, frame: &Frame) -> What {
        let annotation = self.take_expr(frame, Field::Type);
        let default = self.take_expr(frame, Field::Value);
        let Some(named) = self.values.get_mut(frame.base).map(Value::take) else {
            return What::Nothing;
        };
        let kind = parameter_kind(named.kind);
        let name = self.parameter_name(named);
        What::Parameter(Parameter {
            name,
            kind,
            annotation,
            default,
        })
    }

    fn parameter_name(&mut self, value: Value) -> String {
        match self.target(value) {
            BindTarget::Name(name) => name,
            // A tuple of Python 2, or an error: it keeps its position.
            _ => String::new(),
        }
    }

    /// A lambda as a value.
    pub(super) fn lambda(&mut self, frame: &Frame) -> What {
        match self.take(frame, Field::Body).map(|body| body.what) {
            Some(What::Body(scope)) => self.made(ExprKind::Lambda(scope), frame),
            _ => What::Nothing,
        }
    }
}

fn parameter_kind(kind: Kind) -> ParameterKind {
    match kind {
        Kind::ListSplatPattern => ParameterKind::Rest,
        Kind::DictionarySplatPattern => ParameterKind::KeywordRest,
        _ => ParameterKind::Plain,
    }
}
