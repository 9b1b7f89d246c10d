//! Rule packs: loaded, checked against the schemas of intents and resources, and put together.

mod choose;
mod decode;
mod draft;
mod level;
mod load;
mod model;
mod operators;
pub(crate) mod path;
mod reader;
pub(crate) mod require;
mod rule;
mod ruleset;
mod schema;
mod scope;
mod selector;
mod shipped;
mod tests_of;
mod tiers;
mod tighten;
mod trial;
mod version;

pub use level::{Level, Ramp};
pub use load::{PackRequest, load_packs};
pub(crate) use model::{Check, Condition};
pub use model::{Pack, PackTest, Rule, TestResource};
pub(crate) use reader::{Params, Reader};
pub use ruleset::RuleSet;
pub use schema::{pack_schema, waiver_schema};
pub(crate) use scope::data_of;
pub(crate) use selector::Selector;
pub use shipped::shipped_packs;
pub use trial::judge_test_resources;

use jiff::civil::Date;

/// A day as people write it, `2026-12-31`; nothing else that a parser might take.
pub fn date(text: &str) -> Option<Date> {
    let formed = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    text.parse().ok().filter(|_| formed)
}

#[cfg(test)]
mod tests;
