//! How a Django project says which settings hold, and what its management commands do (Django 5.2
//! documentation, "django-admin and manage.py" and "Writing custom django-admin commands",
//! November 2026).

use klo_intent::LiteralKind;
use klo_source::parent;

use crate::facts::{BindTarget, ExprId, ExprKind, FileFacts, Step};

/// The variable that names the settings module.
pub(crate) const SETTINGS_VARIABLE: &str = "DJANGO_SETTINGS_MODULE";

/// The object through which code reads settings.
pub(crate) const SETTINGS_OBJECT: &str = "django.conf.settings";

/// What a signal of a project's own is made by.
pub(crate) const SIGNAL: &str = "django.dispatch.Signal";

/// Whether a signal is sent when a model is saved or deleted (Django 5.2 documentation, "Signals").
pub(crate) fn is_model_signal(path: &str) -> bool {
    path.strip_prefix("django.db.models.signals.")
        .is_some_and(|name| {
            matches!(
                name,
                "pre_save" | "post_save" | "pre_delete" | "post_delete" | "m2m_changed"
            )
        })
}

/// Whether a call of a library may save or delete a model, so that signals of models are sent. Forms and
/// serializers save what they stand for.
pub(crate) fn may_save(path: &str) -> bool {
    let (of, name) = path.rsplit_once('.').unwrap_or(("", path));
    match name {
        "save" | "delete" | "create" | "get_or_create" | "update_or_create" | "asave"
        | "adelete" | "acreate" | "aget_or_create" | "aupdate_or_create" => true,
        // Of a relation of many to many.
        "add" | "set" | "remove" | "clear" | "aadd" | "aset" | "aremove" | "aclear" => {
            of.starts_with("django.")
        }
        _ => false,
    }
}

/// The program that runs commands.
pub(crate) const MANAGE: &str = "manage.py";

/// Files in which projects name their settings. Those that servers start come first: a `manage.py`
/// often names the settings for development.
pub(crate) const NAMING_SETTINGS: [&str; 3] = ["wsgi.py", "asgi.py", MANAGE];

/// Settings that Django itself reads and that hold what differs between deployments (Django 5.2
/// documentation, "Settings"). No code of a project shows that reading.
pub(crate) const READ_BY_DJANGO: [&str; 14] = [
    "ADMINS",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "MEDIA_URL",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SERVER_EMAIL",
    "SESSION_COOKIE_DOMAIN",
    "STATIC_URL",
];

/// Where commands lie below an installed app's package.
const COMMANDS: &str = "management/commands";

/// The class that Django makes of a command's module.
pub(crate) const COMMAND_CLASS: &str = "Command";

/// Commands of Django itself that work on the default database.
const ON_DATABASE: [&str; 16] = [
    "changepassword",
    "clearsessions",
    "createcachetable",
    "createsuperuser",
    "dumpdata",
    "flush",
    "inspectdb",
    "loaddata",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "remove_stale_contenttypes",
    "showmigrations",
    "sqlflush",
    "sqlmigrate",
    "sqlsequencereset",
];

/// Whether a command of Django's own reaches the default database.
pub(crate) fn is_on_database(command: &str) -> bool {
    ON_DATABASE.contains(&command)
}

/// Whether a command reads the apps' migrations, which no code imports.
pub(crate) fn reads_migrations(command: &str) -> bool {
    command.contains("migrat")
}

/// The name of the command that a file defines: `shop/management/commands/purge.py`.
pub(crate) fn command_of(path: &str) -> Option<&str> {
    let folder = parent(path);
    let inside = folder == COMMANDS || folder.ends_with(&format!("/{COMMANDS}"));
    let name = path.rsplit('/').next()?.strip_suffix(".py")?;
    (inside && !name.starts_with('_')).then_some(name)
}

/// Whether a file is one of an app's migrations.
pub(crate) fn is_migration(path: &str) -> bool {
    path.ends_with(".py") && (parent(path) == "migrations" || parent(path).ends_with("/migrations"))
}

/// Whether a file may start Django without naming settings: it is a command, or says `import django`.
pub(crate) fn starts_django(path: &str, facts: &FileFacts) -> bool {
    command_of(path).is_some() || imports(facts, &["django"])
}

