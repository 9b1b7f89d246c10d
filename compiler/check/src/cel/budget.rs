//! How long expressions may take, counted in steps, so that no pack can stall a run and every machine
//! comes to the same end.

use std::sync::atomic::{AtomicU64, Ordering};

/// Steps that one evaluation may take: two loops in each other over some thousand intents.
pub(super) const MAX_STEPS: u64 = 5_000_000;
/// Steps of all evaluations of one rule in one environment: a thousand intents, each compared with a
/// thousand others and their edges.
const MAX_RULE_STEPS: u64 = 50_000_000;
/// Steps of all evaluations in one environment: some seconds.
const MAX_ALL_STEPS: u64 = 400_000_000;

/// What is left.
#[derive(Debug)]
pub(crate) struct Budget {
    each: u64,
    rule: AtomicU64,
    all: AtomicU64,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(MAX_RULE_STEPS, MAX_ALL_STEPS)
    }
}

impl Budget {
    /// A budget for every rule, and one for all of them.
    pub(crate) fn new(rule: u64, all: u64) -> Self {
        Self {
            each: rule,
            rule: AtomicU64::new(rule),
            all: AtomicU64::new(all),
        }
    }

    /// Gives the next rule its own.
    pub(crate) fn begin_rule(&self) {
        self.rule.store(self.each, Ordering::Relaxed);
    }

    /// Steps that the next evaluation may take.
    pub(super) fn left(&self) -> u64 {
        let rule = self.rule.load(Ordering::Relaxed);
        rule.min(self.all.load(Ordering::Relaxed)).min(MAX_STEPS)
    }

    /// Takes what an evaluation took.
    pub(super) fn take(&self, steps: u64) {
        for left in [&self.rule, &self.all] {
            let rest = left.load(Ordering::Relaxed).saturating_sub(steps);
            left.store(rest, Ordering::Relaxed);
        }
    }

    /// What follows an expression's text in a sentence, when an evaluation may take no more than `limit`.
    pub(super) fn exhausted(&self, limit: u64) -> String {
        let what = if limit == MAX_STEPS {
            format!("takes more than {MAX_STEPS} steps")
        } else if self.rule.load(Ordering::Relaxed) <= limit {
            format!(
                "takes too long: one rule may take {} steps over all that it is judged on",
                self.each
            )
        } else {
            "takes too long: the rules before it took what all of them may take".to_owned()
        };
        format!("{what}; filter before going through the same list twice")
    }
}
