//! Apps of the repository that others use: read when one is named, and no sooner.

use std::cmp::Reverse;

use klo_check::{Neighbour, Policy};
use klo_config::App;
use klo_diagnostics::Diagnostic;
use klo_intent::{IntentGraph, Node};

use crate::project::Project;

/// An app of the repository, with its graph once it was read.
struct Known {
    app: App,
    read: Option<(IntentGraph, Vec<Diagnostic>)>,
    /// Its rules, for one that was not asked for.
    policy: Option<Policy>,
}

/// The apps of a repository: those that were asked for, and the others once one is named.
pub(crate) struct Repository {
    known: Vec<Known>,
    /// How many were asked for; they come first.
    asked: usize,
    complete: bool,
}

impl Repository {
    /// The apps that were asked for, unread.
    pub(crate) fn of(apps: &[App]) -> Self {
        let known = apps.iter().map(|app| Known {
            app: app.clone(),
            read: None,
            policy: None,
        });
        Self {
            known: known.collect(),
            asked: apps.len(),
            complete: false,
        }
    }

    /// The graph of an app that was asked for, by its number, with what reading it said; and the
    /// graphs of all apps that it uses, and those use, where the repository holds them.
    pub(crate) fn read(
        &mut self,
        project: &mut Project,
        index: usize,
    ) -> (IntentGraph, Vec<Diagnostic>) {
        let found = self.graph(project, index).clone();
        let mut named = uses(&found.0);
        let mut done: Vec<String> = vec![self.known[index].app.name.clone()];
        while let Some(name) = named.pop() {
            if done.contains(&name) {
                continue;
            }
            self.complete(project);
            if let Some(other) = self.nearest(index, &name) {
                let graph = &self.graph(project, other).0;
                named.extend(uses(graph));
                self.hold(project, other);
            }
            done.push(name);
        }
        found
    }

    /// Every app but one, with what was read of it.
    pub(crate) fn neighbours<'a>(
        &'a self,
        index: usize,
        policies: &'a [Policy],
    ) -> Vec<Neighbour<'a>> {
        let others = self.known.iter().enumerate().filter(|(at, known)| {
            *at != index && self.nearest(index, &known.app.name) == Some(*at)
        });
        others
            .map(|(at, known)| Neighbour {
                app: &known.app,
                graph: known.read.as_ref().map(|(graph, _)| graph),
                policy: known.policy.as_ref().or_else(|| policies.get(at)),
            })
            .collect()
    }

    /// The app of a name. A repository may hold several, such as examples: the one meant is that
    /// which shares the most folders with the app that names it.
    fn nearest(&self, index: usize, name: &str) -> Option<usize> {
        let from = &self.known[index].app.root;
        let shared = |root: &str| {
            let folders = root.split('/').zip(from.split('/'));
            folders.take_while(|(a, b)| a == b).count()
        };
        let named = self.known.iter().enumerate();
        let named = named.filter(|(at, known)| *at != index && known.app.name == name);
        named
            .max_by_key(|(_, known)| (shared(&known.app.root), Reverse(&known.app.root)))
            .map(|(at, _)| at)
    }

    fn graph(&mut self, project: &mut Project, index: usize) -> &(IntentGraph, Vec<Diagnostic>) {
        let Known { app, read, .. } = &mut self.known[index];
        read.get_or_insert_with(|| {
            klo_parse::parse(&*project.tree, app, &app.nested, &mut project.sources)
        })
    }

    /// Finds the apps that were not asked for.
    fn complete(&mut self, project: &mut Project) {
        if std::mem::replace(&mut self.complete, true) {
            return;
        }
        let others = project.neighbours().into_iter().map(|app| Known {
            app,
            read: None,
            policy: None,
        });
        self.known.extend(others);
    }

    /// Reads the rules of an app that was not asked for.
    fn hold(&mut self, project: &mut Project, index: usize) {
        let known = &mut self.known[index];
        if index >= self.asked && known.policy.is_none() {
            let Project {
                extra,
                tree,
                sources,
                ..
            } = project;
            known.policy = extra.policy(&known.app, &**tree, sources).0;
        }
    }
}

/// The apps that a graph's edges lead to.
fn uses(graph: &IntentGraph) -> Vec<String> {
    let apps = graph.edges.iter().filter_map(|edge| match &edge.to {
        Node::OtherApp { app, .. } => Some(app.clone()),
        _ => None,
    });
    apps.collect()
}
