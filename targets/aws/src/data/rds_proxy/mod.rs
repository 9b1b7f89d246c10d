//! RDS Proxy: whether the graph needs one before a database, and what it is made of.

mod demand;

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Decision, Engine, Intent, IntentId};
use klo_plan::{Address, Block, Value};

use super::common::{add, lower_name, name_of, part};
use super::credentials::Credentials;
use super::database::Shape;
use super::doors::{self, Door, EdgeRules};
use super::facts;
use crate::context::{Lowering, part_address};
use crate::policy;
use demand::Demand;

/// The code of the decision.
const CODE: &str = "rds-proxy";
/// The longest name of a proxy (RDS API reference, 2026-11).
const NAME_LIMIT: usize = 60;
/// The longest name of a role (IAM API reference, 2026-11).
const ROLE_LIMIT: usize = 64;
/// Share of the database's connections that the proxy may take, so that people and migrations can
/// still connect past it.
const CONNECTIONS_PERCENT: i64 = 90;

/// Whether units reach the database through a proxy; `None` after a report.
pub(super) fn decide(lowering: &mut Lowering<'_>, id: IntentId, shape: &Shape) -> Option<bool> {
    let intent = lowering.intent(id);
    let demand = Demand::on(lowering, id);
    let wish = intent.value("proxy").as_bool();
    if demand.is_empty() && wish != Some(true) {
        return Some(false);
    }
    let (limit, of) = shape.connections();
    let total = demand.total();
    // total > 0.8 × limit, in whole numbers.
    let crowded = total.saturating_mul(10) > limit.saturating_mul(8);
    if wish == Some(false) && total > limit {
        report_crowded(lowering, intent, &demand, limit, &of);
        return None;
    }
    let proxied = wish.unwrap_or(crowded);
    if proxied && !facts::proxied_versions(shape.engine).contains(&shape.major.as_str()) {
        report_impossible(lowering, intent, shape, &demand, wish);
        return None;
    }
    let relation = if crowded { ">" } else { "≤" };
    let sum = if demand.is_empty() {
        "no unit connects".to_owned()
    } else {
        format!("{} {relation} 0.8 × {limit} ({of})", demand.arithmetic())
    };
    let stated = match wish {
        Some(wish) => format!("`proxy = {wish}` is set; "),
        None => String::new(),
    };
    let details = match demand.details() {
        details if details.is_empty() => details,
        details => format!(". {details}"),
    };
    let (chosen, other) = match (proxied, wish) {
        (true, None) => (
            "proxy",
            "direct connections: the database would refuse some at peak",
        ),
        (true, Some(_)) => ("proxy", "direct connections: `proxy = true` is set"),
        (false, None) => (
            "direct",
            "a proxy: it costs money each hour, and nothing needs it",
        ),
        (false, Some(_)) => ("direct", "a proxy: `proxy = false` is set"),
    };
    lowering.decide(Decision {
        code: CODE,
        subject: intent.id(),
        chosen: chosen.to_owned(),
        because: format!("{stated}{sum}{details}"),
        instead_of: vec![other.to_owned()],
        standing_cost: proxied,
    });
    Some(proxied)
}

fn report_crowded(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    demand: &Demand,
    limit: u64,
    of: &str,
) {
    let message = format!(
        "units may open more connections to `{}` than it accepts: {} > {limit} ({of})",
        intent.id(),
        demand.arithmetic()
    );
    let mut diagnostic =
        Diagnostic::error(aws::TOO_MANY_CONNECTIONS, intent.span_of("proxy"), message)
            .help(format!(
                "leave out `proxy = false`, make the pools smaller, allow fewer instances, or take \
                 a larger `instance` ({})",
                demand.details()
            ))
            .subject(intent.id());
    let pools = lowering
        .graph
        .edges
        .iter()
        .filter(|edge| {
            edge.to
                .intent()
                .is_some_and(|to| lowering.intent(to) == intent)
        })
        .flat_map(|edge| &edge.pools);
    for pool in pools {
        if let Some(at) = pool.at {
            diagnostic = diagnostic.related(at, format!("the {} pool", pool.library));
        }
    }
    lowering.report(diagnostic);
}

fn report_impossible(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    shape: &Shape,
    demand: &Demand,
    wish: Option<bool>,
) {
    let (limit, of) = shape.connections();
    let need = match wish {
        Some(true) => "`proxy = true` asks for one".to_owned(),
        _ => format!(
            "it needs one: {} > 0.8 × {limit} ({of})",
            demand.arithmetic()
        ),
    };
    let versions = facts::proxied_versions(shape.engine);
    let span = match wish {
        Some(true) => intent.span_of("proxy"),
        _ => intent.span_of("version"),
    };
    lowering.report(
        Diagnostic::error(
            aws::IMPOSSIBLE_PROXY,
            span,
            format!(
                "RDS Proxy does not serve {} {}, and `{}` cannot have one, though {need}",
                shape.engine.name(),
                shape.major,
                intent.id()
            ),
        )
        .help(format!(
            "take {} {}, make the pools smaller, allow fewer instances, or take a larger `instance`",
            shape.engine.name(),
            klo_diagnostics::list_of(versions.iter().copied())
        ))
        .subject(intent.id()),
    );
}

/// What a proxy stands before.
pub(super) struct Before<'a> {
    /// The database's shape.
    pub(super) shape: &'a Shape,
    /// Its credentials.
    pub(super) credentials: &'a Credentials,
    /// Its main resource: an instance or a cluster.
    pub(super) database: &'a Address,
    /// What else must be up before connections can be made.
    pub(super) ready: &'a [Address],
    /// Its security group and port.
    pub(super) door: &'a Door,
}

