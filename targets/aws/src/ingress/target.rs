//! One unit behind the load balancer: its target group, the rules that lead requests to it, and
//! the service or function whose instances stand in it.

use klo_intent::{Decision, Intent, IntentId, Origin};
use klo_plan::{Address, Block, Lifecycle, Resource, Root, Value, symbol};
use sha2::{Digest, Sha256};

use super::address::internal_host;
use super::load_balancer::{UNIT_HEADER, balancer, group, is_secure, listener};
use super::rules::{Rule, add_rules};
use super::{Front, Way, internal};
use crate::context::{Compute, Lowering, group_of, part_address, why};
use crate::unit::autoscaling;
use crate::unit::task::CONTAINER;

/// The longest wait before a target that is taken away is cut off, in seconds (Elastic Load
/// Balancing, 2025-11).
const LONGEST_DRAIN: u64 = 3600;
/// The last priority that a rule can have (likewise).
const LAST_PRIORITY: u32 = 50_000;

/// Adds what one unit needs behind the load balancer: its target group, and the rules that lead
/// its ways in to it. A unit with several ways in has one target group.
pub(crate) fn lower(lowering: &mut Lowering<'_>, unit: IntentId, ways: &[Way<'_>]) {
    let target = add_target_group(lowering, unit);
    let rules: Vec<Address> = ways
        .iter()
        .map(|way| add_listener_rule(lowering, way, &target))
        .collect();
    match lowering.compute.get(&unit) {
        Some(Compute::Lambda) => attach_lambda(lowering, unit, &target),
        _ => attach_service(lowering, unit, &target, &rules),
    }
    for way in ways.iter().filter(|way| way.front == Front::Internal) {
        internal::lower(lowering, way);
    }
}

fn add_target_group(lowering: &mut Lowering<'_>, unit: IntentId) -> Address {
    let intent = lowering.intent(unit);
    let address = part_address("aws_lb_target_group", intent, "");
    let name = lowering.unit_name(unit);
    let body = if lowering.compute.get(&unit) == Some(&Compute::Lambda) {
        Block::new()
            .with("name", lowering.physical(&name, "", 32))
            .with("target_type", "lambda")
            .with("lambda_multi_value_headers_enabled", true)
    } else {
        let port = container_port(intent);
        let drain = intent
            .duration("timeout")
            .map_or(30, klo_intent::Duration::seconds)
            .clamp(5, LONGEST_DRAIN);
        let vpc = lowering.network.as_ref().map(|network| network.vpc.clone());
        Block::new()
            // The port is in the name so that a new port's group can stand beside the old one.
            .with("name", lowering.physical(&name, &port.to_string(), 32))
            .with("port", port)
            .with("protocol", "HTTP")
            .with("target_type", "ip")
            .with_some("vpc_id", vpc)
            .with("deregistration_delay", drain)
            .block(
                "health_check",
                Block::new()
                    .with("path", health_path(intent))
                    .with("matcher", healthy_status(intent))
                    .with("interval", 15)
                    .with("timeout", 5)
                    .with("healthy_threshold", 2)
                    .with("unhealthy_threshold", 3),
            )
    };
    lowering.add(
        Resource::new(
            address,
            group_of(intent),
            why(intent, "its instances behind the load balancer"),
            body,
        )
        .lifecycle(Lifecycle {
            create_before_destroy: true,
            ..Lifecycle::default()
        }),
    )
}

fn health_path(intent: &Intent) -> String {
    let path = intent.text("health").unwrap_or("/");
    format!("/{}", path.trim_start_matches('/'))
}

/// A path that nobody named may well be unknown to the application, so there every answer but a
/// server's error counts.
fn healthy_status(intent: &Intent) -> &'static str {
    let is_named = intent
        .settings
        .get("health")
        .is_some_and(|setting| setting.origin != Origin::BuiltIn);
    if is_named { "200-399" } else { "200-499" }
}

/// The port that a container listens on.
pub(crate) fn container_port(intent: &Intent) -> u16 {
    intent
        .int("port")
        .and_then(|port| u16::try_from(port).ok())
        .unwrap_or(8080)
}

