use klo_config::App;
use klo_diagnostics::At;
use klo_source::SourceMap;

use super::*;
use crate::python;

/// What one file declares, and every mistake in it, as text.
fn report(path: &str, text: &str) -> String {
    let mut sources = SourceMap::new();
    let id = sources.add(path, text);
    let facts = python::facts(text);
    let app = App::with_defaults("shop", "");
    let file = AppFile {
        id,
        path,
        facts: &facts,
    };
    let (declarations, mut diagnostics) = declare(&app, &[file]);
    let mut lines = Vec::new();
    for declaration in &declarations {
        let kind = declaration
            .kind
            .map_or("?".to_owned(), |kind| kind.to_string());
        let (values, mistakes) = match declaration.kind {
            Some(kind) => finish_persist(&app, declaration, kind),
            None => (declaration.values.clone(), Vec::new()),
        };
        diagnostics.extend(mistakes);
        lines.push(format!("{kind}.{} {}", declaration.name, show(&values)));
        for bind in &declaration.bind {
            lines.push(format!("  bind {} = {}", bind.field, bind.variable));
        }
        for expose in &declaration.exposes {
            lines.push(format!("  expose {}", show(&expose.values)));
        }
        for trigger in &declaration.triggers {
            lines.push(format!(
                "  trigger {} {} {}",
                trigger.source,
                trigger.name,
                show(&trigger.values)
            ));
        }
        for uses in &declaration.uses {
            lines.push(format!(
                "  uses {} {:?} {:?}",
                uses.to,
                uses.access,
                uses.bind.len()
            ));
        }
    }
    for diagnostic in &diagnostics {
        let shown = match &diagnostic.at {
            At::Span(span) => sources.text(*span).to_owned(),
            other => format!("{other:?}"),
        };
        let help = diagnostic.help.as_deref().unwrap_or("");
        lines.push(format!(
            "! {} {shown:?}: {}; {help}",
            diagnostic.code.id(),
            diagnostic.message
        ));
    }
    lines.join("\n")
}

fn show(values: &Values) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|(key, (value, _))| format!("{key}={}", value.to_json()))
        .collect();
    values.join(" ")
}

#[test]
fn declarations() {
    let text = include_str!("tests/good.py");
    insta::assert_snapshot!(report("services/orders/main.py", text));
}

#[test]
fn mistakes() {
    let cases = include_str!("tests/mistakes.py").split("# ---\n");
    let reports: Vec<String> = cases
        .map(|text| format!("{}\n{}\n", text.trim_end(), report("a/b.py", text)))
        .collect();
    insta::assert_snapshot!(reports.join("\n"));
}

#[test]
fn names_follow_from_item_file_folder_and_app() {
    let app = App::with_defaults("shop", "");
    for (path, item, name) in [
        (
            "services/orders/main.py",
            Some("OrderRepository"),
            "order-repository",
        ),
        ("services/orders/main.py", Some("app"), "orders"),
        ("services/orders/worker.py", Some("app"), "worker"),
        ("services/orders/__init__.py", None, "orders"),
        (
            "services/receipt_queue.py",
            Some("_client"),
            "receipt-queue",
        ),
        ("main.py", Some("app"), "shop"),
        ("db.py", Some("engine"), "db"),
        ("a/app.py", Some("SESSION"), "a"),
    ] {
        assert_eq!(derived_name(&app, path, item), name, "{path} {item:?}");
    }
    let inner = App::with_defaults("inner", "services/inner");
    assert_eq!(
        derived_name(&inner, "services/inner/app.py", Some("app")),
        "inner"
    );
}

#[test]
fn a_kind_known_later_decodes_what_was_written() {
    let text = "# @klo::persist(name = \"x\", backup_days = 40, key = \"id\", bind = { host = \"H\" })\nx = make()\n";
    let mut sources = SourceMap::new();
    let id = sources.add("a.py", text);
    let facts = python::facts(text);
    let app = App::with_defaults("shop", "");
    let file = AppFile {
        id,
        path: "a.py",
        facts: &facts,
    };
    let (declarations, diagnostics) = declare(&app, &[file]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let said = |kind| -> Vec<String> {
        let (_, diagnostics) = finish_persist(&app, &declarations[0], kind);
        diagnostics.into_iter().map(|d| d.message).collect()
    };
    assert_eq!(said(Kind::Database), ["a database has no key `key`"]);
    assert_eq!(said(Kind::Table), ["a table has no field `host` to bind"]);
    assert_eq!(
        said(Kind::Cache),
        [
            "`backup_days` is 40, but takes a whole number from 0 to 35",
            "a cache has no key `key`"
        ]
    );
}

#[test]
fn what_is_followed_is_bounded() {
    let one = "# @klo::queue(name = \"q\", bind = { url = \"A\" })\n";
    let said = report("a.py", &format!("{}x = 1\n", one.repeat(50_000)));
    assert_eq!(said.matches("KLO0124").count(), 1);
    assert_eq!(said.matches("queue.q").count(), MOST_ON_ITEM);
    let many: String = (0..1_100)
        .map(|n| format!("# @klo::config\nX{n} = os.environ[\"X{n}\"]\n"))
        .collect();
    let said = report("a.py", &many);
    assert_eq!(said.matches("KLO0124").count(), 1);
    assert_eq!(said.matches("config.x").count(), MOST_IN_APP);
}

#[test]
fn collisions_show_both_places() {
    let at = |start| Span {
        file: FileId(0),
        start,
        end: start + 1,
    };
    let found = name_collisions([
        (Kind::Queue, "a", at(1)),
        (Kind::Topic, "a", at(2)),
        (Kind::Queue, "a", at(3)),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].at, At::Span(at(3)));
    assert_eq!(found[0].related[0].at, At::Span(at(1)));
}

#[test]
fn every_capability_has_unique_documented_keys() {
    for capability in Capability::ALL {
        let mut names: Vec<&str> = capability.keys().iter().map(|key| key.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{capability}");
    }
}
