use std::fmt;

use klo_source::Span;

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    Mysql,
    /// MariaDB.
    Mariadb,
}

impl Engine {
    /// `postgres`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        }
    }

    /// The engine of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Postgres, Self::Mysql, Self::Mariadb]
            .into_iter()
            .find(|e| e.name() == name)
    }

    /// The port it listens on.
    pub const fn port(self) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::Mysql | Self::Mariadb => 3306,
        }
    }
}

/// A field of a resource that a variable can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// A whole connection URL, or a queue's or unit's URL.
    Url,
    /// Host name.
    Host,
    /// Port number.
    Port,
    /// User name.
    User,
    /// Password.
    Password,
    /// Database name.
    Database,
    /// Physical name.
    Name,
    /// Amazon resource name.
    Arn,
    /// Region.
    Region,
    /// The value of a secret or setting.
    Value,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 10] = [
        Self::Url,
        Self::Host,
        Self::Port,
        Self::User,
        Self::Password,
        Self::Database,
        Self::Name,
        Self::Arn,
        Self::Region,
        Self::Value,
    ];

    /// `password`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Host => "host",
            Self::Port => "port",
            Self::User => "user",
            Self::Password => "password",
            Self::Database => "database",
            Self::Name => "name",
            Self::Arn => "arn",
            Self::Region => "region",
            Self::Value => "value",
        }
    }

    /// The field of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Whether an app tells others of the field of a kind: addresses, names and ARNs, never what
    /// holds a credential, and nothing of a setting, whose value is its app's own.
    pub fn is_published(self, kind: crate::Kind) -> bool {
        use crate::Kind;
        let own = match kind {
            Kind::Database => matches!(self, Self::Url | Self::User | Self::Password),
            Kind::Secret => self == Self::Value,
            Kind::Config | Kind::Volume => true,
            _ => matches!(self, Self::Password | Self::Region),
        };
        !own && Self::of(kind).contains(&self)
    }

    /// The fields that a kind has (language.md §1, "Binding").
    pub const fn of(kind: crate::Kind) -> &'static [Self] {
        use crate::Kind;
        match kind {
            Kind::Database => &[
                Self::Url,
                Self::Host,
                Self::Port,
                Self::User,
                Self::Password,
                Self::Database,
            ],
            Kind::Cache => &[Self::Url, Self::Host, Self::Port, Self::Password],
            Kind::Bucket => &[Self::Name, Self::Arn, Self::Region],
            Kind::Table => &[Self::Name, Self::Arn],
            Kind::Queue => &[Self::Url, Self::Arn, Self::Name],
            Kind::Topic => &[Self::Arn, Self::Name],
            Kind::Secret => &[Self::Value, Self::Arn],
            Kind::Config => &[Self::Value],
            Kind::Service | Kind::Function | Kind::Job => &[Self::Url, Self::Host, Self::Port],
            Kind::Volume | Kind::Site => &[],
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a URL must look for the client that reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UrlForm {
    /// `postgresql+asyncpg`.
    pub scheme: String,
    /// The query that makes this driver verify TLS, in order, with literal values.
    pub query: Vec<(String, String)>,
}

impl UrlForm {
    /// Where the certificate bundle lies in every image that klo describes.
    pub const CA_BUNDLE: &'static str = "/etc/klo/ca-bundle.pem";
}

/// One environment variable that the code reads, and the field it is to hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Binding {
    /// The variable's name.
    pub variable: String,
    /// What it holds.
    pub field: Field,
    /// For URLs of databases and caches.
    pub url: Option<UrlForm>,
    /// Where it is read, or where `bind` names it.
    pub at: Span,
    /// Whether code reads it without a default, so that importing fails when it is not set.
    pub required: bool,
}

/// A variable of a resource that the unit imports but does not use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InertBinding {
    /// The variable's name.
    pub variable: String,
    /// A value of the right form that reaches nothing.
    pub value: String,
    /// The intent it would belong to.
    pub intent: String,
    /// Where it is read.
    pub at: Span,
}
