//! How servers and task queues are told how many processes to run, on a command line. Options are
//! those of each program's own documentation, read November 2026: gunicorn 23 "Settings", uvicorn 0.38
//! "Settings", Hypercorn 0.17 "Configuring", Granian 2.5 "Options", uWSGI 2.0 "Options", Celery 5.5
//! "Workers Guide" and "Configuration and defaults", Sanic 25 "Running Sanic", FastAPI CLI 0.0.

/// A program that runs several processes of an application.
struct Server {
    /// The program's name on a command line.
    program: &'static str,
    /// Options that take the number.
    options: &'static [&'static str],
}

const SERVERS: &[Server] = &[
    server("gunicorn", &["-w", "--workers"]),
    server("uvicorn", &["--workers"]),
    server("fastapi", &["--workers"]),
    server("hypercorn", &["-w", "--workers"]),
    server("granian", &["--workers"]),
    server("sanic", &["-w", "--workers"]),
    server("uwsgi", &["-p", "--processes", "--workers"]),
    server("celery", &["-c", "--concurrency"]),
    // One process each.
    server("daphne", &[]),
    server("waitress-serve", &[]),
];

const fn server(program: &'static str, options: &'static [&'static str]) -> Server {
    Server { program, options }
}

/// Calls that start servers with a number of processes as the keyword `workers`.
pub(crate) const STARTING_CALLS: [(&str, &str); 3] = [
    ("uvicorn", "run"),
    ("granian", "Granian"),
    ("granian.server", "Granian"),
];

/// Celery's settings for the number of processes: as an attribute or keyword, by its old name, and in
/// a settings module of Django.
pub(crate) const CELERY_PROCESSES: [&str; 3] = [
    "worker_concurrency",
    "CELERYD_CONCURRENCY",
    "CELERY_WORKER_CONCURRENCY",
];

/// Celery's pools that run every task in one process ("Concurrency").
const CELERY_ONE_PROCESS: [&str; 4] = ["threads", "gevent", "eventlet", "solo"];

/// Programs that are told by `WEB_CONCURRENCY` where nothing else says it.
const BY_WEB_CONCURRENCY: [&str; 3] = ["gunicorn", "uvicorn", "fastapi"];

/// A command that starts a server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Started {
    /// The server's name.
    pub(crate) program: &'static str,
    /// The number of processes that the command states.
    pub(crate) processes: Option<u32>,
}

impl Started {
    /// Whether the number may come from `WEB_CONCURRENCY`.
    pub(crate) fn asks_environment(&self) -> bool {
        BY_WEB_CONCURRENCY.contains(&self.program)
    }
}

/// Reads a command: `gunicorn -w 4 shop:app`, also behind `poetry run` or in a shell's word.
pub(crate) fn command(text: &str) -> Option<Started> {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']))
        .collect();
    let (at, server) = words.iter().enumerate().find_map(|(at, word)| {
        let program = word.rsplit('/').next().unwrap_or(word);
        let found = SERVERS.iter().find(|server| server.program == program)?;
        Some((at, found))
    })?;
    let options = &words[at + 1..];
    let processes = match server.program {
        "celery" => celery(options),
        _ => last_of(options, server.options),
    };
    Some(Started {
        program: server.program,
        processes,
    })
}

/// Celery: `--autoscale=10,3` goes up to 10 whatever `--concurrency` says.
fn celery(words: &[&str]) -> Option<u32> {
    if value_of(words, &["-P", "--pool"]).is_some_and(|pool| CELERY_ONE_PROCESS.contains(&pool)) {
        return Some(1);
    }
    let most = value_of(words, &["--autoscale"])
        .and_then(|both| both.split(',').next())
        .and_then(number);
    most.or_else(|| last_of(words, &["-c", "--concurrency"]))
}

fn last_of(words: &[&str], options: &[&str]) -> Option<u32> {
    value_of(words, options).and_then(number)
}

/// The value of an option: `-w 4`, `-w4`, `--workers 4`, `--workers=4`. The last one counts.
fn value_of<'a>(words: &[&'a str], options: &[&str]) -> Option<&'a str> {
    let mut found = None;
    for (at, word) in words.iter().enumerate() {
        for option in options {
            let Some(rest) = word.strip_prefix(option) else {
                continue;
            };
            found = match rest.strip_prefix('=') {
                Some(value) => Some(value),
                None if rest.is_empty() => words.get(at + 1).copied().or(found),
                None if option.starts_with("--") => found,
                None => Some(rest),
            };
        }
    }
    found
}

/// A number of processes: `4`, or a shell's `${WEB_CONCURRENCY:-4}` at its default.
pub(crate) fn number(text: &str) -> Option<u32> {
    let inner = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .and_then(|rest| rest.split_once('-'))
        .map_or(text, |(_, default)| default);
    inner.parse().ok().filter(|number| *number > 0)
}

/// The command of a process type in a `Procfile`: `web: gunicorn shop:app` (Heroku, "The Procfile").
pub(crate) fn of_procfile<'a>(text: &'a str, process: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, command) = line.split_once(':')?;
        (name.trim() == process).then(|| command.trim())
    })
}

/// Whether a pool of Celery's runs every task in one process.
pub(crate) fn is_one_process(pool: &str) -> bool {
    CELERY_ONE_PROCESS.contains(&pool)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processes(text: &str) -> Option<u32> {
        command(text)?.processes
    }

    #[test]
    fn commands_state_processes_in_each_programs_words() {
        assert_eq!(processes("gunicorn -w 4 shop:app"), Some(4));
        assert_eq!(processes("gunicorn -w4 shop:app"), Some(4));
        assert_eq!(
            processes("poetry run gunicorn --workers=3 shop:app"),
            Some(3)
        );
        assert_eq!(processes("venv/bin/uvicorn shop:app --workers 2"), Some(2));
        assert_eq!(processes("python -m hypercorn -w 5 shop:app"), Some(5));
        assert_eq!(processes("granian --workers 6 shop:app"), Some(6));
        assert_eq!(processes("sh -c \"exec uwsgi --processes 7\""), Some(7));
        assert_eq!(
            processes("gunicorn --workers ${WEB_CONCURRENCY:-8} shop:app"),
            Some(8)
        );
        assert_eq!(
            processes("gunicorn --workers 2 --workers 9 shop:app"),
            Some(9)
        );
    }

    #[test]
    fn an_option_of_another_program_says_nothing() {
        // A configuration file, and a fraction of memory.
        assert_eq!(processes("gunicorn -c 4 shop:app"), None);
        assert_eq!(processes("uvicorn shop:app --workers-max 3"), None);
        assert_eq!(processes("daphne -w 3 shop:app"), None);
        assert_eq!(command("python main.py --workers 3"), None);
        assert_eq!(processes("gunicorn --workers 0 shop:app"), None);
        assert_eq!(processes("gunicorn --workers $WORKERS shop:app"), None);
    }

    #[test]
    fn celery_counts_what_its_pool_makes() {
        assert_eq!(processes("celery -A shop worker -c 8"), Some(8));
        assert_eq!(
            processes("celery -A shop worker --autoscale=10,3 -c 2"),
            Some(10)
        );
        assert_eq!(processes("celery -A shop worker -P gevent -c 500"), Some(1));
        assert_eq!(processes("celery -A shop worker"), None);
    }

    #[test]
    fn a_procfile_names_commands_by_process_type() {
        let text = "release: python manage.py migrate\nweb: gunicorn shop:app -w 3\n";
        assert_eq!(of_procfile(text, "web"), Some("gunicorn shop:app -w 3"));
        assert_eq!(of_procfile(text, "worker"), None);
    }
}
