//! A plan becomes a Pulumi program in TypeScript.

pub mod rule;
