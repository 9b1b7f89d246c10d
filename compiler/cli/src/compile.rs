//! `klo compile`: the whole pipeline, then safe writing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use klo_check::Checked;
use klo_config::App;
use klo_diagnostics::codes::output as codes;
use klo_diagnostics::{At, Diagnostic, Format};
use klo_intent::Tool;
use klo_plan::Plan;
use klo_source::{TextRange, Tree};
use klo_terraform::{OtherTool, Pages};

use crate::args::{Compile, Selection, Target};
use crate::diff::Past;
use crate::outside;
use crate::pipeline::{Analyzed, Emission, Environment, analyze};
use crate::project::{Project, below};
use crate::report::{Stream, opened, show};
use crate::terminal::Terminal;
use crate::unsaid;
use crate::write::{
    Change, CompareError, Comparison, Conflict, Disk, Output, Recovered, Scope, Written, compare,
    is_interrupted, unified,
};
use crate::{Exit, UsageError};

/// Compiles every app that the path covers.
pub(crate) fn run(args: &Compile, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let selection = &args.selection;
    let format = Format::from(args.format);
    let (mut project, mut found) = match opened(&args.path, selection, format, terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let folders = folders(&mut project, args.out.as_deref())?;
    found.extend(outside::annotations(&mut project));
    state_targets(&mut project, &args.emit);
    let past = match &args.base {
        None => None,
        Some(base) => match Past::open(&project, Some(base), &args.path, selection)? {
            Ok(past) => Some((base, past)),
            Err(error) => {
                show(&project, vec![*error], format, Stream::Error, terminal);
                return Ok(Exit::Usage);
            }
        },
    };
    let mut analyzed = analyze(&mut project, selection, emit, terminal);
    let mut sections = Sections::new();
    if let Some((base, mut past)) = past {
        state_targets(&mut past.project, &args.emit);
        let (_, changes, said) = past.compared(&project, &analyzed, selection, terminal);
        found.extend(said);
        sections.extend(changes.into_iter().map(|one| {
            let section = klo_diff::render::section(&one, base);
            ((one.app, one.environment), section)
        }));
    }
    review(&mut analyzed, &sections);
    let mut report = Report::default();
    for (mut app, folder) in analyzed.into_iter().zip(&folders) {
        let own = |diagnostic: &&Diagnostic| diagnostic.app == app.app.name;
        let about: Vec<Diagnostic> = found.iter().filter(own).cloned().collect();
        found.retain(|diagnostic| !about.contains(diagnostic));
        app.diagnostics.extend(about);
        finish(&project, app, folder, args, &mut report);
    }
    report.diagnostics.extend(found);
    terminal.remark(&report.remarks);
    let exit = show(
        &project,
        report.diagnostics,
        format,
        Stream::Error,
        terminal,
    );
    if args.check {
        terminal.result(&diffs(&report.changes, terminal.out_color));
    } else if format == Format::Full {
        let mut text = diffs(&report.changes, terminal.error_color);
        if !report.unwritten.is_empty() {
            text.push_str(&format!(
                "nothing was written for {}\n",
                report.unwritten.join(", ")
            ));
        }
        terminal.diagnostic(&text);
    }
    Ok(if report.changes.is_empty() {
        exit
    } else {
        Exit::Errors
    })
}

/// What changed, as a section of a page, by app and environment.
type Sections = BTreeMap<(String, String), String>;

/// Puts the page for the reviewer beside the other files.
fn review(analyzed: &mut [Analyzed], sections: &Sections) {
    for app in analyzed {
        for environment in &mut app.environments {
            if let Some(review) = environment.review.take() {
                let name = (app.app.name.clone(), environment.name.clone());
                let page = review.page(sections.get(&name).map(String::as_str));
                environment.files.push((Pages::REVIEW.to_owned(), page));
            }
        }
    }
}

/// What the command line says of targets holds for every app.
fn state_targets(project: &mut Project, targets: &[Target]) {
    if targets.is_empty() {
        return;
    }
    let targets = targets
        .iter()
        .map(|target| Tool::from(*target).name().to_owned());
    let targets: Vec<String> = targets.collect();
    for app in &mut project.apps {
        app.emit.clone_from(&targets);
    }
}

fn diffs(changes: &[(Change, String)], color: bool) -> String {
    changes
        .iter()
        .map(|(change, shown)| unified(change, shown, color))
        .collect()
}

/// Everything that is written for a plan.
fn emit(plan: &Checked<Plan>, app: &App, tree: &dyn Tree) -> Emission {
    let mut emission = Emission::default();
    let tools = &plan.graph.deployment().emit;
    let mut other = None;
    if tools.contains(&Tool::Terraform) {
        emission.files.extend(klo_terraform::emit(plan));
    }
    if tools.contains(&Tool::Pulumi) {
        let program = klo_pulumi::emit(plan);
        let wrong = program.problems.iter();
        let wrong = wrong.map(|problem| unsaid::diagnostic(app, plan, problem));
        emission.diagnostics.extend(wrong);
        emission.files.extend(program.files);
        emission.seeds.extend(program.seeds);
        other = Some(OtherTool {
            readme: program.readme,
            review: program.review,
        });
    }
    let manifests = klo_kubernetes::emit(plan);
    let pages = klo_terraform::pages(plan, &manifests.objects, other.as_ref());
    emission.files.extend(pages.files);
    emission.review = Some(pages.review);
    emission.files.extend(manifests.files);
    let (images, diagnostics) = klo_container::emit(plan, tree);
    emission.files.extend(images);
    emission.diagnostics.extend(diagnostics);
    emission
}

/// What there is to say at the end.
#[derive(Default)]
struct Report {
    diagnostics: Vec<Diagnostic>,
    /// Under `--check` what differs, otherwise what is in conflict; with the paths to show.
    changes: Vec<(Change, String)>,
    remarks: String,
    /// Apps with errors.
    unwritten: Vec<String>,
}

/// The output folder of each app, absolute.
fn folders(project: &mut Project, out: Option<&Path>) -> Result<Vec<PathBuf>, UsageError> {
    if let Some(out) = out {
        if project.apps.len() > 1 {
            let names: Vec<&str> = project.apps.iter().map(|app| app.name.as_str()).collect();
            let message = format!("`--out` names one folder for {} apps", names.len());
            let help = format!("name one of them: {}", names.join(", "));
            return Err(UsageError::new(message).help(help));
        }
        let folder = resolved(&project.base.join(out));
        // What is written names paths from the output folder to the source. Outside of the
        // repository there is no such path that holds on another machine; there the files are
        // those that would be written inside.
        if let (true, Some(app)) = (folder.starts_with(&project.root), project.apps.first_mut()) {
            app.out = below(&project.root, &folder);
        }
        return Ok(vec![folder]);
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    for app in &project.apps {
        let folder = project.root.join(&app.out);
        if folders.contains(&folder) {
            let message = format!("two apps write to `{}`", app.out);
            return Err(UsageError::new(message).help("give each a folder of its own with `out:`"));
        }
        if !resolved(&folder).starts_with(&project.root) {
            let message = format!("`{}` leads out of the repository", app.out);
            return Err(UsageError::new(message).help("symbolic links are not followed out of it"));
        }
        folders.push(folder);
    }
    Ok(folders)
}

/// A path without links as far as it exists, and without `.` and `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let mut folder = path;
    loop {
        if let Ok(real) = folder.canonicalize() {
            return rest.iter().rev().fold(real, |real, part| real.join(part));
        }
        match (folder.parent(), folder.file_name()) {
            (Some(parent), Some(name)) => {
                rest.push(name.to_owned());
                folder = parent;
            }
            _ => return path.to_path_buf(),
        }
    }
}

/// Writes an app's files, or says why not.
fn finish(
    project: &Project,
    mut analyzed: Analyzed,
    folder: &Path,
    args: &Compile,
    report: &mut Report,
) {
    let shown = shown(project, folder);
    let blocked = analyzed.diagnostics.iter().any(Diagnostic::blocks);
    let app = analyzed.app.name.clone();
    let scope = scope(&args.selection);
    let mut found = Vec::new();
    let mut changes = Vec::new();
    let wanted = wanted(&mut analyzed, |environment| &mut environment.files);
    let seeds = self::wanted(&mut analyzed, |environment| &mut environment.seeds);
    if wanted.is_empty() && !blocked && !analyzed.environments.is_empty() {
        found.push(nothing_annotated(&project.root, &analyzed.app));
    }
    report.diagnostics.extend(analyzed.diagnostics);
    // The process ends with this command, and the system takes back at once what taking plans apart
    // leaf by leaf would give back.
    std::mem::forget(analyzed.environments);
    if args.check {
        if !blocked {
            let compared = compare(folder, &wanted, &seeds, &scope, true);
            changes = judged(compared, &shown, &mut found).map_or(Vec::new(), |c| c.changes);
        }
        if is_interrupted(folder) {
            let text = "an interrupted run left changes half made";
            let note = Diagnostic::warning(codes::INTERRUPTED_RUN, file(&shown, ""), text);
            found.push(note.help("`klo compile` completes it or takes it back"));
        }
    } else {
        let wanted = (!blocked).then_some((&wanted, &seeds));
        match write(folder, wanted, &scope, args.force, &shown, &mut found) {
            Ok(Outcome::Written(written)) if written != Written::default() => {
                report.remarks.push_str(&remark(&app, &shown, written));
            }
            Ok(Outcome::Conflicts(conflicts)) => changes = conflicts,
            Ok(Outcome::Written(_) | Outcome::Nothing) => {}
            Err(error) => found.push(cannot_write(&shown, &error)),
        }
    }
    if !args.check && (blocked || found.iter().any(Diagnostic::blocks)) {
        report.unwritten.push(app.clone());
    }
    for mut diagnostic in found {
        diagnostic.app.clone_from(&app);
        report.diagnostics.push(diagnostic);
    }
    let named = changes.into_iter().map(|change| {
        let shown = format!("{shown}/{}", change.path);
        (change, shown)
    });
    report.changes.extend(named);
}

/// Contents by path below the output folder.
type Files = BTreeMap<String, String>;

enum Outcome {
    Nothing,
    Written(Written),
    /// Changes that were not made, to show.
    Conflicts(Vec<Change>),
}

/// Completes or takes back an interrupted run, then writes what is wanted, if anything is.
fn write(
    folder: &Path,
    wanted: Option<(&Files, &Files)>,
    scope: &Scope,
    force: bool,
    shown: &str,
    found: &mut Vec<Diagnostic>,
) -> std::io::Result<Outcome> {
    if wanted.is_none() && !is_interrupted(folder) {
        return Ok(Outcome::Nothing);
    }
    let disk = Disk::real();
    let output = Output::open(folder, &disk)?;
    if let Some(recovered) = output.recover()? {
        found.push(recovery(recovered, shown));
    }
    let Some((wanted, seeds)) = wanted else {
        return Ok(Outcome::Nothing);
    };
    let compared = output.compare(wanted, seeds, scope, force);
    let Some(comparison) = judged(compared, shown, found) else {
        output.leave();
        return Ok(Outcome::Nothing);
    };
    if comparison.conflicts.is_empty() {
        return output.apply(&comparison).map(Outcome::Written);
    }
    output.leave();
    let conflicts = comparison.conflicts.into_iter();
    let changes = conflicts.filter_map(|conflict| match conflict {
        Conflict::ChangedByHand(change) | Conflict::InTheWay(change) => {
            change.old.is_some().then_some(change)
        }
        Conflict::Link(_) => None,
    });
    Ok(Outcome::Conflicts(changes.collect()))
}

/// What a comparison found wrong, as diagnostics.
fn judged(
    compared: Result<Comparison, CompareError>,
    shown: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<Comparison> {
    let comparison =
        match compared {
            Ok(comparison) => comparison,
            Err(CompareError::Manifest(what)) => {
                let at = file(shown, ".klo.json");
                let text = format!("this is not the list of files that klo wrote: {what}");
                found.push(Diagnostic::error(codes::BAD_MANIFEST, at, text).help(
                    "restore it from version control, or remove it and compile with `--force`",
                ));
                return None;
            }
            Err(CompareError::Read(path, error)) => {
                found.push(cannot_write(&path.display().to_string(), &error));
                return None;
            }
        };
    for conflict in &comparison.conflicts {
        found.push(conflict_diagnostic(conflict, shown));
    }
    for path in &comparison.kept {
        let text = "this file is no longer needed, but it was changed since klo wrote it";
        let warning = Diagnostic::warning(codes::STALE_FILE_CHANGED, file(shown, path), text);
        found.push(warning.help("remove it, or compile with `--force` to let klo remove it"));
    }
    Some(comparison)
}

fn conflict_diagnostic(conflict: &Conflict, shown: &str) -> Diagnostic {
    match conflict {
        Conflict::ChangedByHand(change) => Diagnostic::error(
            codes::CHANGED_BY_HAND,
            file(shown, &change.path),
            "this file was changed since klo wrote it, so klo does not overwrite it",
        )
        .help(
            "move the change into the source or into a file of your own; `--force` overwrites it",
        ),
        Conflict::InTheWay(change) if change.old.is_some() => Diagnostic::error(
            codes::FILE_IN_THE_WAY,
            file(shown, &change.path),
            "klo has to write this file, and another that klo did not write stands there",
        )
        .help("rename or remove it; `--force` overwrites it"),
        Conflict::InTheWay(change) => Diagnostic::error(
            codes::FILE_IN_THE_WAY,
            file(shown, &change.path),
            "klo has to write here, and what stands there is in the way",
        )
        .help("rename or remove it"),
        Conflict::Link(path) => Diagnostic::error(
            codes::LINK_IN_OUTPUT,
            file(shown, path),
            "this is a symbolic link, and klo writes through none",
        )
        .help("replace it by a folder, or set `out:` in klo.yaml to where it leads"),
    }
}

fn recovery(recovered: Recovered, shown: &str) -> Diagnostic {
    let text = match recovered {
        Recovered::Completed(count) => {
            format!("an interrupted run was completed: {count} files changed")
        }
        Recovered::TakenBack => "an interrupted run was taken back".to_owned(),
    };
    Diagnostic::note(codes::INTERRUPTED_RUN, file(shown, ""), text)
}

fn cannot_write(path: &str, error: &std::io::Error) -> Diagnostic {
    let text = format!("klo cannot write here: {error}");
    Diagnostic::error(codes::CANNOT_WRITE, At::File(path.into()), text).help(
        "nothing was changed; give yourself the right to write, or make room, and run it again",
    )
}

/// A place in the output folder.
fn file(shown: &str, path: &str) -> At {
    At::File(klo_source::join(shown, path).trim_end_matches('/').into())
}

/// The folder as diagnostics name it: relative to the repository, or absolute outside of it.
fn shown(project: &Project, folder: &Path) -> String {
    if folder.starts_with(&project.root) {
        below(&project.root, folder)
    } else {
        folder.display().to_string()
    }
}

fn scope(selection: &Selection) -> Scope {
    if selection.environments.is_empty() {
        Scope::All
    } else {
        Scope::Environments(selection.environments.clone())
    }
}

fn nothing_annotated(root: &Path, app: &App) -> Diagnostic {
    let at = match app.file {
        Some(file) => At::Span(TextRange::default().in_file(file)),
        None => At::File(root.join(&app.root).display().to_string().into()),
    };
    let text = format!(
        "nothing in {} is annotated, so there is nothing to write",
        app.name
    );
    Diagnostic::warning(codes::NOTHING_ANNOTATED, at, text)
        .help("put an annotation such as `# @klo::service` above what runs")
}

/// Every file by its path below the output folder.
fn wanted(
    analyzed: &mut Analyzed,
    files: fn(&mut Environment) -> &mut Vec<(String, String)>,
) -> Files {
    let mut wanted = BTreeMap::new();
    let stated = analyzed.environments.iter_mut().filter(|environment| {
        let graph = environment.graph.as_ref();
        graph.is_some_and(|graph| !graph.intents.is_empty())
    });
    for environment in stated {
        for (path, content) in std::mem::take(files(environment)) {
            wanted.insert(format!("{}/{path}", environment.name), content);
        }
    }
    wanted
}

fn remark(app: &str, shown: &str, written: Written) -> String {
    let files = |count: usize| match count {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    if written.written == 0 && written.removed == 0 {
        let count = files(written.unchanged);
        return format!("{app}: nothing to write, {count} as they should be in {shown}\n");
    }
    let removed = match written.removed {
        0 => String::new(),
        count => format!(", {count} removed"),
    };
    format!(
        "{app}: {} written{removed}, {} unchanged in {shown}\n",
        files(written.written),
        written.unchanged
    )
}
