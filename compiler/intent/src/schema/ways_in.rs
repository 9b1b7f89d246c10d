//! How units are reached: the keys of `expose` and `trigger`.

use super::shared::{TEXT, TEXTS, key};
use crate::attribute::{Attribute, Type};

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
