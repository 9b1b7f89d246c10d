//! Cells that hold sets of values: variables, fields, expressions and what frames return. Whoever
//! reads one is run again when it grows.

use std::collections::hash_map::Entry;

use super::frame::Frame;
use super::machine::Machine;
use super::pending::Cell;
use super::value::{FrameIx, Sym, ValueId, Values};
use crate::facts::{ExprId, ScopeKind};

/// Values after which a set is not grown.
const MAX_VALUES: usize = 48;

/// Adds values to a set that is not full yet; whether it grew.
pub(crate) fn grow(known: &mut Values, values: Values) -> bool {
    let before = known.len();
    for value in values {
        if known.len() >= MAX_VALUES {
            break;
        }
        known.insert(value);
    }
    known.len() > before
}

impl Machine<'_> {
    pub(crate) fn grow_expr(&mut self, frame: FrameIx, place: usize, values: Values) {
        let worth = &mut self.frames[frame.0 as usize].exprs[place];
        if grow(&mut worth.values, values) {
            self.changed = true;
            for part in worth.readers.drain(..) {
                self.pending.call(part);
            }
        }
    }

    /// The values of an expression of this frame, or of a frame around it.
    pub(crate) fn expr(&mut self, frame: FrameIx, expr: ExprId) -> Values {
        let file = self.frame(frame).file;
        let loaded = self.program.file(file);
        let scope = loaded.facts.expr(expr).scope;
        let mut at = Some(frame);
        while let Some(current) = at {
            if self.frame(current).scope == scope && self.frame(current).file == file {
                if current != frame {
                    self.frame_mut(current).readers.insert(frame);
                }
                let place = loaded.places[expr.0 as usize] as usize;
                let worth = &mut self.frames[current.0 as usize].exprs[place];
                if let Some(part) = self.pending.current()
                    && worth.readers.last() != Some(&part)
                {
                    worth.readers.push(part);
                }
                return worth.values.clone();
            }
            at = self.frame(current).closure;
        }
        Values::new()
    }

    pub(crate) fn bind_name(&mut self, owner: FrameIx, name: Sym, values: Values, by: FrameIx) {
        let known = self.frames[owner.0 as usize].vars.entry(name).or_default();
        if grow(known, values) {
            self.pending.grew(Cell::Var(owner, name));
            if owner == by {
                self.changed = true;
            } else {
                self.enqueue(owner);
                self.wake_readers(owner);
            }
        }
    }

    /// The frame that binding a name in `frame` changes.
    pub(crate) fn owner_of(&self, frame: FrameIx, name: &str) -> FrameIx {
        let scope = self
            .program
            .file(self.frame(frame).file)
            .scope(self.frame(frame).scope);
        if matches!(scope.kind, ScopeKind::Main) {
            return self.frame(frame).closure.unwrap_or(frame);
        }
        if !scope.outer_names.iter().any(|outer| outer == name) {
            return frame;
        }
        let mut at = self.frame(frame).closure;
        let mut last = frame;
        while let Some(current) = at {
            last = current;
            if self.binds(current, name) && !self.is_class(current) {
                return current;
            }
            at = self.frame(current).closure;
        }
        last
    }

    /// Whether a frame's own code binds a name.
    pub(crate) fn binds(&self, frame: FrameIx, name: &str) -> bool {
        let Frame { file, scope, .. } = self.frame(frame);
        self.program.file(*file).bound[scope.0 as usize].contains(name)
    }

    pub(crate) fn is_class(&self, frame: FrameIx) -> bool {
        let Frame { file, scope, .. } = self.frame(frame);
        matches!(
            self.program.file(*file).scope(*scope).kind,
            ScopeKind::Class { .. }
        )
    }

    pub(crate) fn grow_field(&mut self, base: ValueId, name: Sym, values: Values) {
        let base = self.values.untagged(base);
        let known = match self.fields.entry((base, name)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                self.field_names.entry(base).or_default().push(name);
                self.pending.grew(Cell::Names(base));
                new.insert(Values::new())
            }
        };
        if grow(known, values) {
            self.pending.grew(Cell::Field(base, name));
            let readers = self
                .field_readers
                .get(&(base, name))
                .cloned()
                .unwrap_or_default();
            for reader in readers {
                self.enqueue(reader);
            }
        }
    }

    /// The values of a field; `reader` is run again when they grow.
    pub(crate) fn field(&mut self, base: ValueId, name: Sym, reader: FrameIx) -> Values {
        let base = self.values.untagged(base);
        self.pending.read(Cell::Field(base, name));
        self.field_readers
            .entry((base, name))
            .or_default()
            .insert(reader);
        self.fields.get(&(base, name)).cloned().unwrap_or_default()
    }

    /// The names of a value's fields, in the order in which they came.
    pub(crate) fn field_names(&mut self, base: ValueId) -> Vec<Sym> {
        self.pending.read(Cell::Names(base));
        self.field_names.get(&base).cloned().unwrap_or_default()
    }

    /// The values of a variable of another frame; `reader` is run again when they grow.
    pub(crate) fn var(&mut self, frame: FrameIx, name: Sym, reader: FrameIx) -> Values {
        if frame != reader {
            self.frame_mut(frame).readers.insert(reader);
        }
        self.pending.read(Cell::Var(frame, name));
        self.frame(frame)
            .vars
            .get(&name)
            .cloned()
            .unwrap_or_default()
    }

    /// What a frame returns; `reader` is run again when it returns more.
    pub(crate) fn returned(&mut self, frame: FrameIx, reader: FrameIx) -> Values {
        self.frame_mut(frame).readers.insert(reader);
        self.pending.read(Cell::Returns(frame));
        self.frame(frame).returns.clone()
    }

    /// What a frame yields; `reader` is run again when it yields more.
    pub(crate) fn yielded(&mut self, frame: FrameIx, reader: FrameIx) -> Values {
        self.frame_mut(frame).readers.insert(reader);
        self.pending.read(Cell::Yields(frame));
        self.frame(frame).yields.clone()
    }
}
