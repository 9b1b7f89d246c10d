//! Under which name something is known, and what builders make.

/// Spellings of one type or function under the name that the tables know. A trailing dot stands for
/// everything below.
const ALIASES: &[(&str, &str)] = &[
    ("std.env.var_os", "std.env.var"),
    ("dotenvy.var", "std.env.var"),
    ("dotenv.var", "std.env.var"),
    ("tokio.sync.OnceCell", "std.sync.OnceLock"),
    ("once_cell.sync.OnceCell", "std.sync.OnceLock"),
    ("std.cell.OnceCell", "std.sync.OnceLock"),
    ("once_cell.sync.Lazy", "std.sync.LazyLock"),
    ("once_cell.unsync.Lazy", "std.sync.LazyLock"),
    ("async_once_cell.OnceCell", "std.sync.OnceLock"),
    ("sqlx.postgres.PgPool", "sqlx.PgPool"),
    ("sqlx.mysql.MySqlPool", "sqlx.MySqlPool"),
    ("sqlx.pool.PoolOptions", "sqlx.PoolOptions"),
    ("sqlx.pool.Pool", "sqlx.Pool"),
    ("sqlx.postgres.PgPoolOptions", "sqlx.PgPoolOptions"),
    ("sqlx.mysql.MySqlPoolOptions", "sqlx.MySqlPoolOptions"),
    ("sqlx.postgres.PgConnection", "sqlx.PgConnection"),
    ("sqlx.mysql.MySqlConnection", "sqlx.MySqlConnection"),
    ("diesel.prelude.PgConnection", "diesel.PgConnection"),
    ("diesel.pg.PgConnection", "diesel.PgConnection"),
    ("diesel.prelude.MysqlConnection", "diesel.MysqlConnection"),
    ("diesel.mysql.MysqlConnection", "diesel.MysqlConnection"),
    ("diesel_async.pooled_connection.", "diesel_async."),
    ("diesel.prelude.", "diesel."),
    ("deadpool_postgres.tokio_postgres.", "tokio_postgres."),
    ("deadpool_redis.redis.", "redis."),
    ("bb8_redis.redis.", "redis."),
    ("r2d2_redis.redis.", "redis."),
    ("sea_orm.entity.prelude.", "sea_orm."),
    ("sea_orm.prelude.", "sea_orm."),
    ("redis.aio.ConnectionManager", "redis.ConnectionManager"),
    ("redis.cluster.ClusterClient", "redis.ClusterClient"),
    ("fred.prelude.", "fred."),
    ("fred.clients.", "fred."),
    ("fred.types.config.", "fred."),
    ("fred.types.", "fred."),
    ("actix_web.web.", "actix_web."),
    ("axum.extract.", "axum."),
    ("warp.filters.", "warp."),
    ("axum.routing.Router", "axum.Router"),
    ("tonic.transport.server.Server", "tonic.transport.Server"),
    ("lambda_http.lambda_runtime.", "lambda_runtime."),
    ("config.builder.", "config."),
    ("figment.providers.", "figment."),
];

/// The spelling of a crate's path that the tables know; `path` is without [`super::CRATE`].
pub(crate) fn canonical(path: &str) -> Option<String> {
    let (from, to) = ALIASES.iter().find(|(from, _)| {
        path.strip_prefix(from)
            .is_some_and(|rest| from.ends_with('.') || rest.is_empty() || rest.starts_with('.'))
    })?;
    let longer = format!("{to}{}", &path[from.len()..]);
    Some(canonical(&longer).unwrap_or(longer))
}

/// Objects whose methods set something and return the object.
const BUILDERS: &[&str] = &[
    "sqlx.PgPoolOptions",
    "sqlx.MySqlPoolOptions",
    "sqlx.PoolOptions",
    "sqlx.postgres.PgConnectOptions",
    "sqlx.mysql.MySqlConnectOptions",
    "diesel.r2d2.Pool.builder",
    "r2d2.Pool.builder",
    "bb8.Pool.builder",
    "bb8.Builder",
    "deadpool.managed.Pool.builder",
    "deadpool_diesel.postgres.Pool.builder",
    "deadpool_postgres.Config",
    "deadpool_postgres.Pool.builder",
    "deadpool_redis.Config",
    "diesel_async.deadpool.Pool.builder",
    "diesel_async.bb8.Pool.builder",
    "tokio_postgres.Config",
    "postgres.Config",
    "sea_orm.ConnectOptions",
    "fred.Builder",
    "fred.Config",
    "actix_session.storage.RedisSessionStore.builder",
    "config.Config.builder",
    "config.Environment",
    "figment.Figment",
    "figment.Env",
    "envy.prefixed",
    "axum.Router",
    "actix_web.App",
    "actix_web.scope",
    "actix_web.resource",
    "rocket.build",
    "rocket.Rocket",
    "tonic.transport.Server",
    "tower.ServiceBuilder",
    "aws_config.from_env",
    "aws_config.defaults",
    "aws_config.ConfigLoader",
    "poem.Route",
];

