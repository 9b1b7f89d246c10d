use super::*;

fn index(files: &[&str]) -> ModuleIndex {
    let external = ["redis", "celery"].map(str::to_owned).into();
    ModuleIndex::new(files.iter().copied(), [""], external)
}

fn resolve<'i>(index: &'i ModuleIndex, from: &str, name: &str) -> Resolution<'i> {
    let level = name.len() - name.trim_start_matches('.').len();
    let parts: Vec<&str> = name[level..]
        .split('.')
        .filter(|part| !part.is_empty())
        .collect();
    index.resolve(from, level as u32, &parts)
}

#[test]
fn packages_modules_and_namespaces() {
    let index = index(&[
        "main.py",
        "shop/__init__.py",
        "shop/db.py",
        "shop/orders/__init__.py",
        "shop/orders/api.py",
        "tools/report.py",
        "README.md",
    ]);
    assert_eq!(
        resolve(&index, "main.py", "shop"),
        Resolution::File("shop/__init__.py")
    );
    assert_eq!(
        resolve(&index, "main.py", "shop.db"),
        Resolution::File("shop/db.py")
    );
    assert_eq!(
        resolve(&index, "shop/db.py", "tools"),
        Resolution::Namespace("tools")
    );
    assert_eq!(
        resolve(&index, "shop/db.py", "tools.report"),
        Resolution::File("tools/report.py")
    );
    assert_eq!(
        resolve(&index, "shop/db.py", "shop.missing"),
        Resolution::External
    );
    assert_eq!(
        resolve(&index, "shop/db.py", "fastapi"),
        Resolution::External
    );
    assert_eq!(
        index
            .import("main.py", 0, &["shop", "orders", "api"])
            .packages,
        ["shop/__init__.py", "shop/orders/__init__.py"]
    );
    assert_eq!(
        index.packages_of("shop/orders/api.py"),
        ["shop/__init__.py", "shop/orders/__init__.py"]
    );
    assert_eq!(index.packages_of("shop/__init__.py"), [] as [&str; 0]);
    let api = index.module_name("shop/orders/api.py", None);
    assert_eq!(api, (String::new(), "shop.orders.api".to_owned()));
    assert_eq!(
        index.module_name("shop/orders/__init__.py", None).1,
        "shop.orders"
    );
}

#[test]
fn relative_imports() {
    let index = index(&[
        "shop/__init__.py",
        "shop/db.py",
        "shop/orders/api.py",
        "shop/orders/x.py",
    ]);
    let from = "shop/orders/api.py";
    assert_eq!(
        resolve(&index, from, "."),
        Resolution::Namespace("shop/orders")
    );
    assert_eq!(
        resolve(&index, from, ".x"),
        Resolution::File("shop/orders/x.py")
    );
    assert_eq!(
        resolve(&index, from, ".."),
        Resolution::File("shop/__init__.py")
    );
    assert_eq!(
        resolve(&index, from, "..db"),
        Resolution::File("shop/db.py")
    );
    assert_eq!(resolve(&index, from, "....db"), Resolution::External);
    assert_eq!(
        resolve(&index, "shop/__init__.py", ".db"),
        Resolution::File("shop/db.py")
    );
    assert_eq!(
        index.import(from, 2, &["db"]).packages,
        ["shop/__init__.py"]
    );
}

#[test]
fn source_folders_and_packages_side_by_side() {
    let index = index(&[
        "packages/orders/pyproject.toml",
        "packages/orders/src/orders/__init__.py",
        "packages/orders/src/orders/config.py",
        "packages/orders/src/acme/orders/api.py",
        "packages/shared/pyproject.toml",
        "packages/shared/src/shared/__init__.py",
        "packages/shared/src/acme/shared/db.py",
        "packages/mail/setup.py",
        "packages/mail/orders/__init__.py",
        "backend/requirements.txt",
        "backend/app/main.py",
        "backend/app/db.py",
    ]);
    let from = "packages/orders/src/orders/config.py";
    assert_eq!(
        resolve(&index, from, "orders"),
        Resolution::File("packages/orders/src/orders/__init__.py"),
        "the nearest source root wins"
    );
    assert_eq!(
        resolve(&index, "packages/mail/orders/__init__.py", "orders"),
        Resolution::File("packages/mail/orders/__init__.py")
    );
    assert_eq!(
        resolve(&index, from, "shared"),
        Resolution::File("packages/shared/src/shared/__init__.py")
    );
    assert_eq!(
        resolve(&index, from, "acme.shared.db"),
        Resolution::File("packages/shared/src/acme/shared/db.py"),
        "a namespace may lie in several roots"
    );
    assert_eq!(
        resolve(&index, "backend/app/main.py", "app.db"),
        Resolution::File("backend/app/db.py")
    );
    assert_eq!(
        index.module_name("backend/app/main.py", None),
        ("backend".to_owned(), "app.main".to_owned())
    );
    assert_eq!(
        index.module_name(from, None),
        ("packages/orders/src".to_owned(), "orders.config".to_owned())
    );
}

#[test]
fn scripts_import_from_their_own_folder() {
    let index = index(&[
        "jobs/nightly/main.py",
        "jobs/nightly/report.py",
        "jobs/nightly/redis.py",
        "jobs/nightly/logging.py",
        "jobs/nightly/lib/__init__.py",
        "jobs/nightly/lib/pdf.py",
    ]);
    let from = "jobs/nightly/main.py";
    assert_eq!(
        resolve(&index, from, "report"),
        Resolution::File("jobs/nightly/report.py")
    );
    assert_eq!(
        resolve(&index, from, "redis"),
        Resolution::External,
        "a dependency"
    );
    assert_eq!(
        resolve(&index, from, "logging"),
        Resolution::External,
        "the standard library"
    );
    assert_eq!(
        resolve(&index, "jobs/nightly/lib/pdf.py", "report"),
        Resolution::File("jobs/nightly/report.py"),
        "the script's folder counts for what the script imports"
    );
    let facts = crate::python::facts("import report\nimport os\n");
    assert_eq!(
        index.module_name(from, Some(&facts)),
        ("jobs/nightly".to_owned(), "main".to_owned())
    );
    let facts = crate::python::facts("from jobs.nightly import report\n");
    assert_eq!(
        index.module_name(from, Some(&facts)),
        (String::new(), "jobs.nightly.main".to_owned())
    );
}

#[test]
fn a_project_file_inside_a_package_makes_no_root() {
    let index = index(&[
        "services/__init__.py",
        "services/orders/__init__.py",
        "services/orders/requirements.txt",
        "services/orders/main.py",
        "services/orders/services.py",
    ]);
    assert_eq!(
        resolve(&index, "services/orders/main.py", "services.orders"),
        Resolution::File("services/orders/__init__.py")
    );
    assert_eq!(
        index.module_name("services/orders/main.py", None),
        (String::new(), "services.orders.main".to_owned())
    );
    assert_eq!(index.roots(), [""]);
}

#[test]
fn named_sources_and_an_app_below_the_root() {
    let files = [
        "apps/shop/src/main.py",
        "apps/shop/src/db.py",
        "apps/blog/db.py",
    ];
    let index = ModuleIndex::new(files, ["apps/shop", "apps/shop/src"], BTreeSet::new());
    assert_eq!(
        resolve(&index, "apps/shop/src/main.py", "db"),
        Resolution::File("apps/shop/src/db.py")
    );
    assert_eq!(
        index.module_name("apps/shop/src/main.py", None),
        ("apps/shop/src".to_owned(), "main".to_owned())
    );
}