fn add_listener_rule(lowering: &mut Lowering<'_>, way: &Way<'_>, target: &Address) -> Address {
    let unit = lowering.intent(way.unit);
    let part = match way.front {
        Front::HttpApi | Front::RestApi => "api",
        Front::Distribution => "cdn",
        Front::Internal => "internal",
    };
    let named = if way.front == Front::Internal {
        let host = match way.domain() {
            Some(domain) => domain.to_owned(),
            None => internal_host(lowering, way.unit),
        };
        Block::new().block(
            "host_header",
            Block::new().with("values", Value::list([host])),
        )
    } else {
        Block::new().block(
            "http_header",
            Block::new()
                .with("http_header_name", UNIT_HEADER)
                .with("values", Value::list([lowering.unit_name(way.unit)])),
        )
    };
    let own = listener(way.front, is_secure(way)).attr("arn");
    let priority = free_priority(lowering, &own, &lowering.unit_name(way.unit));
    let mut body = Block::new()
        .with("listener_arn", own)
        .with("priority", priority)
        .block(
            "action",
            Block::new()
                .with("type", "forward")
                .with("target_group_arn", target.attr("arn")),
        )
        .block("condition", named);
    if let Some(prefix) = way.prefix() {
        let paths = Value::list([prefix.clone(), format!("{prefix}/*")]);
        body = body.block(
            "condition",
            Block::new().block("path_pattern", Block::new().with("values", paths)),
        );
    }
    lowering.add(Resource::new(
        part_address("aws_lb_listener_rule", unit, part),
        group_of(unit),
        why(unit, "requests for it"),
        body,
    ))
}

/// A rule's priority, from the unit's name alone: rules of one listener exclude each other, so
/// their order means nothing, and a unit that is added must not renumber the others. Only where two
/// names come out alike does the later one step aside.
fn free_priority(lowering: &Lowering<'_>, listener: &Value, name: &str) -> u32 {
    let digest = Sha256::digest(name.as_bytes());
    let bytes = digest.iter().take(4).map(|byte| u32::from(*byte));
    let mut priority = bytes.fold(0, |sum, byte| (sum << 8) | byte) % LAST_PRIORITY + 1;
    let is_taken = |priority: u32| {
        lowering.plan.in_root(Root::Main).any(|resource| {
            resource.address.kind == "aws_lb_listener_rule"
                && resource.body.get("listener_arn") == Some(listener)
                && resource.body.get("priority") == Some(&Value::from(priority))
        })
    };
    while is_taken(priority) {
        priority = priority % LAST_PRIORITY + 1;
    }
    priority
}

fn attach_lambda(lowering: &mut Lowering<'_>, unit: IntentId, target: &Address) {
    let intent = lowering.intent(unit);
    let Some(function) = crate::triggers::lambda(lowering, unit) else {
        return;
    };
    let permission = lowering.add(Resource::new(
        part_address("aws_lambda_permission", intent, "load_balancer"),
        group_of(intent),
        why(intent, "the load balancer may call it"),
        function.permission("elasticloadbalancing.amazonaws.com", target.attr("arn")),
    ));
    lowering.add(
        Resource::new(
            part_address("aws_lb_target_group_attachment", intent, ""),
            group_of(intent),
            why(intent, "the function behind the load balancer"),
            Block::new()
                .with("target_group_arn", target.attr("arn"))
                .with("target_id", function.arn),
        )
        .after(permission),
    );
    lowering.decide(Decision {
        code: "ingress",
        subject: intent.id(),
        chosen: "internal load balancer with the function as its target".to_owned(),
        because: "`to = \"internal\"` never has a public address; request and answer are limited \
                  to 1 MB each on this way"
            .to_owned(),
        instead_of: vec!["a private REST API: an interface endpoint that costs more".to_owned()],
        standing_cost: false,
    });
}

