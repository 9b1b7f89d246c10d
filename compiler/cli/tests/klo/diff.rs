//! `klo diff` on a catalogue of edits: each file under `tests/edits/` is a state of an app and an edit
//! of it, and its snapshot is what a reviewer reads. Its name begins with what it is: `same` (no
//! change), `plain` (no risk), `looks` (a risk that loses nothing) or `loses` (data could be lost).
//!
//! A case is a list of steps, each a line `! VERB ARGUMENTS` and the lines below it:
//! `! example NAME` (where it begins; else with nothing), `! klo ARGUMENTS` (beside those of the
//! test), `! write PATH`, `! append PATH`, `! replace PATH` (text, a line `=>`, text), `! move FROM
//! TO`, `! remove PATH`, and `! commit`: what stands before it is the base, what follows the edit.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use tempfile::TempDir;

use crate::{Run, copy, klo, repository};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=klo", "-c", "user.email=klo@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

pub(crate) fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "state"]);
}

/// One step of a case: its words, and the lines below it.
type Step = (Vec<String>, String);

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("! ") {
            steps.push((words.split(' ').map(str::to_owned).collect(), String::new()));
        } else if let Some((_, body)) = steps.last_mut() {
            body.push_str(line);
            body.push('\n');
        }
    }
    steps
}

/// An app in a repository, edited as a case says, and the arguments that it is compared with.
fn made(case: &Path) -> (TempDir, PathBuf, Vec<String>) {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("shop");
    fs::create_dir(&folder).expect("a folder");
    let text = fs::read_to_string(case).expect("a case");
    let mut arguments = Vec::new();
    let mut committed = false;
    git(&folder, &["init", "--quiet"]);
    for (words, body) in steps(&text) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let path = |name: &str| {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            path
        };
        let old = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        match words.as_slice() {
            ["example", name] => copy(&root().join("examples").join(name), &folder),
            ["klo", more @ ..] => arguments.extend(more.iter().map(|word| (*word).to_owned())),
            ["write", name] => fs::write(path(name), body).expect("written"),
            ["append", name] => fs::write(path(name), old(name) + &body).expect("written"),
            ["replace", name] => {
                let (from, to) = body.split_once("\n=>\n").expect("a line `=>`");
                let to = to.strip_suffix('\n').unwrap_or(to);
                let text = old(name);
                assert_eq!(text.matches(from).count(), 1, "{}: {from}", case.display());
                fs::write(path(name), text.replace(from, to)).expect("written");
            }
            ["move", from, to] => {
                fs::rename(folder.join(from), path(to)).expect("moved");
            }
            ["remove", name] => fs::remove_file(folder.join(name)).expect("removed"),
            ["commit"] => {
                commit(&folder);
                committed = true;
            }
            _ => panic!("{}: no step `{}`", case.display(), words.join(" ")),
        }
    }
    assert!(committed, "{}: nothing is committed", case.display());
    (scratch, folder, arguments)
}

fn diff(folder: &Path, arguments: &[&str]) -> Run {
    klo(folder, &[&["diff"], arguments].concat())
}

/// What a case shows, and how it ends with `--fail-on data-loss`.
fn shown(case: &Path) -> Run {
    let (_scratch, folder, arguments) = made(case);
    let mut all = vec!["--fail-on", "data-loss"];
    all.extend(arguments.iter().map(String::as_str));
    diff(&folder, &all)
}

/// A commit's id is another one whenever an example changes.
fn without_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        let (id, end) = after.split_at(after.len().min(10));
        out.push_str(before);
        let is_id = end.starts_with(')') && id.chars().all(|c| c.is_ascii_hexdigit());
        out.push_str(if is_id { "(COMMIT" } else { "(" });
        rest = if is_id { end } else { after };
    }
    out + rest
}

#[test]
fn every_edit_is_shown_as_a_reviewer_reads_it() {
    let folder = root().join("compiler/cli/tests/edits");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 30, "{} cases", cases.len());
    let runs: Mutex<BTreeMap<PathBuf, Run>> = Mutex::default();
    let left = Mutex::new(cases.iter());
    std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some(case) = left.lock().expect("no panic").next() else {
                        break;
                    };
                    let run = shown(case);
                    runs.lock().expect("no panic").insert(case.clone(), run);
                }
            });
        }
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../edits/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (case, run) in runs.into_inner().expect("no panic") {
        let name = case
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = without_ids(&run.text());
        settings.bind(|| insta::assert_snapshot!(name.clone(), text));
        let (kind, _) = name.split_once('-').expect("its kind");
        let says = |title: &str| run.out.lines().any(|line| line == title);
        let found = (
            run.code,
            says("Data at risk"),
            says("Wants a look"),
            says("No change."),
        );
        match (kind, found) {
            ("same", (0, false, false, true))
            | ("plain", (0, false, false, false))
            | ("looks", (0, false, true, false))
            | ("loses", (1, true, _, false)) => {}
            _ => panic!("{name}: {found:?}\n{text}"),
        }
    }
}