/// Whether methods of a type return its own object; the type is without [`super::CRATE`].
pub(crate) fn is_builder(ty: &str) -> bool {
    BUILDERS.contains(&ty)
}

/// What a builder's last method makes, where that is known by a name of its own.
const MADE: &[(&str, &str, &str)] = &[
    (
        "sqlx.PgPoolOptions",
        "connect connect_lazy connect_with connect_lazy_with",
        "sqlx.PgPool",
    ),
    (
        "sqlx.MySqlPoolOptions",
        "connect connect_lazy connect_with connect_lazy_with",
        "sqlx.MySqlPool",
    ),
    (
        "sqlx.PoolOptions",
        "connect connect_lazy connect_with connect_lazy_with",
        "sqlx.Pool",
    ),
    (
        "sqlx.postgres.PgConnectOptions",
        "connect",
        "sqlx.PgConnection",
    ),
    (
        "diesel.r2d2.Pool.builder",
        "build build_unchecked",
        "diesel.r2d2.Pool",
    ),
    ("r2d2.Pool.builder", "build build_unchecked", "r2d2.Pool"),
    ("bb8.Pool.builder", "build build_unchecked", "bb8.Pool"),
    ("bb8.Builder", "build build_unchecked", "bb8.Pool"),
    (
        "deadpool_diesel.postgres.Pool.builder",
        "build",
        "deadpool_diesel.postgres.Pool",
    ),
    (
        "diesel_async.deadpool.Pool.builder",
        "build",
        "diesel_async.deadpool.Pool",
    ),
    (
        "diesel_async.bb8.Pool.builder",
        "build",
        "diesel_async.bb8.Pool",
    ),
    (
        "deadpool_postgres.Config",
        "create_pool",
        "deadpool_postgres.Pool",
    ),
    (
        "deadpool_postgres.Pool.builder",
        "build",
        "deadpool_postgres.Pool",
    ),
    (
        "deadpool_redis.Config",
        "create_pool",
        "deadpool_redis.Pool",
    ),
    ("tokio_postgres.Config", "connect", "tokio_postgres.Client"),
    ("fred.Builder", "build build_pool", "fred.Client"),
    (
        "actix_session.storage.RedisSessionStore.builder",
        "build",
        "actix_session.storage.RedisSessionStore",
    ),
    (
        "redis.Client",
        "get_connection_manager get_tokio_connection_manager",
        "redis.ConnectionManager",
    ),
    (
        "redis.Client",
        "get_multiplexed_async_connection get_multiplexed_tokio_connection get_async_connection \
      get_connection get_multiplexed_async_std_connection",
        "redis.Connection",
    ),
    (
        "redis.ClusterClient",
        "get_async_connection get_connection",
        "redis.Connection",
    ),
];

/// The type of what a method of a type makes; types are without [`super::CRATE`].
pub(crate) fn made_by(ty: &str, method: &str) -> Option<&'static str> {
    MADE.iter()
        .find(|(builder, methods, _)| {
            *builder == ty && methods.split_whitespace().any(|m| m == method)
        })
        .map(|(_, _, made)| *made)
}

/// Functions whose result is known by another name than their own.
pub(crate) fn result_of(path: &str) -> Option<&'static str> {
    Some(match path {
        "tokio_postgres.connect" => "tokio_postgres.Client",
        "sea_orm.Database.connect" => "sea_orm.DatabaseConnection",
        "redis.Client.open" => "redis.Client",
        "redis.ClusterClient.new" => "redis.ClusterClient",
        "redis.ConnectionManager.new" => "redis.ConnectionManager",
        "diesel.PgConnection.establish" => "diesel.PgConnection",
        "diesel.MysqlConnection.establish" => "diesel.MysqlConnection",
        "diesel_async.AsyncPgConnection.establish" => "diesel_async.AsyncPgConnection",
        "actix_session.storage.RedisSessionStore.new" => "actix_session.storage.RedisSessionStore",
        "rocket.build" | "rocket.custom" => "rocket.Rocket",
        "tonic.transport.Server.builder" => "tonic.transport.Server",
        "fred.Config.from_url" => "fred.Config",
        "fred.Builder.from_config" | "fred.Builder.default_centralized" => "fred.Builder",
        "actix_web.App.new" => "actix_web.App",
        _ => return None,
    })
}
