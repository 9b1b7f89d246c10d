//! GPUs: the pools of nodes that a graph needs.

mod decide;
pub(crate) mod pool;
#[cfg(test)]
mod tests;

pub(crate) use decide::{asked, decide, replicas};
