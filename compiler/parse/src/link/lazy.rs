//! Cells that are filled when they are first used: a unit that never looks at one never runs what
//! makes its value.

use super::machine::Machine;
use super::value::{FileIx, FrameIx, Site, Value, ValueId, Values};
use crate::facts::{ScopeId, ScopeKind};
use crate::knowledge::{self, rust};

impl Machine<'_> {
    /// Values with what lazy cells among them hold in the cells' places. Code that runs when its
    /// module is loaded only names cells, it does not look into them.
    pub(crate) fn forced(&mut self, frame: FrameIx, site: Site, values: Values) -> Values {
        if self.frame(frame).on_import || !values.iter().any(|value| self.is_lazy(*value)) {
            return values;
        }
        let mut found = Values::new();
        for value in values {
            if self.is_lazy(value) {
                found.extend(self.force(frame, site, value));
            } else {
                found.insert(value);
            }
        }
        found
    }

    fn is_lazy(&self, value: ValueId) -> bool {
        self.cell_type(value).is_some_and(knowledge::is_lazy)
    }

    /// Whether a value is a cell: it stands for what is found in it.
    pub(crate) fn is_cell(&self, value: ValueId) -> bool {
        self.cell_type(value).is_some()
    }

    fn cell_type(&self, value: ValueId) -> Option<&str> {
        let Value::Object { ty, .. } = self.values.get(self.values.untagged(value)) else {
            return None;
        };
        let ty = self.values.text(*ty);
        let is_cell = knowledge::is_lazy(ty) || ty.strip_prefix(rust::CRATE) == Some(rust::ONCE);
        is_cell.then_some(ty)
    }

    /// What the function of a cell makes. Annotations of the cell stand on that.
    fn force(&mut self, frame: FrameIx, site: Site, cell: ValueId) -> Values {
        let makers = self.option_of(frame, &Values::from([cell]), "0");
        let made = self.call_all(frame, site, &makers);
        self.note_held(cell, &made);
        self.of_cell(cell, made)
    }

    /// Annotations of a cell stand on what is put into it.
    pub(crate) fn note_held(&mut self, cell: ValueId, held: &Values) {
        for tag in self.values.tags(cell) {
            let evaluated = self.evaluated.entry(tag).or_default();
            evaluated.values.extend(held.iter().copied());
        }
    }

    /// Values that a cell hands out.
    pub(crate) fn of_cell(&mut self, cell: ValueId, held: Values) -> Values {
        let tags = self.values.tags(cell);
        held.into_iter()
            .map(|value| self.values.tagged_all(value, &tags))
            .collect()
    }

    /// Fills the annotated cells of a file that nothing filled, to see what they would hold.
    pub(crate) fn fill_cells(&mut self, frame: FrameIx, file: FileIx) {
        let is_annotated = |machine: &Self, value: &ValueId| {
            machine.is_cell(*value) && !machine.values.tags(*value).is_empty()
        };
        let mut cells = self.values.made();
        cells.retain(|value| is_annotated(self, value));
        // What a function returns is known after it ran.
        for _ in 0..2 {
            for cell in &cells {
                let made = self.values.get(self.values.untagged(*cell));
                if let (true, Value::Object { site, .. }) = (self.is_lazy(*cell), made) {
                    let site = *site;
                    self.force(frame, site, *cell);
                }
            }
            self.run();
        }
        let is_filled = |cell: &ValueId| {
            let mut found = self.values.tags(*cell).into_iter();
            found.all(|tag| {
                let evaluated = self.evaluated.get(&tag);
                evaluated.is_some_and(|found| !found.values.is_empty())
            })
        };
        if cells.iter().all(is_filled) {
            return;
        }
        // Some function of the file may be meant to.
        let functions = self.program.file(file).facts.scopes.iter().enumerate();
        let functions: Vec<ScopeId> = functions
            .filter(|(_, scope)| matches!(scope.kind, ScopeKind::Function { .. }))
            .map(|(index, _)| ScopeId(index as u32))
            .collect();
        for scope in functions {
            self.run_scope(frame, file, scope);
        }
    }
}
