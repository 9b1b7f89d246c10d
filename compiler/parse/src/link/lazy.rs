//! Cells that are filled when they are first used: a unit that never looks at one never runs what
//! makes its value.

use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge;

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

    pub(crate) fn is_lazy(&self, value: ValueId) -> bool {
        match self.values.get(self.values.untagged(value)) {
            Value::Object { ty, .. } => knowledge::is_lazy(self.values.text(*ty)),
            _ => false,
        }
    }

    /// What the function of a cell makes. Annotations of the cell stand on that.
    fn force(&mut self, frame: FrameIx, site: Site, cell: ValueId) -> Values {
        let tags = self.values.tags(cell);
        let makers = self.option_of(frame, &Values::from([cell]), "0");
        let made = self.call_all(frame, site, &makers);
        for tag in &tags {
            let evaluated = self.evaluated.entry(*tag).or_default();
            evaluated.values.extend(made.iter().copied());
        }
        made.into_iter()
            .map(|value| self.values.tagged_all(value, &tags))
            .collect()
    }
}
