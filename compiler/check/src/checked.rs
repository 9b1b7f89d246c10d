use std::ops::Deref;

/// A value that was judged and found free of errors.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<T>(T);

impl<T> Checked<T> {
    /// Marks a value as judged.
    pub(crate) fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for those who go on with it.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
