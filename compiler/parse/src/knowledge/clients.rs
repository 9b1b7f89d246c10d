//! Clients of databases and caches: what they are, how they take an address, how many connections
//! they open.

use klo_intent::{Engine, Kind};

/// How a client's constructor takes the number of connections that it may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pool {
    /// The argument with the number kept, and the library's default.
    pub(crate) size: (&'static str, u32),
    /// The argument with the number beyond, and its default; empty when there is none.
    pub(crate) overflow: (&'static str, u32),
}

const fn pool(size: &'static str, default: u32) -> Pool {
    Pool {
        size: (size, default),
        overflow: ("", 0),
    }
}

/// One connection, without a pool.
const SINGLE: Pool = pool("", 1);
/// SQLAlchemy 2.0 documentation, "Connection Pooling": `QueuePool` keeps 5 and opens 10 more.
const SQLALCHEMY: Pool = Pool {
    size: ("pool_size", 5),
    overflow: ("max_overflow", 10),
};
/// redis-py opens as many as there are threads; what counts against a limit is bounded by
/// `max_connections`, without which 50 is taken as redis-py's blocking pool has it.
const REDIS: Pool = pool("max_connections", 50);

/// A driver, which decides a URL's scheme and its TLS parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    /// SQLAlchemy, synchronous: from the URL's scheme or the locked packages.
    SqlAlchemy,
    /// SQLAlchemy, asynchronous.
    SqlAlchemyAsync,
    /// `databases`, which takes SQLAlchemy's schemes.
    Databases,
    /// libpq and what reads its URLs.
    Libpq,
    /// asyncpg by itself.
    Asyncpg,
    /// PyMySQL by itself.
    Pymysql,
    /// mysqlclient by itself.
    Mysqlclient,
    /// aiomysql by itself.
    Aiomysql,
    /// sqlx, and what speaks through it.
    Sqlx,
    /// tokio-postgres, which knows no certificate's path.
    TokioPostgres,
    /// The C library of MySQL.
    Libmysql,
    /// Redis protocol.
    Redis,
}

/// A client that a constructor makes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    /// The canonical path of the constructor.
    pub(crate) path: &'static str,
    /// Database or cache.
    pub(crate) kind: Kind,
    /// The engine, where the constructor alone says it.
    pub(crate) engine: Option<Engine>,
    /// The driver.
    pub(crate) driver: Driver,
    /// The library, for messages.
    pub(crate) library: &'static str,
    /// Its connections.
    pub(crate) pool: Pool,
}

/// A client of a database.
pub(super) const fn sql(
    path: &'static str,
    engine: Option<Engine>,
    driver: Driver,
    library: &'static str,
    pool: Pool,
) -> Client {
    Client {
        path,
        kind: Kind::Database,
        engine,
        driver,
        library,
        pool,
    }
}

/// A client of a cache.
pub(super) const fn cache(path: &'static str, library: &'static str, pool: Pool) -> Client {
    Client {
        path,
        kind: Kind::Cache,
        engine: None,
        driver: Driver::Redis,
        library,
        pool,
    }
}

pub(super) const POSTGRES: Option<Engine> = Some(Engine::Postgres);
pub(super) const MYSQL: Option<Engine> = Some(Engine::Mysql);

/// Every client. Defaults are those of each library's documentation as of November 2026.
const CLIENTS: &[Client] = &[
    sql(
        "sqlalchemy.create_engine",
        None,
        Driver::SqlAlchemy,
        "sqlalchemy",
        SQLALCHEMY,
    ),
    sql(
        "sqlalchemy.ext.asyncio.create_async_engine",
        None,
        Driver::SqlAlchemyAsync,
        "sqlalchemy",
        SQLALCHEMY,
    ),
    sql(
        "sqlalchemy.engine_from_config",
        None,
        Driver::SqlAlchemy,
        "sqlalchemy",
        SQLALCHEMY,
    ),
    sql(
        "flask_sqlalchemy.SQLAlchemy",
        None,
        Driver::SqlAlchemy,
        "sqlalchemy",
        SQLALCHEMY,
    ),
    sql(
        "databases.Database",
        None,
        Driver::Databases,
        "databases",
        pool("max_size", 10),
    ),
    sql(
        "psycopg.connect",
        POSTGRES,
        Driver::Libpq,
        "psycopg",
        SINGLE,
    ),
    sql(
        "psycopg_pool.ConnectionPool",
        POSTGRES,
        Driver::Libpq,
        "psycopg_pool",
        pool("max_size", 4),
    ),
    sql(
        "psycopg_pool.AsyncConnectionPool",
        POSTGRES,
        Driver::Libpq,
        "psycopg_pool",
        pool("max_size", 4),
    ),
    sql(
        "psycopg_pool.NullConnectionPool",
        POSTGRES,
        Driver::Libpq,
        "psycopg_pool",
        pool("max_size", 4),
    ),
    sql(
        "psycopg2.connect",
        POSTGRES,
        Driver::Libpq,
        "psycopg2",
        SINGLE,
    ),
    sql(
        "psycopg2.pool.SimpleConnectionPool",
        POSTGRES,
        Driver::Libpq,
        "psycopg2",
        pool("maxconn", 10),
    ),
    sql(
        "psycopg2.pool.ThreadedConnectionPool",
        POSTGRES,
        Driver::Libpq,
        "psycopg2",
        pool("maxconn", 10),
    ),
    sql(
        "asyncpg.connect",
        POSTGRES,
        Driver::Asyncpg,
        "asyncpg",
        SINGLE,
    ),
    sql(
        "asyncpg.create_pool",
        POSTGRES,
        Driver::Asyncpg,
        "asyncpg",
        pool("max_size", 10),
    ),
    sql("pymysql.connect", MYSQL, Driver::Pymysql, "pymysql", SINGLE),
    sql(
        "pymysql.Connection",
        MYSQL,
        Driver::Pymysql,
        "pymysql",
        SINGLE,
    ),
    sql(
        "MySQLdb.connect",
        MYSQL,
        Driver::Mysqlclient,
        "mysqlclient",
        SINGLE,
    ),
    sql(
        "aiomysql.connect",
        MYSQL,
        Driver::Aiomysql,
        "aiomysql",
        SINGLE,
    ),
    sql(
        "aiomysql.create_pool",
        MYSQL,
        Driver::Aiomysql,
        "aiomysql",
        pool("maxsize", 10),
    ),
    cache("redis.Redis", "redis", REDIS),
    cache("redis.asyncio.Redis", "redis", REDIS),
    cache("redis.cluster.RedisCluster", "redis", REDIS),
    cache("redis.asyncio.RedisCluster", "redis", REDIS),
    cache("redis.ConnectionPool", "redis", REDIS),
    cache("redis.BlockingConnectionPool", "redis", REDIS),
    cache("redis.asyncio.ConnectionPool", "redis", REDIS),
    cache("redis.asyncio.BlockingConnectionPool", "redis", REDIS),
    cache("flask_redis.FlaskRedis", "redis", REDIS),
];