#[test]
fn what_rules_refuse_is_compared_all_the_same() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("shop");
    copy(&root().join("examples/shop"), &folder);
    git(&folder, &["init", "--quiet"]);
    commit(&folder);
    edit(
        &folder,
        "klo.yaml",
        "backup_days: 35",
        "backup_days: 35, public: true",
    );
    let run = diff(&folder, &["--env", "prod"]);
    assert_eq!(run.code, 1, "{}", run.text());
    for said in [
        "1 change wants a look; no data is at risk;",
        "opened: database.orders (aws_db_instance.orders)",
        "publicly_accessible: false → true",
    ] {
        assert!(run.out.contains(said), "{said}\n{}", run.text());
    }
    assert!(run.err.contains("KLO-NET-001"), "{}", run.text());
}

const SHOP: &str = "app: shop\nenvironments:\n  dev: { region: eu-west-1 }\n";
const QUEUE: &str = "import os\n\nimport boto3\n\n# @klo::queue(name = \"mails\")\nURL = os.environ[\"MAILS_URL\"]\nsqs = boto3.client(\"sqs\")\n\n\n# @klo::function(name = \"send\")\ndef send(event, context):\n    sqs.send_message(QueueUrl=URL, MessageBody=\"x\")\n";

/// A repository of an app with a queue, committed once.
pub(crate) fn queue() -> (TempDir, PathBuf) {
    let (scratch, folder) = repository(&[
        ("klo.yaml", SHOP),
        ("app.py", QUEUE),
        ("requirements.txt", "boto3==1.44.5\n"),
    ]);
    fs::remove_dir(folder.join(".git")).expect("removed");
    git(&folder, &["init", "--quiet"]);
    commit(&folder);
    (scratch, folder)
}

pub(crate) fn edit(folder: &Path, name: &str, from: &str, to: &str) {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replace(from, to)).expect("written");
}

#[test]
fn the_default_base_is_where_the_branch_left_the_default_one() {
    let (_scratch, folder) = queue();
    let base = |folder: &Path| {
        let run = diff(folder, &[]);
        without_ids(run.out.lines().next().unwrap_or_default())
    };
    let alone = "Compared with HEAD (COMMIT): this clone knows no default branch to compare with.";
    assert_eq!(base(&folder), alone);
    git(&folder, &["checkout", "--quiet", "-b", "change"]);
    let nothing = "Compared with the merge base with main (COMMIT): HEAD, with nothing committed since it left main.";
    let text = diff(&folder, &[]).out;
    assert_eq!(
        without_ids(&text.replace("\n", " ")).trim(),
        format!("{nothing}  No change.")
    );
    edit(&folder, "app.py", "mails\"", "letters\"");
    commit(&folder);
    assert_eq!(
        base(&folder),
        "Compared with the merge base with main (COMMIT): where HEAD left main."
    );
    // The remote's word on which branch is the default one goes first.
    git(
        &folder,
        &["update-ref", "refs/remotes/origin/trunk", "HEAD"],
    );
    git(
        &folder,
        &[
            "symbolic-ref",
            "refs/remotes/origin/HEAD",
            "refs/remotes/origin/trunk",
        ],
    );
    assert!(
        base(&folder).contains("merge base with origin/trunk"),
        "{}",
        base(&folder)
    );
    let asked = diff(&folder, &["--base", "HEAD~1"]);
    assert!(
        asked.out.starts_with("Compared with HEAD~1 ("),
        "{}",
        asked.text()
    );
    assert!(asked.out.contains("queue.mails"), "{}", asked.text());
}

