//! The `klo` command.
fn main() {}
