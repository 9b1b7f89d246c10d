use klo_source::MemoryTree;

use super::*;

#[test]
fn patterns_of_members() {
    for (pattern, folder, expected) in [
        ("crates/*", "crates/api", true),
        ("crates/*", "crates/api/inner", false),
        ("crates/**", "crates/api/inner", true),
        ("crates/*-api", "crates/orders-api", true),
        ("crates/*-api", "crates/orders-apis", false),
        ("crates/a?i", "crates/api", true),
        ("api", "api", true),
        ("**/api", "a/b/api", true),
        ("*a*a*b", "aaaaaaaab", true),
    ] {
        let found = member(pattern).is_some_and(|member| member.is_match(folder));
        assert_eq!(found, expected, "{pattern} {folder}");
    }
}

fn text(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\n{rest}")
}

#[test]
fn everything_that_cargo_resolves() {
    let files = [
        (
            "app/Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"crates/old\"]\n\
             [workspace.package]\nrust-version = \"1.80\"\n\
             [workspace.dependencies]\nstore = { path = \"crates/store\" }\n"
                .to_owned(),
        ),
        (
            "app/crates/api/Cargo.toml",
            text(
                "api",
                "rust-version.workspace = true\n[dependencies]\nstore.workspace = true\n\
                 [dev-dependencies]\nfixtures = { path = \"../../../shared/fixtures\" }\n\
                 [[bin]]\nname = \"api\"\npath = \"src/server.rs\"\n\
                 required-features = [\"http\"]\n[[bench]]\nname = \"load\"\n",
            ),
        ),
        ("app/crates/api/benches/load.rs", String::new()),
        ("app/crates/api/src/server.rs", String::new()),
        ("app/crates/old/Cargo.toml", text("old", "")),
        (
            "app/crates/store/Cargo.toml",
            text(
                "store",
                "[target.'cfg(unix)'.dependencies]\nx = { path = \"x\" }\n",
            ),
        ),
        ("app/crates/store/build.rs", String::new()),
        ("app/crates/store/src/lib.rs", String::new()),
        (
            "app/crates/store/x/Cargo.toml",
            text("x", "[lib]\npath = \"x.rs\"\n"),
        ),
        ("app/crates/worker/Cargo.toml", text("worker", "")),
        ("app/crates/worker/src/main.rs", String::new()),
        ("shared/Cargo.toml", text("shared", "")),
        ("shared/fixtures/Cargo.toml", text("fixtures", "")),
        ("shared/fixtures/src/lib.rs", String::new()),
    ];
    let tree = MemoryTree::new(files.iter().map(|(p, t)| (*p, t.as_bytes())));
    let found = Workspace::read(&tree, "app");
    let api = found.folder_of("api").unwrap_or_default();
    assert_eq!(found.problems, []);
    assert_eq!(
        Vec::from_iter(found.files()),
        [
            "app/Cargo.toml",
            "app/crates/api/Cargo.toml",
            "app/crates/store/Cargo.toml",
            "app/crates/store/x/Cargo.toml",
            "app/crates/worker/Cargo.toml",
            "shared/fixtures/Cargo.toml",
        ]
    );
    assert_eq!(
        Vec::from_iter(found.built(api)),
        ["app/crates/api", "app/crates/store", "app/crates/store/x"]
    );
    assert_eq!(found.least(api), Some("1.80"));
    assert_eq!(found.features(api, "api"), ["http"]);
    let stubs = found.stubs("app/crates/api/src/server.rs");
    assert_eq!(
        Vec::from_iter(stubs.libraries),
        [
            "app/crates/store/src/lib.rs",
            "app/crates/store/x/x.rs",
            "shared/fixtures/src/lib.rs"
        ]
    );
    assert_eq!(
        Vec::from_iter(stubs.programs),
        [
            "app/crates/api/benches/load.rs",
            "app/crates/api/src/server.rs",
            "app/crates/store/build.rs",
            "app/crates/worker/src/main.rs"
        ]
    );
}

#[test]
fn a_workspace_within_another_takes_nothing_from_it() {
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"tools\"]\nexclude = [\"apart\"]\n",
        ),
        (
            "apart/Cargo.toml",
            "[package]\nname = \"apart\"\n[dependencies]\nsqlx = { features = [\"sqlite\"] }\n",
        ),
        ("app/Cargo.toml", "[workspace]\nmembers = [\"api\"]\n"),
        ("app/api/Cargo.toml", "[package]\nname = \"api\"\n"),
    ];
    let tree = MemoryTree::new(files.iter().map(|(p, t)| (*p, t.as_bytes())));
    let found = Workspace::read(&tree, "app");
    assert_eq!(
        Vec::from_iter(found.files()),
        ["app/Cargo.toml", "app/api/Cargo.toml"]
    );
    assert!(!found.asks_for("sqlite"));
    let apart = Workspace::read(&tree, "apart");
    assert_eq!(Vec::from_iter(apart.files()), ["apart/Cargo.toml"]);
    assert!(apart.asks_for("sqlite"));
}
