//! `klo rules`: the rules that hold, and the tests of packs.

use std::path::PathBuf;

use klo_check::{Finding, Level, Pack, PackTest, Policy, Rule, RuleSet, judge_test_resources};
use klo_config::{App, EnvironmentConfig, discover};
use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{Diagnostic, Format, Level as Severity};
use klo_source::{MemoryTree, SourceMap};

use crate::args::{Rules, RulesList, RulesTest, Selection};
use crate::pipeline::{environment, nothing};
use crate::project::Project;
use crate::report::{Stream, show};
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Lists or tests rules.
pub(crate) fn run(args: &Rules, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    match args {
        Rules::List(args) => list(args, terminal),
        Rules::Test(args) => test(args, terminal),
    }
}

fn list(args: &RulesList, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let mut project = Project::open_app(&args.path, &args.selection)?;
    let diagnostics = std::mem::take(&mut project.diagnostics);
    let broken = diagnostics.iter().any(Diagnostic::blocks);
    show(&project, diagnostics, Format::Full, Stream::Error, terminal);
    if broken {
        return Ok(Exit::Usage);
    }
    let mut sections: Vec<(Vec<&str>, String)> = Vec::new();
    for (app, policy) in project.apps.iter().zip(&project.policies) {
        let text = table(&policy.rules, &project);
        match sections.iter_mut().find(|(_, other)| *other == text) {
            Some((apps, _)) => apps.push(&app.name),
            None => sections.push((vec![&app.name], text)),
        }
    }
    let texts = sections
        .into_iter()
        .map(|(apps, text)| format!("# {}\n\n{text}", apps.join(", ")));
    terminal.result(&texts.collect::<Vec<_>>().join("\n"));
    Ok(Exit::Fine)
}

/// A line for each rule: id, level, tier, what it is on, name, and where it stands.
fn table(rules: &RuleSet, project: &Project) -> String {
    let rows: Vec<[String; 6]> = rules
        .rules()
        .map(|rule| {
            [
                rule.id.clone(),
                rule.level.to_string(),
                rule.tier
                    .map_or("every tier", klo_intent::Tier::name)
                    .to_owned(),
                rule.on.clone(),
                rule.name.clone(),
                origin(rule, project),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "no rule holds\n".to_owned();
    }
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths);
            let cells: Vec<String> = cells
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            format!("{}  {}\n", cells.join("  "), row[5])
        })
        .collect()
}

/// The pack, and the place of a rule that lies in a file; a pack that comes with klo is its own file.
fn origin(rule: &Rule, project: &Project) -> String {
    match project.place(&rule.at) {
        Some(place) if project.is_built_in(&rule.at) => place,
        Some(place) => format!("{} ({place})", rule.pack),
        None => rule.pack.clone(),
    }
}

fn test(args: &RulesTest, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let selection = Selection {
        rules: args.packs.clone(),
        ..Selection::default()
    };
    let mut project = Project::open(&[PathBuf::from(".")], &selection)?;
    let mut diagnostics = std::mem::take(&mut project.diagnostics);
    let format = Format::from(args.format);
    if diagnostics.iter().any(Diagnostic::blocks) {
        show(&project, diagnostics, format, Stream::Error, terminal);
        return Ok(Exit::Usage);
    }
    let named = !args.packs.is_empty();
    let mut tested: Vec<&str> = Vec::new();
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for policy in &project.policies {
        for (index, pack) in policy.rules.packs().iter().enumerate() {
            if tested.contains(&pack.name.as_str()) || named && !pack.mandatory {
                continue;
            }
            tested.push(&pack.name);
            let rules = policy.rules.below(index);
            for test in &pack.tests {
                terminal.progress(&format!("{}: {}", pack.name, test.name));
                let faults = failures(pack, test, &rules);
                if faults.is_empty() {
                    passed += 1;
                } else {
                    failed += 1;
                }
                diagnostics.extend(faults);
            }
        }
    }
    let exit = show(&project, diagnostics, format, Stream::Error, terminal);
    let packs = match tested.len() {
        1 => "1 pack".to_owned(),
        count => format!("{count} packs"),
    };
    terminal.result(&format!(
        "{packs}: {passed} tests passed, {failed} failed\n"
    ));
    Ok(exit)
}

