use std::collections::BTreeMap;

use klo_diagnostics::At;
use klo_intent::AttrValue;
use klo_plan::{Class, Plan, Resource};
use klo_source::Span;

use super::intents::{asks_for, holds_in, judge_conditions, remedy};
use super::world::World;
use super::{Judged, Policy, Raw, decide, too_many};
use crate::packs::path::Path;
use crate::packs::{Check, Condition, Rule, Selector};

/// Judges a plan by every rule on resource types.
pub(crate) fn judge_resources(plan: &Plan, policy: &Policy) -> Judged {
    let tier = plan.graph.deployment().tier;
    let mut by_type: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for resource in plan.resources.values() {
        if resource.address.class == Class::Managed {
            by_type
                .entry(resource.address.kind)
                .or_default()
                .push(resource);
        }
    }
    let mut findings = Vec::new();
    let mut world: Option<World> = None;
    for rule in policy.rules.rules().filter(|rule| holds_in(rule, tier)) {
        if let Some(world) = &world {
            world.begin_rule();
        }
        let Selector::Resources(types) = &rule.selector else {
            continue;
        };
        for resource in types
            .iter()
            .flat_map(|ty| by_type.get(ty.name).into_iter().flatten())
        {
            let raw = on_resource(rule, resource, plan, policy, &mut world);
            let decided = raw
                .into_iter()
                .map(|raw| decide(rule, raw, &policy.waivers, policy.today));
            findings.extend(decided);
        }
        if let Some(error) = too_many(&mut findings) {
            return (findings, Some(error));
        }
    }
    (findings, None)
}

fn on_resource(
    rule: &Rule,
    resource: &Resource,
    plan: &Plan,
    policy: &Policy,
    world: &mut Option<World>,
) -> Vec<Raw> {
    let body = AttrValue::Map(resource.body.view());
    let judge = |world: &World, condition: &Condition| {
        let seen = world.of_resource(&rule.pack, &body);
        condition.expression.evaluate(&seen)
    };
    if let Check::Require(requirements) = &rule.check {
        if let Some(when) = &rule.when {
            let world = world.get_or_insert_with(|| World::new(&plan.graph, policy));
            match judge(world, when) {
                Ok(true) => {}
                Ok(false) => return Vec::new(),
                Err(error) => {
                    let message = format!("this cannot be judged: {error}");
                    return vec![raw(rule, resource, plan, message, rule.place(when.range))];
                }
            }
        }
        let mut found = Vec::new();
        for requirement in requirements {
            let visit =
                |path: &Path, visit: &mut dyn FnMut(&AttrValue)| path.visit_value(&body, visit);
            for (test, value) in requirement.judge(&visit) {
                let subject = format!(" of {}", resource.address);
                let message = requirement.explain(test, &value, &subject);
                let mut one = raw(rule, resource, plan, message, rule.place(test.range));
                one.help = format!(
                    "{}; it follows from {}",
                    remedy(requirement, test),
                    asked_by(resource)
                );
                found.push(one);
            }
        }
        return found;
    }
    let world = world.get_or_insert_with(|| World::new(&plan.graph, policy));
    judge_conditions(rule, |condition| judge(world, condition))
        .map(|(message, asked)| {
            let message = format!("{}: {message}", resource.address);
            raw(rule, resource, plan, message, asked)
        })
        .into_iter()
        .collect()
}

/// The intents that asked for a resource, for people.
fn asked_by(resource: &Resource) -> String {
    match resource.why.intents.len() {
        0 => "the app as a whole".to_owned(),
        _ => {
            let intents = resource.why.intents.iter().map(String::as_str);
            klo_diagnostics::list_of(intents)
        }
    }
}

fn raw(rule: &Rule, resource: &Resource, plan: &Plan, message: String, asked: At) -> Raw {
    Raw {
        at: span_of(resource, plan).map_or(At::Nowhere, At::Span),
        subject: resource.address.to_string(),
        intents: resource.why.intents.iter().cloned().collect(),
        message,
        help: asks_for(rule),
        asked,
        fix: None,
    }
}

/// The annotation of the first intent that asked for a resource.
fn span_of(resource: &Resource, plan: &Plan) -> Option<Span> {
    let graph = &plan.graph;
    let mut intents = resource.why.intents.iter();
    let id = intents.find_map(|id| graph.by_id(id))?;
    Some(graph.intent(id).at)
}
