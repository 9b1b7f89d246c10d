//! What klo knows of libraries, as data: which constructor is which kind of resource, which call is
//! looked through, which object keeps handlers. Paths are canonical: see [`canonical`].

pub(crate) mod aws;
pub(crate) mod aws_tables;
pub(crate) mod clients;
pub(crate) mod conversions;
pub(crate) mod django;
mod frameworks;
pub(crate) mod rust;
pub(crate) mod rust_clients;
pub(crate) mod servers;

pub(crate) use frameworks::*;

use std::borrow::Cow;

/// How a library call is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    /// Reads the variable that the first argument names.
    EnvRead,
    /// Reads a variable of a fixed name, unless an argument names another.
    EnvNamed(&'static str),
    /// Sets one.
    EnvSet,
    /// Returns its first argument, converted.
    First,
    /// Returns what entering or advancing its first argument yields.
    FirstEntered,
    /// Returns what entering its first argument yields.
    Entered,
    /// Makes a value when it is first used, by calling its first argument.
    Lazy,
    /// Returns the attribute that the first argument names of what it is a method of, or the second.
    AttributeOfBase,
    /// Connects its first argument to a signal of the project's.
    ConnectSignal,
    /// Connects its first argument to a signal of Django's models.
    ConnectModelSignal,
    /// Sends a signal of the project's.
    SendSignal,
    /// Looks up a model in Django's registry.
    DjangoModel,
    /// Returns its second argument.
    Second,
    /// Returns any of its arguments.
    All,
    /// Returns the elements of its first argument in a container of its own.
    Elements,
    /// `getattr`.
    GetAttribute,
    /// `super`.
    Super,
    /// `functools.partial`.
    Partial,
    /// A call of what `functools.partial` returned.
    CallPartial,
    /// Calls its first argument with the others.
    CallFirst,
    /// Imports the module that its first argument names.
    ImportModule,
    /// Imports what its first argument names by the path of its module and its own name.
    ImportAttribute,
    /// Describes the modules of a package.
    ModuleInfos,
    /// `type`.
    TypeOf,
    /// Django's application, assembled from settings.
    DjangoApplication,
    /// A framework takes its settings from an object's fields.
    ConfigObject,
    /// Django's `setup`.
    DjangoSetup,
    /// Runs a management command by its name, or by a program's arguments.
    DjangoCommand,
    /// Django's `include`.
    DjangoInclude,
    /// Celery's `autodiscover_tasks`.
    Tasks,
    /// A task queue takes its settings from a module.
    TasksConfig,
}

/// The type of the object that stands for a request.
pub(crate) const REQUEST: &str = "klo.Request";
/// What a lifespan function yields for a request (Starlette 0.41, "Lifespan").
pub(crate) const REQUEST_STATE: &str = "klo.Request.state";
/// What a module reads its own name by.
pub(crate) const MODULE_NAME: &str = "builtins.__name__";
/// Where FastAPI keeps what it calls in place of dependencies.
pub(crate) const DEPENDENCY_OVERRIDES: &str = "dependency_overrides";

