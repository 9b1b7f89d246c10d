use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;

use super::{
    Comparison, Conflict, Disk, Output, Recovered, Scope, Written, compare, is_interrupted,
};

type Files = BTreeMap<String, String>;

fn files(entries: &[(&str, &str)]) -> Files {
    entries
        .iter()
        .map(|(path, content)| ((*path).to_owned(), (*content).to_owned()))
        .collect()
}

fn first() -> Files {
    files(&[
        ("dev/plan.json", "one"),
        ("dev/terraform/a.tf", "a1"),
        ("dev/terraform/b.tf", "b1"),
        ("dev/old/gone.tf", "gone"),
    ])
}

fn second() -> Files {
    files(&[
        ("dev/plan.json", "two"),
        ("dev/terraform/a.tf", "a2"),
        ("dev/terraform/b.tf", "b1"),
        ("dev/new/deep/c.tf", "c2"),
    ])
}

fn write(out: &Path, wanted: &Files, disk: &Disk<'_>) -> io::Result<Written> {
    let output = Output::open(out, disk)?;
    output.recover()?;
    let comparison = output
        .compare(wanted, &BTreeMap::new(), &Scope::All, false)
        .expect("a comparison");
    assert_eq!(comparison.conflicts, []);
    output.apply(&comparison)
}

/// Every file below a folder except the list of files, which has a test of its own.
fn snapshot(out: &Path) -> Files {
    fn walk(folder: &Path, out: &Path, found: &mut Files) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, out, found);
            } else {
                let name = path
                    .strip_prefix(out)
                    .expect("inside")
                    .display()
                    .to_string();
                found.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let mut found = Files::new();
    walk(out, out, &mut found);
    found
}

fn with_foreign(mut wanted: Files) -> Files {
    let mut manifest = super::manifest::Manifest::default();
    for (path, content) in &wanted {
        let digest = super::manifest::digest(content.as_bytes());
        manifest.files.insert(path.clone(), digest);
    }
    wanted.insert(".klo.json".to_owned(), manifest.to_text());
    wanted.insert("dev/terraform/mine.tf".to_owned(), "mine".to_owned());
    wanted
}

/// A folder in the first state, with a file of somebody else's in it.
fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &first(), &Disk::real()).expect("written");
    fs::write(folder.path().join("dev/terraform/mine.tf"), "mine").expect("written");
    folder
}

fn assert_whole(out: &Path, when: &str) {
    let now = snapshot(out);
    let whole = now == with_foreign(first()) || now == with_foreign(second());
    assert!(whole, "{when}: a mixture: {now:#?}");
    assert!(!out.join(super::journal::STAGING).exists(), "{when}");
}

#[test]
fn writes_removes_and_leaves_alone() {
    let folder = prepared();
    let written = write(folder.path(), &second(), &Disk::real()).expect("written");
    let expected = Written {
        written: 3,
        removed: 1,
        unchanged: 1,
    };
    assert_eq!(written, expected);
    assert_eq!(snapshot(folder.path()), with_foreign(second()));
    assert!(!folder.path().join("dev/old").exists());
    let again = write(folder.path(), &second(), &Disk::real()).expect("written");
    assert_eq!((again.written, again.removed), (0, 0));
}

const KILL_AT: &str = "KLO_TEST_KILL_AT";

/// What the killed process runs; does nothing in an ordinary run of the tests.
#[test]
fn child_that_is_killed() {
    let Ok(spec) = std::env::var(KILL_AT) else {
        return;
    };
    let (at, folder) = spec.split_once(':').expect("a step and a folder");
    let at: usize = at.parse().expect("a number");
    let count = Cell::new(0);
    let hook = |_: &str| {
        count.set(count.get() + 1);
        if count.get() == at {
            // No destructor and no clean-up runs: to the files, this is a kill.
            std::process::exit(86);
        }
        Ok(())
    };
    write(Path::new(folder), &second(), &Disk::with_hook(&hook)).expect("written");
}

