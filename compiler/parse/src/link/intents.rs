//! Intents with what annotations state and code implies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use klo_config::App;
use klo_diagnostics::Diagnostic;
use klo_intent::{Edge, InertBinding, Intent, IntentGraph, IntentId, Place};
use klo_source::Tree;

use super::assemble::{Declared, UnitRun};
use super::bindings::Found;
use super::inert::inert_value;
use super::program::{LoadedFile, Program};
use super::value::Tag;
use crate::declare::{Declaration, finish_persist, name_collisions};
use crate::project::Index;
use crate::python::dependencies::Dependencies;

/// The graph in the making.
pub(crate) struct Assembly<'a> {
    pub(crate) tree: &'a dyn Tree,
    pub(crate) program: &'a Program<'a>,
    pub(crate) declared: &'a Declared<'a>,
    pub(crate) listing: &'a [String],
    pub(crate) index: &'a Index,
    pub(crate) runs: Vec<UnitRun>,
    /// What each resource's expression says, over all units.
    pub(crate) found: BTreeMap<Tag, Found>,
    pub(crate) intents: Vec<Intent>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The intent of each declaration.
    pub(crate) by_declaration: BTreeMap<usize, IntentId>,
    pub(crate) packages: BTreeMap<String, Dependencies>,
    /// Resources that were warned about already.
    pub(crate) warned: BTreeSet<Tag>,
}

impl<'a> Assembly<'a> {
    pub(crate) fn new(
        tree: &'a dyn Tree,
        program: &'a Program<'a>,
        declared: &'a Declared<'a>,
        listing: &'a [String],
        index: &'a Index,
        runs: Vec<UnitRun>,
        orphans: BTreeMap<Tag, Found>,
    ) -> Self {
        let mut found = orphans;
        for run in &runs {
            for (tag, more) in &run.found {
                merge(found.entry(*tag).or_default(), more);
            }
        }
        for tag in runs.iter().flat_map(|run| &run.asked_by_name) {
            if let Some(found) = found.get_mut(tag) {
                found.hold_names();
            }
        }
        Self {
            tree,
            program,
            declared,
            listing,
            index,
            runs,
            found,
            intents: Vec::new(),
            edges: Vec::new(),
            diagnostics: Vec::new(),
            by_declaration: BTreeMap::new(),
            packages: BTreeMap::new(),
            warned: BTreeSet::new(),
        }
    }

