//! Which candidates are units: applications that are served, workers, programs, handlers.

use std::collections::BTreeSet;

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::proposals as codes;
use klo_intent::{EntryCall, Kind};
use klo_source::{SourceMap, Span, join, parent, stem};

use super::candidates::{Candidate, Role};
use super::commands::Target;
use super::manifests::{Manifests, Process};
use crate::declare::Declaration;
use crate::facts::{FileFacts, ItemKind, ParameterKind, ScopeKind};
use crate::knowledge::django;
use crate::link::{Survey, UnitSeen};

/// A candidate that is a unit.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// Its number among the candidates.
    pub(super) candidate: usize,
    /// Its number among the declarations.
    pub(super) declaration: usize,
    pub(super) kind: Kind,
    pub(super) published: bool,
    pub(super) before_deploy: bool,
    /// Whether it answers requests.
    pub(super) serves: bool,
    pub(super) is_worker: bool,
}

impl Unit {
    /// A unit that an annotation declares.
    pub(super) fn annotated(index: usize, declaration: &Declaration) -> Self {
        Self {
            candidate: usize::MAX,
            declaration: index,
            kind: declaration.kind.unwrap_or(Kind::Service),
            published: !declaration.exposes.is_empty(),
            before_deploy: false,
            serves: false,
            is_worker: false,
        }
    }
}

/// What choosing goes by.
pub(super) struct Evidence<'a> {
    pub(super) candidates: &'a [Candidate],
    /// The declaration of the first candidate; those before it are annotated.
    pub(super) first: usize,
    pub(super) survey: &'a Survey,
    pub(super) manifests: &'a Manifests,
    pub(super) facts: &'a dyn Fn(usize) -> &'a FileFacts,
    pub(super) sources: &'a SourceMap,
}

/// The units, in order of path and place, and what is said of what is none.
pub(super) fn choose(evidence: &Evidence<'_>) -> (Vec<Unit>, Vec<Diagnostic>) {
    let mut chooser = Chooser {
        evidence,
        units: Vec::new(),
        notes: Vec::new(),
        served: evidence
            .survey
            .units
            .iter()
            .filter(|(index, _)| **index < evidence.first)
            .flat_map(|(_, seen)| seen.serves.iter().copied())
            .collect(),
    };
    chooser.applications();
    chooser.programs();
    chooser.handlers();
    chooser.commands();
    let (mut units, mut notes) = (chooser.units, chooser.notes);
    single_web(&mut units, evidence);
    units.sort_by_key(|unit| unit.candidate);
    notes.extend(unanswered(&units, evidence));
    (units, notes)
}

impl<'a> Evidence<'a> {
    fn seen(&self, candidate: usize) -> Option<&'a UnitSeen> {
        self.survey.units.get(&(self.first + candidate))
    }

    /// The processes that start a candidate.
    fn processes(&self, candidate: &Candidate, call: &EntryCall) -> Vec<&'a Process> {
        let processes = self.manifests.processes.iter();
        processes
            .filter(|process| {
                let mut targets = process.targets.iter();
                targets.any(|target| names(target, &process.folder, candidate, call))
            })
            .collect()
    }
}

/// Whether a target is a candidate.
fn names(target: &Target, folder: &str, candidate: &Candidate, call: &EntryCall) -> bool {
    let path = candidate.path.as_str();
    let item = candidate.item.name.as_deref().unwrap_or("");
    match target {
        Target::Application { module, attribute } => {
            is_module(path, folder, module) && item == attribute
        }
        Target::Celery { module, beat } => {
            !beat
                && *call == EntryCall::Celery
                && (is_module(path, folder, module)
                    || is_module(path, folder, &format!("{module}.celery"))
                    || !path.contains('/'))
        }
        Target::Module(module) => candidate.is_main && is_module(path, folder, module),
        Target::File(file) => candidate.is_main && is_file(path, folder, file),
        Target::WebFile(file) => {
            is_file(path, folder, file) && matches!(call, EntryCall::WebApplication { .. })
        }
        Target::Django(command) => django::command_of(path) == Some(command),
        Target::Program(name) => {
            matches!(call, EntryCall::Binary { .. }) && program_name(path) == name
        }
        Target::Script(_) => false,
    }
}

fn is_module(path: &str, folder: &str, module: &str) -> bool {
    let file = module.replace('.', "/");
    [".py", "/__init__.py", "/__main__.py"]
        .iter()
        .any(|end| is_file(path, folder, &format!("{file}{end}")))
}

/// Whether `file`, seen from a folder or from anywhere in an image, may be `path`.
fn is_file(path: &str, folder: &str, file: &str) -> bool {
    let file = file.trim_start_matches("./").trim_start_matches('/');
    let ends = |path: &str, file: &str| path == file || path.ends_with(&format!("/{file}"));
    path == join(folder, file)
        || ends(path, file)
        // `/app/jobs/purge.py`: the first folder is the image's.
        || file.split_once('/').is_some_and(|(_, below)| below.contains('/') && ends(path, below))
}

