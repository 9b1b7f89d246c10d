//! Types that stand in strings: `"Session"`, `Optional["Session"]`.

use klo_source::TextRange;

use super::syntax::Kind;
use super::walk::{Builder, Frame, What};
use crate::facts::{ExprId, ExprKind};

/// Brackets inside one another in a type that stands in a string.
const MAX_NESTING: u32 = 50;

/// Which arguments of `base[…]` are code when they are strings.
pub(super) fn code_arguments<'a>(base: &ExprKind, parts: &'a [ExprId]) -> &'a [ExprId] {
    let (ExprKind::Name(name) | ExprKind::Attribute(_, name)) = base else {
        return parts;
    };
    match name.as_str() {
        "Literal" => &[],
        "Annotated" => &parts[..parts.len().min(1)],
        _ => parts,
    }
}

impl Builder<'_> {
    /// A whole type.
    pub(super) fn type_expression(&mut self, frame: &Frame) -> What {
        let what = self.only(frame);
        let is_argument = self
            .frames
            .last()
            .is_some_and(|parent| parent.kind == Kind::TypeParameter);
        if let (What::Expr(id), false) = (&what, is_argument) {
            self.type_in_string(*id);
        }
        what
    }

    /// Replaces a string by the type that is written in it, if it can be read.
    pub(super) fn type_in_string(&mut self, id: ExprId) {
        let expr = self.facts.expr(id);
        let ExprKind::Text(content) = &expr.kind else {
            return;
        };
        // The content begins where the text of the literal does, unless escapes changed it.
        let literal = self.slice(expr.range);
        let Some(at) = literal.find(content.as_str()) else {
            return;
        };
        let start = expr.range.start as usize + at;
        let end = start + content.len();
        let before = (self.facts.exprs.len(), self.steps().len());
        let mut parser = TypeParser {
            builder: self,
            at: start,
            end,
            nesting: 0,
        };
        let parsed = parser.union().filter(|_| parser.next_is_end());
        match parsed {
            Some(root) if root.0 as usize + 1 == self.facts.exprs.len() => self.move_last_to(id),
            _ => self.forget_after(before),
        }
    }
}

/// Reads names, dots, brackets and `|` of one string.
struct TypeParser<'b, 't> {
    builder: &'b mut Builder<'t>,
    at: usize,
    end: usize,
    nesting: u32,
}

impl TypeParser<'_, '_> {
    fn rest(&self) -> &str {
        self.builder.text.get(self.at..self.end).unwrap_or("")
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, token: char) -> bool {
        self.skip_blanks();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len_utf8();
        }
        found
    }

    fn next_is_end(&mut self) -> bool {
        self.skip_blanks();
        self.rest().is_empty()
    }

    fn word(&mut self) -> Option<TextRange> {
        self.skip_blanks();
        let rest = self.rest();
        let length = rest
            .find(|c: char| c != '_' && !c.is_alphanumeric())
            .unwrap_or(rest.len());
        let begins = rest.starts_with(|c: char| c == '_' || c.is_alphabetic());
        let range = TextRange::new(self.at, self.at + length);
        begins.then(|| {
            self.at += length;
            range
        })
    }

    fn union(&mut self) -> Option<ExprId> {
        let first = self.postfix()?;
        if !self.eat('|') {
            return Some(first);
        }
        let mut parts = vec![first, self.postfix()?];
        while self.eat('|') {
            parts.push(self.postfix()?);
        }
        Some(self.sequence(ExprKind::Either, parts))
    }

    fn postfix(&mut self) -> Option<ExprId> {
        let mut base = self.atom()?;
        let start = self.builder.facts.expr(base).range.start as usize;
        loop {
            if self.eat('.') {
                let name = self.word()?;
                let name = self.builder.slice(name).to_owned();
                let range = TextRange::new(start, self.at);
                base = self.builder.push(ExprKind::Attribute(base, name), range);
            } else if self.eat('[') {
                let mut parts = self.list()?;
                let index = match parts.len() {
                    0 => return None,
                    1 => parts.remove(0),
                    _ => self.sequence(ExprKind::Sequence, parts),
                };
                let range = TextRange::new(start, self.at);
                base = self.builder.push(ExprKind::Index(base, index), range);
            } else {
                return Some(base);
            }
        }
    }

    fn atom(&mut self) -> Option<ExprId> {
        let start = self.at;
        if self.eat('[') {
            let parts = self.list()?;
            let range = TextRange::new(start, self.at);
            return Some(self.builder.push(ExprKind::Sequence(parts), range));
        }
        let range = self.word()?;
        let kind = match self.builder.slice(range) {
            "None" => ExprKind::None,
            name => ExprKind::Name(name.to_owned()),
        };
        Some(self.builder.push(kind, range))
    }

    /// Types up to the closing bracket.
    fn list(&mut self) -> Option<Vec<ExprId>> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return None;
        }
        let mut parts = Vec::new();
        while !self.eat(']') {
            parts.push(self.union()?);
            if !self.eat(',') && !self.rest().starts_with(']') {
                return None;
            }
        }
        self.nesting -= 1;
        Some(parts)
    }

    fn sequence(&mut self, kind: fn(Vec<ExprId>) -> ExprKind, parts: Vec<ExprId>) -> ExprId {
        let start = parts.first().map_or(self.at, |first| {
            self.builder.facts.expr(*first).range.start as usize
        });
        let range = TextRange::new(start, self.at);
        self.builder.push(kind(parts), range)
    }
}
