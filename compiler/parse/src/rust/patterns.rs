//! Patterns: what they bind, and to which part of a value.

use syn::Pat;

use super::Builder;
use super::paths::name_of;
use crate::facts::{BindTarget, ExprId, ExprKind, Step};
use crate::knowledge::rust;

impl Builder<'_> {
    /// Binds the names of a pattern to parts of a value. Before the end of the value, they mean what
    /// they mean without it.
    pub(super) fn bind_pattern(&mut self, pattern: &Pat, value: Option<ExprId>) {
        let end = value.map_or(0, |value| self.facts.expr(value).range.end);
        self.bind_part(pattern, value, end);
    }

    fn bind_part(&mut self, pattern: &Pat, value: Option<ExprId>, end: u32) {
        let range = self.range(pattern);
        match pattern {
            Pat::Ident(found) => {
                let annotation = None;
                self.begins(&name_of(&found.ident), end.max(range.end));
                self.step(Step::Bind {
                    target: BindTarget::Name(name_of(&found.ident)),
                    value,
                    annotation,
                    range,
                });
                if let Some((_, inner)) = &found.subpat {
                    self.bind_part(inner, value, end);
                }
            }
            Pat::Paren(found) => self.bind_part(&found.pat, value, end),
            Pat::Reference(found) => self.bind_part(&found.pat, value, end),
            Pat::Guard(found) => {
                self.bind_part(&found.pat, value, end);
                let guard = self.expression(&found.guard);
                self.step(Step::Do(guard));
            }
            Pat::Or(found) => {
                for case in &found.cases {
                    self.bind_part(case, value, end);
                }
            }
            Pat::Type(found) => {
                let annotation = Some(self.type_expr(&found.ty));
                match &*found.pat {
                    Pat::Ident(name) => {
                        self.begins(&name_of(&name.ident), end.max(range.end));
                        self.step(Step::Bind {
                            target: BindTarget::Name(name_of(&name.ident)),
                            value,
                            annotation,
                            range,
                        });
                    }
                    inner => self.bind_part(inner, value, end),
                }
            }
            Pat::Tuple(found) => self.bind_several(found.elems.iter(), value, end),
            Pat::Slice(found) => self.bind_several(found.elems.iter(), value, end),
            Pat::TupleStruct(found) => {
                let hands_on = found
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| rust::is_wrapper(&name_of(&last.ident)));
                for (index, element) in found.elems.iter().enumerate() {
                    let part = match value {
                        Some(value) if !hands_on => {
                            Some(self.expr(ExprKind::Attribute(value, index.to_string()), range))
                        }
                        value => value,
                    };
                    self.bind_part(element, part, end);
                }
            }
            Pat::Struct(found) => {
                for field in &found.fields {
                    let member = self.member_name(&field.member);
                    let part =
                        value.map(|value| self.expr(ExprKind::Attribute(value, member), range));
                    self.bind_part(&field.pat, part, end);
                }
            }
            _ => {}
        }
    }

    fn bind_several<'p>(
        &mut self,
        elements: impl Iterator<Item = &'p Pat>,
        value: Option<ExprId>,
        end: u32,
    ) {
        for (index, element) in elements.enumerate() {
            let range = self.range(element);
            let part =
                value.map(|value| self.expr(ExprKind::Attribute(value, index.to_string()), range));
            self.bind_part(element, part, end);
        }
    }

    /// The name of a field: its own, or its position.
    pub(super) fn member_name(&self, member: &syn::Member) -> String {
        match member {
            syn::Member::Named(name) => name_of(name),
            syn::Member::Unnamed(index) => index.index.to_string(),
        }
    }
}
