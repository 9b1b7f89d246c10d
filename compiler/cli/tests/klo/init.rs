//! `klo init`: what it proposes for applications without annotations, against what people wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Run, copy, klo};

/// An annotated application, and every difference to what `klo init --write` makes of it without its
/// annotations, each with its reason. `-` is what people wrote and klo did not find.
struct Case {
    folder: &'static str,
    differences: &'static [(&'static str, &'static str)],
}

const NOT_PUBLISHED: (&str, &str) = (
    "- internet -> service [expose]",
    "no Procfile and no published port says that the internet may reach it",
);
const NO_SCHEDULE: (&str, &str) = (
    "- schedule -> job [trigger]",
    "when a job runs does not stand in the code",
);

const CASES: [Case; 17] = [
    Case {
        folder: "examples/minimal",
        differences: &[],
    },
    Case {
        folder: "examples/shop",
        differences: &[
            (
                "- function",
                "nothing in the code calls the function, nor does its form show that AWS does",
            ),
            ("- function -> bucket [write]", "the function was not found"),
            NOT_PUBLISHED,
            (
                "- queue -> function [trigger]",
                "the function was not found",
            ),
            NO_SCHEDULE,
        ],
    },
    Case {
        folder: "examples/orders-rust",
        differences: &[NOT_PUBLISHED],
    },
    Case {
        folder: "examples/mixed",
        differences: &[
            NOT_PUBLISHED,
            (
                "+ database",
                "two programs read it from different variables",
            ),
            ("+ queue", "two programs read it from different variables"),
        ],
    },
    Case {
        folder: "examples/inference",
        differences: &[
            (
                "+ config",
                "that a setting is another service's address is known to people alone",
            ),
            ("+ service -> config [read]", "what was taken for a setting"),
            (
                "- service -> service [invoke]",
                "its address was taken for a setting",
            ),
            (
                "- job",
                "nothing in the code calls the function, nor does its form show that it is a program",
            ),
            ("- job -> bucket [read, write]", "the job was not found"),
            ("- bucket", "no unit that was found uses it"),
            NO_SCHEDULE,
            NOT_PUBLISHED,
            (
                "- volume",
                "a path alone does not say that what lies there outlives the container",
            ),
            (
                "- service -> volume [read, write]",
                "the volume was not found",
            ),
        ],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/aiohttp_app",
        differences: &[],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/celery_worker",
        differences: &[],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/closures",
        differences: &[],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/django_environ_celery",
        differences: &[NO_SCHEDULE],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/django_polls",
        differences: &[],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/flask_factory",
        differences: &[],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/flask_sql_celery",
        differences: &[
            ("- job", "a command of `flask` is started by hand"),
            ("- job -> database [connect]", "the job was not found"),
            (
                "+ secret",
                "`SECRET_KEY` is a secret by its name, and Flask reads it",
            ),
            ("+ service -> secret [read]", "Flask signs sessions with it"),
        ],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/queue_dispatch",
        differences: &[
            (
                "- queue -> function [trigger]",
                "what calls a function does not stand in the code",
            ),
            (
                "- topic -> function [trigger]",
                "what calls a function does not stand in the code",
            ),
        ],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/script_pool",
        differences: &[NO_SCHEDULE],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/shared_clients",
        differences: &[("- cache", "no unit uses it")],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/src_layout",
        differences: &[],
    },
    Case {
        folder: "compiler/parse/tests/fixtures/python/starlette_mounts",
        differences: &[],
    },
];

fn root(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// Every line that is an annotation, taken out of a folder's source.
fn strip(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_source = path
            .extension()
            .is_some_and(|ending| ending == "py" || ending == "rs");
        if path.is_dir() {
            strip(&path);
        } else if is_source {
            let text = fs::read_to_string(&path).expect("text");
            let kept = text.split_inclusive('\n').filter(|line| {
                let line = line.trim_start();
                !line.starts_with("# @klo::") && !line.starts_with("// @klo::")
            });
            fs::write(&path, kept.collect::<String>()).expect("a file");
        }
    }
}

