//! Clients of databases and caches in Rust: defaults are those of each crate's documentation
//! (November 2026): sqlx 0.8, diesel 2.2, r2d2 0.8, bb8 0.9, deadpool 0.12, sea-orm 1.1, redis 0.29.

use klo_intent::Engine;

use super::clients::{Client, Driver, MYSQL, POSTGRES, Pool, cache, sql};

const fn pool(size: &'static str, default: u32) -> Pool {
    Pool {
        size: (size, default),
        overflow: ("", 0),
    }
}

/// One connection, without a pool.
const SINGLE: Pool = pool("", 1);
const SQLX: Pool = pool("max_connections", 10);
const R2D2: Pool = pool("max_size", 10);
/// deadpool keeps two for each processor; a task has four at most where nobody asked for more.
const DEADPOOL: Pool = pool("max_size", 8);

/// Every client.
pub(super) const CLIENTS: &[Client] = &[
    sql("rust:sqlx.PgPool", POSTGRES, Driver::Sqlx, "sqlx", SQLX),
    sql("rust:sqlx.MySqlPool", MYSQL, Driver::Sqlx, "sqlx", SQLX),
    sql("rust:sqlx.Pool", None, Driver::Sqlx, "sqlx", SQLX),
    sql("rust:sqlx.AnyPool", None, Driver::Sqlx, "sqlx", SQLX),
    sql(
        "rust:sqlx.PgConnection",
        POSTGRES,
        Driver::Sqlx,
        "sqlx",
        SINGLE,
    ),
    sql(
        "rust:sqlx.MySqlConnection",
        MYSQL,
        Driver::Sqlx,
        "sqlx",
        SINGLE,
    ),
    sql(
        "rust:diesel.PgConnection",
        POSTGRES,
        Driver::Libpq,
        "diesel",
        SINGLE,
    ),
    sql(
        "rust:diesel.MysqlConnection",
        MYSQL,
        Driver::Libmysql,
        "diesel",
        SINGLE,
    ),
    sql("rust:diesel.r2d2.Pool", None, Driver::Libpq, "r2d2", R2D2),
    sql("rust:r2d2.Pool", None, Driver::Libpq, "r2d2", R2D2),
    sql(
        "rust:diesel_async.AsyncPgConnection",
        POSTGRES,
        Driver::TokioPostgres,
        "diesel_async",
        SINGLE,
    ),
    sql(
        "rust:diesel_async.AsyncMysqlConnection",
        MYSQL,
        Driver::Sqlx,
        "diesel_async",
        SINGLE,
    ),
    sql(
        "rust:diesel_async.deadpool.Pool",
        None,
        Driver::TokioPostgres,
        "deadpool",
        DEADPOOL,
    ),
    sql(
        "rust:diesel_async.bb8.Pool",
        None,
        Driver::TokioPostgres,
        "bb8",
        R2D2,
    ),
    sql(
        "rust:deadpool_diesel.postgres.Pool",
        POSTGRES,
        Driver::Libpq,
        "deadpool",
        DEADPOOL,
    ),
    sql(
        "rust:deadpool_postgres.Pool",
        POSTGRES,
        Driver::TokioPostgres,
        "deadpool",
        DEADPOOL,
    ),
    sql("rust:bb8.Pool", None, Driver::TokioPostgres, "bb8", R2D2),
    sql(
        "rust:tokio_postgres.Client",
        POSTGRES,
        Driver::TokioPostgres,
        "tokio_postgres",
        SINGLE,
    ),
    sql(
        "rust:postgres.Client",
        POSTGRES,
        Driver::TokioPostgres,
        "postgres",
        SINGLE,
    ),
    sql(
        "rust:sea_orm.DatabaseConnection",
        None,
        Driver::Sqlx,
        "sea_orm",
        SQLX,
    ),
    cache("rust:redis.Client", "redis", SINGLE),
    cache("rust:redis.ClusterClient", "redis", SINGLE),
    cache("rust:redis.ConnectionManager", "redis", SINGLE),
    cache("rust:redis.Connection", "redis", SINGLE),
    cache("rust:deadpool_redis.Pool", "deadpool", DEADPOOL),
    cache("rust:bb8_redis.bb8.Pool", "bb8", R2D2),
    cache("rust:fred.Client", "fred", SINGLE),
    cache("rust:fred.Pool", "fred", pool("size", 6)),
    cache(
        "rust:actix_session.storage.RedisSessionStore",
        "actix-session",
        SINGLE,
    ),
];

/// The engine that a type or a crate's feature is named after.
pub(crate) fn engine_named(name: &str) -> Option<Engine> {
    let name = name.to_lowercase();
    if name.contains("postgres") || name.contains("pgconnection") || name.starts_with("pg") {
        Some(Engine::Postgres)
    } else if name.contains("mysql") {
        Some(Engine::Mysql)
    } else {
        None
    }
}
