//! One page that shows what an app intends: a picture of the graph, and what is known of each of its nodes.
//!
//! The page is one file without any other: its style, its script and its data are in it, and its policy
//! forbids it to load anything. The picture is drawn here, so that it shows without the script too; what
//! the script adds is moving about, searching and the details of a node.

mod escape;
mod html;
mod layout;
mod model;
mod svg;

pub use html::html;
pub use model::{
    Decision, Edge, Finding, Node, NodeKind, Page, Place, Problem, Resource, Setting, View,
};

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
