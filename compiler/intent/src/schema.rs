//! The table of kinds and attributes (language.md §1 and §2): what annotations, `klo.yaml` and rule
//! packs may name, and what the graph shows.

use crate::attribute::{Attribute, Type};
use crate::kind::Kind;

const TEXT: Type = Type::Text;
const TEXTS: Type = Type::List(&TEXT);
const TEXT_MAP: Type = Type::Map(&Type::Either(&[
    Type::Text,
    Type::Int(i64::MIN, i64::MAX),
    Type::Bool,
]));
const COUNT: Type = Type::Int(0, 100_000);
const INSTANCES: Type = Type::Int(0, 10_000);
const PLATFORMS: Type = Type::Choice(&["lambda", "fargate", "eks", "kubernetes"]);
/// Environment variables: text, numbers and flags.
const ENV: Type = TEXT_MAP;
const EXISTING: Type = Type::Object(&[
    ("arn", TEXT, false),
    ("id", TEXT, false),
    ("endpoint", TEXT, false),
]);
const EXISTING_STORE: Type = Type::Object(&[
    ("arn", TEXT, false),
    ("id", TEXT, false),
    ("endpoint", TEXT, false),
    ("secret", TEXT, false),
    ("security_group", TEXT, false),
]);

const fn key(name: &'static str, ty: Type, default: &'static str, doc: &'static str) -> Attribute {
    Attribute {
        name,
        ty,
        annotated: true,
        default,
        doc,
    }
}

const fn derived(
    name: &'static str,
    ty: Type,
    default: &'static str,
    doc: &'static str,
) -> Attribute {
    Attribute {
        name,
        ty,
        annotated: false,
        default,
        doc,
    }
}

const TAGS: Attribute = key(
    "tags",
    TEXT_MAP,
    "`tags` of klo.yaml",
    "Tags on every resource that serves the intent.",
);
const REGION: Attribute = derived(
    "region",
    TEXT,
    "the environment's, else us-east-1",
    "AWS region.",
);
const CPU: Type = Type::Number(0.0625, 192.0);

const CPU_KEY: Attribute = key(
    "cpu",
    CPU,
    "0.5 for services, 0.25 for functions in containers, 1 for jobs; unset on Lambda",
    "Virtual CPUs per instance.",
);
const MEMORY: Attribute = key(
    "memory",
    Type::Size,
    "512Mi for functions, 1Gi for services, 2Gi for jobs",
    "Memory per instance.",
);
const GPU: Attribute = key(
    "gpu",
    Type::Gpu,
    "",
    "GPU type and count: `\"a10g\"`, `\"a10g:4\"` or a list in order of preference.",
);
const RUN_ON: Attribute = key(
    "run_on",
    PLATFORMS,
    "lambda for functions, fargate for services, jobs and functions over 15 minutes or 10Gi, eks with a GPU",
    "Compute platform.",
);
const SPOT: Attribute = key(
    "spot",
    Type::Bool,
    "false",
    "Whether interruptible capacity will do.",
);
const ENV_KEY: Attribute = key(
    "env",
    ENV,
    "{}",
    "Environment variables with literal values.",
);
const PACKAGES: Attribute = key(
    "packages",
    TEXTS,
    "[]",
    "Debian packages that the image needs.",
);
const MIN: Attribute = key(
    "min",
    INSTANCES,
    "from `users`; else 1 for services in containers (2 when latency is low), 0 for functions",
    "Least instances.",
);
const MAX: Attribute = key(
    "max",
    INSTANCES,
    "2 × min, at least 1; unset on Lambda; 1 for jobs",
    "Most instances.",
);
const TIMEOUT: Attribute = key(
    "timeout",
    Type::Duration,
    "30s for functions and services, 1h for jobs",
    "Longest time that one request, event or run may take.",
);
const RETRIES: Attribute = key(
    "retries",
    Type::Int(0, 10),
    "2 for functions, 1 for jobs",
    "Tries after the first.",
);
const EXPOSE: Attribute = derived(
    "expose",
    Type::List(&Type::Map(&TEXT)),
    "[]",
    "The unit's `expose` annotations.",
);
const TRIGGERS: Attribute = derived(
    "triggers",
    Type::List(&Type::Map(&TEXT)),
    "[]",
    "The unit's `trigger` annotations.",
);
const ROUTES: Attribute = derived(
    "routes",
    Type::List(&Type::Map(&TEXT)),
    "[]",
    "Routes read from the code.",
);

