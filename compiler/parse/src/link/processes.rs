//! Processes per instance, as the start command, the environment, configuration files and the code
//! state them.

use klo_intent::{AttrValue, EntryCall};
use klo_source::join;

use super::intents::Assembly;
use crate::declare::Declaration;
use crate::facts::{Argument, BindTarget, ExprId, ExprKind, FileFacts, ImportNames, Step};
use crate::knowledge::servers;

impl Assembly<'_> {
    /// What states the number for a unit, strongest first: its `command`, `WEB_CONCURRENCY` in its
    /// `env`, the `Procfile`, gunicorn's configuration, the code. A stated command that starts a
    /// server leaves the rest to that server.
    pub(crate) fn processes(
        &self,
        position: usize,
        declaration: &Declaration,
        folder: &str,
    ) -> Option<u32> {
        let stated = |key: &str| declaration.values.get(key).map(|(value, _)| value);
        let environment = stated("env")
            .and_then(|env| env.get("WEB_CONCURRENCY"))
            .and_then(of_value);
        let is_tasks = self.runs[position].entry.call == EntryCall::Celery;
        let command = stated("command").map(|command| {
            let words = command.items().iter().filter_map(AttrValue::as_str);
            words.collect::<Vec<_>>().join(" ")
        });
        if let Some(command) = &command
            && let Some(started) = servers::command(command)
        {
            let rest = || match started.program {
                "gunicorn" => self.gunicorn_workers(folder),
                "celery" => self.of_code(position, is_tasks),
                _ => None,
            };
            let environment = environment.filter(|_| started.asks_environment());
            return started.processes.or(environment).or_else(rest);
        }
        let environment = environment.filter(|_| !is_tasks);
        environment
            .or_else(|| self.of_procfile(folder, if is_tasks { "worker" } else { "web" }))
            .or_else(|| self.gunicorn_workers(folder).filter(|_| !is_tasks))
            .or_else(|| self.of_code(position, is_tasks))
    }

    fn of_procfile(&self, folder: &str, process: &str) -> Option<u32> {
        let text = self.tree.read_text(&join(folder, "Procfile")).ok()?;
        servers::command(servers::of_procfile(&text, process)?)?.processes
    }

    fn gunicorn_workers(&self, folder: &str) -> Option<u32> {
        let text = self
            .tree
            .read_text(&join(folder, "gunicorn.conf.py"))
            .ok()?;
        let facts = crate::python::facts(&text);
        facts
            .scopes
            .first()?
            .steps
            .iter()
            .find_map(|step| match step {
                Step::Bind {
                    target: BindTarget::Name(name),
                    value: Some(value),
                    ..
                } if name == "workers" => number_of(&facts, *value, 0),
                _ => None,
            })
    }

    /// What the unit's own files state.
    fn of_code(&self, position: usize, is_tasks: bool) -> Option<u32> {
        let files = &self.runs[position].files;
        let read = if is_tasks { of_celery } else { of_server };
        files.iter().find_map(|path| {
            let file = self.program.by_path(path)?;
            read(&self.program.file(file).facts)
        })
    }
}

fn of_value(value: &AttrValue) -> Option<u32> {
    match value.as_int() {
        Some(number) => u32::try_from(number).ok().filter(|number| *number > 0),
        None => servers::number(value.as_str()?),
    }
}

/// `uvicorn.run("shop:app", workers=4)`, `Granian("shop:app", workers=4)`.
fn of_server(facts: &FileFacts) -> Option<u32> {
    facts.exprs.iter().find_map(|expr| {
        let ExprKind::Call { callee, arguments } = &expr.kind else {
            return None;
        };
        let workers = keyword(arguments, "workers")?;
        let starts = servers::STARTING_CALLS
            .iter()
            .any(|(module, name)| names(facts, *callee, module, name));
        starts.then(|| number_of(facts, workers, 0)).flatten()
    })
}

/// `app.conf.worker_concurrency = 4`, `app.conf.update(worker_concurrency=4)`, or a setting of that
/// name; one for a pool of threads.
fn of_celery(facts: &FileFacts) -> Option<u32> {
    let mut found = None;
    for (name, value) in settings(facts) {
        let is_pool = name.eq_ignore_ascii_case("worker_pool")
            || name.eq_ignore_ascii_case("celery_worker_pool");
        if let (true, ExprKind::Text(pool)) = (is_pool, &facts.expr(value).kind)
            && servers::is_one_process(pool)
        {
            return Some(1);
        }
        if servers::CELERY_PROCESSES.contains(&name) {
            found = found.or_else(|| number_of(facts, value, 0));
        }
    }
    found
}

