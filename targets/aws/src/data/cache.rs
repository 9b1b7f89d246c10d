//! Caches: ElastiCache replication groups with TLS.

use klo_diagnostics::codes::aws;
use klo_diagnostics::{Diagnostic, Level};
use klo_intent::{Decision, Field, Intent, IntentId, ModuleOutput, UrlForm};
use klo_plan::{Block, Function, Resource, Value};

use super::common::{
    add_main, as_text, is_import, is_private, lower_name, name_of, own_key, report_version,
};
use super::credentials;
use super::doors::{self, Door};
use super::facts;
use super::given::Given;
use super::url::{self, Target};
use crate::context::{Lowering, Store, Supply, group_of, main_address, why};

/// The longest name of a replication group (ElastiCache API reference, 2026-11).
const NAME_LIMIT: usize = 40;
/// The port of Redis and Valkey.
const PORT: u16 = 6379;
/// Node type where nobody names one.
const NODE: &str = "cache.t4g.micro";

/// Lowers a cache; `None` after a report.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Store> {
    let intent = lowering.intent(id);
    if !is_private(
        lowering,
        intent,
        "a cache has addresses inside the network only",
    ) || !has_version(lowering, intent)
    {
        return None;
    }
    let node = node(lowering, intent)?;
    // Without a network its lowering has reported why.
    let network = lowering.network.clone()?;
    record(lowering, intent, node);
    let group = doors::group(lowering, intent, "", network.vpc);
    let door = Door {
        group: Some(group.attr("id")),
        port: Value::from(PORT),
    };
    let mut body = body(lowering, intent, node, group.attr("id"));
    if !is_import(intent) {
        // An adopted cache cannot move to other subnets.
        let kind = "aws_elasticache_subnet_group";
        let subnets = doors::subnet_group(lowering, intent, kind, network.data_subnets);
        body.set("subnet_group_name", subnets.attr("name"));
    }
    let address = main_address("aws_elasticache_replication_group", intent);
    let resource = Resource::new(address, group_of(intent), why(intent, ""), body);
    let main = add_main(lowering, intent, "the cache", resource);
    doors::open(lowering, id, &door);
    let host = if intent.flag("cluster_mode") {
        main.attr("configuration_endpoint_address")
    } else {
        main.attr("primary_endpoint_address")
    };
    let mut store = Store {
        arn: Some(main.attr("arn")),
        ready: vec![main],
        ..Store::default()
    };
    let target = Target {
        user: None,
        password: None,
        host,
        port: Value::from(PORT),
        database: None,
    };
    offer(lowering, &mut store, id, &target);
    Some(store)
}

/// The name that klo gives.
pub(super) fn name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    lower_name(lowering, name_of(lowering, intent), "", NAME_LIMIT)
}

fn body(lowering: &Lowering<'_>, intent: &Intent, node: &str, group: Value) -> Block {
    let prod = lowering.is_prod();
    let engine = intent.text("engine").unwrap_or("valkey");
    let version = version(intent, engine);
    let major = version.split('.').next().unwrap_or_default();
    let name = match intent.text("import") {
        Some(id) => id.to_owned(),
        None => name(lowering, intent),
    };
    let multi = intent.flag("multi_az");
    let sharded = intent.flag("cluster_mode");
    let days = intent.int("backup_days").unwrap_or(0);
    let body = Block::new()
        .with("replication_group_id", &name)
        .with(
            "description",
            format!("{} of {}", intent.id(), lowering.deployment().app),
        )
        .with("engine", engine)
        .with("engine_version", version)
        .with("node_type", node)
        .with("port", PORT);
    let body = if sharded {
        body.with(
            "parameter_group_name",
            format!("default.{engine}{major}.cluster.on"),
        )
        .with("num_node_groups", 1)
        .with("replicas_per_node_group", i64::from(multi))
        .with("automatic_failover_enabled", true)
    } else {
        body.with("num_cache_clusters", 1 + i64::from(multi))
            .with("automatic_failover_enabled", multi)
    };
    let last = (prod && days > 0).then(|| last_snapshot(&name, &group));
    body.with("multi_az_enabled", multi)
        .with("security_group_ids", vec![group])
        .with("at_rest_encryption_enabled", intent.flag("encrypted"))
        .with_some("kms_key_id", own_key(lowering, intent))
        .with("transit_encryption_enabled", true)
        .with("transit_encryption_mode", "required")
        .with("snapshot_retention_limit", days)
        .with_some("final_snapshot_identifier", last)
        .with_some("apply_immediately", (!prod).then_some(true))
}

/// A name that no earlier snapshot has: the security group is made anew with each cache.
fn last_snapshot(name: &str, group: &Value) -> Value {
    let unique = Value::call(
        Function::Replace,
        [group.clone(), Value::text("sg-"), Value::text("")],
    );
    Value::concat([Value::text(format!("{name}-final-")), unique])
}

fn version<'i>(intent: &'i Intent, engine: &str) -> &'i str {
    let default = if engine == "redis" { "7.1" } else { "8.0" };
    intent.text("version").unwrap_or(default)
}

