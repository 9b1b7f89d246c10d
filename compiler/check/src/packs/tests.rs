use klo_diagnostics::{At, Diagnostic, Level as Severity};
use klo_intent::{Kind, Literal, LiteralKind, Tier};
use klo_source::{MemoryTree, SourceMap};

use super::*;

/// The sample pack that the program's tests use too.
pub(super) const ACME: &str = include_str!("../../../cli/tests/acme/platform/acme.yaml");

fn load(files: &[(&str, &str)], names: &[&str]) -> (Option<RuleSet>, Vec<Diagnostic>, SourceMap) {
    let tree = MemoryTree::new(files.iter().copied());
    let mut sources = SourceMap::new();
    let requests: Vec<PackRequest<'_>> = names
        .iter()
        .map(|name| PackRequest {
            name,
            at: At::Nowhere,
            tree: &tree,
            prefix: "",
            mandatory: false,
        })
        .collect();
    let (rules, diagnostics) = load_packs(&requests, &mut sources);
    (rules, diagnostics, sources)
}

/// What loading says, with the text that each place covers.
fn said(files: &[(&str, &str)], names: &[&str]) -> String {
    let (rules, diagnostics, sources) = load(files, names);
    assert_eq!(rules.is_none(), diagnostics.iter().any(Diagnostic::blocks));
    let place = |at: &At| match at {
        At::Span(span) => {
            let location = sources.location(*span);
            let line = location.start.line;
            let text: String = sources.text(*span).chars().take(60).collect();
            format!("{}:{line} `{text}`", location.file)
        }
        other => format!("{other:?}"),
    };
    let lines = diagnostics.iter().map(|found| {
        let help = found.help.as_deref().unwrap_or_default();
        let related = found.related.iter();
        let related: String = related
            .map(|related| format!("\n    {}: {}", place(&related.at), related.message))
            .collect();
        let code = found.code.id();
        format!(
            "{code} {}\n    {}\n    {help}{related}",
            place(&found.at),
            found.message
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn one(body: &str) -> String {
    let text = format!("klo-rules: 1\npack: acme/x\nversion: 1.0.0\n{body}");
    said(&[("x.yaml", &text)], &["x.yaml"])
}

/// A rule with some of its lines replaced.
fn rule(lines: &str) -> String {
    let mut fields = vec![
        ("id", "A-1".to_owned()),
        ("name", "some-name".to_owned()),
        ("on", "database".to_owned()),
        ("level", "deny".to_owned()),
        ("why", "Because.".to_owned()),
    ];
    for line in lines.lines() {
        let (key, value) = line.split_once(": ").expect("a field");
        fields.retain(|(name, _)| *name != key);
        fields.push((Box::leak(key.to_owned().into_boxed_str()), value.to_owned()));
    }
    let fields = fields.iter().filter(|(_, value)| value != "-");
    let fields: Vec<String> = fields
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    one(&format!(
        "params: {{ days: 90, regions: [eu-west-1] }}\nrules:\n  - {}\n",
        fields.join("\n    ")
    ))
}

#[test]
fn packs_that_come_with_klo_load_and_have_tests_both_ways() {
    for name in shipped_packs() {
        let (rules, diagnostics, _) = load(&[], &[name]);
        let rules = rules.unwrap_or_else(|| panic!("{name}: {diagnostics:?}"));
        let index = rules.packs().len() - 1;
        let pack = &rules.packs()[index];
        assert_eq!(pack.name, name);
        for rule in &pack.rules {
            let expected = |wanted: bool| {
                pack.tests.iter().any(|test| {
                    test.expect
                        .get(&rule.id)
                        .is_some_and(|(level, _)| level.is_some() == wanted)
                })
            };
            assert!(expected(true), "{} is nowhere broken", rule.id);
            assert!(expected(false), "{} is nowhere kept", rule.id);
            assert!(rule.why.len() > 30, "{} has no reason", rule.id);
        }
    }
}

#[test]
fn the_sample_pack_loads() {
    assert_eq!(said(&[("acme.yaml", ACME)], &["acme.yaml"]), "");
    let (rules, _, _) = load(&[("acme.yaml", ACME)], &["acme.yaml"]);
    let rules = rules.expect("a rule set");
    assert!(rules.rules().count() >= 15);
    assert_eq!(rules.tier("prod-eu").0, Tier::Prod);
    assert_eq!(rules.tier("pr-12").0, Tier::Dev);
    let rule = rules.rule("short-backup-retention").expect("by its name");
    assert_eq!(rule.asks(), ["`backup_days`: at least 90 is required"]);
    let defaults = &rules.layers().defaults;
    assert!(
        defaults
            .iter()
            .any(|value| value.kind == Kind::Job && value.attribute == "spot")
    );
}

/// Every text of a literal with its range: keys, and strings that are words.
fn words(literal: &Literal, found: &mut Vec<(String, u32, u32)>) {
    match &literal.kind {
        LiteralKind::Map(entries) => {
            for (key, range, value) in entries {
                found.push((key.clone(), range.start, range.end));
                words(value, found);
            }
        }
        LiteralKind::List(items) => items.iter().for_each(|item| words(item, found)),
        _ => {}
    }
}

/// Misspells each key of the sample pack, one at a time: none may pass in silence. What a key of a
/// map of people's own choice is called (parameters, files of a test) shows where it is used.
#[test]
fn every_misspelled_field_is_told() {
    let (literal, problems) = klo_config::yaml::read_yaml(ACME);
    assert!(problems.is_empty());
    let mut found = Vec::new();
    words(&literal.expect("a document"), &mut found);
    assert!(found.len() > 150, "{}", found.len());
    for (word, start, end) in found {
        if word == "app.py" {
            continue;
        }
        let mut text = ACME.to_owned();
        let written = &ACME[start as usize..end as usize];
        text.replace_range(
            start as usize..end as usize,
            &written.replace(&word, &format!("{word}x")),
        );
        let (rules, diagnostics, _) = load(&[("acme.yaml", &text)], &["acme.yaml"]);
        assert!(rules.is_none(), "`{word}` at {start} may be misspelled");
        assert!(diagnostics.iter().any(|d| d.level == Severity::Error));
    }
}

/// The same for every word in the values that klo gives a meaning: kinds, levels, tiers, attributes in
/// expressions, resource types.
#[test]
fn every_misspelled_word_in_a_value_is_told() {
    let words = [
        ("on: database\n", "on: databse\n"),
        (
            "on: data|queue|topic|secret",
            "on: data|queues|topic|secret",
        ),
        (
            "on: database(engine=postgres)",
            "on: database(engin=postgres)",
        ),
        (
            "on: database(engine=postgres)",
            "on: database(engine=postgress)",
        ),
        (
            "on: aws_cloudwatch_log_group",
            "on: aws_cloudwatch_log_groups",
        ),
        ("tier: prod", "tier: production"),
        ("level: forbid", "level: forbidden"),
        ("level: deny, from", "level: denied, from"),
        ("from: 2027-01-01", "from: 2027-13-01"),
        ("min: $backup-days", "min: $backup-day"),
        ("[l4, a10g]", "[l4, a10]"),
        ("i.gpu != null", "i.gpus != null"),
        ("i.gpu.count", "i.gpu.counts"),
        ("i.max)", "i.maximum)"),
        ("params['gpu-max']", "params['gpu-maximum']"),
        (
            "path('internet', intent.id)",
            "paths('internet', intent.id)",
        ),
        ("intents.filter(i", "intent.filter(i"),
        ("e.from == intent.id", "e.form == intent.id"),
        ("'trigger' in e.access", "'triggers' in e.access"),
        ("intent.kind == 'job'", "intent.kind == 'jobs'"),
        ("resource.name", "resource.nmae"),
        ("max: 8Gi", "max: 8GB"),
        ("max: 2h", "max: 2 hours"),
        ("\">= 15, < 18\"", "\"~> 15\""),
        (
            "\"^[a-z]+-(public|internal)$\"",
            "\"^[a-z+-(public|internal)$\"",
        ),
        (
            "expect: { ACME-DB-001: deny }",
            "expect: { ACME-DB-001: denied }",
        ),
    ];
    for (right, wrong) in words {
        assert!(ACME.contains(right), "{right}");
        let text = ACME.replacen(right, wrong, 1);
        let (rules, diagnostics, _) = load(&[("acme.yaml", &text)], &["acme.yaml"]);
        assert!(rules.is_none(), "{wrong} passes");
        let at = diagnostics
            .iter()
            .all(|found| matches!(found.at, At::Span(_)));
        assert!(at, "{diagnostics:?}");
    }
}

#[test]
fn mistakes_in_packs() {
    let reports = [
        said(&[("x.yaml", "")], &["x.yaml"]),
        said(&[("x.yaml", "a: [1\nb: 2")], &["x.yaml"]),
        said(&[("x.yaml", "- klo-rules: 1")], &["x.yaml"]),
        said(
            &[("x.yaml", "klo-rules: 2\npack: acme/x\nversion: 1.0.0")],
            &["x.yaml"],
        ),
        said(
            &[("x.yaml", "klo-rules: 1\npack: Acme\nversion: 1.0.0")],
            &["x.yaml"],
        ),
        said(
            &[("x.yaml", "klo-rules: 1\npack: klo/baseline\nversion: 1.0.0")],
            &["x.yaml"],
        ),
        said(
            &[("x.yaml", "klo-rules: 1\npack: acme/x\nversion: 1.4")],
            &["x.yaml"],
        ),
        said(&[], &["klo/baselin"]),
        said(&[], &["rules/none.yaml"]),
        said(&[("rules/x.txt", "")], &["rules"]),
        one("rule: []"),
        one("params: { a b: 1, c: { d: 1 } }"),
        one("tiers: { staging: [x] }"),
        one("defaults: [{ on: databse, set: { backup_days: 1 } }]"),
        one("defaults: [{ on: database, set: { backup_dasy: 1 } }]"),
        one("defaults: [{ on: unit, set: { min: 1 } }]"),
        one("choose: { bucket: { module: { source: x, outputs: { name: id } } } }"),
        one(
            "choose: { bucket: { module: { source: x, inputs: { name: $nmae }, outputs: { name: id, arn: \"${x}\" } } } }",
        ),
        one("choose: { service: { module: { source: x, outputs: {} } } }"),
        one("choose: { service: { run_on: lamda } }"),
        one("exceptions: { tfsec: {} }"),
        rule("require: { backup_days: { min: \"90\" } }"),
        rule("require: { backup_days: { mins: 90 } }"),
        rule("require: { backup_dasy: { min: 90 } }"),
        rule("require: { backup_days: 90 }"),
        rule("require: { backup_days: {} }"),
        rule("require: {}"),
        rule("require: { engine: { min: 3 } }"),
        rule("require: { tags: { matches: x } }\non: \"*\""),
        rule("require: { multi_az: { eq: true } }\non: data"),
        rule("require: { gpu.cuont: { max: 4 } }\non: unit"),
        rule("require: { region: { in: $regoins } }"),
        rule("require: { region: { in: $days } }"),
        rule("require: { storage_encrypted: { eq: yes } }\non: aws_db_instance"),
        rule("require: { storage_encryptd: { eq: true } }\non: aws_db_instance"),
        rule("require: { metadata_options.http_token: { eq: required } }\non: aws_instance"),
        rule("require: { backup_days: { min: 1 } }\non: graph"),
        rule("require: { backup_days: { min: 1 } }\non: database|aws_db_instance"),
        rule("require: { backup_days: { min: 1 } }\non: database(engine"),
        rule("require: { backup_days: { min: 1 } }\nassert: \"true\""),
        rule("level: deny"),
        rule("level: -\nassert: \"true\""),
        rule("id: db-1\nassert: \"true\""),
        rule("name: Some Name\nassert: \"true\""),
        rule("assert: intent.backup_dasy > 3"),
        rule("assert: intent.backup_days"),
        rule("assert: intent.backup_days >"),
        rule("assert: \"true\"\nlevel: deny\nthen: { level: warn, from: 2027-01-01 }"),
        rule("assert: \"true\"\nfix: true"),
        rule("require: { engine: { in: [postgres, mysql] } }\nfix: true"),
        one(
            "rules:\n  - { id: A-1, name: a, on: \"*\", level: warn, assert: \"true\", why: x }\n  - { id: A-1, name: a, on: \"*\", level: warn, assert: \"true\", why: x }",
        ),
        one("tests: [{ name: nothing, source: { a.py: \"\" }, expect: {} }]"),
        one("tests: [{ name: nothing, expect: { A-1: deny } }]"),
    ];
    insta::assert_snapshot!(reports.join("\n\n"));
}

const ORG: &str = "klo-rules: 1
pack: acme/org
version: 2.1.0
tiers: { prod: [\"live-*\"] }
params: { days: 90, most: 8, regions: [eu-west-1, eu-central-1] }
rules:
  - { id: A-1, name: a, on: database, level: warn, require: { backup_days: { min: $days } }, why: x }
  - { id: A-2, name: b, on: graph, level: deny, assert: \"intents.size() <= params.most\", why: x }
  - { id: A-3, name: c, on: \"*\", level: deny, require: { region: { in: $regions } }, why: x }
  - { id: A-4, name: d, on: database, level: deny, assert: \"intent.public == false\", why: x }
";

fn child(body: &str) -> String {
    let text =
        format!("klo-rules: 1\npack: acme/team\nversion: 1.0.0\nextends: [acme/org@2]\n{body}");
    said(&[("org.yaml", ORG), ("team.yaml", &text)], &["team.yaml"])
}

#[test]
fn a_child_tightens() {
    let fine = [
        "",
        "params: { days: 120, most: 4, regions: [eu-west-1] }",
        "rules: [{ id: A-1, level: deny }]",
        "rules: [{ id: A-1, require: { backup_days: { min: 100 } } }]",
        "rules: [{ id: A-3, require: { region: { in: [eu-west-1] } }, level: forbid }]",
        "tiers: { prod: [\"prod\"], dev: [sandbox] }",
    ];
    for body in fine {
        assert_eq!(child(body), "", "{body}");
    }
    let text = "klo-rules: 1\npack: acme/team\nversion: 1.0.0\nextends: [acme/org@2]\nparams: { days: 120 }\nrules: [{ id: A-1, level: deny }]\n";
    let (rules, _, _) = load(&[("org.yaml", ORG), ("team.yaml", text)], &["team.yaml"]);
    let rules = rules.expect("a rule set");
    let rule = rules.rule("A-1").expect("the rule");
    assert_eq!(
        (rule.pack.as_str(), rule.level.level),
        ("acme/team", Level::Deny)
    );
    assert_eq!(rule.asks(), ["`backup_days`: at least 120 is required"]);
    assert_eq!(rules.rules().filter(|rule| rule.id == "A-1").count(), 1);
    assert_eq!(rules.tier("live-eu").0, Tier::Prod);
}

#[test]
fn a_child_never_loosens() {
    let reports = [
        child("params: { days: 30 }"),
        child("params: { most: 16 }"),
        child("params: { regions: [us-east-1] }"),
        child("params: { days: \"x\" }"),
        child("rules: [{ id: A-2, level: warn }]"),
        child("rules: [{ id: A-1, require: { backup_days: { min: 10 } } }]"),
        child("rules: [{ id: A-1, require: { backup_days: { max: 10 } } }]"),
        child("rules: [{ id: A-1, on: cache }]"),
        child("rules: [{ id: A-1, tier: prod }]"),
        child("rules: [{ id: A-4, assert: \"true\" }]"),
        child("rules: [{ id: A-4, when: \"false\" }]"),
    ];
    insta::assert_snapshot!(reports.join("\n\n"));
    let text = "klo-rules: 1\npack: acme/team\nversion: 1.0.0\nextends: [acme/org]\ntiers: { dev: [live-test] }\n";
    let (rules, _, _) = load(&[("org.yaml", ORG), ("team.yaml", text)], &["team.yaml"]);
    let (tier, diagnostics) = rules.expect("a rule set").tier("live-test");
    assert_eq!((tier, diagnostics.len()), (Tier::Prod, 1));
}

#[test]
fn what_extends_what() {
    let pack = |name: &str, extends: &str| {
        format!("klo-rules: 1\npack: acme/{name}\nversion: 1.2.0\nextends: [{extends}]\n")
    };
    let reports = [
        said(
            &[
                ("a.yaml", &pack("a", "acme/b")),
                ("b.yaml", &pack("b", "acme/a")),
            ],
            &["a.yaml"],
        ),
        said(&[("a.yaml", &pack("a", "acme/a"))], &["a.yaml"]),
        said(&[("a.yaml", &pack("a", "klo/baseline@2"))], &["a.yaml"]),
        said(&[("a.yaml", &pack("a", "klo/base"))], &["a.yaml"]),
        said(
            &[
                ("a.yaml", &pack("a", "acme/orgs")),
                ("b.yaml", &pack("org", "")),
            ],
            &["a.yaml", "b.yaml"],
        ),
        said(&[("a.yaml", &pack("a", "../../x.yaml"))], &["a.yaml"]),
        said(&[("a.yaml", &pack("a", "./missing.yaml"))], &["a.yaml"]),
        said(
            &[("a.yaml", &pack("same", "")), ("b.yaml", &pack("same", ""))],
            &["a.yaml", "b.yaml"],
        ),
    ];
    insta::assert_snapshot!(reports.join("\n\n"));
    // A diamond is loaded once.
    let files = [
        ("org.yaml", ORG.to_owned()),
        ("a.yaml", pack("a", "./org.yaml@2")),
        ("b.yaml", pack("b", "acme/org@2.1")),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let (rules, diagnostics, _) = load(&files, &["a.yaml", "b.yaml"]);
    let rules = rules.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let names: Vec<&str> = rules
        .packs()
        .iter()
        .map(|pack| pack.name.as_str())
        .collect();
    assert_eq!(names, ["acme/org", "acme/a", "acme/b"]);
}

#[test]
fn hostile_packs_end_with_a_sentence() {
    let long = |count: usize, item: &str| item.repeat(count);
    let rules = |count: usize| {
        let rule = |index: usize| {
            format!(
                "  - {{ id: A-{index}, name: a, on: \"*\", level: warn, assert: \"true\", why: x }}\n"
            )
        };
        (0..count).map(rule).collect::<String>()
    };
    let cases = [
        one(&format!("rules:\n{}", rules(2001))),
        rule(&format!(
            "require: {{ region: {{ in: [{}] }} }}",
            long(1001, "a, ")
        )),
        rule(
            "require: { region: { matches: \"(((((((((a{1,100}){1,100}){1,100}){1,100}){1,100}))))))\" } }",
        ),
        rule(&format!(
            "assert: \"{}true{}\"",
            long(1500, "("),
            long(1500, ")")
        )),
        rule(&format!("assert: \"{}true\"", long(600, "true && "))),
        rule(&format!("assert: \"{}\"", long(5000, "a"))),
        rule("assert: intents.all(a, intents.all(b, intents.all(c, true)))"),
        rule("require: { region: { matches: \"(?=a)\" } }"),
        said(&[("x.yaml", &long(400_000, "- a\n"))], &["x.yaml"]),
        said(&[("x.yaml", &long(100, "["))], &["x.yaml"]),
    ];
    for (index, case) in cases.iter().enumerate() {
        assert!(!case.is_empty(), "case {index} passes");
        assert!(case.len() < 10_000, "case {index}: {}", case.len());
    }
}
