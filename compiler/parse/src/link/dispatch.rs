//! Programs that are several units: `main` runs one or another of them by the command that it is given.

use std::collections::BTreeSet;

use super::machine::{LeavesOut, Machine};
use super::program::{Program, Resolved};
use super::value::{FileIx, FrameIx, Site};
use crate::facts::{ScopeId, ScopeKind};

/// How a program comes to the function that a unit is.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    /// What the program does for other units alone.
    pub(crate) leaves_out: LeavesOut,
    /// The cases that lead to the function, each with the enumeration and its name.
    pub(crate) cases: Vec<(String, String)>,
}

/// How the program that a file is part of comes to a function of it, where its `main` is no unit
/// itself; `None` where it does not.
pub(crate) fn dispatch<'p>(
    program: &'p Program<'p>,
    file: FileIx,
    scope: ScopeId,
) -> Option<Dispatch> {
    let Resolved::File(root) = program.modules.resolve(file, 0, &["crate"]) else {
        return None;
    };
    let main = main_of(program, root).filter(|main| (root, *main) != (file, scope))?;
    if program.units.contains(&(root, main)) {
        return None;
    }
    let mut functions = program.units.clone();
    functions.remove(&(file, scope));
    let mut machine = Machine::new(program);
    machine.leaves_out.functions.clone_from(&functions);
    machine.callers = Some(Default::default());
    run_main(&mut machine, root);
    let leading = leading(&machine, (file, scope));
    if leading.is_empty() {
        return None;
    }
    let mut found = Dispatch::default();
    found.leaves_out.functions = functions;
    for (index, loaded) in program.files.iter().enumerate() {
        let file = FileIx(index as u32);
        for choice in &loaded.facts.choices {
            let leads = |range: klo_source::TextRange| {
                leading.iter().any(|site| {
                    let at = loaded.facts.expr(site.expr).range;
                    site.file == file && range.start <= at.start && at.end <= range.end
                })
            };
            let (taken, others): (Vec<_>, Vec<_>) =
                choice.iter().partition(|branch| leads(branch.range));
            if !taken.is_empty() {
                let others = others.into_iter().map(|branch| (file, branch.range));
                found.leaves_out.branches.extend(others);
                let cases = taken.into_iter().filter_map(|branch| branch.case.clone());
                found.cases.extend(cases);
            }
        }
    }
    Some(found)
}

/// Runs the `main` of a crate.
pub(crate) fn run_main(machine: &mut Machine<'_>, root: FileIx) -> FrameIx {
    let module = machine.import(root);
    machine.run();
    for main in machine.module_var(module, "main", module) {
        machine.activate(module, main);
    }
    machine.run();
    module
}

fn main_of(program: &Program<'_>, root: FileIx) -> Option<ScopeId> {
    let scopes = program.file(root).facts.scopes.iter();
    let is_main = |scope: &crate::facts::Scope| {
        scope.name == "main"
            && scope.parent == Some(ScopeId(0))
            && matches!(scope.kind, ScopeKind::Function { .. })
    };
    let mut found = scopes.enumerate().filter(|(_, scope)| is_main(scope));
    found.next().map(|(index, _)| ScopeId(index as u32))
}

/// The calls through which a function is reached, its own callers and theirs.
fn leading(machine: &Machine<'_>, function: (FileIx, ScopeId)) -> BTreeSet<Site> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::from([function]);
    let mut queue = vec![function];
    while let Some(function) = queue.pop() {
        let callers = machine.callers.iter();
        let sites = callers
            .filter_map(|callers| callers.get(&function))
            .flatten();
        for site in sites.filter(|site| site.scope().is_none()) {
            found.insert(*site);
            let facts = &machine.program.file(site.file).facts;
            let mut at = Some(facts.expr(site.expr).scope);
            while let Some(scope) = at {
                if seen.insert((site.file, scope)) {
                    queue.push((site.file, scope));
                }
                at = facts.scope(scope).parent;
            }
        }
    }
    found
}