/// ElastiCache names versions by two numbers, and its provider refuses others.
fn has_version(lowering: &mut Lowering<'_>, intent: &Intent) -> bool {
    let engine = intent.text("engine").unwrap_or("valkey");
    let version = version(intent, engine);
    let known = facts::cache_versions(engine);
    if known.contains(&version) {
        return true;
    }
    let (level, message) = if facts::is_version(version, 2..=2) {
        (
            Level::Warning,
            format!("klo does not know {engine} {version}"),
        )
    } else {
        (
            Level::Error,
            format!("`{version}` is no version of {engine}, which has two numbers"),
        )
    };
    report_version(lowering, intent, level, message, known);
    level != Level::Error
}

fn node<'i>(lowering: &mut Lowering<'_>, intent: &'i Intent) -> Option<&'i str> {
    let node = intent.text("instance").unwrap_or(NODE);
    if facts::cache_nodes().any(|known| known == node) {
        return Some(node);
    }
    let help = match klo_diagnostics::did_you_mean(node, facts::cache_nodes()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "say a node type such as `cache.t4g.small`".to_owned(),
    };
    lowering.report(
        Diagnostic::error(
            aws::UNKNOWN_INSTANCE,
            intent.span_of("instance"),
            format!("ElastiCache has no node type `{node}`"),
        )
        .help(help)
        .subject(intent.id()),
    );
    None
}

fn record(lowering: &mut Lowering<'_>, intent: &Intent, node: &str) {
    let engine = intent.text("engine").unwrap_or("valkey");
    let tier = lowering.deployment().tier.name();
    let multi = intent.flag("multi_az");
    let nodes = if multi {
        "two nodes in two zones"
    } else {
        "one node"
    };
    lowering.decide(Decision {
        code: "cache-nodes",
        subject: intent.id(),
        chosen: format!("{engine} {} on {nodes} of {node}", version(intent, engine)),
        because: format!("multi_az is {multi} in tier {tier}"),
        instead_of: vec![match multi {
            true => "one node: an outage of its zone would empty the cache".to_owned(),
            false => "a replica: it doubles the price".to_owned(),
        }],
        standing_cost: true,
    });
    lowering.decide(Decision {
        code: "cache-auth",
        subject: intent.id(),
        chosen: "no auth token; TLS, and a security group that admits its units alone".to_owned(),
        because: "the provider would keep a token in its state, where credentials never are"
            .to_owned(),
        instead_of: vec!["an auth token: readable by everyone who may read the state".to_owned()],
        standing_cost: false,
    });
}

fn default_form() -> UrlForm {
    UrlForm {
        scheme: "rediss".to_owned(),
        query: Vec::new(),
    }
}

/// Offers host, port, password and URLs; what needs no secret is plain.
fn offer(lowering: &Lowering<'_>, store: &mut Store, id: IntentId, target: &Target) {
    store.fields.extend([
        (Field::Host, Supply::Plain(target.host.clone())),
        (Field::Port, Supply::Plain(as_text(&target.port))),
        (Field::Password, Supply::Plain(Value::text(""))),
    ]);
    for wanted in wanted(lowering, id) {
        let url = url::finished(&wanted.form, target, false);
        store
            .urls
            .insert((wanted.unit, wanted.variable), Supply::Plain(url));
    }
}

fn wanted(lowering: &Lowering<'_>, id: IntentId) -> Vec<url::Wanted> {
    let mut wanted = url::wanted(lowering, id, &default_form);
    for url in &mut wanted {
        url.form.scheme = url::secure_scheme(&url.form.scheme);
    }
    wanted
}

/// Wires a cache that klo does not make.
pub(super) fn wire(lowering: &mut Lowering<'_>, id: IntentId, given: &Given<'_>) -> Option<Store> {
    let intent = lowering.intent(id);
    let Some(host) = given.get(ModuleOutput::Host) else {
        given.report(
            lowering,
            "and nothing says where it is",
            "add `endpoint = \"host:6379\"`",
        );
        return None;
    };
    let port = given.get(ModuleOutput::Port);
    let mut target = Target {
        user: None,
        password: None,
        host,
        port: port.unwrap_or_else(|| Value::from(PORT)),
        database: given.get(ModuleOutput::Database),
    };
    let door = Door {
        group: given.group(),
        port: target.port.clone(),
    };
    doors::open(lowering, id, &door);
    let mut store = Store {
        arn: given.get(ModuleOutput::Arn),
        ready: given.ready(),
        ..Store::default()
    };
    offer(lowering, &mut store, id, &target);
    if let Some(secret) = given.get(ModuleOutput::Secret) {
        let wanted = wanted(lowering, id);
        let opened = !wanted.is_empty();
        let credentials = credentials::existing(lowering, intent, secret, opened, &given.ready());
        store
            .fields
            .insert(Field::Password, credentials.supply("password"));
        target.password = Some(credentials.password.clone());
        credentials::add_urls(lowering, &mut store, intent, &wanted, &credentials, &target);
    }
    Some(store)
}
