use klo_source::MemoryTree;

use super::*;

fn read(files: &[(&str, &str)], root: &str) -> Dependencies {
    let tree = MemoryTree::new(files.iter().map(|(path, text)| (*path, text.as_bytes())));
    dependencies(&tree, "", root)
}

fn names(found: &Dependencies) -> Vec<&str> {
    found.packages.keys().map(String::as_str).collect()
}

#[test]
fn requirements_follow_includes_and_constraints() {
    let found = read(
        &[
            (
                "api/requirements.txt",
                "-r base.txt\n--constraint=../pins.txt\n\
                 uvicorn[standard] == 0.34.0 ; python_version >= '3.10'  # the server\n\
                 --index-url https://pypi.example.com\n-e ./shared\n\
                 psycopg2_Binary==2.9.9 \\\n    --hash=sha256:abc\nredis>=5,<6\n",
            ),
            (
                "api/base.txt",
                "-r requirements.txt\nFastAPI===0.115.0\nboto3\n",
            ),
            ("pins.txt", "boto3==1.35.0\nnever-asked-for==1.0\n"),
        ],
        "api",
    );
    assert_eq!(found.source, Some(Source::Requirements));
    assert_eq!(
        found.files,
        ["api/requirements.txt", "api/base.txt", "pins.txt"]
    );
    assert_eq!(
        names(&found),
        ["boto3", "fastapi", "psycopg2-binary", "redis", "uvicorn"]
    );
    assert_eq!(found.version("uvicorn"), Some("0.34.0"));
    assert_eq!(found.version("fastapi"), Some("0.115.0"));
    assert_eq!(found.version("psycopg2.binary"), Some("2.9.9"));
    assert_eq!(found.version("boto3"), Some("1.35.0"));
    assert_eq!(found.version("redis"), None);
    assert!(found.local.contains("api/requirements.txt"));
    assert_eq!(found.problems, []);
}

#[test]
fn an_include_cannot_leave_the_repository() {
    let found = read(&[("requirements.txt", "-r ../../etc/passwd\nflask\n")], "");
    assert_eq!(names(&found), ["flask"]);
    assert_eq!(found.problems.len(), 1);
    let found = read(&[("requirements.txt", "-r gone.txt\n")], "");
    assert_eq!(
        found.problems,
        [("gone.txt".to_owned(), "there is no such file".to_owned())]
    );
}

const UV: &str = r#"
version = 1
[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "uvicorn", extra = ["standard"] }, { name = "lib" }]
[package.dev-dependencies]
dev = [{ name = "gunicorn" }]
[[package]]
name = "api"
source = { editable = "services/api" }
dependencies = [{ name = "flask" }, { name = "lib" }]
[[package]]
name = "lib"
source = { editable = "libs/lib" }
dependencies = [{ name = "anyio" }]
[[package]]
name = "uvicorn"
version = "0.34.0"
source = { registry = "https://pypi.org/simple" }
[package.optional-dependencies]
standard = [{ name = "uvloop", marker = "sys_platform != 'win32'" }]
[[package]]
name = "uvloop"
version = "0.21.0"
[[package]]
name = "anyio"
version = "4.0"
[[package]]
name = "anyio"
version = "3.0"
[[package]]
name = "gunicorn"
version = "23.0"
[[package]]
name = "flask"
version = "3.1"
"#;

#[test]
fn uv_lock_without_development_groups() {
    let files = [
        ("uv.lock", UV),
        ("pyproject.toml", "[project]\nname='shop'"),
    ];
    let found = read(&files, "");
    assert_eq!(found.source, Some(Source::UvLock));
    assert_eq!(names(&found), ["anyio", "uvicorn", "uvloop"]);
    assert_eq!(found.version("anyio"), None, "two versions, by platform");
    assert_eq!(found.files, ["uv.lock", "pyproject.toml"]);
}