    pub(crate) fn app(&self) -> &'a App {
        self.declared.app
    }

    /// The graph, sorted, with every mistake found on the way.
    pub(crate) fn finish(mut self) -> (IntentGraph, Vec<Diagnostic>) {
        self.edges.retain(|edge| !edge.access.is_empty());
        let graph = IntentGraph {
            app: self.app().name.clone(),
            deployment: None,
            intents: self.intents,
            edges: Vec::new(),
        };
        let mut edges = self.edges;
        edges.sort_by_cached_key(|edge| {
            (
                graph.node_id(&edge.from),
                graph.node_id(&edge.to),
                edge.at.first().copied(),
            )
        });
        (IntentGraph { edges, ..graph }, self.diagnostics)
    }

    /// Makes every intent, sorted by kind name and name.
    pub(crate) fn intents(&mut self) {
        let mut made: Vec<(Option<usize>, Intent)> = Vec::new();
        for (index, declaration) in self.declared.declarations.iter().enumerate() {
            if let Some(intent) = self.intent_of(index, declaration) {
                made.push((Some(index), intent));
            }
        }
        made.extend(
            self.app()
                .declare
                .iter()
                .map(|declared| (None, from_yaml(self.app(), declared))),
        );
        let collisions = made.iter().map(|(_, i)| (i.kind, i.name.as_str(), i.at));
        self.diagnostics.extend(name_collisions(collisions));
        made.sort_by(|(_, a), (_, b)| {
            (a.kind.name(), &a.name, a.at).cmp(&(b.kind.name(), &b.name, b.at))
        });
        made.dedup_by(|(_, later), (_, earlier)| {
            later.kind == earlier.kind && later.name == earlier.name
        });
        for (at, (declaration, intent)) in made.into_iter().enumerate() {
            if let Some(declaration) = declaration {
                self.by_declaration.insert(declaration, IntentId(at as u32));
            }
            self.intents.push(intent);
        }
    }

    fn intent_of(&mut self, index: usize, declaration: &Declaration) -> Option<Intent> {
        let tag = self
            .declared
            .tags
            .iter()
            .position(|i| *i == index)
            .map(|t| Tag(t as u32));
        let found = tag
            .and_then(|tag| self.found.get(&tag).cloned())
            .unwrap_or_default();
        let kind = match declaration.kind {
            Some(kind) => kind,
            None => self.kind_of(declaration, &found)?,
        };
        let (stated, mistakes) = finish_persist(self.app(), declaration, kind);
        self.diagnostics.extend(mistakes);
        let mut intent = Intent {
            was: declaration.was.clone(),
            stated,
            ..Intent::new(
                kind,
                declaration.name.clone(),
                declaration.at,
                declaration.place.clone(),
            )
        };
        if declaration.capability.is_unit() {
            self.describe_unit(index, declaration, &mut intent);
        } else {
            self.describe_resource(declaration, tag, &found, &mut intent);
        }
        Some(intent)
    }

    /// The file and annotation that declare an intent; nothing for one from klo.yaml.
    fn read_of(&self, intent: IntentId) -> Option<(&LoadedFile, &Declaration)> {
        let (index, _) = self.by_declaration.iter().find(|(_, id)| **id == intent)?;
        let declaration = &self.declared.declarations[*index];
        let file = self.program.by_path(&declaration.path)?;
        Some((self.program.file(file), declaration))
    }

    /// Variables of resources that a unit imports and does not use.
    pub(crate) fn inert(&self, position: usize, bound: &BTreeSet<String>) -> Vec<InertBinding> {
        let run = &self.runs[position];
        let mut found = Vec::new();
        let imported: BTreeSet<IntentId> = run
            .found
            .keys()
            .filter(|tag| !run.uses.contains_key(tag))
            .filter_map(|tag| {
                let declaration = self.declared.tags[tag.0 as usize];
                self.by_declaration.get(&declaration).copied()
            })
            .collect();
        for (index, intent) in self.intents.iter().enumerate() {
            let imported = imported.contains(&IntentId(index as u32));
            for binding in &intent.bindings {
                let read = imported || run.required.contains(&binding.variable);
                if binding.required && read && !bound.contains(&binding.variable) {
                    found.push(InertBinding {
                        variable: binding.variable.clone(),
                        value: inert_value(binding, self.read_of(IntentId(index as u32))),
                        intent: intent.id(),
                        at: binding.at,
                    });
                }
            }
        }
        found.sort();
        found.dedup_by(|a, b| a.variable == b.variable);
        found
    }
}

pub(super) fn merge(into: &mut Found, more: &Found) {
    for (key, read) in &more.fields {
        into.fields
            .entry(key.clone())
            .or_insert_with(|| read.clone());
    }
    for client in &more.clients {
        if !into.clients.iter().any(|known| known.path == client.path) {
            into.clients.push(client);
        }
    }
    into.pools.extend(more.pools.iter().cloned());
    into.schemes.extend(more.schemes.iter().cloned());
    into.kinds.extend(more.kinds.iter().copied());
    into.literals.extend(more.literals.iter().cloned());
    into.engine = into.engine.or(more.engine);
    into.cluster |= more.cluster;
    into.tls |= more.tls;
    if into.path.is_none() {
        into.path.clone_from(&more.path);
    }
}

fn from_yaml(app: &App, declared: &klo_config::Declared) -> Intent {
    let file: Arc<str> = klo_source::join(&app.root, "klo.yaml").into();
    let item: Arc<str> = format!("declare.{}.{}", declared.kind, declared.name).into();
    Intent {
        was: declared.was.clone(),
        stated: declared
            .settings
            .iter()
            .map(|entry| (entry.attribute, (entry.value.clone(), entry.at)))
            .collect(),
        ..Intent::new(
            declared.kind,
            declared.name.clone(),
            declared.at,
            Place::new(file, item),
        )
    }
}
