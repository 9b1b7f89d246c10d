//! That leaving out what did not change loses nothing, and that work grows with what there is.
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads its fixtures from disk"
)]

use std::path::{Path, PathBuf};

use klo_config::App;
use klo_source::{DiskTree, MemoryTree, SourceMap, Tree};

use super::assemble::with_program;
use super::machine::Machine;
use super::pending::Evaluation;
use super::value::FileIx;
use crate::project;

fn app_of(tree: &dyn Tree, sources: &mut SourceMap) -> App {
    let (apps, _) = klo_config::discover(tree, "app", "", None, sources);
    apps.into_iter().next().expect("a folder is an app")
}

/// Everything that linking a folder says.
fn linked(dir: &Path, evaluation: Evaluation) -> String {
    let tree = DiskTree::new(dir).expect("the fixture is a folder");
    let mut sources = SourceMap::new();
    let app = app_of(&tree, &mut sources);
    format!(
        "{:#?}",
        crate::parse_by(&tree, &app, &[], &mut sources, evaluation)
    )
}

fn apps() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of_language = |language: &str| {
        let fixtures = root.join("tests/fixtures").join(language);
        std::fs::read_dir(fixtures).expect("it is there")
    };
    let fixtures = ["python", "rust"].map(of_language).into_iter().flatten();
    let fixtures = fixtures.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let examples = ["shop", "minimal"].map(|name| root.join("../../examples").join(name));
    let mut apps: Vec<PathBuf> = fixtures.chain(examples).collect();
    apps.sort();
    apps
}

#[test]
fn what_did_not_change_would_be_found_again() {
    for app in apps() {
        let lazy = linked(&app, Evaluation::WhenDue);
        let eager = linked(&app, Evaluation::Always);
        assert!(lazy == eager, "{} differs", app.display());
    }
}

/// How many parts were evaluated to run a module, and how large all values are.
fn work(text: String) -> (u64, usize) {
    let tree = MemoryTree::new([("main.py", text)]);
    let mut sources = SourceMap::new();
    let app = app_of(&tree, &mut sources);
    let project = project::load(&tree, &app, &[], &mut sources);
    assert_eq!(project.files.len(), 1, "the file is read");
    let evaluation = Evaluation::WhenDue;
    with_program(
        &app,
        project.files,
        &project.index,
        &[],
        evaluation,
        |program, _, _| {
            let mut machine = Machine::new(program);
            machine.import(FileIx(0));
            machine.run();
            (machine.pending.evaluated(), machine.values.parts())
        },
    )
}

/// Shapes of which a file may hold any number; `{}` stands for a number.
const SHAPES: [(&str, &str, &str); 9] = [
    ("", "a{} = b{}\n", ""),
    ("x = 'a'", " + 'b' + c{}", "\n"),
    ("x = f(", "a{} = 1, ", ")\n"),
    ("x = f(", "a{}, ", ")\n"),
    ("x = {", "'k{}': f(), ", "}\ng(**x)\nh(**x)\n"),
    ("", "def f{}(a): return g(a)\n", ""),
    ("", "x.a{} = y.b{}\n", ""),
    ("x = '", "{{}}", "'.format(*y)\n"),
    ("class C:\n    pass\n", "C().m{}()\n", ""),
];

#[test]
fn work_grows_with_what_there_is() {
    for (before, shape, after) in SHAPES {
        let of = |count: usize| {
            let body: String = (0..count)
                .map(|number| shape.replace("{}", &number.to_string()))
                .collect();
            work(format!("# @klo\n{before}{body}{after}"))
        };
        let (small, large) = (of(1_000), of(2_000));
        let linear = large.0 <= small.0 * 2 + 100 && large.1 <= small.1 * 2 + 100;
        assert!(linear, "{shape:?}: {small:?}, {large:?}");
    }
}
