//! Rule packs through the program: packs that come with klo, the sample pack of an organization
//! against apps that break each of its rules, waivers, and `klo fix`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{copy, klo};

/// The sample pack with its two apps, as a repository.
fn acme() -> TempDir {
    let scratch = tempfile::tempdir().expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("compiler/cli/tests/acme");
    copy(&from, scratch.path());
    fs::create_dir(scratch.path().join(".git")).expect("a folder");
    scratch
}

const LINT: [&str; 5] = ["lint", "--today", "2026-11-26", "--format", "concise"];

/// What `lint` says with these arguments, as its JSON has it.
fn linted(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&LINT[..3], &["--format", "json"], arguments].concat();
    let run = klo(folder, &arguments);
    let printed: Value = serde_json::from_str(&run.out).expect("JSON");
    printed["diagnostics"].as_array().expect("a list").clone()
}

/// Place and text that a printed place covers: `shop/stores.py:6 \`30\``.
fn covered(folder: &Path, at: &Value) -> String {
    let number = |key: &str| at[key].as_u64().expect("a number") as usize;
    let file = at["file"].as_str().expect("a path");
    let text = fs::read_to_string(folder.join(file)).expect("a file");
    let (first, last) = (number("line"), number("end_line"));
    let lines = text.lines().enumerate().skip(first - 1);
    let parts = lines.take(last + 1 - first).map(|(index, line)| {
        let start = match index + 1 == first {
            true => number("column") - 1,
            false => 0,
        };
        let end = match index + 1 == last {
            true => number("end_column") - 1,
            false => line.chars().count(),
        };
        let part = line.chars().skip(start).take(end.saturating_sub(start));
        part.collect::<String>()
    });
    format!("{file}:{first} `{}`", parts.collect::<Vec<_>>().join(" "))
}

#[test]
fn packs_that_come_with_klo_pass_their_tests() {
    let folder = acme();
    for pack in [
        "klo/baseline",
        "klo/production",
        "klo/residency-eu",
        "klo/gpu-budget",
    ] {
        let run = klo(folder.path(), &["rules", "test", pack]);
        assert_eq!(run.code, 0, "{pack}: {}{}", run.out, run.err);
        assert!(run.out.contains(" passed, 0 failed"), "{}", run.out);
    }
}

#[test]
fn each_rule_of_the_sample_pack_finds_one_thing() {
    let folder = acme();
    let run = klo(folder.path(), &LINT);
    assert_eq!(run.code, 1, "{}", run.err);
    let mut found = Vec::new();
    let mut rules = Vec::new();
    for finding in linted(folder.path(), &[]) {
        let Some(rule) = finding["rule"]["id"].as_str() else {
            continue;
        };
        rules.push(rule.to_owned());
        let related = finding["related"].as_array().expect("a list");
        assert_eq!(related.len(), 1, "{rule}: the rule's place and no other");
        found.push(format!(
            "{rule} {} ({})\n    {}\n    {}\n    {}",
            finding["rule"]["level"].as_str().expect("a level"),
            finding["level"].as_str().expect("a level"),
            finding["message"].as_str().expect("a sentence"),
            covered(folder.path(), &finding["at"]),
            covered(folder.path(), &related[0]["at"]),
        ));
    }
    insta::assert_snapshot!(found.join("\n"));
    let list = klo(folder.path(), &["rules", "list", "vision"]);
    let ids = list.out.lines().filter(|line| line.starts_with("ACME-"));
    let ids = ids.filter_map(|line| line.split(' ').next());
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    rules.sort_unstable();
    assert_eq!(rules, ids, "one finding of every rule");
    assert!(ids.len() >= 15, "{}", ids.len());
}

