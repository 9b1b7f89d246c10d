//! GPUs: which instances have them, and the pools of nodes that a graph needs.

pub(crate) mod catalogue;
mod decide;
pub(crate) mod pool;
mod reserve;
#[cfg(test)]
mod tests;

pub(crate) use decide::{asked, decide, replicas};
