//! What finished nodes of expressions become.

use klo_source::TextRange;

use super::syntax::{Field, Kind};
use super::walk::{Builder, Frame, Value, What};
use super::{strings, types};
use crate::facts::{Argument, BindTarget, ExprId, ExprKind, Step};

impl Builder<'_> {
    /// What a node is, once its children are.
    pub(super) fn result(&mut self, frame: &Frame) -> What {
        match frame.kind {
            Kind::Identifier => What::Word,
            Kind::Integer => self.made(strings::integer(self.slice(frame.range)), frame),
            Kind::Float => self.made(strings::float(self.slice(frame.range)), frame),
            Kind::True => self.made(ExprKind::Bool(true), frame),
            Kind::False => self.made(ExprKind::Bool(false), frame),
            Kind::None => self.made(ExprKind::None, frame),
            Kind::String => self.string(frame),
            Kind::Concatenated => self.concatenated(frame),
            Kind::StringStart | Kind::StringContent | Kind::StringEnd => What::Piece,
            Kind::Parenthesized | Kind::Interpolation | Kind::FormatExpression => self.only(frame),
            Kind::Type => self.type_expression(frame),
            Kind::Attribute | Kind::MemberType => self.attribute(frame),
            Kind::Subscript => self.subscript(frame),
            Kind::GenericType => self.generic_type(frame),
            Kind::Call => self.call(frame),
            Kind::ArgumentList => self.arguments(frame),
            Kind::KeywordArgument => self.keyword_argument(frame),
            Kind::ListSplat => self.splat(frame, What::Splat),
            Kind::DictionarySplat => self.splat(frame, What::KeywordSplat),
            Kind::Pair => self.pair(frame),
            Kind::List | Kind::Set | Kind::Tuple | Kind::ExpressionList => {
                self.parts(frame, ExprKind::Sequence)
            }
            Kind::ListComprehension | Kind::SetComprehension | Kind::Generator => {
                self.comprehension(frame)
            }
            Kind::Dictionary | Kind::DictionaryComprehension => self.dictionary(frame),
            Kind::Binary => self.binary(frame),
            Kind::Boolean | Kind::UnionType => self.either(frame),
            Kind::Conditional => self.conditional(frame),
            Kind::Unary => self.unary(frame),
            Kind::Await => self.wrapped(frame, ExprKind::Await),
            Kind::Yield => self.yielded(frame),
            Kind::Named => self.named(frame),
            Kind::Lambda => self.lambda(frame),
            Kind::Parameters | Kind::LambdaParameters => self.parameters(frame),
            Kind::DefaultParameter | Kind::TypedParameter | Kind::TypedDefaultParameter => {
                self.parameter(frame)
            }
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern => self.tuple_target(frame),
            Kind::ListSplatPattern | Kind::DictionarySplatPattern | Kind::AsPatternTarget => {
                self.inner_target(frame)
            }
            Kind::Comparison | Kind::Not | Kind::Slice | Kind::Ellipsis | Kind::TypeParameter => {
                self.parts(frame, ExprKind::Opaque)
            }
            _ => self.statement(frame),
        }
    }

    /// A new expression of a node's own range.
    pub(super) fn made(&mut self, kind: ExprKind, frame: &Frame) -> What {
        What::Expr(self.push(kind, frame.range))
    }

    /// A result as a value, if it is one.
    pub(super) fn expr(&mut self, value: Value) -> Option<ExprId> {
        let (kind, range) = match value.what {
            What::Expr(id) => return Some(id),
            What::Bound(id, _) => return id,
            What::Word => (
                ExprKind::Name(self.slice(value.range).to_owned()),
                value.range,
            ),
            What::Attribute(base, name) => {
                let name = self.slice(name).to_owned();
                (ExprKind::Attribute(base, name), value.range)
            }
            What::Index(base, index) => (ExprKind::Index(base, index), value.range),
            What::Splat(inner) => (ExprKind::Element(inner), value.range),
            What::KeywordSplat(inner) => (ExprKind::Opaque(vec![inner]), value.range),
            What::Target(_)
            | What::Parameter(_)
            | What::Parameters(_)
            | What::Arguments(_)
            | What::Pair(..)
            | What::Keyword(..)
            | What::Body(_)
            | What::Piece
            | What::Aliased(..)
            | What::Nothing => return None,
        };
        Some(self.push(kind, range))
    }

    /// A result as the target of an assignment.
    pub(super) fn target(&mut self, value: Value) -> BindTarget {
        match value.what {
            What::Target(target) => target,
            What::Word => BindTarget::Name(self.slice(value.range).to_owned()),
            What::Attribute(base, name) => BindTarget::Attribute(base, self.slice(name).to_owned()),
            What::Index(base, index) => BindTarget::Index(base, index),
            What::Expr(id) => self.target_of(id),
            _ => BindTarget::Ignored,
        }
    }

    /// An expression as a target, where the grammar reads one as the other (`with x as (a, b)`).
    /// It recurs only into brackets, whose nesting is bounded.
    fn target_of(&self, id: ExprId) -> BindTarget {
        match &self.facts.expr(id).kind {
            ExprKind::Name(name) => BindTarget::Name(name.clone()),
            ExprKind::Attribute(base, name) => BindTarget::Attribute(*base, name.clone()),
            ExprKind::Index(base, index) => BindTarget::Index(*base, *index),
            ExprKind::Sequence(parts) => {
                BindTarget::Tuple(parts.iter().map(|part| self.target_of(*part)).collect())
            }
            _ => BindTarget::Ignored,
        }
    }

    /// An expression from all parts of a node.
    pub(super) fn parts(&mut self, frame: &Frame, kind: fn(Vec<ExprId>) -> ExprKind) -> What {
        let parts = self.take_exprs(frame);
        self.made(kind(parts), frame)
    }

    /// The one value in a node that adds nothing to it.
    pub(super) fn only(&mut self, frame: &Frame) -> What {
        match self.take_exprs(frame).as_slice() {
            [] => What::Nothing,
            [only] => What::Expr(*only),
            several => self.made(ExprKind::Sequence(several.to_vec()), frame),
        }
    }

    fn wrapped(&mut self, frame: &Frame, kind: fn(ExprId) -> ExprKind) -> What {
        match self.take_exprs(frame).first() {
            Some(inner) => self.made(kind(*inner), frame),
            None => What::Nothing,
        }
    }

    fn splat(&mut self, frame: &Frame, what: fn(ExprId) -> What) -> What {
        self.take_exprs(frame)
            .first()
            .map_or(What::Nothing, |inner| what(*inner))
    }

    fn attribute(&mut self, frame: &Frame) -> What {
        let mut last = None;
        let mut base = None;
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            if base.is_none() {
                base = self.expr(value);
            } else if value.kind == Kind::Identifier {
                last = Some(value.range);
            }
        }
        match (base, last) {
            (Some(base), Some(name)) => What::Attribute(base, name),
            (Some(base), None) => What::Expr(base),
            _ => What::Nothing,
        }
    }

    fn subscript(&mut self, frame: &Frame) -> What {
        let Some(base) = self.take_expr(frame, Field::Value) else {
            return What::Nothing;
        };
        let parts = self.take_exprs(frame);
        self.index(base, parts, frame)
    }

    /// `Name[…]` in a type.
    fn generic_type(&mut self, frame: &Frame) -> What {
        let mut parts = self.take_exprs(frame).into_iter();
        let (Some(base), Some(arguments)) = (parts.next(), parts.next()) else {
            return What::Nothing;
        };
        let ExprKind::Opaque(arguments) = &mut self.facts.exprs[arguments.0 as usize].kind else {
            return What::Expr(base);
        };
        let arguments = std::mem::take(arguments);
        self.index(base, arguments, frame)
    }

    fn index(&mut self, base: ExprId, parts: Vec<ExprId>, frame: &Frame) -> What {
        if frame.in_type {
            for part in types::code_arguments(&self.facts.expr(base).kind, &parts) {
                self.type_in_string(*part);
            }
        }
        let index = match (parts.first(), parts.last()) {
            (Some(only), Some(_)) if parts.len() == 1 => *only,
            (Some(first), Some(last)) => {
                let range = TextRange {
                    start: self.facts.expr(*first).range.start,
                    end: self.facts.expr(*last).range.end,
                };
                self.push(ExprKind::Sequence(parts), range)
            }
            _ => return What::Expr(base),
        };
        What::Index(base, index)
    }

    fn call(&mut self, frame: &Frame) -> What {
        let Some(callee) = self.take_expr(frame, Field::Function) else {
            return What::Nothing;
        };
        let arguments = self.values[frame.base..]
            .iter_mut()
            .find(|value| matches!(value.what, What::Arguments(_) | What::Expr(_)))
            .map(Value::take);
        let arguments = match arguments.map(|value| value.what) {
            Some(What::Arguments(arguments)) => arguments,
            Some(What::Expr(generator)) => vec![Argument::Positional(generator)],
            _ => Vec::new(),
        };
        match self.formatted(callee, &arguments) {
            Some(parts) => self.made(ExprKind::Concat(parts), frame),
            None => self.made(ExprKind::Call { callee, arguments }, frame),
        }
    }

    fn arguments(&mut self, frame: &Frame) -> What {
        let mut arguments = Vec::with_capacity(self.values.len() - frame.base);
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            let argument = match value.what {
                What::Keyword(name, value) => {
                    Some(Argument::Keyword(self.slice(name).to_owned(), value))
                }
                What::Splat(inner) => Some(Argument::Spread(inner)),
                What::KeywordSplat(inner) => Some(Argument::KeywordSpread(inner)),
                _ => self.expr(value).map(Argument::Positional),
            };
            arguments.extend(argument);
        }
        What::Arguments(arguments)
    }

    fn keyword_argument(&mut self, frame: &Frame) -> What {
        let name = self.take(frame, Field::Name).map(|name| name.range);
        match (name, self.take_expr(frame, Field::Value)) {
            (Some(name), Some(value)) => What::Keyword(name, value),
            _ => What::Nothing,
        }
    }

    fn pair(&mut self, frame: &Frame) -> What {
        let key = self.take_expr(frame, Field::Key);
        match (key, self.take_expr(frame, Field::Value)) {
            (Some(key), Some(value)) => What::Pair(key, value),
            (Some(one), None) | (None, Some(one)) => What::Expr(one),
            (None, None) => What::Nothing,
        }
    }

    fn dictionary(&mut self, frame: &Frame) -> What {
        let mut entries = Vec::new();
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            match value.what {
                What::Pair(key, value) => entries.push((Some(key), value)),
                What::KeywordSplat(value) => entries.push((None, value)),
                _ => entries.extend(self.expr(value).map(|value| (None, value))),
            }
        }
        self.made(ExprKind::Map(entries), frame)
    }

    fn comprehension(&mut self, frame: &Frame) -> What {
        match self.take_expr(frame, Field::Body) {
            Some(body) => self.made(ExprKind::Sequence(vec![body]), frame),
            None => What::Nothing,
        }
    }

    /// Operators: `+` and `%` make strings, `|` joins types and maps.
    fn binary(&mut self, frame: &Frame) -> What {
        let operator = self.values[frame.base..]
            .iter()
            .find(|value| value.kind.is_token())
            .map(|value| value.kind);
        if operator == Some(Kind::PipeToken) {
            return self.either(frame);
        }
        let chained = self.is_chained(frame);
        let parts = self.take_exprs(frame);
        let &[left, right] = parts.as_slice() else {
            return self.made(ExprKind::Opaque(parts), frame);
        };
        if operator == Some(Kind::PercentToken)
            && let Some(parts) = self.percent(left, right)
        {
            return self.made(ExprKind::Concat(parts), frame);
        }
        let is_text = |id: ExprId| {
            matches!(
                self.facts.expr(id).kind,
                ExprKind::Text(_) | ExprKind::Concat(_)
            )
        };
        let joins = operator == Some(Kind::PlusToken) && (is_text(left) || is_text(right));
        let grows = match &self.facts.expr(left).kind {
            ExprKind::Concat(_) => joins,
            ExprKind::Opaque(_) => !joins,
            _ => false,
        };
        if chained && grows {
            self.extend(left, right, frame.range.end);
            return What::Expr(left);
        }
        if joins {
            self.made(ExprKind::Concat(parts), frame)
        } else {
            self.made(ExprKind::Opaque(parts), frame)
        }
    }

    /// Whether the left side is the same kind of operation without brackets, so that nothing else
    /// refers to it and it may grow.
    fn is_chained(&self, frame: &Frame) -> bool {
        self.values
            .get(frame.base)
            .is_some_and(|left| left.kind == frame.kind)
    }

    fn either(&mut self, frame: &Frame) -> What {
        let chained = self.is_chained(frame);
        let parts = self.take_exprs(frame);
        if frame.in_type {
            for part in &parts {
                self.type_in_string(*part);
            }
        }
        if let &[left, right] = parts.as_slice()
            && chained
            && matches!(self.facts.expr(left).kind, ExprKind::Either(_))
        {
            self.extend(left, right, frame.range.end);
            return What::Expr(left);
        }
        self.made(ExprKind::Either(parts), frame)
    }

    fn conditional(&mut self, frame: &Frame) -> What {
        let parts = self.take_exprs(frame);
        let &[yes, condition, no] = parts.as_slice() else {
            return self.made(ExprKind::Opaque(parts), frame);
        };
        self.effect(condition);
        self.made(ExprKind::Either(vec![yes, no]), frame)
    }

    fn unary(&mut self, frame: &Frame) -> What {
        let minus = self.values[frame.base..]
            .iter()
            .any(|value| value.kind == Kind::MinusToken);
        let parts = self.take_exprs(frame);
        if let (true, [only]) = (minus, parts.as_slice()) {
            let number = &mut self.facts.exprs[only.0 as usize];
            let negative = match number.kind {
                ExprKind::Int(number) => number.checked_neg().map(ExprKind::Int),
                ExprKind::Float(number) => Some(ExprKind::Float(-number)),
                _ => None,
            };
            if let Some(negative) = negative {
                number.kind = negative;
                number.range = frame.range;
                return What::Expr(*only);
            }
        }
        self.made(ExprKind::Opaque(parts), frame)
    }

    fn named(&mut self, frame: &Frame) -> What {
        let target = self.take(frame, Field::Name);
        let Some(value) = self.take_expr(frame, Field::Value) else {
            return What::Nothing;
        };
        if let Some(target) = target {
            let target = self.target(target);
            self.bind(target, Some(value), None, frame.range);
        }
        // A chain of operators may grow its left side, which must not change what was bound.
        What::Expr(value)
    }

    fn yielded(&mut self, frame: &Frame) -> What {
        let from = self.values[frame.base..]
            .iter()
            .any(|value| value.kind == Kind::FromToken);
        self.mark_generator();
        if let Some(value) = self.take_exprs(frame).first().copied() {
            let value = if from {
                self.push(ExprKind::Element(value), frame.range)
            } else {
                value
            };
            self.steps().push(Step::Yield(value));
        }
        self.made(ExprKind::Opaque(Vec::new()), frame)
    }

    fn tuple_target(&mut self, frame: &Frame) -> What {
        let mut targets = Vec::new();
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            if !matches!(value.what, What::Nothing) {
                targets.push(self.target(value));
            }
        }
        What::Target(BindTarget::Tuple(targets))
    }

    fn inner_target(&mut self, frame: &Frame) -> What {
        match self.values.get_mut(frame.base).map(Value::take) {
            Some(inner) => What::Target(self.target(inner)),
            None => What::Nothing,
        }
    }
}