#[test]
fn what_cannot_be_compared_is_said_with_a_code() {
    let (_scratch, folder) = queue();
    let mut shown = String::new();
    let mut tell = |about: &str, run: Run| {
        shown.push_str(&format!("== {about}\n{}\n", without_ids(&run.text())));
    };
    git(&folder, &["branch", "release"]);
    tell(
        "a revision of nearly that name",
        diff(&folder, &["--base", "relaese"]),
    );
    tell("a range", diff(&folder, &["--base", "main..release"]));
    tell(
        "an option in its place",
        diff(&folder, &["--base=--output=x"]),
    );
    tell("a folder that is nowhere", diff(&folder, &["nowhere"]));
    tell(
        "an environment that is nowhere",
        diff(&folder, &["--env", "stage"]),
    );
    edit(&folder, "klo.yaml", "environments", "enviroments");
    commit(&folder);
    edit(&folder, "klo.yaml", "enviroments", "environments");
    tell("a base with a broken klo.yaml", diff(&folder, &[]));
    commit(&folder);
    edit(&folder, "app.py", "name = \"mails\"", "nmae = \"mails\"");
    commit(&folder);
    edit(&folder, "app.py", "nmae = \"mails\"", "name = \"mails\"");
    tell("a base with a broken annotation", diff(&folder, &[]));
    edit(&folder, "app.py", "name = \"mails\"", "nmae = \"mails\"");
    tell(
        "a broken annotation now",
        diff(&folder, &["--base", "HEAD~3"]),
    );
    fs::remove_dir_all(folder.join(".git")).expect("removed");
    tell("no repository", diff(&folder, &[]));
    fs::create_dir(folder.join(".git")).expect("a folder");
    tell("a repository that is none", diff(&folder, &[]));
    git(&folder, &["init", "--quiet"]);
    tell("no commit", diff(&folder, &[]));
    insta::assert_snapshot!(shown);
}

#[test]
fn apps_that_come_and_go_are_told_of() {
    let (_scratch, folder) = queue();
    let app = folder.join("mailer");
    fs::create_dir(&app).expect("a folder");
    fs::write(app.join("klo.yaml"), SHOP.replace("shop", "mailer")).expect("written");
    fs::write(app.join("app.py"), QUEUE).expect("written");
    fs::write(app.join("requirements.txt"), "boto3==1.44.5\n").expect("written");
    let come = diff(&folder, &[]);
    commit(&folder);
    fs::remove_dir_all(&app).expect("removed");
    let gone = diff(&folder, &["--fail-on", "data-loss"]);
    let named = diff(&folder, &["mailer", "--fail-on", "data-loss"]);
    assert_eq!((come.code, gone.code, named.code), (0, 1, 1));
    let shown = [come, gone, named]
        .map(|run| without_ids(&run.text()))
        .join("\n\n");
    insta::assert_snapshot!(shown);
}

#[test]
fn the_base_is_read_as_it_was_checked_out() {
    let (_scratch, folder) = queue();
    fs::create_dir(folder.join("code")).expect("a folder");
    fs::write(folder.join("code/names.py"), "NAME = 1\n").expect("written");
    std::os::unix::fs::symlink("code/names.py", folder.join("names.py")).expect("a link");
    edit(
        &folder,
        "app.py",
        "import os\n",
        "import os\n\nimport names\n",
    );
    fs::write(folder.join(".gitignore"), "ignored/\n").expect("written");
    fs::create_dir(folder.join("ignored")).expect("a folder");
    fs::write(
        folder.join("ignored/x.py"),
        QUEUE.replace("mails", "others"),
    )
    .expect("written");
    git(&folder, &["add", "--force", "ignored/x.py"]);
    commit(&folder);
    let run = diff(&folder, &[]);
    assert!(
        run.code == 0 && run.out.ends_with("No change.\n"),
        "{}",
        run.text()
    );
}

#[test]
fn two_output_folders_are_compared_as_two_revisions_are() {
    let (_scratch, folder) = queue();
    assert_eq!(klo(&folder, &["compile", "--out", "old"]).code, 0);
    edit(
        &folder,
        "app.py",
        "name = \"mails\"",
        "name = \"letters\", was = \"mails\"",
    );
    edit(
        &folder,
        "klo.yaml",
        "eu-west-1 }",
        "eu-west-1, resources: { queue.letters: { retention: 1d } } }",
    );
    assert_eq!(klo(&folder, &["compile", "--out", "new"]).code, 0);
    let folders = diff(&folder, &["old", "new"]);
    let one = diff(&folder, &["old/dev", "new/dev"]);
    let revisions = diff(&folder, &[]);
    let page = |run: &Run| run.out.split_once("\n").map(|(_, rest)| rest.to_owned());
    assert_eq!(page(&folders), page(&revisions), "{}", revisions.text());
    assert_eq!(page(&one), page(&revisions));
    assert!(
        folders.out.contains("queue.letters (was queue.mails)"),
        "{}",
        folders.text()
    );
    let nothing = diff(&folder, &["old", "code"]);
    let empty = diff(&folder, &["old", "."]);
    let both = diff(&folder, &["old", "new", "--base", "HEAD"]);
    let other = diff(&folder, &["old", "new", "--env", "prod"]);
    let refused = [nothing, empty, both, other];
    assert_eq!(refused.each_ref().map(|run| run.code), [2; 4]);
    insta::assert_snapshot!(refused.map(|run| run.text()).join("\n"));
}

