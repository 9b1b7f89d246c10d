//! What `klo.yaml` may hold (language.md §3): one table, from which the file is decoded and its JSON
//! Schema is made.

use klo_intent::{Attribute, Kind, Type, attributes};

/// How a setting is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// By its type.
    Typed(Type),
    /// A map from the names of environments to [`ENVIRONMENT`].
    Environments,
    /// A map from intent ids to attributes of their kinds.
    Resources,
    /// A map from intent ids to attributes, with `was`.
    Declarations,
}

/// One key of the file or of an environment.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What it means, one sentence.
    pub doc: &'static str,
    /// The default as people read it.
    pub default: &'static str,
}

const fn typed(name: &'static str, ty: Type, default: &'static str, doc: &'static str) -> Setting {
    Setting {
        name,
        shape: Shape::Typed(ty),
        doc,
        default,
    }
}

const TEXT: Type = Type::Text;
const TEXTS: Type = Type::List(&TEXT);
const TARGETS: Type = Type::Choice(&["terraform", "pulumi"]);
const PLATFORMS: Type = Type::Choice(&["lambda", "fargate", "eks", "kubernetes"]);
const TAGS: Type = Type::Map(&Type::Either(&[
    Type::Text,
    Type::Int(i64::MIN, i64::MAX),
    Type::Bool,
]));
const NETWORK: Type = Type::Object(&[
    ("cidr", TEXT, false),
    ("vpc", TEXT, false),
    ("private_subnets", TEXTS, false),
    ("public_subnets", TEXTS, false),
]);

const NETWORK_SETTING: Setting = typed(
    "network",
    NETWORK,
    "a VPC of 10.0.0.0/16, made when something needs it",
    "The range of the network that klo makes (`cidr`), or an existing VPC with its subnets.",
);
const TAGS_SETTING: Setting = typed("tags", TAGS, "{}", "Tags on every resource.");
const RESOURCES_SETTING: Setting = Setting {
    name: "resources",
    shape: Shape::Resources,
    doc: "Settings of single intents, by id; they win over the annotation.",
    default: "{}",
};

/// The keys of the file.
pub const FILE: &[Setting] = &[
    typed("app", Type::Name, "the folder's name", "Name of the app."),
    typed(
        "sources",
        TEXTS,
        "the folder that klo.yaml is in",
        "Folders that hold the app's source.",
    ),
    Setting {
        name: "environments",
        shape: Shape::Environments,
        doc: "Environments by name.",
        default: "one, `dev`",
    },
    typed(
        "rules",
        TEXTS,
        "klo/baseline",
        "Rule packs: built-in ones by name, others by path.",
    ),
    typed(
        "emit",
        Type::Either(&[TARGETS, Type::List(&TARGETS)]),
        "terraform",
        "What is written.",
    ),
    typed("out", Type::Path, "infra", "Folder that klo writes to."),
    typed(
        "run_on",
        Type::Object(&[
            ("service", PLATFORMS, false),
            ("function", PLATFORMS, false),
            ("job", PLATFORMS, false),
        ]),
        "lambda for functions, fargate for services and jobs",
        "Compute platform per kind of unit.",
    ),
    typed(
        "platform",
        Type::Choice(&["aws", "kubernetes"]),
        "aws",
        "Where the app runs: AWS, or any Kubernetes cluster with existing data stores.",
    ),
    typed(
        "kubernetes",
        Type::Object(&[
            ("nodes", Type::Choice(&["auto", "managed"]), false),
            ("cluster", TEXT, false),
            ("mesh", Type::Choice(&["none", "istio", "linkerd"]), false),
        ]),
        "nodes auto, mesh none",
        "Nodes, an existing cluster and the service mesh of units on Kubernetes.",
    ),
    NETWORK_SETTING,
    typed(
        "state",
        Type::Object(&[("bucket", TEXT, true)]),
        "local",
        "Bucket that keeps Terraform's state.",
    ),
    TAGS_SETTING,
    RESOURCES_SETTING,
    typed("waivers", Type::Path, "", "File with waivers of rules."),
    Setting {
        name: "declare",
        shape: Shape::Declarations,
        doc: "Intents that no line of code stands for, by id.",
        default: "{}",
    },
    typed(
        "alarms",
        Type::Object(&[("email", TEXT, true)]),
        "none",
        "Where alarms go.",
    ),
];

/// The keys of an environment.
pub const ENVIRONMENT: &[Setting] = &[
    typed("region", TEXT, "us-east-1", "AWS region."),
    typed(
        "account",
        TEXT,
        "",
        "Id of the AWS account, twelve digits in quotes; Terraform then refuses any other.",
    ),
    NETWORK_SETTING,
    TAGS_SETTING,
    RESOURCES_SETTING,
];

/// Attributes that only the code or the environment can say.
const FROM_CODE: [&str; 5] = ["expose", "triggers", "routes", "region", "path"];

/// The attributes of a kind that `resources` and `declare` may set.
pub fn configurable(kind: Kind) -> impl Iterator<Item = &'static Attribute> + Clone {
    attributes(kind)
        .iter()
        .filter(|attribute| !FROM_CODE.contains(&attribute.name))
}
