//! A child's rule beside its parent's.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::rules as codes;
use klo_intent::Tier;

use super::model::{Check, Rule};
use super::reader::Reader;

impl Reader<'_> {
    /// A child's rule may only tighten its parent's.
    pub(crate) fn judge_override(&mut self, rule: &Rule, parent: &Rule) {
        let mut loosened: Vec<(&'static str, String)> = Vec::new();
        if !rule.level.is_at_least(&parent.level) {
            loosened.push((
                "level",
                format!(
                    "the level is `{}`, and `{}` in {}",
                    rule.level, parent.level, parent.pack
                ),
            ));
        }
        if rule.on != parent.on {
            loosened.push((
                "on",
                format!(
                    "it is on `{}`, and on `{}` in {}",
                    rule.on.escape_debug(),
                    parent.on,
                    parent.pack
                ),
            ));
        }
        if rule.tier != parent.tier && rule.tier.is_some() {
            let tier = parent.tier.map_or("every tier", Tier::name);
            loosened.push((
                "tier",
                format!("it holds in one tier, and in {tier} in {}", parent.pack),
            ));
        }
        if rule.places.contains_key("when") && rule.condition() != parent.condition() {
            loosened.push((
                "when",
                format!(
                    "it is judged under another condition than in {}",
                    parent.pack
                ),
            ));
        }
        loosened.extend(self.loosened_check(rule, parent));
        for (key, message) in loosened {
            let own = rule.places.get(key).or_else(|| rule.places.get("id"));
            let theirs = parent.places.get(key).or_else(|| parent.places.get("id"));
            let message = format!("`{}` may not be loosened: {message}", rule.id);
            let diagnostic = Diagnostic::error(codes::LOOSENED_RULE, self.at(own.copied().unwrap_or_default()), message)
                .help("a pack raises levels, narrows lists and raises minimums of the packs that it extends; for anything else write a rule with an id of its own");
            let theirs = parent.place(theirs.copied().unwrap_or_default());
            let said = format!("{} says this", parent.pack);
            self.diagnostics.push(diagnostic.related(theirs, said));
        }
    }

    fn loosened_check(&self, rule: &Rule, parent: &Rule) -> Vec<(&'static str, String)> {
        match (&rule.check, &parent.check) {
            (Check::Require(own), Check::Require(theirs)) => theirs
                .iter()
                .flat_map(|theirs| {
                    let own = own.iter().find(|own| own.path.text == theirs.path.text);
                    theirs.tests.iter().filter_map(move |test| {
                        let path = &theirs.path.text;
                        let same = own.and_then(|own| own.tests.iter().find(|own| own.op.name() == test.op.name()));
                        match same {
                            None => Some(format!("`{path}` has no `{}`: {} in {}", test.op.name(), test.op, parent.pack)),
                            Some(own) => match own.op.tightens(&test.op) {
                                Some(true) => None,
                                Some(false) => Some(format!("of `{path}`, {}, and {} in {}", own.op, test.op, parent.pack)),
                                None => Some(format!("klo cannot tell whether `{}` of `{path}` allows less than in {}", own.op.name(), parent.pack)),
                            },
                        }
                    })
                })
                .map(|message| ("require", message))
                .collect(),
            (Check::Assert(own), Check::Assert(theirs)) if own.text.trim() == theirs.text.trim() => Vec::new(),
            (Check::Assert(_), Check::Assert(_)) => vec![("assert", format!("the expression is another than in {}", parent.pack))],
            (Check::Require(_), Check::Assert(_)) => vec![("require", format!("it has an `assert` in {}", parent.pack))],
            (Check::Assert(_), Check::Require(_)) => vec![("assert", format!("it has a `require` in {}", parent.pack))],
        }
    }
}