/// Everything that is assigned, passed by name or mapped from a text, in one file.
fn settings(facts: &FileFacts) -> Vec<(&str, ExprId)> {
    let mut found = Vec::new();
    for step in facts.scopes.iter().flat_map(|scope| &scope.steps) {
        if let Step::Bind {
            target: BindTarget::Name(name) | BindTarget::Attribute(_, name),
            value: Some(value),
            ..
        } = step
        {
            found.push((name.as_str(), *value));
        }
    }
    for expr in &facts.exprs {
        match &expr.kind {
            ExprKind::Call { arguments, .. } => {
                found.extend(arguments.iter().filter_map(|argument| match argument {
                    Argument::Keyword(name, value) => Some((name.as_str(), *value)),
                    _ => None,
                }));
            }
            ExprKind::Map(entries) => {
                found.extend(entries.iter().filter_map(|(key, value)| {
                    match &facts.expr((*key)?).kind {
                        ExprKind::Text(name) => Some((name.as_str(), *value)),
                        _ => None,
                    }
                }));
            }
            _ => {}
        }
    }
    found
}

fn keyword(arguments: &[Argument], wanted: &str) -> Option<ExprId> {
    arguments.iter().find_map(|argument| match argument {
        Argument::Keyword(name, value) if name == wanted => Some(*value),
        _ => None,
    })
}

/// Whether an expression is `module.name`, or the name imported from the module.
fn names(facts: &FileFacts, expr: ExprId, module: &str, name: &str) -> bool {
    match &facts.expr(expr).kind {
        ExprKind::Attribute(base, attribute) => {
            attribute == name
                && matches!(&facts.expr(*base).kind, ExprKind::Name(base) if base == module)
        }
        ExprKind::Name(bound) => {
            let mut steps = facts.scopes.iter().flat_map(|scope| &scope.steps);
            steps.any(|step| match step {
                Step::Import(import) if import.module.join(".") == module => {
                    let ImportNames::Names(list) = &import.names else {
                        return false;
                    };
                    list.iter().any(|(of, to)| of == name && to == bound)
                }
                _ => false,
            })
        }
        _ => false,
    }
}

/// A number, also as the default of a variable: `int(os.environ.get("WORKERS", "4"))`.
fn number_of(facts: &FileFacts, expr: ExprId, depth: u32) -> Option<u32> {
    if depth > 6 {
        return None;
    }
    match &facts.expr(expr).kind {
        ExprKind::Int(number) => u32::try_from(*number).ok().filter(|number| *number > 0),
        ExprKind::Text(text) => servers::number(text),
        ExprKind::Call { arguments, .. } => {
            let last = arguments.last()?.value();
            number_of(facts, last, depth + 1)
        }
        ExprKind::Either(options) => {
            let mut options = options.iter().rev();
            options.find_map(|option| number_of(facts, *option, depth + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::facts;

    #[test]
    fn servers_started_in_code() {
        let named = "import uvicorn\nuvicorn.run('shop:app', workers=4)\n";
        assert_eq!(of_server(&facts(named)), Some(4));
        let imported = "from uvicorn import run as serve\nserve('shop:app', workers=2)\n";
        assert_eq!(of_server(&facts(imported)), Some(2));
        let granian = "from granian import Granian\nGranian('a:b', workers=3).serve()\n";
        assert_eq!(of_server(&facts(granian)), Some(3));
        let read = "import os, uvicorn\nuvicorn.run('a:b', workers=int(os.getenv('N', '5')))\n";
        assert_eq!(of_server(&facts(read)), Some(5));
        // What depends on the machine, and what is no server.
        let counted = "import os, uvicorn\nuvicorn.run('a:b', workers=os.cpu_count() * 2 + 1)\n";
        assert_eq!(of_server(&facts(counted)), None);
        assert_eq!(of_server(&facts("pool.run(workers=9)\n")), None);
    }

    #[test]
    fn celery_is_configured_in_several_ways() {
        assert_eq!(
            of_celery(&facts("app.conf.worker_concurrency = 4\n")),
            Some(4)
        );
        let updated = "app.conf.update(worker_concurrency=3)\n";
        assert_eq!(of_celery(&facts(updated)), Some(3));
        let mapped = "app.conf.update({'worker_concurrency': 2})\n";
        assert_eq!(of_celery(&facts(mapped)), Some(2));
        assert_eq!(
            of_celery(&facts("CELERY_WORKER_CONCURRENCY = 6\n")),
            Some(6)
        );
        let threads = "app.conf.update(worker_concurrency=50, worker_pool='threads')\n";
        assert_eq!(of_celery(&facts(threads)), Some(1));
        assert_eq!(of_celery(&facts("app = Celery('x')\n")), None);
    }
}
