//! Packs and waivers that somebody wrote to stall klo or to take all memory: each ends with its place,
//! soon, and within a gigabyte of address space.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::{REQUIREMENTS, Run, SERVICE, repository};

/// Longest time that a run may take, in a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);
/// Kilobytes of address space.
const MEMORY: &str = "1048576";

/// `klo lint` with little memory.
fn lint(folder: &Path) -> Run {
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" lint --format concise");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_klo")]);
    command.current_dir(folder).stdin(Stdio::null());
    command.output().expect("klo runs").into()
}

fn pack(name: &str, body: &str) -> String {
    format!("klo-rules: 1\npack: acme/{name}\nversion: 1.0.0\n{body}")
}

/// A pack of so many rules that differ in their ids alone.
fn rules(count: usize, on: &str, check: &str) -> String {
    let rule = |index| {
        format!("  - {{ id: A-{index}, name: a, on: \"{on}\", level: deny, why: x, {check} }}\n")
    };
    let rules: String = (0..count).map(rule).collect();
    format!("rules:\n{rules}")
}

/// An app with a thousand topics, judged by files that `rules` of klo.yaml names first.
fn judged(files: &[(&str, String)], waivers: bool) -> Run {
    let topics: String = (0..1000)
        .map(|at| format!("  topic.t{at}: {{}}\n"))
        .collect();
    let waivers = if waivers {
        "waivers: waivers.yaml\n"
    } else {
        ""
    };
    let config = format!("app: shop\nrules: [a.yaml]\n{waivers}declare:\n{topics}");
    let mut all = vec![
        ("klo.yaml", config.as_str()),
        ("app.py", SERVICE),
        ("requirements.txt", REQUIREMENTS),
    ];
    all.extend(files.iter().map(|(path, text)| (*path, text.as_str())));
    let (_scratch, folder) = repository(&all);
    let begun = Instant::now();
    let run = lint(&folder);
    assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
    run
}

/// What one hostile pack is told, which has to begin with its place.
fn refused(text: String, place: &str, said: &str) {
    let run = judged(&[("a.yaml", text)], false);
    let first = run.err.lines().next().unwrap_or_default();
    assert_eq!(run.code, 2, "{first}");
    assert!(first.starts_with(place), "{first}");
    assert!(first.contains(said), "{first}");
}

#[test]
fn packs_that_extend_each_other() {
    let files = [
        ("a.yaml", pack("a", "extends: [./b.yaml]\n")),
        ("b.yaml", pack("b", "extends: [./c.yaml]\n")),
        ("c.yaml", pack("c", "extends: [./a.yaml]\n")),
    ];
    let run = judged(&files, false);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.starts_with("c.yaml:4:11: error"), "{}", run.err);
    assert!(
        run.err.contains("acme/a → acme/b → acme/c → acme/a"),
        "{}",
        run.err
    );
}

#[test]
fn long_lists() {
    let list = |count: usize| vec!["a"; count].join(", ");
    let values = |count| format!("require: {{ name: {{ in: [{}] }} }}", list(count));
    refused(
        pack("a", &rules(1, "*", &values(150_000))),
        "a.yaml:5:",
        "more than 100000 values",
    );
    refused(
        pack("a", &rules(1, "*", &values(90_000))),
        "a.yaml:5:",
        "90000 values, more than 1000",
    );
    let params = format!("params: {{ p: [{}] }}\n", list(90_000));
    let rules = rules(100, "*", "require: { name: { in: $p } }");
    refused(
        pack("a", &format!("{params}{rules}")),
        "a.yaml:6:",
        "more than 1000",
    );
}

