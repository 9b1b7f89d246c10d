//! What klo tells people: codes with a page each, diagnostics with exact places, and renderers.

pub mod codes;
mod diagnostic;
mod render;
mod suggest;

pub use codes::Code;
pub use diagnostic::{At, Diagnostic, Level, Related, RuleRef, WaiverRef};
pub use render::{Format, Judged, Style, merge, render};
pub use suggest::{did_you_mean, list_of};
