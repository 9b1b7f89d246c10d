//! What may be lowered and what may be written: settings resolved, requirements judged.
//!
//! [`Checked`] is made only here, and lowering and emitting take nothing else, so what was not
//! judged cannot be written.

mod checked;

pub use checked::Checked;