/// Spellings of one module or class under its shortest public name. Longest first.
const ALIASES: &[(&str, &str)] = &[
    ("aioboto3.session.Session", "boto3.Session"),
    ("aioboto3.Session", "boto3.Session"),
    ("boto3.session.Session", "boto3.Session"),
    (
        "sqlalchemy.engine.create.create_engine",
        "sqlalchemy.create_engine",
    ),
    (
        "sqlalchemy.engine.create_engine",
        "sqlalchemy.create_engine",
    ),
    (
        "sqlalchemy.ext.asyncio.engine.create_async_engine",
        "sqlalchemy.ext.asyncio.create_async_engine",
    ),
    ("sqlalchemy.engine.URL", "sqlalchemy.URL"),
    ("sqlalchemy.engine.url.URL", "sqlalchemy.URL"),
    ("sqlalchemy.engine.make_url", "sqlalchemy.make_url"),
    ("sqlalchemy.engine.url.make_url", "sqlalchemy.make_url"),
    ("sqlalchemy.orm.session.", "sqlalchemy.orm."),
    ("sqlmodel.create_engine", "sqlalchemy.create_engine"),
    ("sqlmodel.Session", "sqlalchemy.orm.Session"),
    (
        "sqlmodel.ext.asyncio.session.AsyncSession",
        "sqlalchemy.ext.asyncio.AsyncSession",
    ),
    ("asyncpg.pool.create_pool", "asyncpg.create_pool"),
    ("valkey.asyncio.", "redis.asyncio."),
    ("valkey.cluster.ValkeyCluster", "redis.cluster.RedisCluster"),
    ("valkey.", "redis."),
    ("aioredis.", "redis.asyncio."),
    ("redis.asyncio.cluster.", "redis.asyncio."),
    ("redis.asyncio.client.", "redis.asyncio."),
    ("redis.asyncio.StrictRedis", "redis.asyncio.Redis"),
    ("redis.asyncio.Valkey", "redis.asyncio.Redis"),
    ("redis.client.", "redis."),
    ("redis.RedisCluster", "redis.cluster.RedisCluster"),
    ("redis.StrictRedis", "redis.Redis"),
    ("redis.Valkey", "redis.Redis"),
    ("pydantic.env_settings.", "pydantic."),
    ("pydantic.v1.", "pydantic."),
    ("pydantic.BaseSettings", "pydantic_settings.BaseSettings"),
    (
        "pydantic_settings.main.BaseSettings",
        "pydantic_settings.BaseSettings",
    ),
    ("fastapi.applications.FastAPI", "fastapi.FastAPI"),
    ("fastapi.routing.APIRouter", "fastapi.APIRouter"),
    ("fastapi.params.Depends", "fastapi.Depends"),
    ("fastapi.param_functions.Depends", "fastapi.Depends"),
    ("starlette.applications.Starlette", "starlette.Starlette"),
    ("flask.blueprints.Blueprint", "flask.Blueprint"),
    ("flask.app.Flask", "flask.Flask"),
    ("django.conf.urls.url", "django.urls.re_path"),
    ("django.conf.urls.include", "django.urls.include"),
    ("django.urls.conf.", "django.urls."),
    ("django.dispatch.dispatcher.", "django.dispatch."),
    ("werkzeug.LocalProxy", "werkzeug.local.LocalProxy"),
    ("celery.app.base.Celery", "celery.Celery"),
    ("celery.app.shared_task", "celery.shared_task"),
    ("typing_extensions.", "typing."),
    ("psycopg.pool.", "psycopg_pool."),
    ("MySQLdb.connections.", "MySQLdb."),
];

/// The canonical spelling of a dotted path.
pub(crate) fn canonical(path: &str) -> Cow<'_, str> {
    if let Some(path) = path.strip_prefix(rust::CRATE) {
        let known = rust::canonical(path);
        let path = known.as_deref().unwrap_or(path);
        return Cow::Owned(format!("{}{path}", rust::CRATE));
    }
    let Some((from, to)) = ALIASES.iter().find(|(from, _)| {
        path.strip_prefix(from)
            .is_some_and(|rest| from.ends_with('.') || rest.is_empty() || rest.starts_with('.'))
    }) else {
        return Cow::Borrowed(path);
    };
    let longer = format!("{to}{}", &path[from.len()..]);
    // Aliases may lead to aliases: `valkey.client.Valkey` is `redis.client.Valkey` is `redis.Redis`.
    Cow::Owned(canonical(&longer).into_owned())
}

