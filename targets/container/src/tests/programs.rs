//! Images of Rust programs; the snapshots are read like code.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use klo_intent::{Kind, UnitCode};
use klo_plan::ImageCommand;
use klo_source::Tree as _;

use super::scenario::{Scenario, Unit, texts};

/// A lock file with these crates, which `package` depends on.
fn lock(package: &str, crates: &[&str]) -> String {
    let mut text = format!(
        "version = 4\n\n[[package]]\nname = \"{package}\"\nversion = \"0.1.0\"\ndependencies = {crates:?}\n"
    );
    for name in crates {
        text.push_str(&format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n"
        ));
    }
    text
}

/// The one package of a repository that is no workspace.
fn alone(unit: Unit, package: &str) -> Unit {
    unit.code(|code| {
        code.entry.file = "src/main.rs".to_owned();
        code.entry.source_root = String::new();
        if let klo_intent::EntryCall::Binary { package: name, .. } = &mut code.entry.call {
            *name = package.to_owned();
        }
    })
}

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
}

fn scenario(files: &[(&str, String)]) -> Scenario {
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    Scenario::new(&files)
}

/// A workspace of a service, a worker and the library of both.
fn workspace() -> Vec<(&'static str, String)> {
    vec![
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n\
             shop-store = { path = \"crates/store\" }\n"
                .to_owned(),
        ),
        ("Cargo.lock", lock("shop-api", &["axum", "sqlx"])),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.90\"\n".to_owned()),
        (
            "crates/api/Cargo.toml",
            manifest("shop-api", "[dependencies]\nshop-store.workspace = true\n"),
        ),
        (
            "crates/api/src/main.rs",
            "fn main() { tokio::signal::ctrl_c(); ServeDir::new(\"static\"); }\n".to_owned(),
        ),
        ("crates/api/src/routes.rs", String::new()),
        ("crates/api/static/site.css", String::new()),
        ("crates/store/Cargo.toml", manifest("shop-store", "")),
        (
            "crates/store/build.rs",
            "fn main() { println!(\"cargo:rerun-if-changed=proto/orders.proto\"); \
             prost(\"proto/orders.proto\"); }\n"
                .to_owned(),
        ),
        ("crates/store/proto/orders.proto", String::new()),
        (
            "crates/store/src/lib.rs",
            "static M: Migrator = sqlx::migrate!();\nconst Q: &str = include_str!(\"count.sql\");\n"
                .to_owned(),
        ),
        ("crates/store/src/count.sql", String::new()),
        ("crates/store/migrations/1_orders.sql", String::new()),
        ("crates/worker/Cargo.toml", manifest("shop-worker", "")),
        ("crates/worker/src/main.rs", "fn main() {}\n".to_owned()),
        (".sqlx/query-1.json", "{}".to_owned()),
        (".env", "SECRET=1\n".to_owned()),
        ("README.md", String::new()),
    ]
}

/// The crates that the service is built from.
fn api(code: &mut UnitCode) {
    let files = [
        "crates/api/src/main.rs",
        "crates/api/src/routes.rs",
        "crates/store/src/lib.rs",
    ];
    code.files.extend(files.map(str::to_owned));
}

#[test]
fn a_service_of_one_package() {
    let files = [
        (
            "Cargo.toml",
            manifest("shop-api", "rust-version = \"1.85\"\n"),
        ),
        ("Cargo.lock", lock("shop-api", &["axum"])),
        (
            "src/main.rs",
            "fn main() { signal(SignalKind::terminate()); ctrl_c(); }\n".to_owned(),
        ),
        ("src/routes.rs", String::new()),
        ("tests/api.rs", String::new()),
    ];
    let unit = alone(Unit::program(Kind::Service, "api", "", true), "shop-api")
        .code(|code| {
            code.files
                .extend(["src/main.rs".to_owned(), "src/routes.rs".to_owned()]);
        })
        .image(|image| image.health = Some("/health".to_owned()))
        .setting("packages", texts(&["ffmpeg"]));
    assert_snapshot!(scenario(&files).unit(unit).print());
}

#[test]
fn a_program_of_several_units_is_told_its_commands() {
    let files = [
        ("Cargo.toml", manifest("shop-api", "")),
        ("Cargo.lock", lock("shop-api", &["clap"])),
        ("src/main.rs", "fn main() {}\n".to_owned()),
    ];
    let unit = alone(Unit::program(Kind::Job, "api", "", false), "shop-api").code(|code| {
        code.files.insert("src/main.rs".to_owned());
        if let klo_intent::EntryCall::Binary { arguments, .. } = &mut code.entry.call {
            *arguments = ["background", "run-worker"].map(str::to_owned).to_vec();
        }
    });
    let printed = scenario(&files).unit(unit).print();
    let command = "CMD [\"/usr/local/bin/api\", \"background\", \"run-worker\"]";
    assert!(printed.contains(command), "{printed}");
}

