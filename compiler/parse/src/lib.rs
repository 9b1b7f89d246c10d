//! Source files become an intent graph: each file's facts, in parallel and language by language,
//! then one language-free linking of all facts into intents and edges.

pub mod annotation;
pub mod attach;
pub mod declare;
pub mod facts;
pub mod python;
