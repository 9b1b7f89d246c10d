//! Instance types of EC2 that nodes of a cluster are: tables, and what pods may use of each.

pub(crate) mod general;
pub(crate) mod gpu;
pub(crate) mod reserve;
