//! Lowering of data.

use crate::context::Lowering;

pub(crate) fn lower(_lowering: &mut Lowering<'_>) {}
