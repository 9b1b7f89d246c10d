use klo_diagnostics::At;
use klo_intent::{AttrValue, Intent, IntentGraph, Origin, Tier};
use klo_source::{FileId, TextRange};

use super::world::World;
use super::{Bound, Fix, Judged, Policy, Raw, decide, too_many};
use crate::packs::path::Path;
use crate::packs::require::{Op, Requirement, Test, show};
use crate::packs::{Check, Condition, Rule, Selector};

/// Judges a resolved graph by every rule on intents and on the graph. `file` is the app's `klo.yaml`,
/// which findings on the graph point at.
pub(crate) fn judge_intents(graph: &IntentGraph, policy: &Policy, file: Option<FileId>) -> Judged {
    let tier = graph.deployment().tier;
    let mut findings = Vec::new();
    let mut world: Option<World> = None;
    for rule in policy.rules.rules().filter(|rule| holds_in(rule, tier)) {
        if let Some(world) = &world {
            world.begin_rule();
        }
        let raw = match &rule.selector {
            Selector::Resources(_) => continue,
            Selector::Graph => {
                let world = world.get_or_insert_with(|| World::new(graph, policy));
                on_graph(rule, world, file)
            }
            Selector::Intents(_) => {
                let intents = graph.intents.iter().enumerate();
                let matching = intents.filter(|(_, intent)| rule.selector.matches(intent));
                let mut found = Vec::new();
                for (index, intent) in matching {
                    found.extend(on_intent(rule, graph, policy, &mut world, index, intent));
                }
                found
            }
        };
        let decided = raw
            .into_iter()
            .map(|raw| decide(rule, raw, &policy.waivers, policy.today));
        findings.extend(decided);
        if let Some(error) = too_many(&mut findings) {
            return (findings, Some(error));
        }
    }
    (findings, None)
}

pub(crate) fn holds_in(rule: &Rule, tier: Tier) -> bool {
    rule.tier.is_none_or(|wanted| wanted == tier)
}

fn on_graph(rule: &Rule, world: &World, file: Option<FileId>) -> Vec<Raw> {
    let at = file.map_or(At::Nowhere, |file| {
        At::Span(TextRange::default().in_file(file))
    });
    let judged = judge_conditions(rule, |condition| world.judge(&rule.pack, condition));
    judged
        .map(|(message, asked)| Raw {
            at,
            subject: "graph".to_owned(),
            intents: Vec::new(),
            message,
            help: asks_for(rule),
            asked,
            fix: None,
        })
        .into_iter()
        .collect()
}

fn on_intent(
    rule: &Rule,
    graph: &IntentGraph,
    policy: &Policy,
    world: &mut Option<World>,
    index: usize,
    intent: &Intent,
) -> Vec<Raw> {
    let expressive = rule.when.is_some() || matches!(rule.check, Check::Assert(_));
    let requirements = match &rule.check {
        Check::Require(requirements) if !expressive => return required(rule, requirements, intent),
        Check::Require(requirements) => Some(requirements),
        Check::Assert(_) => None,
    };
    let world = world.get_or_insert_with(|| World::new(graph, policy));
    let seen = world.of_intent(&rule.pack, index);
    let judge = |condition: &Condition| condition.expression.evaluate(&seen);
    if let Some(requirements) = requirements {
        return match rule.when.as_ref().map(judge) {
            Some(Ok(false)) => Vec::new(),
            Some(Err(error)) => {
                let when = rule.when.as_ref();
                let asked = when.map_or(At::Nowhere, |when| rule.place(when.range));
                vec![raw(rule, intent, intent.at.into(), cannot(&error), asked)]
            }
            _ => required(rule, requirements, intent),
        };
    }
    let judged = judge_conditions(rule, judge);
    judged
        .map(|(message, asked)| {
            let message = format!("`{}`: {message}", intent.id());
            raw(rule, intent, place_of(rule, intent), message, asked)
        })
        .into_iter()
        .collect()
}

/// The place of the one attribute that an assertion is about, or of the intent.
fn place_of(rule: &Rule, intent: &Intent) -> At {
    let Check::Assert(condition) = &rule.check else {
        return intent.at.into();
    };
    let mut spans = condition
        .expression
        .intent_fields()
        .filter_map(|name| intent.settings.get(name))
        .filter_map(|setting| setting.span);
    match (spans.next(), spans.next()) {
        (Some(span), None) => span.into(),
        _ => intent.at.into(),
    }
}

