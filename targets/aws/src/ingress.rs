//! Lowering of ingress.

use crate::context::Lowering;

pub(crate) fn lower(_lowering: &mut Lowering<'_>) {}