/// The settings modules that annotations of a file name: `env = { DJANGO_SETTINGS_MODULE = "…" }`.
pub(crate) fn settings_stated(facts: &FileFacts) -> impl Iterator<Item = &str> {
    let arguments = facts
        .annotations
        .iter()
        .flat_map(|attached| &attached.annotation.arguments);
    arguments.filter_map(|(_, _, value)| match &value.kind {
        LiteralKind::Map(entries) => entries
            .iter()
            .find_map(|(key, _, value)| match &value.kind {
                LiteralKind::Str(text) if key == SETTINGS_VARIABLE => Some(text.as_str()),
                _ => None,
            }),
        _ => None,
    })
}

/// Whether a file calls commands by their names.
pub(crate) fn calls_commands(facts: &FileFacts) -> bool {
    imports(facts, &["django", "core", "management"])
}

fn imports(facts: &FileFacts, module: &[&str]) -> bool {
    let mut steps = facts.scopes.iter().flat_map(|scope| &scope.steps);
    steps.any(
        |step| matches!(step, Step::Import(import) if import.level == 0 && import.module == module),
    )
}

/// The files among `paths` in which the project around `path` names its settings, best first: the
/// project is the nearest folder upwards with a `manage.py`, else everything.
pub(crate) fn naming_files<'a>(
    path: &str,
    paths: impl Iterator<Item = &'a str> + Clone,
) -> Vec<&'a str> {
    let name_of = |path: &'a str| path.rsplit('/').next().unwrap_or(path);
    let project = paths
        .clone()
        .filter(|found| name_of(found) == MANAGE)
        .map(parent)
        .filter(|folder| is_inside(path, folder))
        .max_by_key(|folder| folder.len())
        .unwrap_or_default();
    let mut found: Vec<(usize, usize, &str)> = paths
        .filter(|found| is_inside(found, project))
        .filter_map(|found| {
            let rank = NAMING_SETTINGS
                .iter()
                .position(|name| *name == name_of(found))?;
            Some((rank, found.matches('/').count(), found))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, _, path)| path).collect()
}

fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// The settings module that a file names: `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "…")`, or
/// an assignment to `os.environ`, with the default of a variable that it may be read from.
pub(crate) fn settings_named(facts: &FileFacts) -> Option<String> {
    let is_variable = |expr: ExprId| matches!(&facts.expr(expr).kind, ExprKind::Text(text) if text == SETTINGS_VARIABLE);
    let by_call = facts.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Call { arguments, .. } => match arguments.as_slice() {
            [name, value] if is_variable(name.value()) => text_of(facts, value.value(), 0),
            _ => None,
        },
        _ => None,
    });
    let assigned = || {
        let mut steps = facts.scopes.iter().flat_map(|scope| &scope.steps);
        steps.find_map(|step| match step {
            Step::Bind {
                target: BindTarget::Index(_, index),
                value: Some(value),
                ..
            } if is_variable(*index) => text_of(facts, *value, 0),
            _ => None,
        })
    };
    by_call.or_else(assigned)
}

/// The last text in an expression.
fn text_of(facts: &FileFacts, expr: ExprId, depth: u32) -> Option<String> {
    let kind = &facts.expr(expr).kind;
    if let ExprKind::Text(text) = kind {
        return Some(text.clone());
    }
    let mut found = None;
    if depth < 8 {
        kind.for_each_part(|part| found = text_of(facts, part, depth + 1).or(found.take()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_known_by_where_they_lie() {
        assert_eq!(
            command_of("shop/management/commands/purge.py"),
            Some("purge")
        );
        assert_eq!(command_of("shop/management/commands/_base.py"), None);
        assert_eq!(command_of("shop/mymanagement/commands/purge.py"), None);
        assert_eq!(command_of("shop/management/commands/deep/purge.py"), None);
    }

    #[test]
    fn settings_of_a_server_come_before_those_of_manage() {
        let paths = [
            "a/manage.py",
            "a/shop/asgi.py",
            "a/shop/wsgi.py",
            "b/manage.py",
        ];
        let found = naming_files("a/orders/management/commands/x.py", paths.into_iter());
        assert_eq!(found, ["a/shop/wsgi.py", "a/shop/asgi.py", "a/manage.py"]);
        let found = naming_files("c/x.py", paths.into_iter());
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn settings_are_read_where_they_are_set() {
        let named = |text: &str| settings_named(&crate::python::facts(text));
        let call = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n";
        assert_eq!(named(call).as_deref(), Some("shop.settings"));
        let assigned = "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\n";
        assert_eq!(named(assigned).as_deref(), Some("shop.settings"));
        let read = "import os\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', os.getenv('X', 'a.b'))\n";
        assert_eq!(named(read).as_deref(), Some("a.b"));
        assert_eq!(named("x = 'DJANGO_SETTINGS_MODULE'\n"), None);
    }
}