/// The name of the program that a Rust file is.
fn program_name(path: &str) -> &str {
    if stem(path) != "main" {
        return stem(path);
    }
    let folder = parent(path);
    let folder = folder.strip_suffix("/src").unwrap_or(folder);
    folder.rsplit('/').next().unwrap_or(folder)
}

struct Chooser<'a, 'e> {
    evidence: &'e Evidence<'a>,
    units: Vec<Unit>,
    notes: Vec<Diagnostic>,
    /// Where the applications of units so far are made.
    served: BTreeSet<Span>,
}

impl<'a> Chooser<'a, '_> {
    fn seen_as(&self, role: Role) -> Vec<(usize, &'a Candidate, &'a UnitSeen)> {
        let candidates = self.evidence.candidates.iter().enumerate();
        candidates
            .filter(|(_, candidate)| candidate.role == role)
            .filter_map(|(at, candidate)| Some((at, candidate, self.evidence.seen(at)?)))
            .collect()
    }

    fn add(&mut self, candidate: usize, kind: Kind, processes: &[&Process], seen: &UnitSeen) {
        let is_web = matches!(seen.call, EntryCall::WebApplication { .. });
        let rust_serves = matches!(seen.call, EntryCall::Binary { serves: true, .. });
        self.served.extend(seen.serves.iter().copied());
        self.units.push(Unit {
            candidate,
            declaration: self.evidence.first + candidate,
            kind,
            published: processes.iter().any(|process| process.published),
            before_deploy: processes.iter().any(|process| process.is_release()),
            serves: is_web || rust_serves || seen.routes > 0 || seen.port.is_some(),
            is_worker: seen.call == EntryCall::Celery,
        });
    }

    /// Web applications and Celery's, each once, whichever names lead to it.
    fn applications(&mut self) {
        let all: Vec<_> = self
            .seen_as(Role::Service)
            .into_iter()
            .filter(|(_, candidate, seen)| match seen.call {
                EntryCall::WebApplication { .. } | EntryCall::Celery => true,
                // `main` that starts a server.
                EntryCall::Program => candidate.is_main && !seen.serves.is_empty(),
                _ => false,
            })
            .collect();
        let mut ranked: Vec<_> = all
            .iter()
            .filter(|(at, _, seen)| {
                // What another application mounts is part of that one.
                !all.iter().any(|(other, _, around)| {
                    other != at
                        && around.serves != seen.serves
                        && !seen.serves.is_empty()
                        && seen.serves.is_subset(&around.includes)
                })
            })
            .map(|(at, candidate, seen)| {
                let processes = self.evidence.processes(candidate, &seen.call);
                (rank(candidate, seen, &processes), *at, *seen, processes)
            })
            .collect();
        ranked.sort_by_key(|(rank, at, _, _)| (std::cmp::Reverse(*rank), *at));
        let mut django: BTreeSet<&str> = BTreeSet::new();
        for (_, at, seen, processes) in ranked {
            let path = self.evidence.candidates[at].path.as_str();
            let is_django = matches!(stem(path), "wsgi" | "asgi");
            if !seen.serves.is_disjoint(&self.served)
                || is_django && !django.insert(parent(path))
                || self.is_unused_factory(at, &processes)
            {
                continue;
            }
            self.add(at, Kind::Service, &processes, seen);
        }
    }

    /// A function that makes an application and stands in a file whose `main` already serves.
    fn is_unused_factory(&self, at: usize, processes: &[&Process]) -> bool {
        let candidate = &self.evidence.candidates[at];
        let name = candidate.item.name.as_deref().unwrap_or("");
        // A helper whose application another candidate is served from has its own place; a private
        // function is nobody's entry.
        processes.is_empty()
            && matches!(candidate.item.kind, ItemKind::Function(_))
            && name.starts_with('_')
    }

    /// What runs when a file is started: workers that go on, and jobs that end.
    fn programs(&mut self) {
        for (at, candidate, seen) in self.seen_as(Role::Service) {
            let is_binary = matches!(seen.call, EntryCall::Binary { .. });
            let is_program = seen.call == EntryCall::Program && candidate.is_main;
            let taken = self.units.iter().any(|unit| unit.candidate == at);
            if taken || !(is_binary || is_program) || !seen.serves.is_disjoint(&self.served) {
                continue;
            }
            let processes = self.evidence.processes(candidate, &seen.call);
            if is_program && processes.is_empty() && !self.uses_anything(seen) {
                continue;
            }
            if self.needs_arguments(candidate) {
                self.notes.push(
                    Diagnostic::note(
                        codes::NOTHING_TO_ANNOTATE,
                        span(candidate),
                        format!(
                            "`{}` takes arguments, and a unit is started without any",
                            candidate.item.qualified
                        ),
                    )
                    .help("annotate a function without parameters that calls it"),
                );
                continue;
            }
            let runtime = match &seen.call {
                EntryCall::Binary { runtime, .. } => !runtime.is_empty(),
                _ => false,
            };
            let stays = processes
                .iter()
                .any(|process| !process.is_release() && !process.name.is_empty());
            let serves = matches!(seen.call, EntryCall::Binary { serves: true, .. })
                || seen.port.is_some()
                || seen.routes > 0;
            let kind = if runtime {
                Kind::Function
            } else if serves || stays || self.goes_on(candidate) {
                Kind::Service
            } else {
                Kind::Job
            };
            self.add(at, kind, &processes, seen);
        }
    }

    fn uses_anything(&self, seen: &UnitSeen) -> bool {
        let resources = &self.evidence.survey.resources;
        seen.uses.keys().any(|index| {
            resources
                .get(index)
                .is_some_and(|found| !found.variables.is_empty() || !found.kinds.is_empty())
        })
    }

    fn needs_arguments(&self, candidate: &Candidate) -> bool {
        let ItemKind::Function(scope) = candidate.item.kind else {
            return false;
        };
        let facts = (self.evidence.facts)(candidate.file);
        match &facts.scope(scope).kind {
            ScopeKind::Function { parameters, .. } => parameters.iter().any(|parameter| {
                parameter.default.is_none()
                    && matches!(
                        parameter.kind,
                        ParameterKind::Plain | ParameterKind::KeywordOnly
                    )
            }),
            _ => false,
        }
    }

    /// Whether a file's code has a loop without end, or waits for messages.
    fn goes_on(&self, candidate: &Candidate) -> bool {
        let text = self.evidence.sources.file(candidate.id).text();
        [
            "while True",
            "while 1:",
            "run_forever(",
            "serve_forever(",
            "start_consuming(",
            "loop {",
            "loop{",
        ]
        .iter()
        .any(|sign| text.contains(sign))
    }

    /// Functions that AWS Lambda calls.
    fn handlers(&mut self) {
        for (at, candidate, seen) in self.seen_as(Role::Function) {
            let processes = self.evidence.processes(candidate, &seen.call);
            self.add(at, Kind::Function, &processes, seen);
        }
    }

    /// Django's management commands that reach anything.
    fn commands(&mut self) {
        for (at, candidate, seen) in self.seen_as(Role::Job) {
            let processes = self.evidence.processes(candidate, &seen.call);
            if !processes.is_empty() || self.uses_anything(seen) {
                let stays = processes
                    .iter()
                    .any(|process| !process.is_release() && !process.name.is_empty());
                let kind = if stays { Kind::Service } else { Kind::Job };
                self.add(at, kind, &processes, seen);
            }
        }
    }
}