fn raw(rule: &Rule, intent: &Intent, at: At, message: String, asked: At) -> Raw {
    Raw {
        at,
        subject: intent.id(),
        intents: vec![intent.id()],
        message,
        help: asks_for(rule),
        asked,
        fix: None,
    }
}

fn cannot(error: &str) -> String {
    format!("this cannot be judged: {error}")
}

/// What an assertion has to say, if anything: the sentence, and the place in the pack.
pub(crate) fn judge_conditions(
    rule: &Rule,
    judge: impl Fn(&Condition) -> Result<bool, String>,
) -> Option<(String, At)> {
    if let Some(when) = &rule.when {
        match judge(when) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some((cannot(&error), rule.place(when.range))),
        }
    }
    let Check::Assert(assert) = &rule.check else {
        return None;
    };
    let place = rule.place(assert.range);
    match judge(assert) {
        Ok(true) => None,
        Ok(false) => Some((rule.name.replace('-', " "), place)),
        Err(error) => Some((cannot(&error), place)),
    }
}

/// What an assertion asks for.
pub(crate) fn asks_for(rule: &Rule) -> String {
    match &rule.check {
        Check::Assert(condition) => {
            let text: Vec<&str> = condition.text.split_whitespace().collect();
            format!("this has to be true: `{}`", text.join(" "))
        }
        Check::Require(_) => "mend the rule's expression, or what it is about".to_owned(),
    }
}

/// The requirements that an intent does not meet.
fn required(rule: &Rule, requirements: &[Requirement], intent: &Intent) -> Vec<Raw> {
    let mut found = Vec::new();
    for requirement in requirements {
        let attribute = requirement.path.attribute();
        if is_elsewhere(intent, attribute) {
            continue;
        }
        let visit =
            |path: &Path, visit: &mut dyn FnMut(&AttrValue)| path.visit_intent(intent, visit);
        for (test, value) in requirement.judge(&visit) {
            let subject = format!(" of `{}`", intent.id());
            let fix = fix(rule, requirement, test, intent);
            found.push(Raw {
                at: intent.span_of(attribute).into(),
                subject: intent.id(),
                intents: vec![intent.id()],
                message: requirement.explain(test, &value, &subject),
                help: remedy(requirement, test),
                asked: rule.place(test.range),
                fix,
            });
        }
    }
    found
}

/// Whether a value is only what klo would choose for something that is there already, and that klo
/// does not make.
fn is_elsewhere(intent: &Intent, attribute: &str) -> bool {
    let chosen = |origin: &Origin| {
        matches!(
            origin,
            Origin::Choose { .. } | Origin::Defaults { .. } | Origin::Formula | Origin::BuiltIn
        )
    };
    let setting = intent.settings.get(attribute);
    !intent.value("existing").is_null() && setting.is_some_and(|setting| chosen(&setting.origin))
}

/// What to do about a test that does not hold.
pub(crate) fn remedy(requirement: &Requirement, test: &Test) -> String {
    let path = &requirement.path.text;
    match (&test.op, test.op.nearest()) {
        (_, Some(value)) => format!("set `{path}` to {}", show(value)),
        (Op::Keys(keys), _) => {
            let keys = klo_diagnostics::list_of(keys.iter().map(String::as_str));
            format!("`{path}` needs {keys}; `{path}` in klo.yaml holds for the whole app")
        }
        (Op::Exists(true), _) => format!("set `{path}`"),
        (Op::Exists(false), _) => format!("remove `{path}`"),
        (op, _) => format!("change `{path}`: {op}"),
    }
}

/// What `klo fix` would write.
fn fix(rule: &Rule, requirement: &Requirement, test: &Test, intent: &Intent) -> Option<Fix> {
    let attribute = klo_intent::attribute(intent.kind, requirement.path.attribute())?;
    let value = test.op.nearest().filter(|_| rule.fix)?.clone();
    Some(Fix {
        intent: intent.id(),
        attribute: attribute.name,
        value,
        bound: match test.op {
            Op::Min(_) => Bound::Least,
            Op::Max(_) => Bound::Most,
            _ => Bound::Exactly,
        },
    })
}
