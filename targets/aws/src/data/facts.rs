//! What AWS says about instance classes and connections. Each table names its source and date.

use klo_intent::Engine;

/// An RDS instance class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InstanceClass {
    /// `db.t4g.small`.
    pub(super) name: &'static str,
    /// Memory in bytes.
    pub(super) memory: u64,
    /// The engines that run on it, as the table names them.
    engines: &'static str,
}

const RDS_CLASSES: &str = include_str!("../../data/rds_classes.tsv");
const CACHE_NODES: &str = include_str!("../../data/cache_nodes.txt");

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Every RDS instance class that klo knows, by family and size.
pub(super) fn rds_classes() -> impl Iterator<Item = InstanceClass> {
    lines(RDS_CLASSES).filter_map(|line| {
        let mut columns = line.split('\t');
        let name = columns.next()?;
        let mebibytes: u64 = columns.next()?.parse().ok()?;
        let engines = columns.next()?;
        Some(InstanceClass {
            name,
            memory: mebibytes << 20,
            engines,
        })
    })
}

/// Every ElastiCache node type that klo knows.
pub(super) fn cache_nodes() -> impl Iterator<Item = &'static str> {
    lines(CACHE_NODES)
}

impl InstanceClass {
    /// Whether an engine runs on it.
    pub(super) fn runs(&self, engine: Engine) -> bool {
        self.engines.split(',').any(|name| name == engine.name())
    }

    /// The default of `max_connections`, by the formulas of RDS's default parameter groups (RDS user
    /// guide, "Quotas and constraints", 2026-11). `DBInstanceClassMemory` is a little less than the
    /// memory, since the system takes some, so these are upper bounds.
    pub(super) fn connections(&self, engine: Engine) -> u64 {
        match engine {
            Engine::Postgres => (self.memory / 9_531_392).min(5_000),
            Engine::Mysql => self.memory / 12_582_880,
            Engine::Mariadb => (self.memory / 25_165_760).min(12_000),
        }
    }

    /// Whether Performance Insights can be switched on: not on the smallest classes of MySQL and
    /// MariaDB (RDS user guide, "Performance Insights DB engine support", 2026-11).
    pub(super) fn has_performance_insights(&self, engine: Engine) -> bool {
        let small = ["micro", "small"]
            .iter()
            .any(|size| self.name.ends_with(size));
        engine == Engine::Postgres || !small
    }
}

/// `max_connections` of Aurora Serverless v2 by its maximum capacity in ACUs (Aurora user guide,
/// "Maximum connections for Aurora Serverless v2", 2026-11).
const SERVERLESS: [(u64, u64, u64); 7] = [
    // ACUs, MySQL, PostgreSQL
    (1, 90, 189),
    (4, 135, 823),
    (8, 1_000, 1_669),
    (16, 2_000, 3_360),
    (32, 3_000, 5_000),
    (64, 4_000, 5_000),
    (128, 5_000, 5_000),
];

/// The most connections that an Aurora Serverless cluster of PostgreSQL allows while its minimum is
/// 0 or 0.5 ACUs (same page).
const SERVERLESS_POSTGRES_LOW: u64 = 2_000;

/// Connections that a serverless cluster accepts: those of the largest row that its maximum reaches.
pub(super) fn serverless_connections(engine: Engine, least: f64, most: u64) -> u64 {
    let (_, mysql, postgres) = SERVERLESS
        .iter()
        .rev()
        .find(|(capacity, _, _)| *capacity <= most)
        .copied()
        .unwrap_or(SERVERLESS[0]);
    match engine {
        Engine::Postgres if least < 1.0 => postgres.min(SERVERLESS_POSTGRES_LOW),
        Engine::Postgres => postgres,
        Engine::Mysql | Engine::Mariadb => mysql,
    }
}

/// Major versions that RDS Proxy serves, newest first (RDS and Aurora user guides, "Supported
/// Regions and DB engines for Amazon RDS Proxy", 2026-11).
pub(super) const fn proxied_versions(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Postgres => &["17", "16", "15", "14", "13", "12", "11"],
        Engine::Mysql => &["8.4", "8.0", "5.7"],
        Engine::Mariadb => &["11.8", "11.4", "10.11", "10.6", "10.5"],
    }
}

/// Major versions that RDS offers, newest first (RDS user guide, versions of each engine, and
/// DescribeDBEngineVersions as cfn-lint 1.51 records it, 2026-11).
pub(super) const fn database_versions(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Postgres => &["18", "17", "16", "15", "14", "13", "12", "11"],
        Engine::Mysql => &["8.4", "8.0", "5.7"],
        Engine::Mariadb => &["11.8", "11.4", "10.11", "10.6", "10.5"],
    }
}

/// Versions of caches that replication groups can have, newest first (cfn-lint 1.51, 2026-11).
pub(super) fn cache_versions(engine: &str) -> &'static [&'static str] {
    match engine {
        "redis" => &["7.1", "7.0", "6.2"],
        _ => &["9.0", "8.2", "8.1", "8.0", "7.2"],
    }
}

/// Whether it is numbers with points between them, as many as an engine's versions have.
pub(super) fn is_version(version: &str, numbers: std::ops::RangeInclusive<usize>) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    numbers.contains(&parts.len()) && parts.iter().all(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(name: &str) -> InstanceClass {
        rds_classes().find(|class| class.name == name).unwrap()
    }

    #[test]
    fn connections_follow_the_formulas() {
        assert_eq!(class("db.t4g.small").connections(Engine::Postgres), 225);
        assert_eq!(class("db.t4g.small").connections(Engine::Mysql), 170);
        assert_eq!(class("db.t4g.small").connections(Engine::Mariadb), 85);
        assert_eq!(class("db.t4g.medium").connections(Engine::Postgres), 450);
        assert_eq!(
            class("db.r8g.16xlarge").connections(Engine::Postgres),
            5_000
        );
    }

    #[test]
    fn serverless_limits_follow_the_maximum() {
        assert_eq!(serverless_connections(Engine::Postgres, 0.0, 4), 823);
        assert_eq!(serverless_connections(Engine::Postgres, 0.5, 16), 2_000);
        assert_eq!(serverless_connections(Engine::Postgres, 1.0, 16), 3_360);
        assert_eq!(serverless_connections(Engine::Mysql, 0.5, 5), 135);
    }

    #[test]
    fn versions_are_numbers() {
        assert!(is_version("17", 1..=2) && is_version("17.4", 1..=2));
        assert!(!is_version("17.4.1", 1..=2));
        assert!(is_version("8.0.35", 2..=3) && !is_version("8", 2..=3));
        assert!(!is_version("15.x", 1..=2) && !is_version("", 1..=2));
    }

    #[test]
    fn tables_are_whole() {
        assert_eq!(rds_classes().count(), lines(RDS_CLASSES).count());
        assert!(rds_classes().all(|class| class.memory >= 1 << 30));
        assert!(class("db.t4g.medium").runs(Engine::Mariadb));
        assert!(cache_nodes().all(|node| node.starts_with("cache.")));
        assert!(cache_nodes().any(|node| node == "cache.t4g.micro"));
    }
}