/// The type of what calling a library's function or class makes, where another path names it.
pub(crate) fn result_type(path: &str) -> &str {
    match path {
        "redis.from_url" | "redis.Redis.from_url" => "redis.Redis",
        "redis.asyncio.from_url" | "redis.asyncio.Redis.from_url" => "redis.asyncio.Redis",
        "redis.cluster.RedisCluster.from_url" => "redis.cluster.RedisCluster",
        "redis.asyncio.RedisCluster.from_url" => "redis.asyncio.RedisCluster",
        "redis.ConnectionPool.from_url" | "redis.BlockingConnectionPool.from_url" => {
            "redis.ConnectionPool"
        }
        "redis.asyncio.ConnectionPool.from_url"
        | "redis.asyncio.BlockingConnectionPool.from_url" => "redis.asyncio.ConnectionPool",
        "psycopg.Connection.connect" => "psycopg.connect",
        "psycopg.AsyncConnection.connect" => "psycopg.connect",
        "boto3.session.Session" => "boto3.Session",
        path => path,
    }
}

/// The type of what a method returns, where something further depends on it.
pub(crate) fn method_result(path: &str) -> Option<&'static str> {
    Some(match path {
        "aiobotocore.session.get_session.create_client" => "boto3.Session.client",
        _ => return None,
    })
}

/// Operators on types whose operands count: `Annotated[T, Depends(f)]`.
pub(crate) fn is_type_operator(path: &str) -> bool {
    matches!(
        path,
        "typing.Annotated"
            | "typing.Optional"
            | "typing.Union"
            | "typing.ClassVar"
            | "typing.Final"
    )
}

/// Classes whose fields are read from the environment.
pub(crate) fn is_settings_class(path: &str) -> bool {
    path == "pydantic_settings.BaseSettings"
}

/// Objects that stand for what a function returns, which they call when they are used (werkzeug 3.1
/// "Context Locals", Django 5.1 "Lazy objects", lazy-object-proxy 1.10; November 2026).
const LAZY_PROXIES: [&str; 3] = [
    "werkzeug.local.LocalProxy",
    "django.utils.functional.SimpleLazyObject",
    "lazy_object_proxy.Proxy",
];

/// Whether an object's type makes its value when that is first used.
pub(crate) fn is_lazy(ty: &str) -> bool {
    match ty.strip_prefix(rust::CRATE) {
        Some(ty) => ty == rust::LAZY,
        None => LAZY_PROXIES.contains(&ty),
    }
}

/// Base classes that only describe fields or methods: what their subclasses are made from they keep in
/// fields, and stand for none of it.
pub(crate) fn is_plain_base(path: &str) -> bool {
    matches!(
        path,
        "abc.ABC"
            | "builtins.object"
            | "pydantic.BaseModel"
            | "typing.Generic"
            | "typing.NamedTuple"
            | "typing.Protocol"
            | "typing.TypedDict"
    )
}