#[test]
fn a_kill_at_any_step_leaves_a_whole_state_after_the_next_run() {
    for step in 1.. {
        let folder = prepared();
        let status = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "write::tests::child_that_is_killed"])
            .env(KILL_AT, format!("{step}:{}", folder.path().display()))
            .output()
            .expect("a child")
            .status;
        let interrupted = is_interrupted(folder.path());
        let disk = Disk::real();
        let output = Output::open(folder.path(), &disk).expect("open");
        let recovered = output.recover().expect("recovered");
        assert_eq!(recovered.is_some(), interrupted, "step {step}: it is said");
        drop(output);
        assert_whole(folder.path(), &format!("killed at step {step}"));
        match recovered {
            Some(Recovered::Completed(_)) => {
                assert_eq!(snapshot(folder.path()), with_foreign(second()));
            }
            Some(Recovered::TakenBack) => {
                assert_eq!(snapshot(folder.path()), with_foreign(first()));
            }
            None => {}
        }
        write(folder.path(), &second(), &Disk::real()).expect("written");
        assert_eq!(snapshot(folder.path()), with_foreign(second()));
        if status.success() {
            assert!(step > 12, "only {step} steps were there to be killed at");
            break;
        }
        assert_eq!(status.code(), Some(86));
    }
}

/// Runs `action` and stops it at the given step, as a kill would: nothing after it runs.
fn stopped<T>(at: usize, action: impl FnOnce(&Disk<'_>) -> T) -> Option<T> {
    struct Stop;
    let count = Cell::new(0);
    let hook = |_: &str| {
        count.set(count.get() + 1);
        if count.get() == at {
            std::panic::resume_unwind(Box::new(Stop));
        }
        Ok(())
    };
    let disk = Disk::with_hook(&hook);
    match catch_unwind(AssertUnwindSafe(|| action(&disk))) {
        Ok(value) => Some(value),
        Err(payload) if payload.is::<Stop>() => None,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

#[test]
fn a_second_kill_during_recovery_is_recovered_from_too() {
    for step in 1.. {
        let mut recoveries = 1;
        loop {
            let folder = prepared();
            let whole = stopped(step, |disk| write(folder.path(), &second(), disk)).is_some();
            let recovered = stopped(recoveries, |disk| {
                Output::open(folder.path(), disk).and_then(|output| output.recover())
            });
            let disk = Disk::real();
            let output = Output::open(folder.path(), &disk).expect("open");
            output.recover().expect("recovered");
            assert_whole(
                folder.path(),
                &format!("stopped at {step}, then {recoveries}"),
            );
            if whole {
                return;
            }
            if recovered.is_some() {
                break;
            }
            recoveries += 1;
        }
    }
}

/// A disk that is full for one change.
fn full_at(step: usize, count: &Cell<usize>) -> io::Result<()> {
    count.set(count.get() + 1);
    match count.get() == step {
        true => Err(io::ErrorKind::StorageFull.into()),
        false => Ok(()),
    }
}

#[test]
fn a_failing_disk_changes_nothing() {
    for step in 1.. {
        let folder = prepared();
        let count = Cell::new(0);
        let hook = |_: &str| full_at(step, &count);
        let result = write(folder.path(), &second(), &Disk::with_hook(&hook));
        let now = snapshot(folder.path());
        match result {
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::StorageFull);
                assert_eq!(now, with_foreign(first()), "step {step}");
            }
            // Cleaning up may fail without harm: the next run does it.
            Ok(_) => {
                Output::open(folder.path(), &Disk::real())
                    .and_then(|output| output.recover())
                    .expect("recovered");
                assert_eq!(snapshot(folder.path()), with_foreign(second()));
            }
        }
        if count.get() < step {
            break;
        }
    }
}

#[test]
fn what_a_person_changed_meanwhile_is_left_by_a_recovery() {
    for step in 1.. {
        let folder = prepared();
        let whole = stopped(step, |disk| write(folder.path(), &second(), disk)).is_some();
        let edited = folder.path().join("dev/terraform/a.tf");
        fs::write(&edited, "by hand").expect("written");
        let disk = Disk::real();
        let output = Output::open(folder.path(), &disk).expect("open");
        output.recover().expect("recovered");
        let comparison = output
            .compare(&second(), &BTreeMap::new(), &Scope::All, false)
            .expect("a comparison");
        let conflict = comparison.conflicts.iter().any(
            |conflict| matches!(conflict, Conflict::ChangedByHand(change) if change.path == "dev/terraform/a.tf"),
        );
        let text = fs::read_to_string(&edited).expect("text");
        assert!(conflict && text == "by hand", "step {step}: {text}");
        if whole {
            break;
        }
    }
}

/// What lies beside an output folder, its own name apart.
fn beside(out: &Path) -> Vec<String> {
    let parent = out.parent().expect("a parent");
    let names = fs::read_dir(parent).expect("a folder").map(|entry| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("text")
    });
    names.filter(|name| !out.ends_with(name)).collect()
}

