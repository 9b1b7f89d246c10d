//! What finished nodes of statements become: steps of the scope they stand in.

use klo_source::TextRange;

use super::syntax::{Field, Kind};
use super::walk::{Builder, Frame, Value, What};
use crate::attach::{Stands, Statement};
use crate::facts::{BindTarget, ExprId, ExprKind, Item, ItemKind, Scope, ScopeId, ScopeKind, Step};

impl Builder<'_> {
    /// The result of a node that is no expression.
    pub(super) fn statement(&mut self, frame: &Frame) -> What {
        match frame.kind {
            Kind::Assignment => self.assignment(frame),
            Kind::Augmented => self.augmented(frame),
            Kind::ExpressionStatement => self.expression_statement(frame),
            Kind::Return => self.returned(frame),
            Kind::Function | Kind::Class => self.definition(frame),
            Kind::Decorator => {
                self.record(frame.range, Stands::Skipped);
                self.only(frame)
            }
            Kind::Import | Kind::ImportFrom | Kind::FutureImport => {
                self.import(frame);
                self.record(frame.range, Stands::Not("an import"));
                What::Nothing
            }
            Kind::AliasedImport => self.aliased_import(frame),
            Kind::Global | Kind::Nonlocal => self.outer_names(frame),
            Kind::TypeAlias => self.type_alias(frame),
            Kind::ForIn => self.for_in(frame),
            Kind::AsPattern => self.as_pattern(frame),
            Kind::WithItem => self.with_item(frame),
            Kind::DottedName => self.captured_name(frame),
            Kind::SplatPattern => self.captured_rest(frame),
            Kind::FormatSpecifier => self.format_specifier(frame),
            Kind::Block | Kind::Decorated => What::Nothing,
            _ => {
                if frame.kind != Kind::Match {
                    self.effect_of_all(frame);
                }
                if let Some(noun) = noun(frame.kind) {
                    let head = self.statement_head(frame);
                    self.record(head, Stands::Not(noun));
                }
                What::Nothing
            }
        }
    }

    /// Things that happen as soon as a part of a statement was read, before its body.
    pub(super) fn after_child(&mut self, parent: &Frame) {
        let Some(last) = self.values.last_mut() else {
            return;
        };
        match (parent.kind, last.field) {
            (Kind::If | Kind::Elif | Kind::While, Field::Condition) => {
                let value = last.take();
                self.value_effect(value);
            }
            (Kind::Match, Field::Subject) => {
                let value = last.take();
                if let Some(id) = self.expr(value) {
                    self.effect(id);
                    if let Some(last) = self.values.last_mut() {
                        last.what = What::Expr(id);
                    }
                }
            }
            (Kind::For, Field::Right) => self.for_each(parent),
            (Kind::Except, Field::Alias) => {
                let alias = last.take();
                let range = alias.range;
                let target = self.target(alias);
                let value = self.push(ExprKind::Opaque(Vec::new()), range);
                self.bind(target, Some(value), None, range);
            }
            _ => {}
        }
    }

    /// Records that a value is bound.
    pub(super) fn bind(
        &mut self,
        target: BindTarget,
        value: Option<ExprId>,
        annotation: Option<ExprId>,
        range: TextRange,
    ) {
        self.steps().push(Step::Bind {
            target,
            value,
            annotation,
            range,
        });
    }

    /// Records that an expression is evaluated, unless that can do nothing.
    pub(super) fn effect(&mut self, id: ExprId) {
        let trivial = |id: ExprId| {
            matches!(
                self.facts.expr(id).kind,
                ExprKind::Name(_)
                    | ExprKind::Text(_)
                    | ExprKind::Int(_)
                    | ExprKind::Float(_)
                    | ExprKind::Bool(_)
                    | ExprKind::None
                    | ExprKind::Lambda(_)
            )
        };
        let nothing = match &self.facts.expr(id).kind {
            ExprKind::Opaque(parts) | ExprKind::Either(parts) => {
                parts.iter().all(|part| trivial(*part))
            }
            _ => trivial(id),
        };
        if !nothing {
            self.steps().push(Step::Do(id));
        }
    }

    /// Evaluates every part of a statement for its effect.
    fn effect_of_all(&mut self, frame: &Frame) {
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            self.value_effect(value);
        }
    }

    /// Evaluates a result for its effect. A mere name has none, so no expression is made of it.
    fn value_effect(&mut self, value: Value) {
        match value.what {
            What::Word => {}
            What::Arguments(arguments) => {
                let values = arguments.iter().map(|argument| Step::Do(argument.value()));
                self.steps().extend(values);
            }
            What::Pair(key, value) => {
                self.effect(key);
                self.effect(value);
            }
            What::Keyword(_, value) => self.effect(value),
            What::Bound(..) => {}
            _ => {
                if let Some(id) = self.expr(value) {
                    self.effect(id);
                }
            }
        }
    }

    /// A `yield` makes the function around it a generator.
    pub(super) fn mark_generator(&mut self) {
        let scope = self.scope();
        if let Scope {
            kind: ScopeKind::Function { is_generator, .. },
            ..
        } = &mut self.facts.scopes[scope.0 as usize]
        {
            *is_generator = true;
        }
    }

    fn assignment(&mut self, frame: &Frame) -> What {
        let target = self.take(frame, Field::Left);
        let annotation = self.take_expr(frame, Field::Type);
        let value = self.take_expr(frame, Field::Right);
        let target = target.map_or(BindTarget::Ignored, |target| self.target(target));
        let name = self.item_name(&target);
        self.bind(target, value, annotation, frame.range);
        What::Bound(value, name)
    }

    /// `x += value` adds a second value to the name, which is all that can be followed of it.
    fn augmented(&mut self, frame: &Frame) -> What {
        let target = self.take(frame, Field::Left);
        let joins = self.values[frame.base..]
            .iter()
            .any(|value| matches!(value.kind, Kind::PlusAssignToken | Kind::PipeAssignToken));
        let value = self.take_expr(frame, Field::Right);
        let target = target.map_or(BindTarget::Ignored, |target| self.target(target));
        let name = self.item_name(&target);
        let value = value.map(|value| match self.facts.expr(value).kind {
            // The end of a text is not a value of its own.
            ExprKind::Text(_) | ExprKind::Concat(_) => {
                self.push(ExprKind::Opaque(vec![value]), frame.range)
            }
            _ if joins => value,
            _ => self.push(ExprKind::Opaque(vec![value]), frame.range),
        });
        self.bind(target, value, None, frame.range);
        What::Bound(value, name)
    }

    fn expression_statement(&mut self, frame: &Frame) -> What {
        let mut stands = Stands::Not("an expression that is no call");
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            let kind = match value.what {
                What::Bound(Some(id), name) => Some((ItemKind::Assignment(id), name)),
                What::Bound(None, name) => Some((ItemKind::Declaration, name)),
                _ => {
                    let id = self.expr(value);
                    if let Some(id) = id {
                        self.effect(id);
                    }
                    id.filter(|id| self.is_call(*id))
                        .map(|id| (ItemKind::Call(id), None))
                }
            };
            if let Some((kind, name)) = kind {
                stands = self.item(kind, name, frame.range);
            }
        }
        self.record(frame.range, stands);
        What::Nothing
    }

    fn returned(&mut self, frame: &Frame) -> What {
        let mut stands = Stands::Not("a `return` of something other than a call");
        if let Some(id) = self.take_exprs(frame).first().copied() {
            self.steps().push(Step::Return(id));
            if self.is_call(id) {
                stands = self.item(ItemKind::Return(id), None, frame.range);
            }
        }
        self.record(frame.range, stands);
        What::Nothing
    }

    fn is_call(&self, id: ExprId) -> bool {
        match &self.facts.expr(id).kind {
            ExprKind::Call { .. } => true,
            ExprKind::Await(inner) => {
                matches!(self.facts.expr(*inner).kind, ExprKind::Call { .. })
            }
            _ => false,
        }
    }

    /// The name of an item, which only files with annotations need.
    fn item_name(&self, target: &BindTarget) -> Option<String> {
        match target {
            BindTarget::Name(name) | BindTarget::Attribute(_, name) if self.annotated => {
                Some(name.clone())
            }
            _ => None,
        }
    }

    fn item(&self, kind: ItemKind, name: Option<String>, range: TextRange) -> Stands {
        if !self.annotated {
            return Stands::Skipped;
        }
        Stands::On(Item {
            kind,
            qualified: self.qualified(name.as_deref().unwrap_or("")),
            name,
            scope: self.scope(),
            range,
        })
    }

    /// Records a function or class as something that an annotation can stand on.
    pub(super) fn definition_item(&mut self, frame: &Frame, scope: ScopeId) {
        if !self.annotated {
            return;
        }
        let Scope { name, head, .. } = self.facts.scope(scope);
        let (name, head) = (name.clone(), *head);
        let kind = if frame.kind == Kind::Class {
            ItemKind::Class(scope)
        } else {
            ItemKind::Function(scope)
        };
        let item = self.item(kind, Some(name), head);
        self.record(head, item);
    }

    /// Records where a statement stands, for the annotations above it.
    pub(super) fn record(&mut self, range: TextRange, stands: Stands) {
        if self.annotated {
            self.statements.push(Statement { range, stands });
        }
    }

    /// A statement up to its body.
    fn statement_head(&self, frame: &Frame) -> TextRange {
        let children = &self.values[frame.base..];
        let Some(body) = children.iter().position(|child| child.kind == Kind::Block) else {
            return frame.range;
        };
        let end = match body.checked_sub(1) {
            Some(last) => children[last].range.end,
            None => frame.range.start + 1,
        };
        TextRange {
            start: frame.range.start,
            end,
        }
    }

    fn outer_names(&mut self, frame: &Frame) -> What {
        let names: Vec<String> = self.values[frame.base..]
            .iter()
            .filter(|value| value.kind == Kind::Identifier)
            .map(|value| self.slice(value.range).to_owned())
            .collect();
        let scope = self.scope();
        self.facts.scopes[scope.0 as usize]
            .outer_names
            .extend(names);
        self.record(
            frame.range,
            Stands::Not("a `global` or `nonlocal` statement"),
        );
        What::Nothing
    }

    fn type_alias(&mut self, frame: &Frame) -> What {
        let target = self.take(frame, Field::Left);
        let value = self.take_expr(frame, Field::Right);
        if let Some(target) = target {
            let target = self.target(target);
            self.bind(target, value, None, frame.range);
        }
        self.record(frame.range, Stands::Not("a `type` statement"));
        What::Nothing
    }

    /// `for target in value:`.
    fn for_each(&mut self, frame: &Frame) {
        let target = self.take(frame, Field::Left);
        let Some(value) = self.take_expr(frame, Field::Right) else {
            return;
        };
        let range = TextRange {
            start: frame.range.start,
            end: self.facts.expr(value).range.end,
        };
        let value = self.push(ExprKind::Element(value), range);
        let target = target.map_or(BindTarget::Ignored, |target| self.target(target));
        self.bind(target, Some(value), None, range);
    }

    /// `for target in value` in a comprehension.
    fn for_in(&mut self, frame: &Frame) -> What {
        let target = self.take(frame, Field::Left);
        let target = target.map_or(BindTarget::Ignored, |target| self.target(target));
        let several = self.take_exprs(frame);
        let value = match several.as_slice() {
            [] => return What::Nothing,
            [only] => *only,
            _ => self.push(ExprKind::Sequence(several), frame.range),
        };
        let value = self.push(ExprKind::Element(value), frame.range);
        self.bind(target, Some(value), None, frame.range);
        What::Nothing
    }
}

/// What a statement that carries no annotation is called; `None` for parts of statements.
fn noun(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::If => "an `if` statement",
        Kind::Elif => "an `elif` branch",
        Kind::Else => "an `else` branch",
        Kind::For => "a `for` loop",
        Kind::While => "a `while` loop",
        Kind::Try => "a `try` statement",
        Kind::Except => "an `except` branch",
        Kind::Finally => "a `finally` branch",
        Kind::With => "a `with` statement",
        Kind::Match => "a `match` statement",
        Kind::Case => "a `case` branch",
        Kind::Print => "a `print` statement",
        Kind::Exec => "an `exec` statement",
        Kind::Assert => "an `assert` statement",
        Kind::Delete => "a `del` statement",
        Kind::Raise => "a `raise` statement",
        Kind::Pass => "`pass`",
        Kind::Break => "`break`",
        Kind::Continue => "`continue`",
        _ => return None,
    })
}
