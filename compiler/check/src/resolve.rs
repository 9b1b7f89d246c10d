//! Settings of one environment: one function, with a slot for each layer of language.md §3.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use klo_config::{App, EnvironmentConfig, Settings};
use klo_intent::{
    Access, AttrValue, Deployment, Duration, Edge, Intent, IntentGraph, IntentId, Kind, Module,
    Origin, Setting, Superseded, attributes, load,
};
use klo_source::Span;

use crate::builtin::{FIRST, Settled};
use crate::findings::holds_in;
use crate::layers::{PackLayers, PackValue};
use crate::packs::RuleSet;

/// A value of one layer.
#[derive(Clone)]
struct Candidate {
    value: AttrValue,
    origin: Origin,
    span: Option<Span>,
}

/// Where the layers of one environment come from.
pub(crate) struct Sources<'a> {
    pub(crate) app: &'a App,
    pub(crate) environment: &'a EnvironmentConfig,
    pub(crate) deployment: &'a Deployment,
    pub(crate) rules: &'a RuleSet,
}

/// Maps whose entries are settled one by one: a stronger layer adds to a weaker one's.
const MERGED: [&str; 2] = ["tags", "env"];

/// The effective value of every attribute of an intent, with its history.
pub(crate) fn resolve(
    sources: &Sources<'_>,
    graph: &IntentGraph,
    id: IntentId,
) -> BTreeMap<&'static str, Setting> {
    let intent = graph.intent(id);
    let first = FIRST
        .iter()
        .filter_map(|name| klo_intent::attribute(intent.kind, name));
    let rest = attributes(intent.kind)
        .iter()
        .filter(|attribute| !FIRST.contains(&attribute.name));
    let mut settings: BTreeMap<&'static str, Setting> = BTreeMap::new();
    for attribute in first.chain(rest) {
        let mut candidates = sources.stated(graph, id, intent, attribute.name);
        let value = |name: &str| {
            settings
                .get(name)
                .map_or(AttrValue::Null, |setting| setting.value.clone())
        };
        let settled = Settled {
            kind: intent.kind,
            deployment: sources.deployment,
            value: &value,
        };
        let weakest = settled.weakest(attribute.name);
        candidates.extend(weakest.into_iter().map(|(value, origin)| Candidate {
            value,
            origin,
            span: None,
        }));
        if attribute.name == "gpu" {
            sources.first_allowed(intent.kind, &mut candidates);
        }
        settings.insert(attribute.name, settle(attribute.name, candidates));
    }
    fit_formula(&mut settings);
    settings
}

/// For how long queues hide messages, where nobody says so: as long as the slowest consumer needs.
pub(crate) fn settle_visibility(graph: &mut IntentGraph) {
    let needs: Vec<(IntentId, u64)> = graph
        .of_kind(Kind::Queue)
        .filter(|(_, queue)| queue.value("visibility").is_null())
        .filter(|(_, queue)| queue.value("existing").is_null())
        .map(|(id, _)| (id, visibility(graph, id)))
        .collect();
    for (id, seconds) in needs {
        let value = AttrValue::Duration(Duration(seconds));
        if let Some(intent) = graph.intents.get_mut(id.0 as usize)
            && let Some(setting) = intent.settings.get_mut("visibility")
        {
            setting.value = value;
            setting.origin = Origin::Formula;
        }
    }
}

fn visibility(graph: &IntentGraph, id: IntentId) -> u64 {
    /// SQS's own default, for queues without a consumer in the app.
    const WITHOUT_CONSUMER: u64 = 30;
    let timeout = |unit: Option<IntentId>| Some(graph.intent(unit?).duration("timeout")?.seconds());
    let triggered = graph
        .edges_from(id)
        .filter(|edge| edge.access.contains(&Access::Trigger))
        .filter_map(|edge| {
            let window = load::batch_window(edge.option("batch").as_int());
            Some(load::visibility_seconds(timeout(edge.to.intent())?, window))
        });
    let consumers = graph
        .edges_to(id)
        .filter(|edge| edge.access.contains(&Access::Consume))
        .filter_map(|edge| Some(load::visibility_seconds(timeout(edge.from.intent())?, 0)));
    triggered
        .chain(consumers)
        .max()
        .unwrap_or(WITHOUT_CONSUMER)
        .min(load::MOST_VISIBILITY)
}

