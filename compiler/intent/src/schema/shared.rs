//! Types and attributes that several kinds have, and how an attribute is written.

use crate::attribute::{Attribute, Type};

pub(super) const TEXT: Type = Type::Text;
pub(super) const TEXTS: Type = Type::List(&TEXT);
pub(super) const TEXT_MAP: Type = Type::Map(&Type::Either(&[
    Type::Text,
    Type::Int(i64::MIN, i64::MAX),
    Type::Bool,
]));
const EXISTING: Type = Type::Object(&[
    ("arn", TEXT, false),
    ("id", TEXT, false),
    ("endpoint", TEXT, false),
]);

/// An attribute that annotations may set.
pub(super) const fn key(
    name: &'static str,
    ty: Type,
    default: &'static str,
    doc: &'static str,
) -> Attribute {
    Attribute {
        name,
        ty,
        annotated: true,
        default,
        doc,
    }
}

/// An attribute that the graph has and annotations may not set.
pub(super) const fn derived(
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

pub(super) const TAGS: Attribute = key(
    "tags",
    TEXT_MAP,
    "`tags` of klo.yaml",
    "Tags on every resource that serves the intent.",
);
pub(super) const REGION: Attribute = derived(
    "region",
    TEXT,
    "the environment's, else us-east-1",
    "AWS region.",
);
pub(super) const IMPORT: Attribute = key("import", TEXT, "", "Identifier of a resource to adopt.");
pub(super) const PUBLIC: Attribute = key(
    "public",
    Type::Bool,
    "false",
    "Whether the internet can reach it.",
);
pub(super) const ENCRYPTED: Attribute = derived(
    "encrypted",
    Type::Bool,
    "true",
    "Whether it is encrypted at rest.",
);
pub(super) const EXISTING_KEY: Attribute =
    key("existing", EXISTING, "", "Something that is already there.");