/// The first state alone.
fn fresh() -> Files {
    let mut files = with_foreign(first());
    files.remove("dev/terraform/mine.tf");
    files
}

#[test]
fn a_new_folder_is_there_as_a_whole_or_not_at_all() {
    for step in 1.. {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("infra");
        let whole = stopped(step, |disk| write(&out, &first(), disk)).is_some();
        assert!(
            !out.exists() || snapshot(&out) == fresh(),
            "stopped at {step}"
        );
        assert!(!is_interrupted(&out));
        // Stopped again at each step of what the next run does about it.
        let again = stopped(step, |disk| write(&out, &first(), disk)).is_some();
        assert!(
            !out.exists() || snapshot(&out) == fresh(),
            "stopped twice at {step}"
        );
        write(&out, &first(), &Disk::real()).expect("written");
        assert_eq!(snapshot(&out), fresh());
        assert_eq!(beside(&out), [""; 0], "stopped at {step}");
        if whole && again {
            assert!(step > 6, "only {step} steps were there to be stopped at");
            break;
        }
    }
}

#[test]
fn a_new_folder_that_cannot_be_written_leaves_nothing() {
    for step in 1.. {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("infra");
        let count = Cell::new(0);
        let hook = |_: &str| full_at(step, &count);
        match write(&out, &first(), &Disk::with_hook(&hook)) {
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::StorageFull);
                assert!(!out.exists(), "step {step}");
            }
            // A folder that cannot be renamed is written file by file.
            Ok(_) => assert_eq!(snapshot(&out), fresh()),
        }
        assert_eq!(beside(&out), [""; 0], "step {step}");
        if count.get() < step {
            break;
        }
    }
}

#[test]
fn what_is_not_wanted_makes_no_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("infra");
    let disk = Disk::real();
    let output = Output::open(&out, &disk).expect("open");
    let written = output.apply(&Comparison::default()).expect("written");
    assert_eq!(written, Written::default());
    assert!(!out.exists());
    assert_eq!(beside(&out), [""; 0]);
}

#[test]
fn what_a_killed_run_left_beside_a_folder_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("infra");
    assert!(stopped(6, |disk| write(&out, &first(), disk)).is_none());
    assert_eq!(beside(&out), [".infra.klo.staging"]);
    fs::create_dir(&out).expect("a folder");
    write(&out, &first(), &Disk::real()).expect("written");
    assert_eq!(snapshot(&out), fresh());
    assert_eq!(beside(&out), [""; 0]);
}

#[test]
fn runs_at_once_wait_for_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("infra");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| write(&out, &first(), &Disk::real()).expect("written"));
        }
    });
    assert_eq!(snapshot(&out), fresh());
    assert_eq!(beside(&out), [""; 0]);
}

fn compared(out: &Path, wanted: &Files, force: bool) -> Comparison {
    compare(out, wanted, &BTreeMap::new(), &Scope::All, force).expect("a comparison")
}