#[test]
fn markdown_and_json_say_what_the_page_says() {
    let case = root().join("compiler/cli/tests/edits/loses-backups-shortened.txt");
    let (_scratch, folder, _) = made(&case);
    let markdown = diff(&folder, &["--format", "markdown", "--env", "prod"]);
    let json = diff(&folder, &["--format", "json", "--env", "prod"]);
    let document: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(document["loses_data"], true);
    assert_eq!(document["changes"][0]["at_risk"][0]["kind"], "shortened");
    let shown = without_ids(&format!("{}\n{}", markdown.text(), json.out));
    let commit = document["base"]["commit"].as_str().expect("an id");
    insta::assert_snapshot!(shown.replace(commit, "COMMIT"));
}

#[test]
fn colours_are_for_terminals_and_when_asked_for() {
    let (_scratch, folder) = queue();
    edit(&folder, "app.py", "name = \"mails\"", "name = \"letters\"");
    let plain = diff(&folder, &[]);
    let painted = diff(&folder, &["--color", "always"]);
    assert!(!plain.out.contains('\u{1b}'));
    assert!(
        painted.out.contains("\u{1b}[1;31mData at risk\u{1b}[0m"),
        "{}",
        painted.out
    );
    let mut bare = String::new();
    for (number, part) in painted.out.split('\u{1b}').enumerate() {
        bare.push_str(if number == 0 {
            part
        } else {
            part.split_once('m').expect("a code").1
        });
    }
    assert_eq!(bare, plain.out);
}

#[test]
fn an_app_in_a_new_folder_takes_nothing_from_the_one_above() {
    let (_scratch, folder) = queue();
    let app = folder.join("mailer");
    fs::create_dir(&app).expect("a folder");
    fs::write(app.join("klo.yaml"), SHOP.replace("shop", "mailer")).expect("written");
    let run = diff(&folder, &["mailer"]);
    assert_eq!(run.code, 0, "{}", run.text());
    assert!(
        run.err.contains("KLO1304") && !run.err.contains("KLO1305"),
        "{}",
        run.text()
    );
}

#[test]
fn every_command_of_the_guide_runs() {
    let (_scratch, folder) = queue();
    edit(
        &folder,
        "klo.yaml",
        "  dev:",
        "  prod: { region: eu-west-1 }\n  dev:",
    );
    commit(&folder);
    let page = fs::read_to_string(root().join("docs/guides/review.md")).expect("the guide");
    let mut commands = 0;
    let mut shell = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(head) => shell = head == "sh",
            None if shell => {
                let words: Vec<&str> = line.split(' ').collect();
                assert_eq!(words[0], "klo");
                let run = klo(&folder, &words[1..]);
                assert_eq!(run.code, 0, "{line}: {}", run.text());
                commands += 1;
            }
            None => {}
        }
    }
    assert_eq!(commands, 7);
}

#[test]
fn stores_have_the_names_that_pulumi_has_for_them() {
    let table = root().join("targets/pulumi/data/aws.txt");
    let table = fs::read_to_string(table).expect("the table");
    for store in klo_diff::stores() {
        let line = table.lines().find_map(|line| {
            let (kind, rest) = line.split_once(' ')?;
            (kind == store.kind).then(|| rest.split(' ').next())?
        });
        let (module, class) = line
            .and_then(|path| path.split_once('.'))
            .unwrap_or_else(|| panic!("{} is in the table", store.kind));
        let mut file = class.chars();
        let first = file.next().map(|c| c.to_ascii_lowercase());
        let file: String = first.into_iter().chain(file).collect();
        assert_eq!(store.pulumi, format!("aws:{module}/{file}:{class}"));
    }
}
