//! Every code, one file per area. A code's doc comment is the page that `klo explain CODE` prints
//! and that the documentation is generated from: what it means, an example, what to do instead.

use std::fmt;

/// What a code is called and what its page says.
#[derive(Debug)]
pub struct CodeInfo {
    /// `KLO0101`.
    pub id: &'static str,
    /// Named after the mistake: `unknown-capability`.
    pub name: &'static str,
    /// The page, in Markdown, without its heading.
    pub page: &'static str,
}

/// A diagnostic's code.
#[derive(Clone, Copy)]
pub struct Code(&'static CodeInfo);

impl Code {
    /// The code of a description; the `codes!` macro is the one caller.
    pub const fn new(info: &'static CodeInfo) -> Self {
        Self(info)
    }

    /// `KLO0101`.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// `unknown-capability`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The page in Markdown, as the doc comment has it: each line begins with a blank.
    pub fn page(self) -> &'static str {
        self.0.page
    }

    /// The page in Markdown, without the blanks that its lines begin with in a doc comment.
    pub fn text(self) -> String {
        let lines = self.page().trim_end().lines();
        let lines: Vec<&str> = lines
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
            .collect();
        lines.join("\n").trim_start_matches('\n').to_owned()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id().cmp(other.id())
    }
}

/// Declares the codes of one area: constants whose doc comments are their pages, and `ALL`.
macro_rules! codes {
    ($($(#[doc = $page:literal])+ $konst:ident = $id:literal, $name:literal;)+) => {
        $(
            $(#[doc = $page])+
            pub const $konst: $crate::Code = $crate::Code::new(&$crate::codes::CodeInfo {
                id: $id,
                name: $name,
                page: concat!($($page, "\n"),+),
            });
        )+
        /// Every code of this area, in order.
        pub const ALL: &[$crate::Code] = &[$($konst),+];
    };
}

pub mod annotations;
pub mod aws;
pub mod bindings;
pub mod comparing;
pub mod config;
pub mod containers;
pub mod linking;
pub mod output;
pub mod proposals;
pub mod rules;
pub mod settings;
pub mod sources;

/// Every code, in order of id.
pub fn all() -> impl Iterator<Item = Code> {
    [
        sources::ALL,
        annotations::ALL,
        config::ALL,
        linking::ALL,
        bindings::ALL,
        settings::ALL,
        aws::ALL,
        containers::ALL,
        output::ALL,
        rules::ALL,
        proposals::ALL,
        comparing::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The code of an id (`KLO0101`, case ignored) or a name (`unknown-capability`).
pub fn find(id: &str) -> Option<Code> {
    all().find(|code| code.id().eq_ignore_ascii_case(id) || code.name() == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_sorted_and_documented() {
        let codes: Vec<Code> = all().collect();
        for pair in codes.windows(2) {
            assert!(
                pair[0].id() < pair[1].id(),
                "{} before {}",
                pair[0].id(),
                pair[1].id()
            );
        }
        let mut names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), codes.len(), "a name stands twice");
        for code in codes {
            assert!(code.page().contains("```"), "{} has no example", code.id());
            assert!(code.page().len() > 200, "{} has no real page", code.id());
        }
    }
}