#[test]
fn hand_changed_files_are_conflicts_until_forced() {
    let folder = prepared();
    fs::write(folder.path().join("dev/plan.json"), "by hand").expect("written");
    fs::write(folder.path().join("dev/old/gone.tf"), "by hand").expect("written");
    fs::create_dir_all(folder.path().join("dev/new/deep")).expect("a folder");
    fs::write(folder.path().join("dev/new/deep/c.tf"), "foreign").expect("written");
    let comparison = compared(folder.path(), &second(), false);
    let names: Vec<String> = comparison
        .conflicts
        .iter()
        .map(|conflict| match conflict {
            Conflict::ChangedByHand(change) => format!("changed {}", change.path),
            Conflict::InTheWay(change) => format!("in the way {}", change.path),
            Conflict::Link(path) => format!("link {path}"),
        })
        .collect();
    assert_eq!(
        names,
        ["in the way dev/new/deep/c.tf", "changed dev/plan.json"]
    );
    assert_eq!(comparison.kept, ["dev/old/gone.tf"]);
    let forced = compared(folder.path(), &second(), true);
    assert_eq!(forced.conflicts, []);
    let disk = Disk::real();
    let output = Output::open(folder.path(), &disk).expect("open");
    output.apply(&forced).expect("written");
    assert_eq!(snapshot(folder.path()), with_foreign(second()));
}

#[test]
fn one_environment_touches_no_other() {
    let folder = prepared();
    let wanted = files(&[("prod/plan.json", "prod")]);
    let scope = Scope::Environments(vec!["prod".to_owned()]);
    let comparison =
        compare(folder.path(), &wanted, &BTreeMap::new(), &scope, false).expect("a comparison");
    let paths: Vec<&str> = comparison.changes.iter().map(|c| c.path.as_str()).collect();
    assert_eq!(paths, ["prod/plan.json", ".klo.json"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_written_through() {
    let folder = prepared();
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::remove_dir_all(folder.path().join("dev/terraform")).expect("removed");
    let link = folder.path().join("dev/terraform");
    std::os::unix::fs::symlink(elsewhere.path(), link).expect("a link");
    let comparison = compared(folder.path(), &second(), true);
    assert!(
        comparison
            .conflicts
            .contains(&Conflict::Link("dev/terraform".to_owned()))
    );
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

#[test]
fn lists_that_name_other_folders_are_refused() {
    let folder = prepared();
    let list = r#"{ "version": 1, "files": { "../../etc/passwd": "00" } }"#;
    fs::write(folder.path().join(".klo.json"), list).expect("written");
    let error = compare(
        folder.path(),
        &second(),
        &BTreeMap::new(),
        &Scope::All,
        false,
    )
    .unwrap_err();
    assert!(format!("{error:?}").contains("no path inside"), "{error:?}");
}

#[test]
fn a_seed_is_written_once_and_is_nobodys_of_klos_from_then_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let seeds = BTreeMap::from([("dev/pulumi/Pulumi.dev.yaml".to_owned(), "one\n".to_owned())]);
    let compared = |seeds: &BTreeMap<String, String>| {
        compare(folder.path(), &BTreeMap::new(), seeds, &Scope::All, true).expect("a comparison")
    };
    let first = compared(&seeds);
    assert_eq!(
        first.changes.len(),
        1,
        "the seed alone, and no list of files"
    );
    let disk = Disk::real();
    let output = Output::open(folder.path(), &disk).expect("the folder");
    output.apply(&first).expect("written");
    let changed = BTreeMap::from([("dev/pulumi/Pulumi.dev.yaml".to_owned(), "two\n".to_owned())]);
    let again = compared(&changed);
    assert!(
        again.changes.is_empty() && again.conflicts.is_empty(),
        "{again:?}"
    );
    assert!(compared(&BTreeMap::new()).changes.is_empty());
}