/// A copy without annotations and configuration, in a folder of the same name.
fn unannotated(folder: &str) -> (TempDir, PathBuf) {
    let (dir, copy) = annotated(folder);
    strip(&copy);
    let _ = fs::remove_file(copy.join("klo.yaml"));
    (dir, copy)
}

fn annotated(folder: &str) -> (TempDir, PathBuf) {
    let from = root(folder);
    let dir = TempDir::new().expect("a folder");
    let to = dir.path().join(from.file_name().expect("a name"));
    copy(&from, &to);
    (dir, to)
}

/// How often each kind and each edge between kinds stands in a graph; names are left out.
fn shape(folder: &Path) -> BTreeMap<String, i32> {
    let run = klo(folder, &["graph", "--env", "dev", "--quiet"]);
    let graph: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.text()));
    let list = |key: &str| graph[key].as_array().cloned().unwrap_or_default();
    let kind = |id: &Value| {
        let id = id.as_str().unwrap_or_default();
        id.split('.').next().unwrap_or_default().to_owned()
    };
    let mut found = BTreeMap::new();
    for intent in list("intents") {
        // Sites stand in klo.yaml, which is compared by its text.
        *found.entry(kind(&intent["id"])).or_insert(0) += 1;
    }
    for edge in list("edges") {
        let mut access: Vec<&str> = edge["access"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        access.sort_unstable();
        let edge = format!(
            "{} -> {} [{}]",
            kind(&edge["from"]),
            kind(&edge["to"]),
            access.join(", ")
        );
        *found.entry(edge).or_insert(0) += 1;
    }
    found
}

/// What one graph has more often than the other, with a sign.
fn differences(before: &BTreeMap<String, i32>, after: &BTreeMap<String, i32>) -> Vec<String> {
    let mut found = Vec::new();
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let count = |of: &BTreeMap<String, i32>| of.get(key).copied().unwrap_or(0);
        let change = count(after) - count(before);
        let sign = if change < 0 { '-' } else { '+' };
        found.extend((0..change.abs()).map(|_| format!("{sign} {key}")));
    }
    found.sort();
    found
}