#[test]
fn a_service_of_a_workspace() {
    let unit = Unit::program(Kind::Service, "api", "", true)
        .code(api)
        .image(|image| image.ca_bundle = true);
    assert_snapshot!(scenario(&workspace()).unit(unit).print());
}

#[test]
fn a_service_on_lambda_with_secrets() {
    let unit = Unit::program(Kind::Service, "api", "", true)
        .code(api)
        .image(|image| {
            image.command = ImageCommand::LambdaWeb;
            image.platform = "linux/arm64";
            image.ca_bundle = true;
            image.health = Some("/health".to_owned());
            image.fetched_secrets = BTreeMap::from([(
                "DATABASE_URL".to_owned(),
                "KLO_SECRET_DATABASE_URL".to_owned(),
            )]);
        });
    assert_snapshot!(scenario(&workspace()).unit(unit).print());
}

#[test]
fn a_function_with_the_lambda_runtime() {
    let files = [
        ("Cargo.toml", manifest("on-order", "")),
        ("Cargo.lock", lock("on-order", &["lambda_runtime"])),
        ("src/main.rs", "fn main() {}\n".to_owned()),
    ];
    let unit = Unit::program(Kind::Function, "on-order", "lambda_runtime", false).image(|image| {
        image.command = ImageCommand::LambdaHandler;
        image.events = vec!["queue"];
    });
    assert_snapshot!(scenario(&files).unit(alone(unit, "on-order")).print());
}

#[test]
fn a_job_that_links_libraries_of_debian() {
    let config = "[build]\nrustflags = [\"-C\", \"link-arg=-fuse-ld=mold\"]\n";
    let files = [
        ("Cargo.toml", manifest("migrate", "")),
        (
            "Cargo.lock",
            lock("migrate", &["diesel", "openssl-sys", "pq-sys"]),
        ),
        (".cargo/config.toml", config.to_owned()),
        (
            "rust-toolchain.toml",
            "[toolchain]\nchannel = \"nightly-2026-09-01\"\n".to_owned(),
        ),
        (
            "src/main.rs",
            "const M: EmbeddedMigrations = embed_migrations!(\"db/migrations\");\n".to_owned(),
        ),
        ("db/migrations/1/up.sql", String::new()),
    ];
    let unit = alone(Unit::program(Kind::Job, "migrate", "", false), "migrate");
    assert_snapshot!(scenario(&files).unit(unit).print());
}

#[test]
fn an_image_of_the_applications_own_with_secrets_on_lambda() {
    let mut files = workspace();
    files.push(("Dockerfile", "FROM scratch\n".to_owned()));
    let unit = Unit::program(Kind::Service, "api", "", true)
        .code(api)
        .setting("image", "Dockerfile".into())
        .setting("command", texts(&["/api"]))
        .image(|image| {
            image.command = ImageCommand::LambdaWeb;
            image.fetched_secrets = BTreeMap::from([("A".to_owned(), "KLO_A".to_owned())]);
        });
    let text = scenario(&files).unit(unit).dockerfile();
    assert_snapshot!(text);
}

#[test]
fn a_lock_file_that_is_not_there_or_no_toml() {
    let manifest = ("Cargo.toml", manifest("shop-api", ""));
    let main = ("src/main.rs", String::new());
    let unit = || alone(Unit::program(Kind::Service, "api", "", true), "shop-api");
    let told = [
        scenario(&[manifest.clone(), main.clone()]).unit(unit()),
        scenario(&[manifest, main.clone(), ("Cargo.lock", "[[".to_owned())]).unit(unit()),
        scenario(&[("Cargo.toml", "[package".to_owned()), main]).unit(unit()),
    ];
    let told: Vec<String> = told.into_iter().map(|s| s.mistakes().join("\n")).collect();
    assert_snapshot!(told.join("\n\n"));
}

#[test]
fn code_that_is_part_of_no_program() {
    let files = [("lib.rs", String::new())];
    let unit = alone(Unit::program(Kind::Job, "purge", "", false), "");
    let told = scenario(&files).unit(unit).mistakes().join("\n");
    assert!(told.contains("no cargo package has a program"), "{told}");
}

/// The app that verify/test_rust_images.py builds as this Dockerfile says.
#[test]
fn a_workspace_on_disk() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../verify/workspace");
    let tree = klo_source::DiskTree::new(std::path::Path::new(folder)).expect("a folder");
    let listed = tree.files("").files;
    let texts: Vec<String> = listed
        .iter()
        .map(|path| tree.read_text(path).unwrap_or_default())
        .collect();
    let files: Vec<(&str, &str)> = listed
        .iter()
        .zip(&texts)
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let unit = Unit::program(Kind::Service, "api", "", true).code(|code| {
        let files = [
            "crates/api/src/main.rs",
            "crates/api/src/page.rs",
            "crates/store/src/lib.rs",
        ];
        code.files.extend(files.map(str::to_owned));
        if let klo_intent::EntryCall::Binary { package, .. } = &mut code.entry.call {
            *package = "ledger-api".to_owned();
        }
    });
    assert_snapshot!(Scenario::new(&files).unit(unit).dockerfile());
}
