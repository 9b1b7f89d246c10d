//! Programs that are several units: `main` runs one or another of them by the command that it is given.

use std::collections::BTreeSet;

use klo_source::TextRange;

use super::machine::{LeavesOut, Machine};
use super::program::{Program, Resolved};
use super::value::{FileIx, FrameIx, Site};
use crate::facts::{Branch, ExprKind, ScopeId, ScopeKind};
use crate::knowledge::rust;

/// How a program comes to the function that a unit is.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    /// What the program does for other units alone.
    pub(crate) leaves_out: LeavesOut,
    /// The commands that the program is given for it.
    pub(crate) arguments: Vec<String>,
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
    // The outermost command is read by the file that `main` is in.
    let others = (0..program.files.len() as u32).map(FileIx);
    for file in std::iter::once(root).chain(others.filter(|file| *file != root)) {
        let facts = &program.file(file).facts;
        for choice in &facts.choices {
            let leads = |branch: &&Branch| {
                leading.iter().any(|site| {
                    site.file == file && is_inside(facts.expr(site.expr).range, branch.range)
                })
            };
            let (taken, others): (Vec<_>, Vec<_>) = choice.iter().partition(leads);
            if taken.is_empty() {
                continue;
            }
            let others = others.into_iter().map(|branch| (file, branch.range));
            found.leaves_out.branches.extend(others);
            if let [
                Branch {
                    case: Some(case), ..
                },
            ] = taken.as_slice()
            {
                found.arguments.extend(command(program, case));
            }
        }
    }
    Some(found)
}

fn is_inside(range: TextRange, around: TextRange) -> bool {
    around.start <= range.start && range.end <= around.end
}

/// The command that a case of an enumeration is, where it is one.
fn command(program: &Program<'_>, (ty, case): &(String, String)) -> Option<String> {
    let mut found = BTreeSet::new();
    for loaded in program.files.iter().filter(|file| file.language().compiled) {
        let facts = &loaded.facts;
        for scope in facts.scopes.iter().filter(|scope| scope.name == *case) {
            let of_type = scope
                .parent
                .is_some_and(|parent| facts.scope(parent).name == *ty);
            let ScopeKind::Class { keywords, .. } = &scope.kind else {
                continue;
            };
            let keyword = keywords.iter().find(|(name, _)| name == rust::COMMAND);
            if let (true, Some((_, value))) = (of_type, keyword)
                && let ExprKind::Text(name) = &facts.expr(*value).kind
            {
                found.insert(name.clone());
            }
        }
    }
    // Two enumerations of one name may mean either.
    found.pop_first().filter(|_| found.is_empty())
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
