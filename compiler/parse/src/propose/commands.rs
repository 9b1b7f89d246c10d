//! What the commands that start processes name: `gunicorn shop.wsgi:application`,
//! `celery -A shop worker`, `python -m shop.jobs.purge`.

/// What a command starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// An application object, or a function that makes one.
    Application {
        /// The import path of its module.
        module: String,
        /// Its name there; empty where the server looks for it.
        attribute: String,
    },
    /// Workers of a Celery application, or its clock.
    Celery {
        /// The import path of its module.
        module: String,
        /// Whether only due tasks are sent.
        beat: bool,
    },
    /// A module, run as a program.
    Module(String),
    /// A file, run as a program.
    File(String),
    /// A file whose web application a server finds by itself.
    WebFile(String),
    /// A management command of Django.
    Django(String),
    /// A script of a shell.
    Script(String),
    /// Any other program, by its name.
    Program(String),
}

/// Programs that run what follows them.
const WRAPPERS: [&str; 16] = [
    "exec",
    "poetry",
    "pipenv",
    "pdm",
    "hatch",
    "rye",
    "uv",
    "run",
    "env",
    "dumb-init",
    "tini",
    "newrelic-admin",
    "run-program",
    "ddtrace-run",
    "opentelemetry-instrument",
    "--",
];

const SERVERS: [&str; 7] = [
    "gunicorn",
    "uvicorn",
    "hypercorn",
    "granian",
    "daphne",
    "waitress-serve",
    "uwsgi",
];

/// A command's targets in order: `a && b` has two.
pub(crate) fn targets(command: &str) -> Vec<Target> {
    of_text(command, 0)
}

fn of_text(command: &str, depth: u32) -> Vec<Target> {
    let mut found = Vec::new();
    let mut simple: Vec<String> = Vec::new();
    for word in words(command) {
        if matches!(word.as_str(), "&&" | "||" | ";" | "|" | "&") {
            found.extend(of_words(&simple, depth));
            simple.clear();
        } else {
            simple.push(word);
        }
    }
    found.extend(of_words(&simple, depth));
    found
}

/// Words as a shell splits them, near enough: quotes are taken off, operators stand alone.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.push(c),
            (None, '"' | '\'') => quote = Some(c),
            (None, ';' | '\n') => {
                found.extend([std::mem::take(&mut word), ";".to_owned()]);
            }
            (None, c) if c.is_whitespace() => found.push(std::mem::take(&mut word)),
            (None, c) => word.push(c),
        }
    }
    found.push(word);
    found.retain(|word| !word.is_empty());
    found
}

fn of_words(words: &[String], depth: u32) -> Vec<Target> {
    let is_setting = |word: &str| {
        word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
        })
    };
    let skipped = words
        .iter()
        .take_while(|word| is_setting(word) || WRAPPERS.contains(&base(word)))
        .count();
    let Some((program, rest)) = words[skipped..].split_first() else {
        return Vec::new();
    };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match base(program) {
        "sh" | "bash" | "/bin/sh" if depth < 4 => of_shell(&rest, depth),
        name if SERVERS.contains(&name) => application(&rest).into_iter().collect(),
        "fastapi" => rest
            .iter()
            .rfind(|word| word.ends_with(".py"))
            .map(|file| Target::WebFile((*file).to_owned()))
            .into_iter()
            .collect(),
        "flask" if rest.contains(&"run") => option(&rest, &["--app", "-A"])
            .map(|app| split(app, "app"))
            .into_iter()
            .collect(),
        "celery" => celery(&rest).into_iter().collect(),
        name if name.starts_with("python") => python(&rest, depth),
        "django-admin" => rest
            .first()
            .map(|command| Target::Django((*command).to_owned()))
            .into_iter()
            .collect(),
        "cargo" => option(&rest, &["--bin", "-p", "--package"])
            .map(|name| Target::Program(name.to_owned()))
            .into_iter()
            .collect(),
        name if name.ends_with(".sh") => vec![Target::Script(program.clone())],
        name if name.ends_with(".py") => vec![Target::File(program.clone())],
        name => vec![Target::Program(name.to_owned())],
    }
}

fn of_shell(rest: &[&str], depth: u32) -> Vec<Target> {
    match rest {
        [flag, text, ..] if flag.starts_with('-') && flag.ends_with('c') => {
            of_text(text, depth + 1)
        }
        [script, ..] if script.ends_with(".sh") => vec![Target::Script((*script).to_owned())],
        _ => Vec::new(),
    }
}

