//! The graph as pictures: Mermaid for Markdown, DOT for Graphviz.
//!
//! In Mermaid a reader has to make out what uses what at a glance, however large the app is: `net` says
//! what there is to draw, `parts` splits what is too much for one picture, `overview` says what the
//! parts have to do with each other, `sheet` is one picture, and `mermaid` prints it.

mod dot;
mod mermaid;
mod net;
mod overview;
mod parts;
mod sheet;

pub use dot::graph_dot;
pub use mermaid::{Diagram, Pictures, graph_mermaid, graph_pictures};

#[cfg(test)]
mod tests;