/// How good a name for an application is; more is better.
fn rank(candidate: &Candidate, seen: &UnitSeen, processes: &[&Process]) -> u32 {
    let named = if processes.is_empty() { 0 } else { 100 };
    let form = match candidate.item.kind {
        ItemKind::Assignment(_) => 40,
        _ if seen.call == EntryCall::Program => 30,
        _ => 10,
    };
    let file = match stem(&candidate.path) {
        "wsgi" | "autoapp" => 3,
        "asgi" | "main" | "app" => 2,
        _ => 0,
    };
    named + form + file
}

/// The span of a candidate's item.
pub(super) fn span(candidate: &Candidate) -> Span {
    candidate.item.range.in_file(candidate.id)
}

/// One application and one process that starts some application belong together, whatever the
/// command calls it.
fn single_web(units: &mut [Unit], evidence: &Evidence<'_>) {
    let is_web =
        |target: &Target| matches!(target, Target::Application { .. } | Target::WebFile(_));
    let mut processes = evidence.manifests.processes.iter();
    let published =
        processes.any(|process| process.published && process.targets.iter().any(is_web));
    let mut serving: Vec<&mut Unit> = units.iter_mut().filter(|unit| unit.serves).collect();
    if let ([only], true) = (serving.as_mut_slice(), published) {
        only.published = true;
    }
}

/// Processes whose command starts nothing that an annotation could stand on.
fn unanswered(units: &[Unit], evidence: &Evidence<'_>) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    for process in &evidence.manifests.processes {
        let file = klo_diagnostics::At::File(process.path.clone().into());
        if process
            .targets
            .iter()
            .any(|target| matches!(target, Target::Celery { beat: true, .. }))
        {
            notes.push(
                Diagnostic::note(
                    codes::SCHEDULE_UNDECIDED,
                    file.clone(),
                    format!(
                        "`{}` sends tasks at times that klo does not read",
                        process.command
                    ),
                )
                .help(
                    "annotate a function for each as a job: `@klo::job(schedule = \"0 3 * * *\")`",
                ),
            );
            continue;
        }
        let answered = units.iter().any(|unit| {
            let candidate = &evidence.candidates[unit.candidate];
            evidence.seen(unit.candidate).is_some_and(|seen| {
                let mut targets = process.targets.iter();
                targets.any(|target| names(target, &process.folder, candidate, &seen.call))
                    || unit.serves && process.published
            })
        });
        if answered || process.name.is_empty() || !process.is_release() {
            continue;
        }
        notes.push(
            Diagnostic::note(
                codes::NOTHING_TO_ANNOTATE,
                file,
                format!(
                    "`{}` runs before each release, and no code of the project stands for it",
                    process.command
                ),
            )
            .help(
                "write a function that does the same and annotate it with \
                 `@klo::job(run = \"before-deploy\")`",
            ),
        );
    }
    notes
}