#[test]
fn text_that_aliases_and_parameters_repeat() {
    let long = "x".repeat(1_000_000);
    let many = |word: &str| vec![word; 50_000].join(", ");
    let aliases = format!("params: {{ p: &a {long}, q: [{}] }}\n", many("*a"));
    refused(pack("a", &aliases), "a.yaml:4:", "of text in this file");
    let check = format!(
        "require: {{ name: {{ in: [{}] }} }}",
        vec!["$p"; 900].join(", ")
    );
    let params = format!("params: {{ p: {long} }}\n{}", rules(2, "*", &check));
    refused(
        pack("a", &params),
        "a.yaml:6:",
        "parameters repeat more than",
    );
    let why = pack("a", &rules(1, "*", "require: { name: { exists: true } }"));
    let why = why.replace("why: x", &format!("why: {long}"));
    refused(why, "a.yaml:5:", "`why` is 1000000 bytes long");
    let lists: String = "abcdefgh"
        .chars()
        .zip("bcdefghi".chars())
        .map(|(from, to)| {
            format!(
                "{to}: &{to} [{}]\n",
                vec![format!("*{from}"); 10].join(", ")
            )
        })
        .collect();
    let bomb = pack(
        "a",
        &format!("a: &a [x, x, x, x, x, x, x, x, x, x]\n{lists}"),
    );
    refused(bomb, "a.yaml:8:", "more than 100000 values");
}

#[test]
fn deep_and_large_files() {
    refused("[".repeat(100_000), "a.yaml:1:65: ", "more than 64 levels");
    refused(
        format!("{}a\n", "- ".repeat(50_000)),
        "a.yaml:1:129: ",
        "more than 64 levels",
    );
    let steps: String = (0..2000)
        .map(|at| format!("{}a:\n", " ".repeat(at)))
        .collect();
    refused(steps, "a.yaml:65:65: ", "more than 64 levels");
    let large = format!("#{}\n", "x".repeat(10 << 20));
    refused(pack("a", &large), "klo.yaml:2:9: ", "more than the 4194304");
    let files = [
        ("a.yaml", pack("a", "rules: []\n")),
        ("waivers.yaml", large),
    ];
    let run = judged(&files, true);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.starts_with("klo.yaml:3:10: "), "{}", run.err);
    assert!(run.err.contains("more than the 4194304"), "{}", run.err);
    let entry = "- { rule: A-1, on: x.y, reason: a, approver: b, until: 2026-12-31 }\n";
    let files = [files[0].clone(), ("waivers.yaml", entry.repeat(6000))];
    let run = judged(&files, true);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.starts_with("waivers.yaml:1:1: "), "{}", run.err);
}

#[test]
fn patterns_that_would_backtrack_or_grow() {
    let growing = "require: { name: { matches: \"((a{1,90}){1,90}){1,90}\" } }";
    refused(
        pack("a", &rules(1, "*", growing)),
        "a.yaml:5:",
        "size limit",
    );
    let growing = "assert: \"intent.name.matches('((a{1,90}){1,90}){1,90}')\"";
    refused(pack("a", &rules(1, "*", growing)), "a.yaml:5:", "pattern");
    // The engine knows no backtracking: what stalls others ends at once here.
    let checks = [
        "require: { region: { matches: \"^(([a-z]+)*-?)+!$\" } }",
        "assert: \"('a' + intent.region + intent.region + intent.region).matches('^(([a-z]+)*-?)+!$')\"",
    ];
    for check in checks {
        let run = judged(&[("a.yaml", pack("a", &rules(20, "topic", check)))], false);
        assert_eq!(run.code, 1, "{check}");
    }
}

#[test]
fn expressions_that_would_run_long_or_grow() {
    let loops = "intents.all(a, intents.all(b, a.id != b.id + 'x'))";
    let text =
        "intents.all(a, intents.all(b, (a.id + b.id + a.id + b.id + a.id + b.id).size() > 0))";
    for expression in [
        loops,
        text,
        "intents.map(a, intents.map(b, a.id + b.id)).size() > 0",
    ] {
        let check = format!("assert: \"{expression}\"");
        let run = judged(&[("a.yaml", pack("a", &rules(1, "graph", &check)))], false);
        assert_eq!(run.code, 1, "{expression}");
        assert!(
            run.err.contains("takes more than 5000000 steps"),
            "{expression}"
        );
    }
}

#[test]
fn rules_that_find_something_everywhere() {
    let check = "require: { name: { eq: nobody } }";
    let run = judged(&[("a.yaml", pack("a", &rules(60, "topic", check)))], false);
    assert_eq!(run.code, 1);
    let told = run.err.lines().filter(|line| line.contains("[A-")).count();
    assert_eq!(told, 20_000);
    let end = "error[KLO0911]: rules find more than 20000 things";
    assert!(
        run.err.contains(end),
        "{}",
        run.err.lines().last().unwrap_or_default()
    );
}