/// How a call of a library's function is looked through.
pub(crate) fn special_call(path: &str) -> Option<Special> {
    Some(match path {
        "os.getenv"
        | "os.environ.get"
        | "os.environ.pop"
        | "os.environ.__getitem__"
        | "decouple.config"
        | "decouple.AutoConfig.__call__"
        | "environs.env" => Special::EnvRead,
        "os.environ.setdefault" => Special::EnvSet,
        "dj_database_url.config" => Special::EnvNamed("DATABASE_URL"),
        "dj_database_url.parse" => Special::First,
        "django_cache_url.config" => Special::EnvNamed("CACHE_URL"),
        "builtins.str"
        | "builtins.int"
        | "builtins.float"
        | "builtins.bool"
        | "builtins.bytes"
        | "builtins.dict"
        | "pathlib.Path"
        | "pathlib.PurePath"
        | "pathlib.PosixPath"
        | "anyio.Path"
        | "os.path.join"
        | "os.path.abspath"
        | "os.path.expanduser"
        | "os.fspath"
        | "urllib.parse.quote"
        | "urllib.parse.quote_plus"
        | "urllib.parse.urlparse"
        | "urllib.parse.urlsplit"
        | "pydantic.SecretStr"
        | "pydantic.PostgresDsn"
        | "pydantic.MySQLDsn"
        | "pydantic.RedisDsn"
        | "pydantic.AnyUrl"
        | "sqlalchemy.make_url"
        | "starlette.datastructures.Secret"
        | "databases.DatabaseURL"
        | "asyncio.run"
        | "asyncio.wait_for"
        | "asyncio.create_task"
        | "asyncio.ensure_future"
        | "asyncio.shield"
        | "anyio.run"
        | "contextlib.closing"
        | "contextlib.aclosing"
        | "copy.copy"
        | "copy.deepcopy"
        | "functools.lru_cache"
        | "functools.cache"
        | "functools.wraps"
        | "contextlib.contextmanager"
        | "contextlib.asynccontextmanager"
        | "asgiref.sync.sync_to_async"
        | "asgiref.sync.async_to_sync"
        | "mangum.Mangum"
        | "whitenoise.WhiteNoise"
        | "werkzeug.middleware.proxy_fix.ProxyFix"
        | "asgiref.wsgi.WsgiToAsgi"
        | "dataclasses.replace"
        | "json.loads"
        | "builtins.iter" => Special::First,
        "builtins.next" | "builtins.anext" => Special::FirstEntered,
        "contextlib.ExitStack.enter_context"
        | "contextlib.AsyncExitStack.enter_async_context"
        | "contextlib.AsyncExitStack.enter_context" => Special::Entered,
        path if LAZY_PROXIES.contains(&path) => Special::Lazy,
        "flask.g.get" | "flask.g.pop" | "flask.g.setdefault" | "quart.g.get" | "quart.g.pop"
        | "quart.g.setdefault" => Special::AttributeOfBase,
        "django.apps.apps.get_model" => Special::DjangoModel,
        "django.dispatch.Signal.connect" => Special::ConnectSignal,
        "django.dispatch.Signal.send"
        | "django.dispatch.Signal.send_robust"
        | "django.dispatch.Signal.asend"
        | "django.dispatch.Signal.asend_robust" => Special::SendSignal,
        path if path
            .strip_suffix(".connect")
            .is_some_and(django::is_model_signal) =>
        {
            Special::ConnectModelSignal
        }
        "typing.cast" => Special::Second,
        "asyncio.gather" | "asyncio.wait" | "itertools.chain" => Special::All,
        "builtins.list" | "builtins.tuple" | "builtins.set" | "builtins.sorted"
        | "builtins.reversed" | "builtins.frozenset" => Special::Elements,
        "builtins.getattr" => Special::GetAttribute,
        "builtins.super" => Special::Super,
        "functools.partial" => Special::Partial,
        "asyncio.to_thread"
        | "starlette.concurrency.run_in_threadpool"
        | "fastapi.concurrency.run_in_threadpool"
        | "anyio.to_thread.run_sync" => Special::CallFirst,
        "importlib.import_module" | "builtins.__import__" => Special::ImportModule,
        "django.utils.module_loading.import_string"
        | "kombu.utils.imports.symbol_by_name"
        | "pydoc.locate"
        | "uvicorn.importer.import_from_string"
        | "werkzeug.utils.import_string" => Special::ImportAttribute,
        "pkgutil.iter_modules" | "pkgutil.walk_packages" => Special::ModuleInfos,
        "builtins.type" => Special::TypeOf,
        "django.core.wsgi.get_wsgi_application" | "django.core.asgi.get_asgi_application" => {
            Special::DjangoApplication
        }
        "flask.Flask.config.from_object" | "quart.Quart.config.from_object" => {
            Special::ConfigObject
        }
        "django.setup" => Special::DjangoSetup,
        "django.core.management.call_command"
        | "django.core.management.execute_from_command_line" => Special::DjangoCommand,
        "django.urls.include" => Special::DjangoInclude,
        "celery.Celery.autodiscover_tasks" => Special::Tasks,
        "celery.Celery.config_from_object" => Special::TasksConfig,
        path if path.ends_with("Middleware") && path.starts_with("starlette.middleware.") => {
            Special::First
        }
        path => {
            let method = [
                "environ.Env.",
                "environ.FileAwareEnv.",
                "environs.Env.",
                "environs.env.",
            ]
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix))?;
            if matches!(method, "read_env" | "read_envfile" | "seal" | "prefixed") {
                return None;
            }
            Special::EnvRead
        }
    })
}

