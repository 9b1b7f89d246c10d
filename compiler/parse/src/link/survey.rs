//! What a program's code would say if annotations stood where none do: each item that may be a unit
//! is run, each expression that may find a resource is followed.

use std::collections::{BTreeMap, BTreeSet};

use klo_config::App;
use klo_intent::{EntryCall, Field, Kind, MethodUse};
use klo_source::Span;
use rayon::prelude::*;

use super::assemble::{self, UnitRun, run_unit, with_program};
use super::bindings::Found;
use super::intents::merge;
use super::pending::Evaluation;
use super::value::Tag;
use crate::declare::Declaration;
use crate::project::Project;

/// What running one declaration as a unit showed.
#[derive(Debug)]
pub(crate) struct UnitSeen {
    /// How it would start.
    pub(crate) call: EntryCall,
    /// The routes that it answers.
    pub(crate) routes: usize,
    /// The port that its code states.
    pub(crate) port: Option<i64>,
    /// Where the applications that it serves are made.
    pub(crate) serves: BTreeSet<Span>,
    /// Where those are made that belong to them, themselves included.
    pub(crate) includes: BTreeSet<Span>,
    /// Methods called by the declaration of the resource.
    pub(crate) uses: BTreeMap<usize, Vec<MethodUse>>,
    /// Variables without which it does not start.
    pub(crate) required: BTreeSet<String>,
}

/// A variable that a resource is found by.
#[derive(Debug, Clone)]
pub(crate) struct VariableSeen {
    pub(crate) name: String,
    pub(crate) field: Field,
}

/// What one declaration says as a resource.
#[derive(Debug, Default)]
pub(crate) struct ResourceSeen {
    /// Kinds that its values show.
    pub(crate) kinds: BTreeSet<Kind>,
    /// Whether a client of a known library is made.
    pub(crate) is_client: bool,
    /// Variables that find it.
    pub(crate) variables: Vec<VariableSeen>,
}

/// By declaration, what it would be.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) units: BTreeMap<usize, UnitSeen>,
    pub(crate) resources: BTreeMap<usize, ResourceSeen>,
}

/// Runs every declaration as what it says it is.
pub(crate) fn survey(app: &App, project: Project, declarations: &[Declaration]) -> Survey {
    let Project { files, index, .. } = project;
    with_program(
        app,
        files,
        &index,
        declarations,
        Evaluation::WhenDue,
        |program, declared, packages| {
            let runs: Vec<UnitRun> = assemble::units(declarations)
                .into_par_iter()
                .filter_map(|index| run_unit(program, declared, packages, index))
                .collect();
            let mut found = assemble::read_orphans(program, declared, &runs);
            for run in &runs {
                for (tag, more) in &run.found {
                    merge(found.entry(*tag).or_default(), more);
                }
            }
            let of_tag = |tag: &Tag| declared.tags[tag.0 as usize];
            let resources = found.iter().map(|(tag, found)| (of_tag(tag), seen(found)));
            Survey {
                resources: resources.collect(),
                units: runs
                    .into_iter()
                    .map(|run| (run.declaration, ran(run, of_tag)))
                    .collect(),
            }
        },
    )
}

fn ran(run: UnitRun, of_tag: impl Fn(&Tag) -> usize) -> UnitSeen {
    let (serves, includes) = run.applications;
    UnitSeen {
        call: run.entry.call,
        routes: run.routes.len(),
        port: run.port.map(|(port, _)| port),
        serves,
        includes,
        uses: run
            .uses
            .iter()
            .map(|(tag, found)| (of_tag(tag), found.methods.keys().cloned().collect()))
            .collect(),
        required: run.required,
    }
}

fn seen(found: &Found) -> ResourceSeen {
    ResourceSeen {
        kinds: found.kinds.clone(),
        is_client: !found.clients.is_empty(),
        variables: found
            .fields
            .keys()
            .map(|(name, field)| VariableSeen {
                name: name.clone(),
                field: *field,
            })
            .collect(),
    }
}
