//! Web frameworks, task queues and command groups: who keeps handlers, how routes are stated.

use super::rust;

/// Celery's tasks that belong to whichever application runs.
pub(crate) const SHARED_TASKS: &str = "klo.SharedTasks";
/// What Django calls when models are saved or deleted.
pub(crate) const MODEL_SIGNALS: &str = "klo.ModelSignals";
/// The type of what Django's `include` returns.
pub(crate) const DJANGO_INCLUDE: &str = "django.urls.include";

/// Settings that Flask (3.1, "Configuration Handling") and the extensions which sign with them
/// (Flask-JWT-Extended 4.7, Flask-WTF 1.2, Flask-Security 5.6) read from an application's
/// configuration by themselves (November 2026).
pub(crate) const READ_BY_FLASK: [&str; 7] = [
    "JWT_SECRET_KEY",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SECURITY_PASSWORD_SALT",
    "SERVER_NAME",
    "SESSION_COOKIE_DOMAIN",
    "WTF_CSRF_SECRET_KEY",
];

/// Where a route's parts stand in the call that states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RouteCall {
    /// The method without a `methods` argument.
    pub(crate) method: &'static str,
    /// The position of the path.
    pub(crate) path_argument: usize,
    /// Whether the first argument is the method.
    pub(crate) method_first: bool,
}

const fn at(method: &'static str, path_argument: usize) -> RouteCall {
    RouteCall {
        method,
        path_argument,
        method_first: false,
    }
}

impl RouteCall {
    /// `@app.get("/orders")`.
    pub(crate) fn of_decorator(name: &str) -> Option<Self> {
        Some(match name {
            "get" => at("GET", 0),
            "post" => at("POST", 0),
            "put" => at("PUT", 0),
            "patch" => at("PATCH", 0),
            "delete" => at("DELETE", 0),
            "head" => at("HEAD", 0),
            "options" => at("OPTIONS", 0),
            "trace" => at("TRACE", 0),
            "route" | "api_route" => at("GET", 0),
            "websocket" | "websocket_route" => at("WEBSOCKET", 0),
            "view" => at("ANY", 0),
            _ => return None,
        })
    }

    /// `app.add_api_route("/orders", list_orders)`, `Route("/orders", list_orders)`.
    pub(crate) fn of_call(name: &str) -> Option<Self> {
        Some(match name {
            "add_api_route" | "add_url_rule" | "Route" => at("GET", 0),
            "add_api_websocket_route" | "add_websocket_route" | "WebSocketRoute" => {
                at("WEBSOCKET", 0)
            }
            "path" | "re_path" | "add_view" => at("ANY", 0),
            "add_resource" => at("ANY", 1),
            "add_route" => at("GET", 0),
            "add_get" => at("GET", 0),
            "add_post" => at("POST", 0),
            "add_put" => at("PUT", 0),
            "add_patch" => at("PATCH", 0),
            "add_delete" => at("DELETE", 0),
            "add_head" => at("HEAD", 0),
            name => return Self::of_decorator(name),
        })
    }
}

/// Web applications, with the protocol that they speak (`true` for ASGI) and their framework.
const APPLICATIONS: &[(&str, bool, &str)] = &[
    ("fastapi.FastAPI", true, "fastapi"),
    ("starlette.Starlette", true, "starlette"),
    ("quart.Quart", true, "quart"),
    ("sanic.Sanic", true, "sanic"),
    ("litestar.Litestar", true, "litestar"),
    ("django.core.asgi.get_asgi_application", true, "django"),
    ("flask.Flask", false, "flask"),
    ("bottle.Bottle", false, "bottle"),
    ("falcon.App", false, "falcon"),
    ("django.core.wsgi.get_wsgi_application", false, "django"),
    ("aiohttp.web.Application", true, "aiohttp"),
];

/// The framework of a web application's type, and whether it speaks ASGI.
pub(crate) fn web_application(path: &str) -> Option<(bool, &'static str)> {
    APPLICATIONS
        .iter()
        .find(|(known, _, _)| *known == path)
        .map(|(_, asgi, name)| (*asgi, *name))
}

pub(crate) fn is_web_application(path: &str) -> bool {
    web_application(path).is_some()
}

/// Methods of an application that make it the current one without serving it.
pub(crate) fn enters_context(name: &str) -> bool {
    matches!(
        name,
        "app_context" | "test_request_context" | "request_context"
    )
}

/// What stands for the application that is answering a request.
pub(crate) fn is_current_application(path: &str) -> bool {
    matches!(path, "flask.current_app" | "quart.current_app")
}

/// Objects that keep handlers until they themselves run.
pub(crate) fn is_registrar(path: &str) -> bool {
    if let Some(ty) = path.strip_prefix(rust::CRATE) {
        return rust::framework(ty).is_some() || rust::is_group(ty);
    }
    is_web_application(path)
        || is_task_queue(path)
        || is_event_router(path)
        || matches!(
            path,
            "fastapi.APIRouter"
                | "starlette.routing.Router"
                | "starlette.routing.Route"
                | "starlette.routing.Mount"
                | "starlette.routing.Host"
                | "starlette.routing.WebSocketRoute"
                | "flask.Blueprint"
                | "quart.Blueprint"
                | "aiohttp.web.RouteTableDef"
                | "django.urls.path"
                | "django.urls.re_path"
                | "django.urls.include"
                | "rest_framework.routers.DefaultRouter"
                | "rest_framework.routers.SimpleRouter"
                | "typer.Typer"
                | "flask_restful.Api"
                | "flask_restx.Api"
                | "flask_restx.Namespace"
                | "ninja.NinjaAPI"
                | "ninja.Router"
                | "sanic.Blueprint"
                | "click.Group"
                | "starlette.middleware.Middleware"
        )
        || path.strip_prefix("aiohttp.web.").is_some_and(|name| {
            matches!(
                name,
                "get" | "post" | "put" | "patch" | "delete" | "head" | "view" | "route"
            )
        })
}