fn python(rest: &[&str], depth: u32) -> Vec<Target> {
    let plain: Vec<&str> = rest
        .iter()
        .copied()
        .skip_while(|word| matches!(*word, "-u" | "-O" | "-B" | "-I"))
        .collect();
    match plain.as_slice() {
        ["-m", module, rest @ ..]
            if depth < 4 && (SERVERS.contains(module) || matches!(*module, "celery" | "flask")) =>
        {
            let all: Vec<String> = [module]
                .into_iter()
                .chain(rest)
                .map(|word| (*word).to_owned())
                .collect();
            of_words(&all, depth + 1)
        }
        ["-m", module, ..] => vec![Target::Module((*module).to_owned())],
        [file, rest @ ..] if base(file) == "manage.py" => rest
            .first()
            .map(|command| Target::Django((*command).to_owned()))
            .into_iter()
            .collect(),
        [file, ..] if file.ends_with(".py") => vec![Target::File((*file).to_owned())],
        _ => Vec::new(),
    }
}

/// The application among a server's arguments: a dotted path with a colon, which no address is.
fn application(rest: &[&str]) -> Option<Target> {
    let is_path = |word: &&&str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.:()".contains(c))
    };
    let named = rest
        .iter()
        .rfind(|word| is_path(word) && word.contains(':'))
        .filter(|word| {
            word.rsplit(':')
                .next()
                .is_some_and(|end| !end.starts_with(|c: char| c.is_ascii_digit()))
        });
    let option = option(rest, &["--module", "--wsgi", "-w"]).filter(|word| is_path(&word));
    let bare = || {
        let last = rest.last()?;
        (is_path(&last) && last.contains('.')).then_some(*last)
    };
    named
        .copied()
        .or(option)
        .or_else(bare)
        .map(|path| split(path, "application"))
}

/// `shop.app:create_app()` in its parts.
fn split(path: &str, default: &str) -> Target {
    let (module, attribute) = path.split_once(':').unwrap_or((path, default));
    Target::Application {
        module: module.trim_end_matches(".py").replace('/', "."),
        attribute: attribute.split('(').next().unwrap_or(attribute).to_owned(),
    }
}

fn celery(rest: &[&str]) -> Option<Target> {
    let app = option(rest, &["-A", "--app"])?;
    Some(Target::Celery {
        module: app.split(':').next().unwrap_or(app).to_owned(),
        beat: rest.contains(&"beat") && !rest.contains(&"worker"),
    })
}

/// The value of an option: `-A shop`, `--app=shop`.
fn option<'a>(rest: &[&'a str], names: &[&str]) -> Option<&'a str> {
    rest.iter().enumerate().find_map(|(at, word)| {
        names.iter().find_map(|name| {
            let after = word.strip_prefix(name)?;
            match after.strip_prefix('=') {
                Some(value) => Some(value),
                None if after.is_empty() => rest.get(at + 1).copied(),
                None => None,
            }
        })
    })
}

/// The last part of a path.
fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(module: &str, attribute: &str) -> Vec<Target> {
        vec![Target::Application {
            module: module.to_owned(),
            attribute: attribute.to_owned(),
        }]
    }

    #[test]
    fn servers_name_their_application() {
        let shop = application("shop.wsgi", "application");
        assert_eq!(
            targets("gunicorn shop.wsgi:application -b 0.0.0.0:80"),
            shop
        );
        assert_eq!(targets("gunicorn --bind :$PORT shop.wsgi"), shop);
        assert_eq!(
            targets("poetry run gunicorn -w 4 'shop.app:create_app()'"),
            application("shop.app", "create_app")
        );
        assert_eq!(
            targets("python -m uvicorn app.main:app --host 0.0.0.0"),
            application("app.main", "app")
        );
        assert_eq!(
            targets("sh -c \"python manage.py migrate && exec gunicorn shop.wsgi:application\"")
                [1..],
            shop
        );
    }

    #[test]
    fn other_programs_name_what_they_run() {
        assert_eq!(
            targets("celery --app=shop.celery worker -l info"),
            [Target::Celery {
                module: "shop.celery".to_owned(),
                beat: false
            }]
        );
        assert_eq!(
            targets("PYTHONPATH=. python -u jobs/purge.py --all"),
            [Target::File("jobs/purge.py".to_owned())]
        );
        assert_eq!(
            targets("python manage.py migrate --noinput"),
            [Target::Django("migrate".to_owned())]
        );
        assert_eq!(
            targets("./target/release/api"),
            [Target::Program("api".to_owned())]
        );
        assert_eq!(targets(""), []);
        assert_eq!(targets("gunicorn"), []);
    }
}