/// What a test finds wrong, if anything.
fn failures(pack: &Pack, test: &PackTest, rules: &RuleSet) -> Vec<Diagnostic> {
    let fail = |message: String, help: &str| {
        let message = format!("{}: {message}", test.name);
        Diagnostic::error(codes::FAILED_PACK_TEST, test.at.clone(), message)
            .help(help)
            .subject(pack.name.clone())
    };
    let findings = match judged(test, rules) {
        Ok(findings) => findings,
        Err(errors) => {
            let message = format!("the source has mistakes of its own: {}", errors.join("; "));
            return vec![fail(
                message,
                "mend the test's source, so that rules can judge it",
            )];
        }
    };
    let mut failures = Vec::new();
    for (id, (wanted, at)) in &test.expect {
        let found = findings
            .iter()
            .filter_map(|finding| finding.diagnostic.rule.as_ref().map(|rule| (rule, finding)))
            .filter(|(rule, _)| rule.id == *id);
        let found: Vec<_> = found.collect();
        let level = found
            .first()
            .and_then(|(rule, _)| Level::from_name(&rule.level));
        if level == *wanted {
            continue;
        }
        let told = found
            .first()
            .map(|(_, finding)| finding.diagnostic.message.clone());
        let message = match (wanted, level) {
            (Some(wanted), None) => format!("`{id}` finds nothing, and `{wanted}` is expected"),
            (None, Some(level)) => {
                format!("`{id}` finds something at `{level}`, and nothing is expected")
            }
            (Some(wanted), Some(level)) => {
                format!("`{id}` is at `{level}`, and `{wanted}` is expected")
            }
            (None, None) => continue,
        };
        let mut failure = fail(message, "mend the rule, or what the test expects");
        failure.at = at.clone();
        if let Some(told) = told {
            failure = failure.help(format!("it says: {told}"));
        }
        failures.push(failure);
    }
    failures
}

/// What rules find in a test, or why its source could not be judged.
fn judged(test: &PackTest, rules: &RuleSet) -> Result<Vec<Finding>, Vec<String>> {
    let policy = Policy {
        rules: rules.clone(),
        today: test.today.unwrap_or(jiff::civil::Date::MIN),
        ..Policy::none()
    };
    let mut findings = judge_test_resources(test, &policy);
    if !test.source.is_empty() {
        findings.extend(judged_source(test, &policy)?);
    }
    Ok(findings)
}

fn judged_source(test: &PackTest, policy: &Policy) -> Result<Vec<Finding>, Vec<String>> {
    let files = test
        .source
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    let tree = MemoryTree::new(files);
    let mut sources = SourceMap::new();
    let (apps, mut diagnostics) = discover(&tree, "app", "", None, &mut sources);
    let Some(mut app) = apps.into_iter().next() else {
        return Err(told(&diagnostics));
    };
    provide(&mut app, &test.environment);
    let (graph, found) = klo_parse::parse(&tree, &app, &app.nested, &mut sources);
    diagnostics.extend(found);
    let (environment, found) =
        environment(&graph, (&app, policy), &test.environment, &tree, nothing);
    diagnostics.extend(found);
    // What cannot be lowered can still be judged by rules on intents.
    let expected = |rule: &&Rule| test.expect.contains_key(&rule.id);
    let lowered = policy
        .rules
        .rules()
        .filter(expected)
        .any(Rule::is_on_resources);
    let enough = environment.graph.is_some() && (environment.judged || !lowered);
    let own = |diagnostic: &&Diagnostic| diagnostic.rule.is_none() && diagnostic.blocks();
    let own: Vec<Diagnostic> = diagnostics.iter().filter(own).cloned().collect();
    if enough {
        Ok(environment.findings)
    } else {
        Err(told(&own))
    }
}

fn told(diagnostics: &[Diagnostic]) -> Vec<String> {
    let errors = diagnostics
        .iter()
        .filter(|found| found.level == Severity::Error);
    errors.map(|found| found.message.clone()).take(3).collect()
}

/// An app without a `klo.yaml` has whatever environment its test names.
fn provide(app: &mut App, environment: &str) {
    if app.file.is_none()
        && let [only] = app.environments.as_mut_slice()
    {
        *only = EnvironmentConfig {
            name: environment.to_owned(),
            ..only.clone()
        };
    }
}