const SERVICE: &[Attribute] = &[
    key(
        "port",
        Type::Int(1, 65_535),
        "read from the code, else 8080",
        "Port that the process listens on.",
    ),
    key(
        "health",
        TEXT,
        "a health route of the code, else /",
        "Path that answers when the service is well.",
    ),
    CPU_KEY,
    MEMORY,
    GPU,
    MIN,
    MAX,
    key(
        "users",
        Type::Int(1, 1_000_000_000),
        "",
        "Users at once, turned into capacity.",
    ),
    key(
        "latency",
        Type::Choice(&["low", "normal"]),
        "normal",
        "Whether cold starts matter.",
    ),
    TIMEOUT,
    RUN_ON,
    SPOT,
    ENV_KEY,
    key(
        "command",
        TEXTS,
        "from framework and server",
        "Start command.",
    ),
    key(
        "image",
        Type::Path,
        "",
        "Path of the Dockerfile to use instead of klo's.",
    ),
    PACKAGES,
    derived(
        "concurrency",
        COUNT,
        "from `users` on Lambda",
        "Calls at once on Lambda.",
    ),
    EXPOSE,
    TRIGGERS,
    ROUTES,
    REGION,
    TAGS,
];

const FUNCTION: &[Attribute] = &[
    CPU_KEY,
    MEMORY,
    TIMEOUT,
    GPU,
    key("concurrency", COUNT, "", "Calls at once that are reserved."),
    RETRIES,
    MIN,
    MAX,
    RUN_ON,
    SPOT,
    ENV_KEY,
    PACKAGES,
    EXPOSE,
    TRIGGERS,
    ROUTES,
    REGION,
    TAGS,
];

const JOB: &[Attribute] = &[
    key(
        "schedule",
        Type::Schedule,
        "",
        "When it runs by itself, UTC.",
    ),
    key(
        "run",
        Type::Choice(&["before-deploy"]),
        "",
        "At which point of a deployment it runs.",
    ),
    CPU_KEY,
    MEMORY,
    GPU,
    TIMEOUT,
    RETRIES,
    MAX,
    RUN_ON,
    SPOT,
    ENV_KEY,
    PACKAGES,
    TRIGGERS,
    REGION,
    TAGS,
];

const SITE: &[Attribute] = &[
    key("dir", Type::Path, "", "Folder with the built files."),
    key("build", TEXT, "", "Command that builds them."),
    key("domain", TEXT, "", "Domain name."),
    key(
        "spa",
        Type::Bool,
        "false",
        "Whether unknown paths answer with index.html.",
    ),
    derived("zone", TEXT, "", "Route 53 zone id of the domain."),
    derived(
        "public",
        Type::Bool,
        "true",
        "Whether everyone may read it.",
    ),
    derived(
        "encrypted",
        Type::Bool,
        "true",
        "Whether files are encrypted at rest.",
    ),
    REGION,
    TAGS,
];

const IMPORT: Attribute = key("import", TEXT, "", "Identifier of a resource to adopt.");
const PUBLIC: Attribute = key(
    "public",
    Type::Bool,
    "false",
    "Whether the internet can reach it.",
);
const ENCRYPTED: Attribute = derived(
    "encrypted",
    Type::Bool,
    "true",
    "Whether it is encrypted at rest.",
);
const EXISTING_KEY: Attribute = key("existing", EXISTING, "", "Something that is already there.");
const EXISTING_STORE_KEY: Attribute = key(
    "existing",
    EXISTING_STORE,
    "",
    "Something that is already there.",
);

