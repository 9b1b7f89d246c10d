use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;
use klo_diagnostics::{At, RuleRef};
use klo_intent::{AttrValue, Kind, Literal, Tier};
use klo_source::{FileId, TextRange};

use super::level::{Level, Ramp};
use super::path::Path;
use super::require::Requirement;
use super::selector::Selector;
use super::tiers::Tiers;
use crate::cel::Expression;
use crate::layers::PackLayers;

/// A rule pack, decoded.
#[derive(Debug, Clone)]
pub struct Pack {
    /// `acme/platform`.
    pub name: String,
    /// `1.4.0`.
    pub version: String,
    /// Its file.
    pub file: FileId,
    /// Where its name stands.
    pub at: At,
    /// Whether the app has no say in it.
    pub mandatory: bool,
    /// The packs that it extends, directly or not: positions in the rule set.
    pub ancestors: Vec<usize>,
    /// Its rules, those that it tightens among them.
    pub rules: Vec<Rule>,
    /// Its tests.
    pub tests: Vec<PackTest>,
    /// The parameters in effect, those of the packs that it extends among them.
    pub(crate) params: Vec<(String, Literal)>,
    pub(crate) tiers: Tiers,
    pub(crate) layers: PackLayers,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `ACME-DB-001`.
    pub id: String,
    /// Named after the violation: `short-backup-retention`.
    pub name: String,
    /// `on`, as written.
    pub on: String,
    /// The tier in which it holds; both without.
    pub tier: Option<Tier>,
    /// The level of its findings.
    pub level: Ramp,
    /// Why it is there.
    pub why: String,
    /// Where the organization says more.
    pub url: Option<String>,
    /// Whether `klo fix` may write the nearest value that it allows.
    pub fix: bool,
    /// The pack's name.
    pub pack: String,
    /// Where the rule stands.
    pub at: At,
    /// Whether a child pack has it tightened, so that the child's is judged in its place.
    pub replaced: bool,
    pub(crate) file: FileId,
    pub(crate) selector: Selector,
    pub(crate) when: Option<Condition>,
    pub(crate) check: Check,
    /// Where its fields are written, by name.
    pub(crate) places: BTreeMap<&'static str, TextRange>,
}

/// An expression with its text.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) text: String,
    pub(crate) range: TextRange,
    pub(crate) expression: Arc<Expression>,
}

/// What a rule asks for.
#[derive(Debug, Clone)]
pub(crate) enum Check {
    /// Values of paths.
    Require(Vec<Requirement>),
    /// An expression that is true.
    Assert(Condition),
}

impl Rule {
    /// The rule as its findings name it, at its level on a day.
    pub(crate) fn reference(&self, today: Date) -> RuleRef {
        RuleRef {
            id: self.id.clone(),
            pack: self.pack.clone(),
            level: self.level.on(today).name().to_owned(),
            name: self.name.clone(),
            why: self.why.clone(),
            url: self.url.clone(),
        }
    }

    /// Whether it lets a GPU pass that is one of several that would do. Only what a rule requires of
    /// `gpu` counts, and only where its findings keep klo from writing.
    pub(crate) fn allows_gpu(&self, kind: Kind, gpu: &AttrValue) -> bool {
        let strict = self.level.last() >= Level::Deny && self.when.is_none();
        let Check::Require(requirements) = &self.check else {
            return true;
        };
        if !strict || !self.selector.kinds().contains(&kind) {
            return true;
        }
        let about = requirements
            .iter()
            .filter(|one| one.path.attribute() == "gpu");
        let whole = AttrValue::Map([("gpu".to_owned(), gpu.clone())].into_iter().collect());
        about.into_iter().all(|requirement| {
            let visit =
                |path: &Path, visit: &mut dyn FnMut(&AttrValue)| path.visit_value(&whole, visit);
            requirement.judge(&visit).is_empty()
        })
    }

    /// A place in the pack's file.
    pub(crate) fn place(&self, range: TextRange) -> At {
        At::Span(range.in_file(self.file))
    }

    /// What it asks for, as people read it: `backup_days: at least 90 is required`.
    pub fn asks(&self) -> Vec<String> {
        match &self.check {
            Check::Require(requirements) => requirements
                .iter()
                .flat_map(|requirement| {
                    let path = &requirement.path.text;
                    requirement
                        .tests
                        .iter()
                        .map(move |test| format!("`{path}`: {}", test.op))
                })
                .collect(),
            Check::Assert(condition) => vec![format!("`{}`", condition.text.trim())],
        }
    }

    /// Whether it judges cloud resources, and not intents or the graph.
    pub fn is_on_resources(&self) -> bool {
        matches!(self.selector, Selector::Resources(_))
    }

    /// The condition under which it is judged, as written.
    pub fn condition(&self) -> Option<&str> {
        self.when.as_ref().map(|condition| condition.text.trim())
    }
}

/// A test of a pack: source, and what its rules find in it.
#[derive(Debug, Clone)]
pub struct PackTest {
    /// Its name, a sentence.
    pub name: String,
    /// The environment that is judged.
    pub environment: String,
    /// Files by path.
    pub source: IndexMap<String, String>,
    /// Cloud resources that are judged as they stand.
    pub resources: Vec<TestResource>,
    /// The day; ramps have not begun without one.
    pub today: Option<Date>,
    /// Ids of rules with the level of their findings; `None` where there is to be none.
    pub expect: IndexMap<String, (Option<Level>, At)>,
    /// Where it stands.
    pub at: At,
}

/// A cloud resource of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResource {
    /// The provider's type.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub arguments: IndexMap<String, AttrValue>,
}
