//! The two weakest layers: formulas over other settings, and klo's own defaults. The table of
//! attributes documents each beside its type; a test holds the two together.

use klo_intent::{AttrValue, Deployment, Duration, Kind, Origin, Size, Tier, load};

/// Values of an intent that are settled already.
pub(crate) struct Settled<'a> {
    pub(crate) kind: Kind,
    pub(crate) deployment: &'a Deployment,
    pub(crate) value: &'a dyn Fn(&str) -> AttrValue,
}

/// The order in which attributes are settled, so that each finds what it depends on.
pub(crate) const FIRST: [&str; 9] = [
    "gpu", "timeout", "memory", "run_on", "latency", "users", "engine", "min", "max",
];

impl Settled<'_> {
    fn text(&self, attribute: &str) -> String {
        (self.value)(attribute).as_str().unwrap_or("").to_owned()
    }

    fn prod(&self) -> bool {
        self.deployment.tier == Tier::Prod
    }

    fn on_lambda(&self) -> bool {
        self.text("run_on") == "lambda"
    }

    /// A value that follows from other settings.
    pub(crate) fn formula(&self, attribute: &str) -> Option<AttrValue> {
        let users = (self.value)("users").as_int();
        let low = self.text("latency") == "low";
        match (self.kind, attribute) {
            (Kind::Function, "run_on") if self.outgrows_lambda() => Some("fargate".into()),
            (Kind::Service, "min") if !self.on_lambda() && (users.is_some() || low) => Some(
                AttrValue::Int(load::least_instances(users.unwrap_or(0), low)),
            ),
            (Kind::Service | Kind::Function, "max") if !self.on_lambda() => {
                let min = (self.value)("min").as_int().unwrap_or(0);
                Some(AttrValue::Int((2 * min).max(1)))
            }
            (Kind::Service, "concurrency") if self.on_lambda() => {
                users.map(|users| AttrValue::Int(load::reserved_concurrency(users)))
            }
            _ => None,
        }
    }

    /// Whether a function that nobody puts anywhere is too long or too large for Lambda.
    fn outgrows_lambda(&self) -> bool {
        let long = matches!((self.value)("timeout"), AttrValue::Duration(timeout) if timeout.seconds() > load::LAMBDA_SECONDS);
        let large = matches!((self.value)("memory"), AttrValue::Size(memory) if memory.0 > load::LAMBDA_BYTES);
        let free = self.deployment.platform != "kubernetes" && (self.value)("gpu").is_null();
        free && (long || large)
    }

    /// klo's own default; `Null` where there is none.
    pub(crate) fn default(&self, attribute: &str) -> AttrValue {
        if attribute == "region" {
            return self.deployment.region.as_str().into();
        }
        match self.kind {
            Kind::Service | Kind::Function | Kind::Job => self.unit_default(attribute),
            _ => self.resource_default(attribute),
        }
    }

    fn unit_default(&self, attribute: &str) -> AttrValue {
        let containers = !self.on_lambda();
        match (self.kind, attribute) {
            (_, "run_on") => self.platform(),
            (_, "spot") => AttrValue::Bool(false),
            (_, "env") => AttrValue::Map(Default::default()),
            (_, "packages" | "expose" | "triggers" | "routes") => AttrValue::List(Vec::new()),
            (Kind::Service, "port") => AttrValue::Int(8080),
            (Kind::Service, "health") => "/".into(),
            (Kind::Service, "latency") => "normal".into(),
            (Kind::Service, "cpu") if containers => AttrValue::Float(0.5),
            (Kind::Function, "cpu") if containers => AttrValue::Float(0.25),
            (Kind::Job, "cpu") if containers => AttrValue::Float(1.0),
            (Kind::Service, "memory") => AttrValue::Size(Size(1 << 30)),
            (Kind::Function, "memory") => AttrValue::Size(Size(512 << 20)),
            (Kind::Job, "memory") => AttrValue::Size(Size(2 << 30)),
            (Kind::Service | Kind::Function, "timeout") => AttrValue::Duration(Duration(30)),
            (Kind::Job, "timeout") => AttrValue::Duration(Duration(3600)),
            (Kind::Function, "retries") => AttrValue::Int(2),
            (Kind::Job, "retries" | "max") => AttrValue::Int(1),
            (Kind::Service, "min") => AttrValue::Int(i64::from(containers)),
            (Kind::Function, "min") => AttrValue::Int(0),
            _ => AttrValue::Null,
        }
    }

    fn platform(&self) -> AttrValue {
        if self.deployment.platform == "kubernetes" {
            return "kubernetes".into();
        }
        if !(self.value)("gpu").is_null() {
            return "eks".into();
        }
        match self.kind {
            Kind::Function => "lambda".into(),
            _ => "fargate".into(),
        }
    }

    fn resource_default(&self, attribute: &str) -> AttrValue {
        let prod = self.prod();
        match (self.kind, attribute) {
            (Kind::Site, "public") => AttrValue::Bool(true),
            (_, "encrypted") => AttrValue::Bool(true),
            (_, "public" | "spa" | "fifo" | "cluster_mode") => AttrValue::Bool(false),
            (Kind::Bucket, "versioning") => AttrValue::Bool(true),
            (Kind::Database, "version") => match self.text("engine").as_str() {
                "postgres" => "17".into(),
                "mysql" => "8.4".into(),
                "mariadb" => "11.4".into(),
                _ => AttrValue::Null,
            },
            (Kind::Database, "instance") if prod => "db.t4g.medium".into(),
            (Kind::Database, "instance") => "db.t4g.small".into(),
            (Kind::Database, "storage") => AttrValue::Size(Size(20 << 30)),
            (Kind::Database, "backup_days") => AttrValue::Int(7),
            (Kind::Cache, "engine") => "valkey".into(),
            (Kind::Cache, "version") => match self.text("engine").as_str() {
                "redis" => "7.1".into(),
                _ => "8.0".into(),
            },
            (Kind::Cache, "instance") => "cache.t4g.micro".into(),
            (Kind::Cache, "backup_days") => AttrValue::Int(if prod { 7 } else { 0 }),
            (Kind::Database | Kind::Cache, "multi_az") => AttrValue::Bool(prod),
            (_, "deletion_protection") => AttrValue::Bool(prod),
            (Kind::Table, "backup_days") => AttrValue::Int(35),
            (Kind::Volume, "backup_days") => AttrValue::Int(if prod { 35 } else { 0 }),
            (Kind::Queue, "retention") => AttrValue::Duration(Duration(4 * 86_400)),
            (Kind::Queue, "max_receives") => AttrValue::Int(5),
            _ => AttrValue::Null,
        }
    }

    /// Both weakest layers for an attribute, strongest first, without unset values.
    pub(crate) fn weakest(&self, attribute: &str) -> Vec<(AttrValue, Origin)> {
        let formula = self
            .formula(attribute)
            .map(|value| (value, Origin::Formula));
        let default = (self.default(attribute), Origin::BuiltIn);
        formula
            .into_iter()
            .chain([default])
            .filter(|(value, _)| !value.is_null())
            .collect()
    }
}
