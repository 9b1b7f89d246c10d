//! What keeps something: databases, caches, buckets, tables, volumes, secrets and configuration.

use super::shared::{ENCRYPTED, EXISTING_KEY, IMPORT, PUBLIC, REGION, TAGS, TEXT, derived, key};
use crate::attribute::{Attribute, Type};

const EXISTING_STORE: Type = Type::Object(&[
    ("arn", TEXT, false),
    ("id", TEXT, false),
    ("endpoint", TEXT, false),
    ("secret", TEXT, false),
    ("security_group", TEXT, false),
]);

const EXISTING_STORE_KEY: Attribute = key(
    "existing",
    EXISTING_STORE,
    "",
    "Something that is already there.",
);

pub(super) const DATABASE: &[Attribute] = &[
    key(
        "engine",
        Type::Choice(&["postgres", "mysql", "mariadb"]),
        "from the driver or URL",
        "Database engine.",
    ),
    key(
        "version",
        TEXT,
        "postgres 17, mysql 8.4, mariadb 11.4",
        "Engine version.",
    ),
    key(
        "instance",
        TEXT,
        "db.t4g.small; db.t4g.medium in prod",
        "Instance class, or `serverless`.",
    ),
    key("storage", Type::Size, "20Gi", "Storage."),
    key(
        "backup_days",
        Type::Int(0, 36_500),
        "7",
        "Days for which backups are kept.",
    ),
    key(
        "multi_az",
        Type::Bool,
        "true in prod",
        "Whether a standby runs in another zone.",
    ),
    key(
        "proxy",
        Type::Bool,
        "from the number of connections",
        "Whether an RDS proxy stands before it.",
    ),
    PUBLIC,
    ENCRYPTED,
    derived(
        "deletion_protection",
        Type::Bool,
        "true in prod",
        "Whether deleting it is refused.",
    ),
    EXISTING_STORE_KEY,
    IMPORT,
    REGION,
    TAGS,
];

pub(super) const CACHE: &[Attribute] = &[
    key(
        "engine",
        Type::Choice(&["valkey", "redis"]),
        "valkey",
        "Cache engine.",
    ),
    key(
        "version",
        TEXT,
        "8.0 for Valkey, 7.1 for Redis",
        "Engine version.",
    ),
    key("instance", TEXT, "cache.t4g.micro", "Node type."),
    key(
        "backup_days",
        Type::Int(0, 35),
        "0; 7 in prod",
        "Days for which snapshots are kept.",
    ),
    key(
        "multi_az",
        Type::Bool,
        "true in prod",
        "Whether a replica runs in another zone.",
    ),
    derived(
        "cluster_mode",
        Type::Bool,
        "from the client",
        "Whether keys are spread over shards.",
    ),
    PUBLIC,
    ENCRYPTED,
    EXISTING_STORE_KEY,
    IMPORT,
    REGION,
    TAGS,
];

pub(super) const BUCKET: &[Attribute] = &[
    PUBLIC,
    ENCRYPTED,
    derived(
        "versioning",
        Type::Bool,
        "true",
        "Whether old versions are kept.",
    ),
    EXISTING_KEY,
    IMPORT,
    REGION,
    TAGS,
];

pub(super) const TABLE: &[Attribute] = &[
    key(
        "key",
        TEXT,
        "from the code",
        "Partition key; `name` or `name:number`.",
    ),
    key("sort_key", TEXT, "from the code", "Sort key."),
    key(
        "ttl",
        TEXT,
        "",
        "Attribute that holds the time at which an item ends.",
    ),
    key(
        "backup_days",
        Type::Int(0, 36_500),
        "35",
        "Days for which the table can be restored.",
    ),
    PUBLIC,
    ENCRYPTED,
    derived(
        "deletion_protection",
        Type::Bool,
        "true in prod",
        "Whether deleting it is refused.",
    ),
    EXISTING_KEY,
    IMPORT,
    REGION,
    TAGS,
];

pub(super) const VOLUME: &[Attribute] = &[
    derived("path", TEXT, "from the code", "Where it is mounted."),
    key(
        "backup_days",
        Type::Int(0, 36_500),
        "0; 35 in prod",
        "Days for which backups are kept.",
    ),
    PUBLIC,
    ENCRYPTED,
    EXISTING_KEY,
    IMPORT,
    REGION,
    TAGS,
];

pub(super) const SECRET: &[Attribute] = &[ENCRYPTED, EXISTING_KEY, IMPORT, REGION, TAGS];

pub(super) const CONFIG: &[Attribute] = &[
    key(
        "default",
        Type::Either(&[Type::Text, Type::Int(i64::MIN, i64::MAX), Type::Bool]),
        "",
        "Value until somebody sets another.",
    ),
    REGION,
    TAGS,
];
