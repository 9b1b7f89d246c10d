//! Tasks.
#![allow(
    clippy::disallowed_methods,
    reason = "writes generated files of this repository; nothing of it is in the compiler"
)]

fn main() {}
