//! What `impl` blocks and traits add to types, wherever those are defined.

use std::collections::BTreeSet;

use super::cells::grow;
use super::frame::Context;
use super::machine::Machine;
use super::pending::Cell;
use super::value::{FileIx, FrameIx, Value, ValueId, Values};
use crate::facts::{ExprId, ScopeId, ScopeKind};

impl Machine<'_> {
    /// Adds the members and bases of an `impl` block to the types that its target is.
    pub(crate) fn extend(&mut self, frame: FrameIx, file: FileIx, target: ExprId, scope: ScopeId) {
        let program = self.program;
        let body = self.enter(file, scope, Some(frame), None, Context::None);
        let ScopeKind::Class { bases, .. } = &program.file(file).scope(scope).kind else {
            return;
        };
        let bases: Values = bases
            .iter()
            .flat_map(|base| self.expr(frame, *base))
            .collect();
        for target in self.expr(frame, target) {
            let inner = self.values.untagged(target);
            match *self.values.get(inner) {
                Value::Class { body: class, .. } => self.extend_class(class, body, &bases),
                Value::External(_) => self.extend_library(body, frame),
                _ => {}
            }
        }
    }

    fn extend_class(&mut self, class: FrameIx, body: FrameIx, bases: &Values) {
        let mut grew = grow(&mut self.frame_mut(class).bases, bases.clone());
        if !self.frame(class).extensions.contains(&body) {
            self.frame_mut(class).extensions.push(body);
            grew = true;
        }
        if grew {
            self.changed = true;
            self.pending.grew(Cell::Bases(class));
            self.wake_readers(class);
        }
    }

    /// Methods that the project gives to a library's types.
    fn extend_library(&mut self, body: FrameIx, reader: FrameIx) {
        let (file, scope) = (self.frame(body).file, self.frame(body).scope);
        let bound = &self.program.file(file).bound[scope.0 as usize];
        let names: BTreeSet<String> = bound.iter().cloned().collect();
        for name in names {
            let sym = self.values.sym(&name);
            let values = self.var(body, sym, reader);
            let known = self.foreign_methods.entry(sym).or_default();
            if grow(known, values) {
                self.pending.grew(Cell::Foreign(sym));
                self.requeue_all();
            }
        }
    }

    /// A method that the project gives to a library's object.
    pub(crate) fn foreign_method(&mut self, base: ValueId, name: &str) -> Values {
        let sym = self.values.sym(name);
        self.pending.read(Cell::Foreign(sym));
        let Some(methods) = self.foreign_methods.get(&sym).cloned() else {
            return Values::new();
        };
        methods
            .iter()
            .map(|function| {
                self.values.value(Value::Bound {
                    function: *function,
                    this: base,
                })
            })
            .collect()
    }

    /// Values of a declared type among everything that the unit made: for parameters that a
    /// framework fills.
    pub(crate) fn of_type(&mut self, ty: ValueId, reader: FrameIx) -> Values {
        self.pending.read_at_large();
        let ty = self.values.untagged(ty);
        let wanted = self.values.path(ty);
        let mut found = Values::new();
        let mut plain = Values::new();
        for value in self.values.made() {
            let inner = self.values.untagged(value);
            let fits = match *self.values.get(inner) {
                Value::Object { .. } => wanted.is_some() && self.values.path(inner) == wanted,
                Value::Instance { class, .. } => {
                    matches!(self.values.get(ty), Value::Class { .. })
                        && (class == ty || self.is_below(class, ty, reader))
                }
                _ => false,
            };
            if fits && inner == value {
                plain.insert(value);
            } else if fits {
                found.insert(value);
            }
        }
        if found.is_empty() { plain } else { found }
    }

    fn is_below(&mut self, class: ValueId, base: ValueId, reader: FrameIx) -> bool {
        let Value::Class { body, .. } = *self.values.get(base) else {
            return false;
        };
        self.ancestry(class, reader, &mut Vec::new())
            .contains(&body)
    }
}
