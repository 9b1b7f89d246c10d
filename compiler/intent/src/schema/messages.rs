//! What passes something on: queues and topics.

use super::shared::{ENCRYPTED, EXISTING_KEY, IMPORT, REGION, TAGS, derived, key};
use crate::attribute::{Attribute, Type};

pub(super) const QUEUE: &[Attribute] = &[
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

pub(super) const TOPIC: &[Attribute] = &[
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
