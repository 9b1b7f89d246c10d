use std::fmt;

use serde::{Deserialize, Serialize};

/// What an intent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Code that listens for requests, or works without end.
    Service,
    /// Code that is called per event or request.
    Function,
    /// Code that runs and ends.
    Job,
    /// Static files.
    Site,
    /// A relational database.
    Database,
    /// A Redis or Valkey cache.
    Cache,
    /// An object store.
    Bucket,
    /// A key-value table.
    Table,
    /// A file system.
    Volume,
    /// A message queue.
    Queue,
    /// A topic that fans messages out.
    Topic,
    /// A secret value.
    Secret,
    /// A setting that is not secret.
    Config,
}

impl Kind {
    /// Every kind, units first.
    pub const ALL: [Self; 13] = [
        Self::Service,
        Self::Function,
        Self::Job,
        Self::Site,
        Self::Database,
        Self::Cache,
        Self::Bucket,
        Self::Table,
        Self::Volume,
        Self::Queue,
        Self::Topic,
        Self::Secret,
        Self::Config,
    ];

    /// `database`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Function => "function",
            Self::Job => "job",
            Self::Site => "site",
            Self::Database => "database",
            Self::Cache => "cache",
            Self::Bucket => "bucket",
            Self::Table => "table",
            Self::Volume => "volume",
            Self::Queue => "queue",
            Self::Topic => "topic",
            Self::Secret => "secret",
            Self::Config => "config",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is code that runs: a service, function or job.
    pub const fn is_unit(self) -> bool {
        matches!(self, Self::Service | Self::Function | Self::Job)
    }

    /// Whether it keeps data that a person would miss.
    pub const fn is_data(self) -> bool {
        matches!(
            self,
            Self::Database | Self::Cache | Self::Bucket | Self::Table | Self::Volume
        )
    }

    /// Whether `persist` declares it.
    pub const fn is_persisted(self) -> bool {
        self.is_data()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