/// Puts the ECS service's instances into the target group. The service can be made only once the
/// group hangs on the load balancer, so it waits for the rules.
fn attach_service(
    lowering: &mut Lowering<'_>,
    unit: IntentId,
    target: &Address,
    rules: &[Address],
) {
    let intent = lowering.intent(unit);
    let port = container_port(intent);
    let main = lowering.units.get(&unit).and_then(|refs| refs.main.clone());
    if let Some(service) =
        main.and_then(|main| lowering.plan.resources.get_mut(&(Root::Main, main)))
    {
        let attachment = Block::new()
            .with("target_group_arn", target.attr("arn"))
            .with("container_name", CONTAINER)
            .with("container_port", port);
        service.body.set("health_check_grace_period_seconds", 60);
        service.body = std::mem::take(&mut service.body).block("load_balancer", attachment);
        service.depends_on.extend(rules.iter().cloned());
    }
    if let Some(own) = lowering.unit_groups.get(&unit).cloned() {
        // Two units of the cluster on one port are one path; the first names it.
        let same = lowering.plan.in_root(Root::Main).any(|resource| {
            resource.address.kind == "aws_vpc_security_group_ingress_rule"
                && resource.body.get("security_group_id") == Some(&own)
                && resource.body.get("referenced_security_group_id") == Some(&group().attr("id"))
                && resource.body.get("from_port") == Some(&Value::from(port))
        });
        if same {
            return;
        }
        let rule = Rule {
            name: format!("ingress_to_{}_{}", intent.kind, symbol(&intent.name)),
            from: group().attr("id"),
            to: own,
            port,
            description: format!("Load balancer to {}", intent.id()),
        };
        let because = why(intent, "the load balancer reaches its instances");
        add_rules(lowering, rule, group_of(intent), because);
    }
    scale_on_requests(lowering, unit, target);
}

/// Requests per second that one instance answers under the load formula of language.md §1: 40 at
/// once, 0.2 s each.
const REQUESTS_PER_INSTANCE: i64 = 40 * 5;

/// Where the source says how many users there are, the number of instances follows the requests
/// and not only the CPU.
fn scale_on_requests(lowering: &mut Lowering<'_>, unit: IntentId, target: &Address) {
    let intent = lowering.intent(unit);
    let scaled = autoscaling::target(intent);
    if intent.int("users").is_none() || lowering.plan.get(Root::Main, &scaled).is_none() {
        return;
    }
    // Three quarters, so that new instances are up before the old ones are full.
    let per_minute = REQUESTS_PER_INSTANCE * 60 * 3 / 4;
    let label = Value::concat([
        balancer().attr("arn_suffix"),
        "/".into(),
        target.attr("arn_suffix"),
    ]);
    let metric = Block::new()
        .with("predefined_metric_type", "ALBRequestCountPerTarget")
        .with("resource_label", label);
    let tracking = Block::new()
        .with("target_value", per_minute)
        .with("scale_in_cooldown", 300)
        .with("scale_out_cooldown", 60)
        .block("predefined_metric_specification", metric);
    let rules = ways_rules(lowering, unit);
    let mut resource = Resource::new(
        part_address("aws_appautoscaling_policy", intent, "requests"),
        group_of(intent),
        why(intent, "as many instances as its requests need"),
        scaling_policy(lowering, unit, &scaled, "requests")
            .with("policy_type", "TargetTrackingScaling")
            .block("target_tracking_scaling_policy_configuration", tracking),
    );
    resource.depends_on.extend(rules);
    lowering.add(resource);
}

/// The metric is known only once the target group hangs on the load balancer.
fn ways_rules(lowering: &Lowering<'_>, unit: IntentId) -> Vec<Address> {
    let intent = lowering.intent(unit);
    ["api", "cdn", "internal"]
        .into_iter()
        .map(|part| part_address("aws_lb_listener_rule", intent, part))
        .filter(|address| lowering.plan.get(Root::Main, address).is_some())
        .collect()
}

/// The arguments that every scaling policy of a service has.
pub(crate) fn scaling_policy(
    lowering: &Lowering<'_>,
    unit: IntentId,
    scaled: &Address,
    part: &str,
) -> Block {
    Block::new()
        .with(
            "name",
            lowering.physical(&lowering.unit_name(unit), part, 255),
        )
        .with("service_namespace", scaled.attr("service_namespace"))
        .with("resource_id", scaled.attr("resource_id"))
        .with("scalable_dimension", scaled.attr("scalable_dimension"))
}