/// How a call of an object that a library made is looked through.
pub(crate) fn special_call_of_object(ty: &str) -> Option<Special> {
    Some(match ty {
        "environ.Env"
        | "environ.FileAwareEnv"
        | "environs.Env"
        | "starlette.config.Config"
        | "decouple.Config"
        | "decouple.AutoConfig" => Special::EnvRead,
        "functools.partial" => Special::CallPartial,
        _ => return None,
    })
}

/// Methods that prepare a client, describe a schema or end a connection: calling one reaches
/// nothing.
const NO_USE: &[&str] = &[
    "init_app",
    "configure",
    "bind",
    "dispose",
    "close",
    "aclose",
    "disconnect",
    "wait_closed",
    "relationship",
    "backref",
    "mapped_column",
    "column_property",
    "declarative_base",
    "register",
    "register_script",
    "sessionmaker",
    "options",
    "url_map",
    "instrument",
    "add_middleware",
    "conf",
    "update",
    "config_from_object",
    "set_default",
    "with_loader_criteria",
    "listens_for",
    "expire_on_commit",
    "autodiscover_tasks",
    "task",
    "shared_task",
    "on_after_configure",
    "as_declarative",
    "get_bind",
    "hybrid_property",
    "synonym",
    "composite",
    "deferred",
];

/// Whether calling a method of this name on a client reaches the resource. Names of types
/// (`db.Column`) do not.
pub(crate) fn is_use(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_uppercase()) && !NO_USE.contains(&name) && !name.is_empty()
}

/// Functions to which a client is handed to make another object, and methods that really use what
/// is handed to them.
const FACTORIES: &[&str] = &[
    "sessionmaker",
    "async_sessionmaker",
    "scoped_session",
    "async_scoped_session",
    "create_engine",
    "create_async_engine",
    "from_url",
    "from_pool",
    "Depends",
    "partial",
    "declarative_base",
    "automap_base",
    "listen",
    "listens_for",
    "isinstance",
    "type",
    "id",
    "print",
    "hasattr",
    "setattr",
    "bool",
    "repr",
    "len",
    "create_pool",
    "getattr",
    "client",
    "resource",
    "connect",
    "create_client",
];

/// Whether handing a client to this callee reaches the resource: a function does
/// (`pandas.read_sql`), a constructor or registrar does not.
pub(crate) fn passing_is_use(path: &str, name: &str) -> bool {
    if name.starts_with(|c: char| c.is_uppercase()) || name.is_empty() || FACTORIES.contains(&name)
    {
        return false;
    }
    if path.contains("()") || path.matches('.').count() > 1 {
        return matches!(
            name,
            "create_all"
                | "drop_all"
                | "reflect"
                | "to_sql"
                | "run_sync"
                | "execute"
                | "fetch"
                | "read_sql"
                | "read_sql_query"
                | "read_sql_table"
                | "inspect"
        );
    }
    true
}

/// Methods of paths that touch the file system.
pub(crate) fn is_path_operation(name: &str) -> bool {
    path_access(name).is_some()
}

/// Whether a path's method reads (`false`) or may also write (`true`); `None` when it does neither.
pub(crate) fn path_access(name: &str) -> Option<bool> {
    Some(match name {
        "read_text" | "read_bytes" | "iterdir" | "glob" | "rglob" | "exists" | "is_file"
        | "is_dir" | "stat" | "walk" | "listdir" | "scandir" | "getsize" | "isfile" | "isdir" => {
            false
        }
        "open" | "write_text" | "write_bytes" | "mkdir" | "unlink" | "rename" | "replace"
        | "rmdir" | "touch" | "symlink_to" | "makedirs" | "remove" | "rmtree" => true,
        _ => return None,
    })
}
