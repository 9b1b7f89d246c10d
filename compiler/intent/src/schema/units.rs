//! What runs: services, functions and jobs; and sites, whose files are served as they are.

use super::shared::{REGION, TAGS, TEXT, TEXT_MAP, TEXTS, derived, key};
use crate::attribute::{Attribute, Type};

const COUNT: Type = Type::Int(0, 100_000);
const INSTANCES: Type = Type::Int(0, 10_000);
const PLATFORMS: Type = Type::Choice(&["lambda", "fargate", "eks", "kubernetes"]);
/// Environment variables: text, numbers and flags.
const ENV: Type = TEXT_MAP;
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

pub(super) const SERVICE: &[Attribute] = &[
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

pub(super) const FUNCTION: &[Attribute] = &[
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

pub(super) const JOB: &[Attribute] = &[
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

pub(super) const SITE: &[Attribute] = &[
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
