//! Names that are bound on the way: by `with`, `except` and `case`.

use klo_source::TextRange;

use super::syntax::{Field, Kind};
use super::walk::{Builder, Frame, Value, What};
use crate::facts::{BindTarget, ExprId, ExprKind, Step};

impl Builder<'_> {
    /// `value as target` in `with`, `except` and `case`.
    pub(super) fn as_pattern(&mut self, frame: &Frame) -> What {
        let around = self.frames.iter().rev().find(|around| {
            matches!(
                around.kind,
                Kind::WithItem | Kind::Except | Kind::Case | Kind::Block
            )
        });
        let around = around.map(|around| around.kind);
        if around == Some(Kind::Case) {
            let name = self.values[frame.base..].last().map(Self::word_range);
            self.capture(name.flatten(), true);
            return What::Nothing;
        }
        let alias = self.take(frame, Field::Alias);
        let Some(value) = self.take_exprs(frame).first().copied() else {
            return What::Nothing;
        };
        let value = if around == Some(Kind::Except) {
            self.push(ExprKind::Opaque(vec![value]), frame.range)
        } else {
            self.push(ExprKind::Entered(value), frame.range)
        };
        let target = alias.map_or(BindTarget::Ignored, |alias| self.target(alias));
        self.bind(target, Some(value), None, frame.range);
        What::Bound(Some(value), None)
    }

    pub(super) fn with_item(&mut self, frame: &Frame) -> What {
        let Some(value) = self.values.get_mut(frame.base).map(Value::take) else {
            return What::Nothing;
        };
        if matches!(value.what, What::Bound(..)) {
            return What::Nothing;
        }
        let Some(id) = self.expr(value) else {
            return What::Nothing;
        };
        let is_entered = |id: &ExprId| matches!(self.facts.expr(*id).kind, ExprKind::Entered(_));
        // Older grammar for brackets: `with (a as x, b as y)` is read as a tuple.
        let bound = match &self.facts.expr(id).kind {
            ExprKind::Sequence(parts) => parts.iter().any(is_entered),
            _ => is_entered(&id),
        };
        if !bound {
            let entered = self.push(ExprKind::Entered(id), frame.range);
            self.steps().push(Step::Do(entered));
        }
        What::Nothing
    }

    /// A bare name in `case`, which binds it; a dotted one is a value to compare with.
    pub(super) fn captured_name(&mut self, frame: &Frame) -> What {
        let parent = self.frames.last().map(|parent| parent.kind);
        let binds = matches!(
            parent,
            Some(Kind::CasePattern | Kind::UnionPattern | Kind::KeywordPattern)
        );
        if binds && !self.slice(frame.range).contains('.') {
            let depth = self.frames.len();
            let whole = depth >= 2 && self.frames[depth - 2].kind == Kind::Case;
            self.capture(Some(frame.range), whole);
        }
        What::Nothing
    }

    pub(super) fn captured_rest(&mut self, frame: &Frame) -> What {
        let name = self.values[frame.base..].last().and_then(Self::word_range);
        self.capture(name, false);
        What::Nothing
    }

    fn word_range(value: &Value) -> Option<TextRange> {
        matches!(value.what, What::Word).then_some(value.range)
    }

    /// Binds a name of a pattern to the value that is matched, if it is the whole of it.
    fn capture(&mut self, name: Option<TextRange>, whole: bool) {
        let Some(range) = name else {
            return;
        };
        let name = self.slice(range);
        if name == "_" {
            return;
        }
        let target = BindTarget::Name(name.to_owned());
        let subject = self
            .frames
            .iter()
            .rev()
            .find(|around| around.kind == Kind::Match);
        let subject = subject.and_then(|around| match self.values[around.base].what {
            What::Expr(id) => Some(id),
            _ => None,
        });
        let value = match subject {
            Some(subject) if whole => subject,
            Some(subject) => self.push(ExprKind::Opaque(vec![subject]), range),
            None => self.push(ExprKind::Opaque(Vec::new()), range),
        };
        self.bind(target, Some(value), None, range);
    }
}
