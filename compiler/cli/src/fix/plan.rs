//! Which places have to say what, so that rules find nothing there.

use std::collections::BTreeMap;

use klo_check::{Bound, Finding, Policy};
use klo_diagnostics::Diagnostic;
use klo_intent::{AttrValue, Intent, Origin};
use klo_source::{FileId, Span, join};

use super::edit::{Edit, apply};
use super::{Texts, annotation, yaml};
use crate::pipeline::Analyzed;
use crate::project::Project;

/// A place that is to hold a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// What stands at these characters.
    Written(Span),
    /// A new argument of the annotation there.
    Argument(Span, &'static str),
    /// An entry of the app's `klo.yaml`.
    Entry(String, Vec<String>),
}

/// What is to change, over all apps.
#[derive(Debug, Default)]
pub(super) struct Changes {
    edits: BTreeMap<FileId, Vec<Edit>>,
    entries: Vec<(String, Vec<String>, String)>,
}

/// A value for a place, and what it has to be beside others for the same place.
struct Wanted {
    value: AttrValue,
    bound: Bound,
    finding: Diagnostic,
}

/// Plans the fixes of an app: how many values are mended, and what cannot be.
pub(super) fn plan(
    app: &Analyzed,
    policy: &Policy,
    project: &Project,
    changes: &mut Changes,
) -> (usize, Vec<Diagnostic>) {
    let mut wanted: BTreeMap<Target, Wanted> = BTreeMap::new();
    let mut left = Vec::new();
    for environment in &app.environments {
        let Some(graph) = &environment.graph else {
            continue;
        };
        for finding in environment
            .findings
            .iter()
            .filter(|one| !one.diagnostic.waived())
        {
            let Some(fix) = &finding.fix else {
                continue;
            };
            let Some(id) = graph.by_id(&fix.intent) else {
                continue;
            };
            let target = target(
                app,
                policy,
                project,
                graph.intent(id),
                finding,
                &environment.name,
            );
            let new = Wanted {
                value: fix.value.clone(),
                bound: fix.bound,
                finding: finding.diagnostic.clone(),
            };
            match target.and_then(|target| merge(&mut wanted, target, new)) {
                Some(()) => {}
                None => left.push(finding.diagnostic.clone()),
            }
        }
    }
    let mut count = 0;
    for (target, one) in wanted {
        match changes.add(target, &one.value, project) {
            Some(()) => count += 1,
            None => left.push(one.finding),
        }
    }
    (count, left.into_iter().map(by_hand).collect())
}

/// Of several values for one place the one that satisfies all; `None` where there is none.
fn merge(wanted: &mut BTreeMap<Target, Wanted>, target: Target, new: Wanted) -> Option<()> {
    let Some(known) = wanted.get_mut(&target) else {
        wanted.insert(target, new);
        return Some(());
    };
    if known.value == new.value {
        return Some(());
    }
    let stronger = match (known.bound, new.bound) {
        (Bound::Least, Bound::Least) => more(&new.value, &known.value)?,
        (Bound::Most, Bound::Most) => more(&known.value, &new.value)?,
        _ => return None,
    };
    if stronger {
        *known = new;
    }
    Some(())
}

fn more(a: &AttrValue, b: &AttrValue) -> Option<bool> {
    match (a, b) {
        (AttrValue::Size(a), AttrValue::Size(b)) => Some(a > b),
        (AttrValue::Duration(a), AttrValue::Duration(b)) => Some(a.seconds() > b.seconds()),
        (a, b) => Some(a.as_float()? > b.as_float()?),
    }
}

/// Where the value comes from, or where one is to be stated that nobody has.
fn target(
    app: &Analyzed,
    policy: &Policy,
    project: &Project,
    intent: &Intent,
    finding: &Finding,
    environment: &str,
) -> Option<Target> {
    let fix = finding.fix.as_ref()?;
    let setting = intent.settings.get(fix.attribute)?;
    let stated = matches!(
        setting.origin,
        Origin::EnvironmentResources
            | Origin::Resources
            | Origin::Annotation
            | Origin::Configuration
    );
    if let Some(span) = setting.span.filter(|_| stated) {
        return Some(Target::Written(span));
    }
    let config = app_file(app);
    let entry = |path: &[&str]| {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        Some(Target::Entry(config.clone(), path))
    };
    if partly(app, policy, finding) {
        return entry(&[
            "environments",
            environment,
            "resources",
            &fix.intent,
            fix.attribute,
        ]);
    }
    let annotated = klo_intent::attribute(intent.kind, fix.attribute)?.annotated;
    if project.sources.path(intent.at.file).ends_with(".yaml") {
        return entry(&["declare", &fix.intent, fix.attribute]);
    }
    if annotated {
        Some(Target::Argument(intent.at, fix.attribute))
    } else {
        entry(&["resources", &fix.intent, fix.attribute])
    }
}

/// Whether the rule holds in some of the app's environments only.
fn partly(app: &Analyzed, policy: &Policy, finding: &Finding) -> bool {
    let rule = finding.diagnostic.rule.as_ref();
    let tier = rule
        .and_then(|rule| policy.rules.rule(&rule.id))
        .and_then(|rule| rule.tier);
    tier.is_some_and(|tier| {
        let mut environments = app.app.environments.iter();
        environments.any(|environment| policy.rules.tier(&environment.name).0 != tier)
    })
}

fn app_file(app: &Analyzed) -> String {
    join(&app.app.root, klo_config::CONFIG_FILE)
}

/// A finding that klo does not mend by itself.
fn by_hand(mut finding: Diagnostic) -> Diagnostic {
    finding.fixable = false;
    let help = finding.help.take().unwrap_or_default();
    finding.help(format!("{help}; klo cannot write it here by itself"))
}

impl Changes {
    /// Takes a value for a place; `None` where it cannot be written.
    fn add(&mut self, target: Target, value: &AttrValue, project: &Project) -> Option<()> {
        match target {
            Target::Written(span) => {
                let yaml = project.sources.path(span.file).ends_with(".yaml");
                let text = if yaml {
                    yaml::scalar(value)?
                } else {
                    annotation::literal(value)?
                };
                let range = span.range();
                self.edits
                    .entry(span.file)
                    .or_default()
                    .push(Edit { range, text });
            }
            Target::Argument(at, key) => {
                let text = project.sources.file(at.file).text();
                let edit = annotation::add(text, at, key, &annotation::literal(value)?)?;
                self.edits.entry(at.file).or_default().push(edit);
            }
            Target::Entry(file, path) => {
                self.entries.push((file, path, yaml::scalar(value)?));
            }
        }
        Some(())
    }

    /// Every file that changes: what it holds, and what it is to hold.
    pub(super) fn texts(&self, project: &Project) -> Texts {
        let mut texts = Texts::new();
        for (file, edits) in &self.edits {
            let source = project.sources.file(*file);
            if let Some(new) = apply(source.text(), edits) {
                texts.insert(
                    source.path().to_string(),
                    (Some(source.text().to_string()), new),
                );
            }
        }
        for (file, path, value) in &self.entries {
            let (old, text) = match texts.remove(file) {
                Some((old, new)) => (old, new),
                None => {
                    let old = project.tree.read_text(file).ok();
                    let text = old.clone().unwrap_or_default();
                    (old, text)
                }
            };
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let new = yaml::set(&text, &path, value).unwrap_or(text);
            if old.as_ref() != Some(&new) {
                texts.insert(file.clone(), (old, new));
            }
        }
        texts
    }
}