/// A formula's instances bend to a bound that somebody states.
fn fit_formula(settings: &mut BTreeMap<&'static str, Setting>) {
    let number = |name: &str| {
        settings
            .get(name)
            .and_then(|setting| setting.value.as_int())
    };
    let (Some(min), Some(max)) = (number("min"), number("max")) else {
        return;
    };
    let computed = |name: &str| {
        settings
            .get(name)
            .is_some_and(|setting| matches!(setting.origin, Origin::Formula | Origin::BuiltIn))
    };
    if min > max
        && computed("min")
        && let Some(setting) = settings.get_mut("min")
    {
        setting.value = AttrValue::Int(max);
    }
}

impl Sources<'_> {
    /// The values of all layers but formula and default, strongest first.
    fn stated(
        &self,
        graph: &IntentGraph,
        id: IntentId,
        intent: &Intent,
        attribute: &'static str,
    ) -> Vec<Candidate> {
        let intent_id = intent.id();
        let mut candidates = Vec::new();
        let mut add = |value: AttrValue, origin: Origin, span: Option<Span>| {
            candidates.push(Candidate {
                value,
                origin,
                span,
            });
        };
        let overrides = [
            (&self.environment.resources, Origin::EnvironmentResources),
            (&self.app.resources, Origin::Resources),
        ];
        for (settings, origin) in overrides {
            if let Some((value, span)) = entry(settings, &intent_id, attribute) {
                add(value, origin, Some(span));
            }
        }
        if let Some((value, span)) = intent.stated.get(attribute) {
            add(value.clone(), Origin::Annotation, Some(*span));
        }
        if let Some((value, span)) = ways_in(graph, id, attribute) {
            add(value, Origin::Annotation, span);
        }
        if let Some((value, span)) = intent.implied.get(attribute) {
            add(value.clone(), Origin::Code, *span);
        }
        if let Some(value) = routes(intent, attribute) {
            add(value, Origin::Code, None);
        }
        if let Some((value, span)) = self.configured(intent, attribute) {
            add(value, Origin::Configuration, span);
        }
        let mut pack = |layer: &[PackValue], origin: fn(String) -> Origin| {
            let tier = self.deployment.tier;
            for entry in PackLayers::matching(layer, intent.kind, tier, attribute) {
                add(
                    entry.value.clone(),
                    origin(entry.pack.clone()),
                    Some(entry.at),
                );
            }
        };
        let layers = self.rules.layers();
        pack(&layers.choose, |pack| Origin::Choose { pack });
        pack(&layers.defaults, |pack| Origin::Defaults { pack });
        candidates.retain(|candidate| !candidate.value.is_null());
        candidates
    }

    /// The module that makes an intent here; what is there already is made by nobody.
    pub(crate) fn module(&self, intent: &Intent) -> Option<Module> {
        let made = intent.value("existing").is_null() && intent.value("import").is_null();
        let mut modules = self.rules.layers().modules.iter();
        let found = modules.find(|module| module.kind == intent.kind && made)?;
        Some(found.module.clone())
    }

    /// Lists of GPU types, in order of preference, become the first that rules let pass, or the first
    /// of all where they let none.
    fn first_allowed(&self, kind: Kind, candidates: &mut [Candidate]) {
        let allowed = |gpu: &&AttrValue| {
            let rules = self.rules.rules();
            let mut rules = rules.filter(|rule| holds_in(rule, self.deployment.tier));
            rules.all(|rule| rule.allows_gpu(kind, gpu))
        };
        for candidate in candidates {
            if let AttrValue::List(items) = &candidate.value {
                let chosen = items.iter().find(allowed).or(items.first());
                candidate.value = chosen.cloned().unwrap_or_default();
            }
        }
    }

    /// What `klo.yaml` says for the kind or for everything.
    fn configured(&self, intent: &Intent, attribute: &str) -> Option<(AttrValue, Option<Span>)> {
        match attribute {
            "region" => self
                .environment
                .region_at
                .map(|span| (AttrValue::Str(self.environment.region.clone()), Some(span))),
            "run_on" => self
                .app
                .run_on
                .get(&intent.kind)
                .map(|(platform, span)| (AttrValue::from(platform.as_str()), Some(*span))),
            "tags" if !self.deployment.tags.is_empty() => {
                let tags = self.deployment.tags.iter();
                let tags: IndexMap<String, AttrValue> = tags
                    .map(|(key, value)| (key.clone(), AttrValue::from(value.as_str())))
                    .collect();
                Some((AttrValue::Map(tags), None))
            }
            _ => None,
        }
    }
}

