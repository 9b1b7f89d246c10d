use std::fmt;

use klo_intent::{Attribute, EXPOSE_KEYS, Kind, TRIGGER_KEYS, Type, attributes};

use crate::facts::ItemKind;

/// What an annotation says of its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Code that listens or works without end.
    Service,
    /// Code that is called.
    Function,
    /// Code that runs and ends.
    Job,
    /// Static files.
    Site,
    /// A way in.
    Expose,
    /// What starts a unit.
    Trigger,
    /// A database, cache, bucket, table or volume.
    Persist,
    /// A queue.
    Queue,
    /// A topic.
    Topic,
    /// A secret.
    Secret,
    /// A setting.
    Config,
    /// A stated edge.
    Uses,
}

const fn key(name: &'static str, ty: Type, doc: &'static str) -> Attribute {
    Attribute {
        name,
        ty,
        annotated: true,
        default: "",
        doc,
    }
}

const ACCESSES: Type = Type::Choice(&["read", "write", "publish", "consume", "connect", "invoke"]);

/// Keys of every unit and resource beside its kind's attributes.
const NAME_KEYS: &[Attribute] = &[
    key("name", Type::Name, "Name of the intent."),
    key(
        "was",
        Type::Name,
        "Former name, so that a rename moves what exists.",
    ),
];

const BIND: Attribute = key(
    "bind",
    Type::Map(&Type::Text),
    "Fields and the environment variables that hold them.",
);

const PERSIST_KEYS: &[Attribute] = &[
    key(
        "kind",
        Type::Choice(&["database", "cache", "bucket", "table", "volume"]),
        "What it is, where the code does not show it.",
    ),
    BIND,
];

const BIND_KEYS: &[Attribute] = &[BIND];

/// The keys of `uses`.
const USES_KEYS: &[Attribute] = &[
    key("to", Type::Text, "A name, `kind.name`, or `app:kind.name`."),
    key(
        "access",
        Type::Either(&[ACCESSES, Type::List(&ACCESSES)]),
        "What the unit does to it.",
    ),
    BIND,
];

impl Capability {
    /// Every capability, in the order in which language.md lists them.
    pub const ALL: [Self; 12] = [
        Self::Service,
        Self::Function,
        Self::Job,
        Self::Site,
        Self::Expose,
        Self::Trigger,
        Self::Persist,
        Self::Queue,
        Self::Topic,
        Self::Secret,
        Self::Config,
        Self::Uses,
    ];

    /// The word behind `@klo::`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Function => "function",
            Self::Job => "job",
            Self::Site => "site",
            Self::Expose => "expose",
            Self::Trigger => "trigger",
            Self::Persist => "persist",
            Self::Queue => "queue",
            Self::Topic => "topic",
            Self::Secret => "secret",
            Self::Config => "config",
            Self::Uses => "uses",
        }
    }

    /// The capability of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|capability| capability.name() == name)
    }

    /// The kind of intent it declares; `None` for `persist` and for what declares none.
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::Service => Some(Kind::Service),
            Self::Function => Some(Kind::Function),
            Self::Job => Some(Kind::Job),
            Self::Site => Some(Kind::Site),
            Self::Queue => Some(Kind::Queue),
            Self::Topic => Some(Kind::Topic),
            Self::Secret => Some(Kind::Secret),
            Self::Config => Some(Kind::Config),
            Self::Expose | Self::Trigger | Self::Persist | Self::Uses => None,
        }
    }

    /// Whether it declares a unit or a site.
    pub const fn is_unit(self) -> bool {
        matches!(
            self,
            Self::Service | Self::Function | Self::Job | Self::Site
        )
    }

    /// Whether it says something about the unit on the same item.
    pub const fn is_edge(self) -> bool {
        matches!(self, Self::Expose | Self::Trigger | Self::Uses)
    }

    /// Every key that it takes. For `persist` those of each kind that it can be, each name once.
    pub fn keys(self) -> Vec<&'static Attribute> {
        let annotated = |kind: Kind| attributes(kind).iter().filter(|key| key.annotated);
        match self {
            Self::Expose => EXPOSE_KEYS.iter().collect(),
            Self::Trigger => TRIGGER_KEYS.iter().collect(),
            Self::Uses => USES_KEYS.iter().collect(),
            Self::Persist => {
                let mut keys: Vec<&Attribute> = NAME_KEYS.iter().chain(PERSIST_KEYS).collect();
                for kind in Kind::ALL.into_iter().filter(|kind| kind.is_persisted()) {
                    for key in annotated(kind) {
                        if keys.iter().all(|known| known.name != key.name) {
                            keys.push(key);
                        }
                    }
                }
                keys
            }
            Self::Service | Self::Function | Self::Job | Self::Site => {
                let own = self.kind().into_iter().flat_map(annotated);
                NAME_KEYS.iter().chain(own).collect()
            }
            Self::Queue | Self::Topic | Self::Secret | Self::Config => {
                let own = self.kind().into_iter().flat_map(annotated);
                NAME_KEYS.iter().chain(BIND_KEYS).chain(own).collect()
            }
        }
    }

    /// Whether it can stand on such an item.
    pub(super) const fn stands_on(self, item: ItemKind) -> bool {
        match self {
            Self::Service => !matches!(item, ItemKind::Declaration),
            Self::Function => matches!(item, ItemKind::Function(_)),
            Self::Job => matches!(item, ItemKind::Function(_) | ItemKind::Call(_)),
            Self::Persist | Self::Queue | Self::Topic | Self::Secret | Self::Config => {
                !matches!(item, ItemKind::Function(_) | ItemKind::Class(_))
            }
            Self::Site | Self::Expose | Self::Trigger | Self::Uses => true,
        }
    }

    /// What it can stand on, for messages.
    pub(super) const fn place(self) -> &'static str {
        match self {
            Self::Service => "a web application, a worker or a function",
            Self::Function => "a function",
            Self::Job => "a function or the call that runs the program",
            Self::Persist => "the assignment, call or `return` that makes the client",
            Self::Queue | Self::Topic => {
                "the assignment, call or `return` that makes its client or reads its name"
            }
            Self::Secret | Self::Config => "the line that reads the variable",
            Self::Site | Self::Expose | Self::Trigger | Self::Uses => "any item",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
