//! Malformed inputs: each file under `tests/malformed/` is a repository that holds one mistake, and
//! its snapshot is what klo says to the person who made it. Nothing panics, nothing hangs, nothing is
//! written.
//!
//! A case is a list of files, each below a line `-- path --`. Before them may stand directives:
//! `! klo ARGUMENTS` (else `compile`), `! fine` (a warning only, so that the exit code is 0), `! repeat PATH COUNT TEXT` (the text so many times, at the end
//! of the file), `! bytes PATH HEX`, `! folder PATH`, `! link PATH TARGET`, `! locked PATH`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::{command, repository};

/// Longest time that klo may take over a mistake, in a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(30);

struct Case {
    arguments: Vec<String>,
    files: Vec<(String, String)>,
    directives: Vec<Vec<String>>,
    fine: bool,
}

fn read(text: &str) -> Case {
    let mut case = Case {
        arguments: vec!["compile".to_owned()],
        files: Vec::new(),
        directives: Vec::new(),
        fine: false,
    };
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        if let Some(path) = bare.strip_prefix("-- ").and_then(|l| l.strip_suffix(" --")) {
            case.files.push((path.to_owned(), String::new()));
        } else if let Some((_, content)) = case.files.last_mut() {
            content.push_str(line);
        } else if let Some(directive) = bare.strip_prefix("! ") {
            let words: Vec<String> = directive.splitn(4, ' ').map(str::to_owned).collect();
            match words.first().map(String::as_str) {
                Some("klo") => {
                    case.arguments = directive.split(' ').skip(1).map(str::to_owned).collect();
                }
                Some("fine") => case.fine = true,
                _ => case.directives.push(words),
            }
        } else {
            assert!(bare.is_empty(), "a line outside of any file: {bare}");
        }
    }
    case
}

/// Does what a directive says; whether it could be done on this machine.
fn apply(folder: &Path, directive: &[String]) -> bool {
    let words: Vec<&str> = directive.iter().map(String::as_str).collect();
    let path = |name: &str| -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        path
    };
    match words.as_slice() {
        ["repeat", name, count, text] => {
            let path = path(name);
            let mut content = fs::read_to_string(&path).unwrap_or_default();
            let count = count.parse().expect("a number");
            content.push_str(&text.replace("\\n", "\n").repeat(count));
            fs::write(path, content).expect("a file");
        }
        ["bytes", name, hex] => {
            let bytes: Vec<u8> = (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"))
                .collect();
            let path = path(name);
            let mut content = fs::read(&path).unwrap_or_default();
            content.extend(bytes);
            fs::write(path, content).expect("a file");
        }
        ["folder", name] => fs::create_dir_all(path(name)).expect("a folder"),
        ["link", name, target] => symlink(target, path(name)).expect("a link"),
        ["locked", name] => {
            let path = path(name);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("permissions");
            // The administrator may read everything, so that there is nothing to see.
            return fs::read(&path).is_err();
        }
        other => panic!("no directive: {other:?}"),
    }
    true
}

/// Every path below a folder with a digest of what is there.
fn listing(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder").flatten() {
            let path = entry.path();
            let data = fs::symlink_metadata(&path).expect("it is there");
            if data.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path, data.len());
        }
    }
    found
}

/// What is wrong with how klo takes a case, if anything.
fn judge(name: &str, text: &str) -> Option<String> {
    let case = read(text);
    let files: Vec<(&str, &str)> = case
        .files
        .iter()
        .map(|(path, content)| (path.as_str(), content.as_str()))
        .collect();
    let (_scratch, folder) = repository(&files);
    for directive in &case.directives {
        if !apply(&folder, directive) {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci != "true")
                    || directive.first().is_some_and(|word| word == "locked"),
                "{name}: {directive:?} cannot be done here"
            );
            return None;
        }
    }
    let before = listing(&folder);
    let arguments: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
    let begun = Instant::now();
    let run: crate::Run = command(&folder, &arguments)
        .output()
        .expect("klo runs")
        .into();
    let fault = if begun.elapsed() > LONGEST {
        format!("it took {:?}", begun.elapsed())
    } else if !matches!((case.fine, run.code), (true, 0) | (false, 1 | 2)) {
        run.text()
    } else if !run.out.is_empty() {
        format!("a mistake is no result: {}", run.out)
    } else if listing(&folder) != before {
        "something was written".to_owned()
    } else {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../malformed/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let said = format!("exit {}\n{}", run.code, run.err);
        settings.bind(|| insta::assert_snapshot!(name, said));
        return None;
    };
    Some(format!("{name}: {fault}"))
}

#[test]
fn every_malformed_input_is_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compiler/cli/tests/malformed");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the cases")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let faults: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let text = fs::read_to_string(case).expect("a case");
            let name = case.file_stem().expect("a name").to_string_lossy();
            judge(&name, &text)
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