#[test]
fn applications_without_annotations_get_the_graph_that_people_wrote() {
    let mut wrong = Vec::new();
    for case in &CASES {
        let (_kept, by_hand) = annotated(case.folder);
        let (_kept, by_klo) = unannotated(case.folder);
        let run = klo(&by_klo, &["init", "--write", "--format", "concise"]);
        assert_eq!(run.code, 0, "{}: {}", case.folder, run.text());
        let mut expected: Vec<String> = case
            .differences
            .iter()
            .map(|(difference, _)| (*difference).to_owned())
            .collect();
        expected.sort();
        let found = differences(&shape(&by_hand), &shape(&by_klo));
        if found != expected {
            wrong.push(format!(
                "{}\n   found    {found:#?}\n   expected {expected:#?}\n{}",
                case.folder,
                run.text()
            ));
        }
        let compiled = klo(&by_klo, &["compile", "--format", "concise"]);
        if compiled.code != 0 {
            wrong.push(format!("{}: {}", case.folder, compiled.text()));
        }
        let again = klo(&by_klo, &["init", "--format", "concise"]);
        if !again.out.is_empty() || !again.err.contains("nothing to propose") {
            wrong.push(format!("{} twice: {}", case.folder, again.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // CI shows what begins like this.
    let mut said = String::new();
    for case in &CASES {
        for (difference, reason) in case.differences {
            said.push_str(&format!(
                "said: klo init on {}: {difference} ({reason})\n",
                case.folder
            ));
        }
    }
    std::io::Write::write_all(&mut std::io::stdout(), said.as_bytes()).ok();
}

#[test]
fn the_shop_without_annotations() {
    let (_kept, shop) = unannotated("examples/shop");
    insta::assert_snapshot!(klo(&shop, &["init"]).text());
    assert!(!shop.join("klo.yaml").exists(), "nothing was written");
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().expect("a folder");
    for (path, text) in files {
        let path = dir.path().join("app").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn init(dir: &TempDir, arguments: &[&str]) -> Run {
    let all: Vec<&str> = ["init", "--format", "concise"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    klo(&dir.path().join("app"), &all)
}

fn text(dir: &TempDir, path: &str) -> String {
    fs::read_to_string(dir.path().join("app").join(path)).expect("a file")
}

/// A web application, its worker, a consumer and a release step, as a Procfile and a compose file
/// describe them.
const PROCESSES: [(&str, &str); 9] = [
    (
        "Procfile",
        "release: python -m jobs.migrate\nweb: gunicorn web.wsgi:app --workers 3\n\
         worker: celery -A web.tasks worker\nconsumer: python jobs/consume.py\n",
    ),
    (
        "docker-compose.yml",
        "services:\n  web:\n    build: .\n    environment:\n      CELERY_BROKER_URL: redis://redis:6379/0\n",
    ),
    (
        "requirements.txt",
        "flask==3.1.0\ncelery==5.4.0\nredis==5.2.0\npsycopg==3.2.0\ngunicorn==23.0.0\nboto3==1.35.0\n",
    ),
    ("web/__init__.py", ""),
    (
        "web/wsgi.py",
        "from web.app import create_app\n\napp = create_app()\n",
    ),
    (
        "web/app.py",
        "import os\n\nfrom flask import Flask\n\nfrom web.db import connect\nfrom web.tasks import resize\n\n\n\
         def create_app():\n    app = Flask(__name__)\n    token = os.environ[\"PARTNER_API_TOKEN\"]\n\n    \
         @app.post(\"/pictures\")\n    def add():\n        connect().execute(\"SELECT 1\", [token])\n        \
         resize.delay(1)\n        return \"\"\n\n    return app\n",
    ),
    (
        "web/db.py",
        "import os\n\nimport psycopg\n\n\ndef connect():\n    return psycopg.connect(os.environ[\"DATABASE_URL\"])\n",
    ),
    (
        "web/tasks.py",
        "import os\n\nfrom celery import Celery\n\nqueue = Celery(\"web\", broker=os.environ[\"CELERY_BROKER_URL\"])\n\n\n\
         @queue.task\ndef resize(picture):\n    from web.db import connect\n\n    connect().execute(\"SELECT 1\")\n",
    ),
    (
        "jobs/migrate.py",
        "from web.db import connect\n\n\ndef main():\n    connect().execute(\"CREATE TABLE pictures (id bigint)\")\n\n\n\
         if __name__ == \"__main__\":\n    main()\n",
    ),
];

const CONSUMER: (&str, &str) = (
    "jobs/consume.py",
    "import os\n\nimport boto3\n\nsqs = boto3.client(\"sqs\")\nUPLOADS = os.environ[\"UPLOADS_QUEUE_URL\"]\n\n\n\
     def main():\n    while True:\n        for message in sqs.receive_message(QueueUrl=UPLOADS)[\"Messages\"]:\n            \
     sqs.delete_message(QueueUrl=UPLOADS, ReceiptHandle=message[\"ReceiptHandle\"])\n\n\n\
     if __name__ == \"__main__\":\n    main()\n",
);

#[test]
fn processes_say_what_runs_and_who_reaches_it() {
    let files: Vec<(&str, &str)> = PROCESSES.into_iter().chain([CONSUMER]).collect();
    let dir = folder(&files);
    insta::assert_snapshot!(init(&dir, &[]).text());
    assert_eq!(init(&dir, &["--write"]).code, 0);
    let compiled = klo(&dir.path().join("app"), &["compile", "--format", "concise"]);
    assert_eq!(compiled.code, 0, "{}", compiled.text());
    let found: Vec<String> = shape(&dir.path().join("app"))
        .into_iter()
        .filter(|(key, _)| key.contains("->"))
        .map(|(key, count)| format!("{count} {key}"))
        .collect();
    assert_eq!(
        found,
        [
            "1 internet -> service [expose]",
            "1 job -> database [connect]",
            "2 service -> cache [connect]",
            "2 service -> database [connect]",
            "1 service -> queue [consume]",
            "1 service -> secret [read]",
        ]
    );
}

#[test]
fn commands_without_code_and_schedules_elsewhere_are_left_to_a_person() {
    let dir = folder(&[
        (
            "Procfile",
            "release: alembic upgrade head\nweb: uvicorn main:app\nbeat: celery -A main beat\n",
        ),
        ("crontab", "0 3 * * * python purge.py\n"),
        (
            "main.py",
            "from fastapi import FastAPI\n\napp = FastAPI()\n",
        ),
    ]);
    insta::assert_snapshot!(init(&dir, &[]).text());
}

#[test]
fn line_endings_marks_and_tabs_stay() {
    let dir = folder(&[(
        "main.py",
        "\u{feff}import os\r\n\r\nfrom fastapi import FastAPI\r\n\r\nclass Keys:\r\n\ttoken = os.environ[\"API_TOKEN\"]\r\n\r\napp = FastAPI()\r\n\r\n@app.get(\"/\")\r\ndef home():\r\n\treturn Keys.token\r\n",
    )]);
    assert_eq!(init(&dir, &["--write"]).code, 0);
    let text = text(&dir, "main.py");
    assert!(text.starts_with('\u{feff}'), "{text:?}");
    assert!(
        text.contains("class Keys:\r\n\t# @klo::secret(name = \"api-token\")\r\n\ttoken"),
        "{text:?}"
    );
    assert!(text.contains("# @klo::service\r\napp = "), "{text:?}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

#[test]
fn a_file_that_is_no_text_is_left_alone() {
    let dir = folder(&[(
        "main.py",
        "from fastapi import FastAPI\n\napp = FastAPI()\n",
    )]);
    let other = dir.path().join("app/other.py");
    fs::write(&other, b"import os\nx = os.environ[\"A\"]  # \xff\n").expect("a file");
    let run = init(&dir, &["--write"]);
    assert_eq!(run.code, 0, "{}", run.text());
    assert!(run.err.contains("other.py"), "{}", run.text());
    assert!(text(&dir, "main.py").contains("# @klo::service\napp"));
}

#[test]
fn a_file_that_may_not_be_written_keeps_every_file_as_it_is() {
    let dir = folder(&[(
        "main.py",
        "from fastapi import FastAPI\n\napp = FastAPI()\n",
    )]);
    let main = dir.path().join("app/main.py");
    let mut rights = fs::metadata(&main).expect("a file").permissions();
    rights.set_readonly(true);
    fs::set_permissions(&main, rights).expect("rights");
    let run = init(&dir, &["--write"]);
    assert_eq!(run.code, 2, "{}", run.text());
    assert!(
        run.err.contains("`main.py` may not be written"),
        "{}",
        run.text()
    );
    assert!(!dir.path().join("app/klo.yaml").exists());
}

#[test]
fn a_configuration_stays_and_what_is_annotated_too() {
    let dir = folder(&[
        ("klo.yaml", "app: shop\n"),
        ("web/index.html", "<p>shop</p>\n"),
        (
            "api.py",
            "import os\n\nfrom fastapi import FastAPI\nfrom sqlalchemy import create_engine\n\n\
             # @klo::persist(name = \"orders\", engine = \"postgres\")\n\
             engine = create_engine(os.environ[\"DATABASE_URL\"])\n\napp = FastAPI()\n\n\n@app.get(\"/\")\n\
             def home():\n    engine.connect()\n",
        ),
    ]);
    let run = init(&dir, &[]);
    assert!(run.out.contains("+# @klo::service\n"), "{}", run.text());
    assert!(!run.out.contains("+# @klo::persist"), "{}", run.text());
    assert!(!run.out.contains("klo.yaml"), "{}", run.text());
    assert!(run.err.contains("site.web: { dir: web }"), "{}", run.text());
}

#[test]
fn code_without_anything_that_runs_says_so() {
    let dir = folder(&[(
        "store.py",
        "import os\n\nimport redis\n\nclient = redis.Redis.from_url(os.environ[\"REDIS_URL\"])\n",
    )]);
    let run = init(&dir, &[]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("KLO1212"), "{}", run.text());
    let empty = folder(&[("README", "nothing\n")]);
    let run = init(&empty, &[]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.text());
    assert!(run.err.contains("nothing to propose"), "{}", run.text());
}

#[test]
fn two_clients_of_one_variable_are_one_resource() {
    let client = "import os\n\nimport psycopg\n\n\ndef connect():\n    return psycopg.connect(os.environ[\"DATABASE_URL\"])\n";
    let main = |module: &str| {
        format!(
            "from {module} import connect\n\n\ndef main():\n    connect().execute(\"SELECT 1\")\n\n\nif __name__ == \"__main__\":\n    main()\n"
        )
    };
    let (first, second) = (main("first_db"), main("second_db"));
    let dir = folder(&[
        ("requirements.txt", "psycopg==3.2.0\n"),
        ("first_db.py", client),
        ("second_db.py", client),
        ("first.py", &first),
        ("second.py", &second),
    ]);
    let run = init(&dir, &["--write"]);
    assert_eq!(run.code, 0, "{}", run.text());
    assert!(
        text(&dir, "second.py").contains("# @klo::uses(to = \"database.app\")\ndef main"),
        "{}\n{}",
        text(&dir, "second.py"),
        run.text()
    );
    let found = shape(&dir.path().join("app"));
    assert_eq!(found["database"], 1);
    assert_eq!(found["job -> database [connect]"], 2);
}

#[test]
fn more_files_than_are_looked_at_are_said() {
    let files: Vec<(String, String)> = (0..4100)
        .map(|at| {
            let text = format!("import os\n\nVALUE = os.environ.get(\"VALUE_{at}\")\n");
            (format!("part{}/m{at}.py", at % 40), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let dir = folder(&files);
    let run = init(&dir, &[]);
    assert_eq!(run.code, 0, "{}", run.text());
    assert!(run.err.contains("KLO1210"), "{}", run.text());
}

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(head), None) => open = Some((head.to_owned(), String::new())),
            (Some(_), Some(block)) => found.push(block),
            (None, Some((head, text))) => open = Some((head, format!("{text}{line}\n"))),
            (None, None) => {}
        }
    }
    found
}

#[test]
fn the_guide_for_existing_applications_does_what_it_says() {
    let dir = TempDir::new().expect("a folder");
    let folder = dir.path().join("shop");
    fs::create_dir(&folder).expect("a folder");
    let page = fs::read_to_string(root("docs/guides/init.md")).expect("the guide");
    let (mut commands, mut shown) = (Vec::new(), 0);
    for (head, text) in blocks(&page) {
        if let Some((_, path)) = head.split_once(" file=") {
            fs::write(folder.join(path), text).expect("a file");
        } else if head.starts_with("diff") {
            let proposed = klo(&folder, &["init"]);
            assert!(proposed.out.contains(&text), "{}", proposed.text());
            assert_eq!(
                proposed.err.matches("note[").count(),
                1,
                "{}",
                proposed.text()
            );
            shown += 1;
        } else {
            assert_eq!(head, "sh");
            for line in text.lines() {
                let words: Vec<&str> = line.split(' ').collect();
                assert_eq!(words[0], "klo");
                let run = klo(&folder, &words[1..]);
                assert_eq!(run.code, 0, "{line}: {}", run.text());
                commands.push((line.to_owned(), run));
            }
        }
    }
    assert_eq!(shown, 1);
    let (_, again) = &commands[2];
    assert!(again.err.contains("nothing to propose"), "{}", again.text());
    assert_eq!(commands.len(), 5);
}
