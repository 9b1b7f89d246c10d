//! What effective settings may not say, whatever the rule sets.

use klo_config::{App, EnvironmentConfig, Settings};
use klo_diagnostics::codes::settings as codes;
use klo_diagnostics::{Diagnostic, did_you_mean, list_of};
use klo_intent::{AttrValue, Intent, IntentGraph, Kind, Origin, Type, attributes, describe};

/// Everything that is wrong with a resolved graph.
pub(crate) fn judge(
    graph: &IntentGraph,
    app: &App,
    environment: &EnvironmentConfig,
) -> Vec<Diagnostic> {
    let mut diagnostics = unknown_intents(graph, &environment.resources);
    diagnostics.extend(unknown_intents(graph, &app.resources));
    for intent in &graph.intents {
        judge_values(intent, &mut diagnostics);
        judge_adoption(intent, &mut diagnostics);
        if intent.kind.is_unit() {
            judge_instances(intent, &mut diagnostics);
            judge_platform(intent, app, &mut diagnostics);
            judge_effect(intent, &mut diagnostics);
        } else {
            judge_resource(intent, app, &mut diagnostics);
        }
    }
    diagnostics
}

/// Entries under `resources` for intents that are not there.
fn unknown_intents(graph: &IntentGraph, settings: &Settings) -> Vec<Diagnostic> {
    let ids: Vec<String> = graph.intents.iter().map(Intent::id).collect();
    let unknown = settings.iter().filter(|(id, _)| !ids.contains(id));
    unknown
        .map(|(id, (at, _))| {
            let same_kind: Vec<&str> = ids
                .iter()
                .map(String::as_str)
                .filter(|known| known.split('.').next() == id.split('.').next())
                .collect();
            let nearest = did_you_mean(id, ids.iter().map(String::as_str)).or_else(|| {
                // The right name under another kind, as in `bucket.orders` for `database.orders`.
                let name = id.split_once('.')?.1;
                ids.iter()
                    .find(|known| known.split_once('.').is_some_and(|(_, n)| n == name))
                    .map(String::as_str)
            });
            let help = match (nearest, same_kind.as_slice()) {
                (Some(nearest), _) => format!("did you mean `{nearest}`?"),
                (None, []) => "`klo graph` lists the app's intents; remove the entry".to_owned(),
                (None, [one]) => format!("there is `{one}`"),
                (None, known) => format!("there are {}", list_of(known.iter().copied())),
            };
            Diagnostic::error(codes::UNKNOWN_INTENT, *at, format!("the app has no `{id}`"))
                .help(help)
                .subject(id.clone())
        })
        .collect()
}

/// Values that came from code or packs and do not fit; written ones were decoded by their type.
fn judge_values(intent: &Intent, diagnostics: &mut Vec<Diagnostic>) {
    for attribute in attributes(intent.kind) {
        let Some(setting) = intent.settings.get(attribute.name) else {
            continue;
        };
        if !fits(&attribute.ty, &setting.value) {
            diagnostics.push(
                Diagnostic::error(
                    codes::INVALID_SETTING,
                    intent.span_of(attribute.name),
                    format!(
                        "`{}` of `{}` is {}, but takes {}",
                        attribute.name,
                        intent.id(),
                        setting.value.to_json(),
                        describe(&attribute.ty)
                    ),
                )
                .help(format!(
                    "the value comes from {}; state another one in the annotation or in klo.yaml",
                    origin(&setting.origin)
                ))
                .subject(intent.id()),
            );
        }
    }
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::EnvironmentResources | Origin::Resources | Origin::Configuration => {
            "klo.yaml".to_owned()
        }
        Origin::Annotation => "the annotation".to_owned(),
        Origin::Code => "the code".to_owned(),
        Origin::Choose { pack } | Origin::Defaults { pack } => format!("the rule pack `{pack}`"),
        Origin::Formula => "`users` and `latency`".to_owned(),
        Origin::BuiltIn => "klo's default".to_owned(),
    }
}

/// Whether a value is within its type's bounds. Shapes are the decoder's business.
fn fits(ty: &Type, value: &AttrValue) -> bool {
    match (ty, value) {
        (_, AttrValue::Null) => true,
        (Type::Int(low, high), value) => value
            .as_int()
            .is_some_and(|number| (*low..=*high).contains(&number)),
        (Type::Number(low, high), value) => value
            .as_float()
            .is_some_and(|number| (*low..=*high).contains(&number)),
        (Type::Choice(words), value) => value.as_str().is_some_and(|word| words.contains(&word)),
        (Type::Bool, value) => value.as_bool().is_some(),
        (Type::Size, value) => matches!(value, AttrValue::Size(_)),
        (Type::Duration, value) => matches!(value, AttrValue::Duration(_)),
        _ => true,
    }
}

