//! What a database is: engine, version, class. Everything that follows from names and numbers.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Engine, Intent, Tier};

use crate::context::Lowering;
use crate::data::common::is_chosen;
use crate::data::facts::{self, InstanceClass};

/// What it runs on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Class {
    /// An RDS instance.
    Instance(InstanceClass),
    /// Aurora Serverless v2, between two capacities in ACUs.
    Serverless {
        /// Least capacity; nothing at all is a cluster that pauses.
        least: f64,
        /// Most capacity.
        most: u64,
    },
}

/// Engine, version and class of a database.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    /// Its engine.
    pub(crate) engine: Engine,
    /// The version as the provider takes it: `17`, `8.4`, or one that is pinned.
    pub(crate) version: String,
    /// The major version: `17`, `8.4`.
    pub(crate) major: String,
    /// What it runs on.
    pub(crate) class: Class,
}

/// Capacities of a serverless cluster by tier, in ACUs of 2 GiB. In dev it pauses when nobody uses
/// it; in prod the least is 1, under which PostgreSQL accepts fewer connections.
const SERVERLESS_DEV: Class = Class::Serverless {
    least: 0.0,
    most: 4,
};
const SERVERLESS_PROD: Class = Class::Serverless {
    least: 1.0,
    most: 16,
};

impl Shape {
    /// The shape of a database intent; `None` after a report.
    pub(crate) fn of(lowering: &mut Lowering<'_>, intent: &Intent) -> Option<Self> {
        let Some(engine) = intent.text("engine").and_then(Engine::from_name) else {
            super::report_engine(lowering, intent);
            return None;
        };
        let class = class(lowering, intent, engine)?;
        let serverless = matches!(class, Class::Serverless { .. });
        let version = version(intent, engine, serverless);
        let shape = Self {
            engine,
            major: major(engine, &version),
            version,
            class,
        };
        if serverless && !shape.serverless_can(lowering, intent) {
            return None;
        }
        Some(shape)
    }

    /// Whether it is an Aurora cluster.
    pub(crate) fn is_serverless(&self) -> bool {
        matches!(self.class, Class::Serverless { .. })
    }

    /// Whether the version names a minor one, which automatic upgrades would then move away from.
    pub(crate) fn is_pinned(&self) -> bool {
        self.version != self.major
    }

    /// The provider's name of the engine.
    pub(crate) fn engine_name(&self) -> &'static str {
        match (self.engine, self.is_serverless()) {
            (Engine::Postgres, true) => "aurora-postgresql",
            (Engine::Mysql | Engine::Mariadb, true) => "aurora-mysql",
            (engine, false) => engine.name(),
        }
    }

    /// The family of its parameter groups.
    pub(crate) fn family(&self) -> String {
        format!("{}{}", self.engine_name(), self.major)
    }

    /// The log files that are sent to CloudWatch.
    pub(crate) fn logs(&self) -> &'static [&'static str] {
        match (self.engine, self.is_serverless()) {
            (Engine::Postgres, true) => &["postgresql"],
            (Engine::Postgres, false) => &["postgresql", "upgrade"],
            (Engine::Mysql | Engine::Mariadb, _) => &["error", "slowquery"],
        }
    }

    /// Connections that it accepts, and what that number is of: `db.t4g.small`.
    pub(crate) fn connections(&self) -> (u64, String) {
        match self.class {
            Class::Instance(class) => (class.connections(self.engine), class.name.to_owned()),
            Class::Serverless { least, most } => (
                facts::serverless_connections(self.engine, least, most),
                format!("Aurora Serverless up to {most} ACUs"),
            ),
        }
    }

    fn serverless_can(&self, lowering: &mut Lowering<'_>, intent: &Intent) -> bool {
        let (span, message, help) = if self.engine == Engine::Mariadb {
            (
                intent.span_of("instance"),
                "Aurora Serverless does not speak MariaDB".to_owned(),
                "name an instance class, such as `instance = \"db.t4g.medium\"`",
            )
        } else if self.engine == Engine::Mysql && self.major != "8.0" {
            (
                intent.span_of("version"),
                format!("Aurora MySQL speaks 8.0, not {}", self.major),
                "say `version = \"8.0\"`, or name an instance class",
            )
        } else if intent.text("import").is_some() {
            (
                intent.span_of("import"),
                "an Aurora cluster cannot be adopted without its instances".to_owned(),
                "use it by `existing = { endpoint = \"…\", secret = \"…\" }`",
            )
        } else {
            return true;
        };
        lowering.report(
            Diagnostic::error(
                aws::IMPOSSIBLE_SERVERLESS,
                span,
                format!("`{}` cannot be serverless: {message}", intent.id()),
            )
            .help(help)
            .subject(intent.id()),
        );
        false
    }
}

fn class(lowering: &mut Lowering<'_>, intent: &Intent, engine: Engine) -> Option<Class> {
    let prod = lowering.deployment().tier == Tier::Prod;
    let name = intent.text("instance").unwrap_or(match prod {
        true => "db.t4g.medium",
        false => "db.t4g.small",
    });
    if name == "serverless" {
        return Some(if prod {
            SERVERLESS_PROD
        } else {
            SERVERLESS_DEV
        });
    }
    let found = facts::rds_classes().find(|class| class.name == name);
    if let Some(class) = found.filter(|class| class.runs(engine)) {
        return Some(Class::Instance(class));
    }
    let names = facts::rds_classes()
        .filter(|class| class.runs(engine))
        .map(|class| class.name);
    let help = match klo_diagnostics::did_you_mean(name, names) {
        Some(near) => format!("did you mean `{near}`? `serverless` is Aurora Serverless"),
        None => "say a class such as `db.t4g.medium`, or `serverless`".to_owned(),
    };
    let message = match found {
        Some(_) => format!("{} does not run on `{name}`", engine.name()),
        None => format!("RDS has no instance class `{name}`"),
    };
    lowering.report(
        Diagnostic::error(aws::UNKNOWN_INSTANCE, intent.span_of("instance"), message)
            .help(help)
            .subject(intent.id()),
    );
    None
}

/// The default versions are those that language.md names; Aurora MySQL has no 8.4.
fn version(intent: &Intent, engine: Engine, serverless: bool) -> String {
    let stated = intent.text("version");
    match engine {
        Engine::Mysql if serverless && !is_chosen(intent, "version") => "8.0",
        Engine::Postgres => stated.unwrap_or("17"),
        Engine::Mysql => stated.unwrap_or("8.4"),
        Engine::Mariadb => stated.unwrap_or("11.4"),
    }
    .to_owned()
}

/// PostgreSQL's major version is its first number; MySQL's and MariaDB's are the first two.
fn major(engine: Engine, version: &str) -> String {
    let numbers = match engine {
        Engine::Postgres => 1,
        Engine::Mysql | Engine::Mariadb => 2,
    };
    version
        .split('.')
        .take(numbers)
        .collect::<Vec<_>>()
        .join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn majors_by_engine() {
        assert_eq!(major(Engine::Postgres, "16.3"), "16");
        assert_eq!(major(Engine::Mysql, "8.0.35"), "8.0");
        assert_eq!(major(Engine::Mariadb, "11.4"), "11.4");
    }
}