#[test]
fn waivers_hold_until_their_day() {
    let folder = acme();
    let shop = folder.path().join("shop");
    let waivers = "- { rule: ACME-DB-001, on: database.orders, reason: Moves in March., approver: dba-team, until: 2026-12-05 }
- { rule: ACME-DB-003, on: database.orders, reason: Forbidden all the same., approver: dba-team, until: 2027-12-31 }
- { rule: ACME-QUE-001, on: queue.parcel, reason: Misspelled., approver: dba-team, until: 2027-12-31 }
";
    fs::write(shop.join("waivers.yaml"), waivers).expect("written");
    let config = shop.join("klo.yaml");
    let text = fs::read_to_string(&config).expect("a file");
    fs::write(&config, format!("{text}waivers: waivers.yaml\n")).expect("written");
    let lint = |today: &str, more: &[&str]| {
        let mut arguments = vec!["lint", "--today", today, "--format", "concise"];
        arguments.extend(more);
        arguments.push("shop");
        klo(folder.path(), &arguments).err
    };
    let line = |text: &str, word: &str| {
        let found = text.lines().find(|line| line.contains(word));
        found.unwrap_or_default().to_owned()
    };
    let now = lint("2026-11-26", &[]);
    assert!(line(&now, "[ACME-DB-001]").contains("waived"), "{now}");
    assert!(line(&now, "[KLO0909]").contains("in 9 days"), "{now}");
    assert!(
        line(&now, "`ACME-DB-003` is `forbid`").contains("warning"),
        "{now}"
    );
    assert!(line(&now, "[ACME-DB-003]").contains("error"), "{now}");
    assert!(
        line(&now, "`ACME-QUE-001` finds nothing").contains("warning"),
        "{now}"
    );
    let later = lint("2026-12-06", &[]);
    assert!(!line(&later, "[ACME-DB-001]").contains("waived"), "{later}");
    let without = lint("2026-11-26", &["--no-waivers"]);
    assert!(
        !without.contains("waived") && !without.contains("KLO0909"),
        "{without}"
    );
}

#[test]
fn what_rules_ask_for_is_written_where_it_belongs() {
    let folder = acme();
    let shop = folder.path().join("shop");
    let stores = shop.join("shop/stores.py");
    let before = fs::read_to_string(&stores).expect("a file");
    let shown = klo(folder.path(), &["fix", "shop", "--diff"]);
    assert!(
        shown.out.contains("backup_days = 90"),
        "{}{}",
        shown.out,
        shown.err
    );
    assert_eq!(fs::read_to_string(&stores).expect("a file"), before);
    klo(folder.path(), &["fix", "shop"]);
    let after = fs::read_to_string(&stores).expect("a file");
    assert_eq!(
        after,
        before.replace("backup_days = 30", "backup_days = 90")
    );
    let again = klo(folder.path(), &["fix", "shop", "--diff"]);
    assert_eq!(again.out, "", "it changes nothing twice");
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = acme();
    let list = klo(folder.path(), &["rules", "list", "shop"]);
    assert_eq!(list.code, 0, "{}", list.err);
    assert!(list.out.contains("ACME-TAG-001"), "{}", list.out);
    assert!(
        list.out.contains("warn, deny from 2027-01-01"),
        "{}",
        list.out
    );
    let page = klo(folder.path(), &["explain", "ACME-DB-001", "shop"]);
    assert_eq!(page.code, 0, "{}", page.err);
    assert!(page.out.contains("at least 90 is required"), "{}", page.out);
}

/// One fenced block of a page: its language with what follows it, and its text.
pub(crate) fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(_) if inside => inside = false,
            Some(head) => {
                inside = true;
                found.push((head.to_owned(), String::new()));
            }
            None if inside => {
                let (_, text) = found.last_mut().expect("a block");
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    found
}

#[test]
fn the_guide_for_platform_teams_does_what_it_says() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::create_dir(folder.join(".git")).expect("a folder");
    let page = format!("{}/docs/guides/rules.md", env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(page).expect("the guide");
    let mut commands = 0;
    for (head, text) in blocks(&page) {
        if let Some((_, path)) = head.split_once(" file=") {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("written");
            continue;
        }
        assert_eq!(head, "sh");
        for line in text.lines() {
            let (command, code) = match line.split_once(" # exit ") {
                Some((command, code)) => (command, code.parse().expect("a code")),
                None => (line, 0),
            };
            let words: Vec<&str> = command.split(' ').collect();
            assert_eq!(words[0], "klo");
            let run = klo(folder, &words[1..]);
            assert_eq!(run.code, code, "{command}: {}{}", run.out, run.err);
            commands += 1;
        }
    }
    assert!(commands >= 11, "{commands}");
}