fn judge_instances(intent: &Intent, diagnostics: &mut Vec<Diagnostic>) {
    if let (Some(min), Some(max)) = (intent.int("min"), intent.int("max"))
        && min > max
    {
        diagnostics.push(
            Diagnostic::error(
                codes::CONTRADICTORY_SETTINGS,
                intent.span_of("min"),
                format!(
                    "`{}` has at least {min} instances, but at most {max}",
                    intent.id()
                ),
            )
            .help(format!("lower `min` to {max}, or raise `max` to {min}"))
            .related(intent.span_of("max"), "`max` is stated here")
            .subject(intent.id()),
        );
    }
    if intent.int("max") == Some(0) {
        diagnostics.push(
            Diagnostic::error(
                codes::CONTRADICTORY_SETTINGS,
                intent.span_of("max"),
                format!(
                    "`{}` has at most 0 instances, so it never runs",
                    intent.id()
                ),
            )
            .help("write `max = 1` or more, or remove the unit's annotation")
            .subject(intent.id()),
        );
    }
}

fn judge_adoption(intent: &Intent, diagnostics: &mut Vec<Diagnostic>) {
    if intent.value("existing").is_null() || intent.value("import").is_null() {
        return;
    }
    let setting = |attribute: &str| {
        intent
            .settings
            .get(attribute)
            .map(|setting| &setting.origin)
    };
    // Where one place states both, reading it has told.
    if setting("existing") == setting("import") {
        return;
    }
    let once = |attribute: &str| intent.span_of(attribute);
    diagnostics.push(
        Diagnostic::error(
            codes::CONTRADICTORY_SETTINGS,
            once("import"),
            format!("`{}` is both `existing` and to be imported", intent.id()),
        )
        .help("`existing` uses what somebody else manages, `import` puts it under klo's management; keep one")
        .related(once("existing"), "`existing` is stated here")
        .subject(intent.id()),
    );
}

fn judge_platform(intent: &Intent, app: &App, diagnostics: &mut Vec<Diagnostic>) {
    let Some(run_on) = intent.text("run_on") else {
        return;
    };
    let help = match (app.platform.as_str(), run_on) {
        ("kubernetes", "kubernetes") => return,
        ("kubernetes", _) => "remove `run_on`, or set `platform: aws` in klo.yaml",
        (_, "kubernetes") => {
            "write `lambda`, `fargate` or `eks`, or set `platform: kubernetes` in klo.yaml"
        }
        _ => return,
    };
    diagnostics.push(
        Diagnostic::error(
            codes::WRONG_PLATFORM,
            intent.span_of("run_on"),
            format!(
                "`{}` cannot run on `{run_on}`: the app's platform is `{}`",
                intent.id(),
                app.platform
            ),
        )
        .help(help)
        .subject(intent.id()),
    );
}

/// Settings that somebody states and that change nothing.
fn judge_effect(intent: &Intent, diagnostics: &mut Vec<Diagnostic>) {
    let stated = |attribute: &str| {
        intent.settings.get(attribute).is_some_and(|setting| {
            matches!(
                setting.origin,
                Origin::Annotation | Origin::Resources | Origin::EnvironmentResources
            )
        })
    };
    let run_on = intent.text("run_on").unwrap_or("");
    let mut warn = |attribute: &str, why: &str| {
        diagnostics.push(
            Diagnostic::warning(
                codes::NO_EFFECT,
                intent.span_of(attribute),
                format!(
                    "`{attribute}` of `{}` has no effect on {run_on}",
                    intent.id()
                ),
            )
            .help(why.to_owned())
            .subject(intent.id()),
        );
    };
    if run_on == "lambda" && intent.flag("spot") && stated("spot") {
        warn(
            "spot",
            "Lambda has no spot capacity; remove it, or run the unit on `fargate`",
        );
    }
    if run_on != "lambda" && stated("concurrency") {
        warn(
            "concurrency",
            "only Lambda reserves concurrency; bound the instances with `max` instead",
        );
    }
}

fn judge_resource(intent: &Intent, app: &App, diagnostics: &mut Vec<Diagnostic>) {
    let secret = intent.value("existing").get("secret");
    let secret = secret.and_then(klo_intent::AttrValue::as_str);
    if let Some(name) = secret.filter(|name| !name.starts_with("arn:"))
        && app.platform != "kubernetes"
    {
        diagnostics.push(
            Diagnostic::error(
                codes::WRONG_PLATFORM,
                intent.span_of("existing"),
                format!("`secret` of `{}` is `{name}`, which is no ARN", intent.id()),
            )
            .help(
                "on AWS say the ARN of a secret, `arn:aws:secretsmanager:…`; names of entries are \
                 for `platform: kubernetes`",
            )
            .subject(intent.id()),
        );
    }
    if intent.kind == Kind::Site && intent.value("dir").is_null() {
        diagnostics.push(
            Diagnostic::error(
                codes::MISSING_VALUE,
                intent.at,
                format!("`{}` does not say where its files are", intent.id()),
            )
            .help("add the folder with the built files: `dir = \"web/dist\"`")
            .subject(intent.id()),
        );
    }
    if app.platform == "kubernetes"
        && intent.kind != Kind::Config
        && intent.kind != Kind::Site
        && intent.value("existing").is_null()
    {
        diagnostics.push(
            Diagnostic::error(
                codes::WRONG_PLATFORM,
                intent.at,
                format!(
                    "`{}` would have to be made, which klo does only on AWS",
                    intent.id()
                ),
            )
            .help("name what is there with `existing = { … }`, or set `platform: aws` in klo.yaml")
            .subject(intent.id()),
        );
    }
}