const DATABASE: &[Attribute] = &[
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

const CACHE: &[Attribute] = &[
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

const BUCKET: &[Attribute] = &[
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

const TABLE: &[Attribute] = &[
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

const VOLUME: &[Attribute] = &[
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

const QUEUE: &[Attribute] = &[
    key("fifo", Type::Bool, "false", "Whether order is kept."),
    key(
        "visibility",
        Type::Duration,
        "6 × the consumer's timeout, plus the time for which a batch is gathered; else 30s",
        "For how long a received message is hidden.",
    ),
    key(
        "retention",
        Type::Duration,
        "4d",
        "For how long messages are kept.",
    ),
    key(
        "max_receives",
        Type::Int(1, 1_000),
        "5",
        "Receives before a message goes to the dead letters.",
    ),
    derived(
        "public",
        Type::Bool,
        "false",
        "Whether the internet can reach it.",
    ),
    ENCRYPTED,
    EXISTING_KEY,
    IMPORT,
    REGION,
    TAGS,
];

const TOPIC: &[Attribute] = &[
    key("fifo", Type::Bool, "false", "Whether order is kept."),
    derived(
        "public",
        Type::Bool,
        "false",
        "Whether the internet can reach it.",
    ),
    ENCRYPTED,
    EXISTING_KEY,
    IMPORT,
    REGION,
    TAGS,
];

const SECRET: &[Attribute] = &[ENCRYPTED, EXISTING_KEY, IMPORT, REGION, TAGS];

const CONFIG: &[Attribute] = &[
    key(
        "default",
        Type::Either(&[Type::Text, Type::Int(i64::MIN, i64::MAX), Type::Bool]),
        "",
        "Value until somebody sets another.",
    ),
    REGION,
    TAGS,
];

/// The attributes of a kind, in the order in which they are documented; `name` and `was` are
/// properties of every intent and stand in no table.
pub const fn attributes(kind: Kind) -> &'static [Attribute] {
    match kind {
        Kind::Service => SERVICE,
        Kind::Function => FUNCTION,
        Kind::Job => JOB,
        Kind::Site => SITE,
        Kind::Database => DATABASE,
        Kind::Cache => CACHE,
        Kind::Bucket => BUCKET,
        Kind::Table => TABLE,
        Kind::Volume => VOLUME,
        Kind::Queue => QUEUE,
        Kind::Topic => TOPIC,
        Kind::Secret => SECRET,
        Kind::Config => CONFIG,
    }
}

/// One attribute of a kind.
pub fn attribute(kind: Kind, name: &str) -> Option<&'static Attribute> {
    attributes(kind)
        .iter()
        .find(|attribute| attribute.name == name)
}

/// The keys of `expose`.
pub const EXPOSE_KEYS: &[Attribute] = &[
    key(
        "to",
        Type::Choice(&["internet", "internal"]),
        "",
        "Who may send requests.",
    ),
    key("path", TEXT, "", "Path prefix."),
    key("domain", TEXT, "", "Domain name."),
    key("zone", TEXT, "", "Route 53 zone id of the domain."),
    key(
        "auth",
        Type::Either(&[
            Type::Choice(&["iam"]),
            Type::Object(&[
                ("issuer", TEXT, true),
                ("audience", Type::Either(&[TEXT, TEXTS]), true),
            ]),
        ]),
        "",
        "Who is let in: `\"iam\"`, or the issuer and audience of a JWT.",
    ),
    key(
        "cors",
        Type::Either(&[
            Type::Bool,
            TEXTS,
            Type::Object(&[
                ("origins", TEXTS, true),
                ("methods", TEXTS, false),
                ("headers", TEXTS, false),
                ("credentials", Type::Bool, false),
                ("max_age", Type::Duration, false),
            ]),
        ]),
        "",
        "Origins that browsers may call from.",
    ),
    key(
        "rate_limit",
        Type::Int(1, 1_000_000),
        "",
        "Requests per second, over all callers.",
    ),
    key(
        "waf",
        Type::Bool,
        "false",
        "Whether a web application firewall stands before it.",
    ),
];

/// The keys of `trigger`: exactly one of the first five.
pub const TRIGGER_KEYS: &[Attribute] = &[
    key("queue", TEXT, "", "Queue whose messages start the unit."),
    key("topic", TEXT, "", "Topic whose messages start the unit."),
    key(
        "schedule",
        Type::Schedule,
        "",
        "Times at which the unit starts, UTC.",
    ),
    key("bucket", TEXT, "", "Bucket whose changes start the unit."),
    key("table", TEXT, "", "Table whose changes start the unit."),
    key(
        "batch",
        Type::Int(1, 10_000),
        "10",
        "Most messages per call.",
    ),
    key(
        "filter",
        Type::Map(&Type::Either(&[TEXTS, TEXT])),
        "",
        "Fields and the values that pass.",
    ),
    key(
        "event",
        Type::Choice(&["created", "removed"]),
        "created",
        "Which changes of a bucket count.",
    ),
    key("prefix", TEXT, "", "Keys of a bucket that count."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_a_kind_are_unique_and_documented() {
        for kind in Kind::ALL {
            let mut names: Vec<&str> = attributes(kind).iter().map(|a| a.name).collect();
            assert!(
                attributes(kind).iter().all(|a| a.doc.ends_with('.')),
                "{kind}"
            );
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), attributes(kind).len(), "{kind}");
        }
    }
}