fn entry(settings: &Settings, id: &str, attribute: &str) -> Option<(AttrValue, Span)> {
    let (_, entries) = settings.get(id)?;
    let entry = entries.iter().find(|entry| entry.attribute == attribute)?;
    Some((entry.value.clone(), entry.at))
}

/// `expose` and `triggers`: the options of the edges that arrive at a unit.
fn ways_in(
    graph: &IntentGraph,
    id: IntentId,
    attribute: &str,
) -> Option<(AttrValue, Option<Span>)> {
    let access = match attribute {
        "expose" => Access::Expose,
        "triggers" => Access::Trigger,
        _ => return None,
    };
    let edges: Vec<&Edge> = graph
        .edges_to(id)
        .filter(|edge| edge.access.contains(&access))
        .collect();
    let span = edges.first().and_then(|edge| edge.at.first().copied());
    let options = edges.into_iter().map(|edge| {
        let mut entries: IndexMap<String, AttrValue> = IndexMap::new();
        for (key, value) in &edge.options {
            if !value.is_null() {
                entries.insert((*key).to_owned(), value.clone());
            }
        }
        AttrValue::Map(entries)
    });
    let options: Vec<AttrValue> = options.collect();
    (!options.is_empty()).then_some((AttrValue::List(options), span))
}

/// `routes`: those that the code states.
fn routes(intent: &Intent, attribute: &str) -> Option<AttrValue> {
    let code = intent.code.as_ref().filter(|_| attribute == "routes")?;
    let routes = code.routes.iter().map(|route| {
        AttrValue::Map(IndexMap::from([
            ("method".to_owned(), AttrValue::from(route.method.as_str())),
            ("path".to_owned(), AttrValue::from(route.path.as_str())),
        ]))
    });
    Some(AttrValue::List(routes.collect()))
}

/// The strongest value, with the others as its history.
fn settle(attribute: &'static str, candidates: Vec<Candidate>) -> Setting {
    let merged = MERGED
        .contains(&attribute)
        .then(|| merge(attribute, &candidates));
    let mut candidates = candidates.into_iter();
    let Some(strongest) = candidates.next() else {
        return Setting {
            value: merged.unwrap_or_default(),
            origin: Origin::BuiltIn,
            span: None,
            overridden: Vec::new(),
        };
    };
    Setting {
        value: merged.unwrap_or(strongest.value),
        origin: strongest.origin,
        span: strongest.span,
        overridden: candidates
            .map(|candidate| Superseded {
                value: candidate.value,
                origin: candidate.origin,
                span: candidate.span,
            })
            .collect(),
    }
}

/// The entries of all layers, a stronger one's in place of a weaker one's. Tags are texts.
fn merge(attribute: &str, candidates: &[Candidate]) -> AttrValue {
    let mut merged: IndexMap<String, AttrValue> = IndexMap::new();
    for candidate in candidates.iter().rev() {
        let AttrValue::Map(entries) = &candidate.value else {
            continue;
        };
        for (key, value) in entries {
            let value = match value {
                AttrValue::Int(number) if attribute == "tags" => AttrValue::Str(number.to_string()),
                AttrValue::Bool(flag) if attribute == "tags" => AttrValue::Str(flag.to_string()),
                value => value.clone(),
            };
            merged.insert(key.clone(), value);
        }
    }
    AttrValue::Map(merged)
}
