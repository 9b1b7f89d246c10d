//! Small sorted sets of values: most expressions are worth one or two.

use smallvec::SmallVec;

use super::value::ValueId;

/// Values that an expression may have, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Values(SmallVec<[ValueId; 4]>);

impl Values {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a value; whether it is new.
    pub(crate) fn insert(&mut self, value: ValueId) -> bool {
        if self.0.last().is_none_or(|last| *last < value) {
            self.0.push(value);
            return true;
        }
        match self.0.binary_search(&value) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, value);
                true
            }
        }
    }

    pub(crate) fn remove(&mut self, value: ValueId) {
        if let Ok(at) = self.0.binary_search(&value) {
            self.0.remove(at);
        }
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, ValueId> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const N: usize> From<[ValueId; N]> for Values {
    fn from(values: [ValueId; N]) -> Self {
        values.into_iter().collect()
    }
}

impl FromIterator<ValueId> for Values {
    fn from_iter<I: IntoIterator<Item = ValueId>>(values: I) -> Self {
        let mut found = Self::new();
        found.extend(values);
        found
    }
}

impl Extend<ValueId> for Values {
    fn extend<I: IntoIterator<Item = ValueId>>(&mut self, values: I) {
        for value in values {
            self.insert(value);
        }
    }
}

impl IntoIterator for Values {
    type Item = ValueId;
    type IntoIter = smallvec::IntoIter<[ValueId; 4]>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'v> IntoIterator for &'v Values {
    type Item = &'v ValueId;
    type IntoIter = std::slice::Iter<'v, ValueId>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
