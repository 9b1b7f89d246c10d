//! The `klo` command.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the one crate that touches clock, environment, terminal and disk"
)]

fn main() {}