/// A proxy as units see it.
pub(super) struct Proxy {
    /// Its host name.
    pub(super) host: Value,
    /// Its security group and port.
    pub(super) door: Door,
    /// What must exist before it answers.
    pub(super) ready: Address,
}

/// Makes the proxy of a database; `None` when there is no network for it.
pub(super) fn build(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    before: &Before<'_>,
) -> Option<Proxy> {
    let network = lowering.network.clone()?;
    let group = doors::group(lowering, intent, "proxy", network.vpc);
    let door = Door {
        group: Some(group.attr("id")),
        port: before.door.port.clone(),
    };
    EdgeRules {
        from: (format!("{}.proxy", intent.id()), group.attr("id")),
        to: (intent.id(), before.door.group.clone()),
        port: before.door.port.clone(),
    }
    .add(lowering, intent);
    let name = lower_name(lowering, name_of(lowering, intent), "", NAME_LIMIT);
    let (role, may_read) = role(lowering, intent, before.credentials);
    let logs = log_group(lowering, intent, &name);
    let body = Block::new()
        .with("name", &name)
        .with("engine_family", family(before.shape.engine))
        .with("role_arn", role.attr("arn"))
        .with("vpc_subnet_ids", network.data_subnets)
        .with("vpc_security_group_ids", vec![group.attr("id")])
        .with("require_tls", true)
        .with("idle_client_timeout", 1800)
        .with("debug_logging", false)
        .block(
            "auth",
            Block::new()
                .with("auth_scheme", "SECRETS")
                .with("iam_auth", "DISABLED")
                .with("client_password_auth_type", auth_type(before.shape.engine))
                .with("secret_arn", before.credentials.arn.clone()),
        )
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_db_proxy", intent, "");
    let mut resource = part(intent, address, "pools the units' connections", body)
        .after(logs)
        .after(may_read);
    resource
        .depends_on
        .extend(before.credentials.ready.iter().cloned());
    resource.why.decision = Some(CODE.to_owned());
    let proxy = lowering.add(resource);
    let ready = target(lowering, intent, before, &proxy);
    Some(Proxy {
        host: proxy.attr("endpoint"),
        door,
        ready,
    })
}

const fn family(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "POSTGRESQL",
        Engine::Mysql | Engine::Mariadb => "MYSQL",
    }
}

/// How clients prove their password to the proxy, which all drivers of the engine can.
const fn auth_type(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "POSTGRES_SCRAM_SHA_256",
        Engine::Mysql => "MYSQL_CACHING_SHA2_PASSWORD",
        Engine::Mariadb => "MYSQL_NATIVE_PASSWORD",
    }
}

/// A role that may read just the one secret.
fn role(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    credentials: &Credentials,
) -> (Address, Address) {
    let name = lowering.physical(name_of(lowering, intent), "proxy", ROLE_LIMIT);
    let body = Block::new()
        .with("name", name)
        .with("description", format!("The proxy of {}", intent.id()))
        .with(
            "assume_role_policy",
            policy::assumed_by("rds.amazonaws.com", None),
        )
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_iam_role", intent, "proxy");
    let role = add(lowering, intent, address, "what the proxy may do", body);
    let arn = credentials.arn.clone();
    let mut statements = vec![policy::allow(
        "ReadCredentials",
        &["secretsmanager:GetSecretValue"],
        vec![arn],
    )];
    if let Some(key) = lowering.key_arn() {
        let service = format!(
            "secretsmanager.{}.amazonaws.com",
            lowering.deployment().region
        );
        let condition = Value::map([(
            "StringEquals",
            Value::map([("kms:ViaService", Value::Text(service))]),
        )]);
        statements.push(
            policy::allow("DecryptCredentials", &["kms:Decrypt"], vec![key])
                .with("Condition", condition),
        );
    }
    let body = Block::new()
        .with("name", "read-credentials")
        .with("role", role.attr("id"))
        .with("policy", policy::document(statements));
    let address = part_address("aws_iam_role_policy", intent, "proxy");
    let policy = add(
        lowering,
        intent,
        address,
        "lets the proxy read its secret",
        body,
    );
    (role, policy)
}

/// The log group, made first: a proxy would make one that keeps everything for ever.
fn log_group(lowering: &mut Lowering<'_>, intent: &Intent, name: &str) -> Address {
    let body = Block::new()
        .with("name", format!("/aws/rds/proxy/{name}"))
        .with("retention_in_days", lowering.log_retention())
        .with_some("kms_key_id", lowering.key_arn())
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_cloudwatch_log_group", intent, "proxy");
    add(lowering, intent, address, "the proxy's log", body)
}

fn target(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    before: &Before<'_>,
    proxy: &Address,
) -> Address {
    let body = Block::new()
        .with("db_proxy_name", proxy.attr("name"))
        .block(
            "connection_pool_config",
            Block::new()
                .with("connection_borrow_timeout", 120)
                .with("max_connections_percent", CONNECTIONS_PERCENT)
                .with("max_idle_connections_percent", CONNECTIONS_PERCENT / 2),
        );
    let address = part_address("aws_db_proxy_default_target_group", intent, "");
    let group = add(
        lowering,
        intent,
        address,
        "how many connections it keeps",
        body,
    );
    let which = if before.shape.is_serverless() {
        ("db_cluster_identifier", "cluster_identifier")
    } else {
        ("db_instance_identifier", "identifier")
    };
    let body = Block::new()
        .with("db_proxy_name", proxy.attr("name"))
        .with("target_group_name", group.attr("name"))
        .with(which.0, before.database.attr(which.1));
    let address = part_address("aws_db_proxy_target", intent, "");
    let mut resource = part(intent, address, "the database behind the proxy", body);
    resource.depends_on.extend(before.ready.iter().cloned());
    lowering.add(resource)
}