/// The client that a constructor makes.
pub(crate) fn client(path: &str) -> Option<&'static Client> {
    let all = CLIENTS.iter().chain(super::rust_clients::CLIENTS);
    all.into_iter().find(|client| client.path == path)
}

/// Python's constructors that open a connection before they return or are awaited, by each library's
/// documentation as of November 2026. The others open one when it is first asked for.
const OPEN_AT_ONCE: &[&str] = &[
    "psycopg.connect",
    "psycopg2.connect",
    "psycopg2.pool.SimpleConnectionPool",
    "psycopg2.pool.ThreadedConnectionPool",
    "asyncpg.connect",
    "asyncpg.create_pool",
    "pymysql.connect",
    "pymysql.Connection",
    "MySQLdb.connect",
    "aiomysql.connect",
    "aiomysql.create_pool",
    "redis.cluster.RedisCluster",
];

/// Whether making a client by this constructor reaches its store already.
pub(crate) fn opens_at_once(path: &str) -> bool {
    OPEN_AT_ONCE.contains(&path)
}

/// The paths of every constructor.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    let all = CLIENTS.iter().chain(super::rust_clients::CLIENTS);
    all.map(|client| client.path)
}

/// Types that are clients, or sessions and connections of one, as type annotations name them.
pub(crate) fn is_client_type(path: &str) -> bool {
    client(path).is_some()
        || matches!(
            path,
            "sqlalchemy.orm.Session"
                | "sqlalchemy.ext.asyncio.AsyncSession"
                | "sqlalchemy.Engine"
                | "sqlalchemy.engine.Engine"
                | "sqlalchemy.ext.asyncio.AsyncEngine"
                | "sqlalchemy.Connection"
                | "asyncpg.Pool"
                | "asyncpg.Connection"
                | "asyncpg.pool.Pool"
                | "psycopg.Connection"
                | "psycopg.AsyncConnection"
        )
}

/// Settings by name through which an extension finds its address.
pub(crate) fn configuration_keys(path: &str) -> &'static [&'static str] {
    match path {
        "flask_sqlalchemy.SQLAlchemy" => &["SQLALCHEMY_DATABASE_URI"],
        "flask_redis.FlaskRedis" => &["REDIS_URL"],
        _ => &[],
    }
}

/// The driver that an URL's scheme names, and its engine.
pub(crate) fn of_scheme(scheme: &str) -> Option<(Engine, Option<&str>)> {
    let (dialect, driver) = match scheme.split_once('+') {
        Some((dialect, driver)) => (dialect, Some(driver)),
        None => (scheme, None),
    };
    let engine = match dialect {
        "postgresql" | "postgres" => Engine::Postgres,
        "mysql" => Engine::Mysql,
        "mariadb" => Engine::Mariadb,
        _ => return None,
    };
    Some((engine, driver))
}

/// The field of a connection that a constructor's argument or a settings key gives.
pub(crate) fn part(name: &str) -> Option<klo_intent::Field> {
    use klo_intent::Field;
    Some(match name {
        "host" | "hostname" | "HOST" | "server" => Field::Host,
        "port" | "PORT" => Field::Port,
        "user" | "username" | "USER" => Field::User,
        "password" | "passwd" | "PASSWORD" => Field::Password,
        "database" | "dbname" | "db" | "path" | "NAME" | "query_database" => Field::Database,
        "url" | "dsn" | "conninfo" | "bind" | "LOCATION" | "name_or_url" | "uri" | "broker"
        | "broker_url" => Field::Url,
        _ => return None,
    })
}