#[test]
fn a_workspace_member_is_read_through_its_lock_file() {
    let files = [
        ("uv.lock", UV),
        (
            "pyproject.toml",
            "[tool.uv.workspace]\nmembers = ['services/*']",
        ),
        (
            "services/api/pyproject.toml",
            "[project]\nname='api'\ndependencies=['flask']",
        ),
        (
            "other/pyproject.toml",
            "[project]\nname='other'\ndependencies=['Django==5.1']",
        ),
    ];
    let found = read(&files, "services/api");
    assert_eq!(found.member.as_deref(), Some("api"));
    assert_eq!(found.project(), "services/api");
    assert_eq!(read(&files, "services/api/src"), found);
    assert_eq!(names(&found), ["anyio", "flask"]);
    assert_eq!(
        found.files,
        ["uv.lock", "pyproject.toml", "services/api/pyproject.toml"]
    );
    let other = read(&files, "other");
    assert_eq!(other.source, Some(Source::Pyproject));
    assert_eq!(other.version("django"), Some("5.1"));
}

#[test]
fn poetry_lock_of_every_format() {
    let grouped = "[[package]]\nname = \"Flask\"\nversion = \"3.0\"\ngroups = [\"main\", \"dev\"]\n\
                   [[package]]\nname = \"pytest\"\nversion = \"8\"\ngroups = [\"dev\"]\n";
    assert_eq!(names(&read(&[("poetry.lock", grouped)], "")), ["flask"]);
    let category = "[[package]]\nname = \"flask\"\nversion = \"2.0\"\ncategory = \"main\"\n\
                    [[package]]\nname = \"pytest\"\nversion = \"7\"\ncategory = \"dev\"\n";
    assert_eq!(names(&read(&[("poetry.lock", category)], "")), ["flask"]);
    let silent = "[[package]]\nname = \"flask\"\nversion = \"2.3\"\n[package.dependencies]\nWerkzeug = \">=2\"\n\
                  [[package]]\nname = \"werkzeug\"\nversion = \"2.3\"\n\
                  [[package]]\nname = \"pytest\"\nversion = \"7\"\n";
    let manifest =
        "[tool.poetry]\nname = 'x'\n[tool.poetry.dependencies]\npython = '^3.11'\nflask = '^2'\n";
    let found = read(&[("poetry.lock", silent), ("pyproject.toml", manifest)], "");
    assert_eq!(names(&found), ["flask", "werkzeug"]);
}

#[test]
fn the_nearest_folder_decides() {
    let files = [
        ("requirements.txt", "flask\n"),
        ("api/pyproject.toml", "[tool.ruff]\nline-length = 100\n"),
        ("api/src/app.py", ""),
    ];
    let found = read(&files, "api/src");
    assert_eq!(found.folder, "");
    assert_eq!(names(&found), ["flask"]);
    let tree = MemoryTree::new(files);
    assert_eq!(
        dependencies(&tree, "api", "api/src"),
        Dependencies::default()
    );
}

#[test]
fn broken_files_are_problems() {
    for (name, text) in [
        ("uv.lock", "[[package"),
        ("poetry.lock", "[[package]]\nname = 1"),
        ("pyproject.toml", "[project]\ndependencies = 'flask'"),
    ] {
        let found = read(&[(name, text)], "");
        assert_eq!(found.problems.len(), 1, "{name}");
        assert_eq!(found.problems[0].0, name);
    }
}

#[test]
fn python_ranges_are_kept_as_written() {
    let manifest = Manifest::parse("[project]\nrequires-python = '>=3.11,<4'").unwrap();
    assert_eq!(manifest.requires_python.as_deref(), Some(">=3.11,<4"));
    let manifest =
        Manifest::parse("[tool.poetry.dependencies]\npython='^3.11'\nflask={version='3.0.1'}")
            .unwrap();
    assert_eq!(manifest.requires_python.as_deref(), Some("^3.11"));
    assert_eq!(manifest.packages["flask"].as_deref(), Some("3.0.1"));
    assert!(manifest.poetry);
}

#[test]
fn extras_bring_in_servers_and_drivers() {
    for (name, text) in [
        (
            "requirements.txt",
            "FastAPI[all, Standard]>=0.115 ; python_version > '3'\n",
        ),
        (
            "pyproject.toml",
            "[project]\ndependencies = ['fastapi[standard]>=0.115']",
        ),
    ] {
        let found = read(&[(name, text)], "");
        assert!(found.has("fastapi") && found.has("uvicorn"), "{name}");
    }
    assert!(!read(&[("requirements.txt", "fastapi\n")], "").has("uvicorn"));
}
