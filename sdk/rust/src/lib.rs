//! klo's annotations as attributes on items.
//!
//! ```
//! use std::sync::LazyLock;
//!
//! #[klo::persist(name = "orders", backup_days = 7)]
//! static DATABASE: LazyLock<String> = LazyLock::new(|| String::from("…"));
//!
//! #[klo::job(schedule = "0 3 * * *")]
//! fn tidy() {}
//! ```
//!
//! An attribute leaves its item as it is. What klo's own parser refuses does not compile, with the
//! same sentence at the same place:
//!
//! ```compile_fail
//! #[klo::job(schedul = "0 3 * * *")]
//! fn tidy() {}
//! ```
//!
//! ```compile_fail
//! #[klo::persist(name = "orders", backup_days = "seven")]
//! static DATABASE: &str = "…";
//! ```
//!
//! ```compile_fail
//! #[klo::expose(to = "internet")]
//! fn tidy() {}
//! ```

mod judge;
mod text;

use proc_macro::TokenStream;

/// One attribute for each capability; `tests::one_attribute_for_each_capability` holds the list to klo's.
macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[proc_macro_attribute]
            pub fn $name(arguments: TokenStream, item: TokenStream) -> TokenStream {
                judge::expand(stringify!($name), arguments.into(), item.into()).into()
            }
        )*

        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

attributes! {
    /// Code that listens or works without end.
    service;
    /// Code that is called: the `main` of a program of Lambda's runtime.
    function;
    /// Code that runs and ends.
    job;
    /// Static files.
    site;
    /// A way in, on a unit.
    expose;
    /// What starts a unit.
    trigger;
    /// A database, cache, bucket, table or volume.
    persist;
    /// A queue.
    queue;
    /// A topic.
    topic;
    /// A secret.
    secret;
    /// A setting.
    config;
    /// An edge that reading the code cannot show.
    uses;
}

#[cfg(test)]
mod tests;