/// Routers of Powertools for AWS Lambda, by event source; their routes are no framework's that serves.
fn is_event_router(path: &str) -> bool {
    path.strip_prefix("aws_lambda_powertools.event_handler.")
        .is_some_and(|rest| rest.ends_with("Resolver") || rest.ends_with("Router"))
}

/// Objects that belong to the application they are given, and not the other way round.
pub(crate) fn is_extension(path: &str) -> bool {
    matches!(path, "flask_restful.Api" | "flask_restx.Api")
}

pub(crate) fn is_task_queue(path: &str) -> bool {
    matches!(path, "celery.Celery")
}

/// Members of an application that keep handlers of their own: commands are not requests.
pub(crate) fn is_separate_registrar(member: &str) -> bool {
    member == "cli"
}

pub(crate) fn is_shared_task(path: &str) -> bool {
    matches!(path, "celery.shared_task" | "celery.shared_task()")
}

/// Decorators that hook a function into a library at import.
pub(crate) fn is_signal_decorator(path: &str) -> bool {
    matches!(
        path.trim_end_matches("()"),
        "django.dispatch.receiver"
            | "sqlalchemy.event.listens_for"
            | "sqlalchemy.listens_for"
            | "atexit.register"
    )
}

/// Decorators of Celery's signals: a worker calls what they stand above.
pub(crate) fn is_worker_signal(path: &str) -> bool {
    path.strip_prefix("celery.signals.")
        .is_some_and(|rest| rest.trim_end_matches("()").ends_with(".connect"))
}

/// Methods of objects other than registrars that hook the decorated function into them.
pub(crate) fn is_hook(name: &str) -> bool {
    matches!(
        name,
        "on" | "event"
            | "command"
            | "job"
            | "scheduled_job"
            | "actor"
            | "subscriber"
            | "consumer"
            | "handler"
            | "on_message"
            | "periodic_task"
            | "cron"
            | "listen"
            | "subscribe"
    )
}

/// Dependency markers: the framework calls their argument and passes what it returns.
pub(crate) fn is_dependency(path: &str) -> bool {
    matches!(path, "fastapi.Depends" | "fastapi.Security")
}

pub(crate) fn is_request(path: &str) -> bool {
    matches!(
        path.rsplit('.').next().unwrap_or(path),
        "Request" | "HTTPConnection" | "WebSocket" | "HttpRequest"
    )
}

/// Methods that run what a registrar keeps.
pub(crate) fn runs_registrar(name: &str) -> bool {
    matches!(
        name,
        "run" | "start" | "serve" | "worker_main" | "main" | "resolve"
    )
}

/// Functions that run the application they are given.
pub(crate) fn runs_application(path: &str) -> bool {
    matches!(
        path,
        "uvicorn.run"
            | "uvicorn.Config"
            | "aiohttp.web.run_app"
            | "hypercorn.asyncio.serve"
            | "waitress.serve"
            | "wsgiref.simple_server.make_server"
    )
}

/// Methods whose prefix argument stands in place of the included object's own.
pub(crate) fn prefix_replaces(name: &str) -> bool {
    matches!(name, "register_blueprint" | "blueprint")
}

/// Calls whose first argument is a prefix for what they include.
pub(crate) fn first_argument_is_prefix(name: &str) -> bool {
    matches!(
        name,
        "mount" | "Mount" | "add_subapp" | "path" | "re_path" | "nest" | "nest_service"
    )
}

/// Django's object-relational mapper: calls below these paths reach the default database.
pub(crate) fn is_django_database(path: &str) -> bool {
    let orm = [
        "django.db.models.Model.",
        "django.db.models.Manager.",
        "django.db.models.QuerySet.",
    ];
    let modules = [
        "django.db.connection",
        "django.db.transaction.",
        "django.contrib.auth.",
        "django.shortcuts.get_object_or_404",
        "django.shortcuts.get_list_or_404",
        "django.db.models.manager.",
    ];
    // Fields and constraints describe a schema.
    let described = path
        .rsplit('.')
        .next()
        .is_some_and(|name| name.starts_with(char::is_uppercase));
    !described
        && (orm
            .iter()
            .chain(&modules)
            .any(|prefix| path.starts_with(prefix)))
}

pub(crate) fn is_django_cache(path: &str) -> bool {
    path.starts_with("django.core.cache.cache.") || path.starts_with("django.core.cache.caches.")
}

/// Views that query the model which their class names.
pub(crate) fn is_generic_view(path: &str) -> bool {
    path.starts_with("rest_framework.") || path.starts_with("django.views.generic")
}
