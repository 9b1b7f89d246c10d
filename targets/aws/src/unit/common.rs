//! What units have in common wherever they run: image, logs, roles.

use klo_intent::{Intent, IntentId, Kind, Node, UrlForm};
use klo_plan::{Address, Block, Group, Image, ImageCommand, Resource, Root, Value};

use super::environment::Environment;
use super::permissions::{self, Statement, policy, trust, via_service};
use super::serve;
use crate::compute::program::{Takes, takes};
use crate::context::{Compute, Lowering, group_of, part_address, why};
use crate::instances::gpu as catalogue;

/// The longest name of a role. IAM quotas, 2026-11.
const ROLE_LIMIT: usize = 64;

/// A unit in the lowering.
#[derive(Clone, Copy)]
pub(super) struct Unit<'g> {
    pub(super) id: IntentId,
    pub(super) intent: &'g Intent,
}

impl<'g> Unit<'g> {
    /// The key of its image in `var.repositories` and `var.images`.
    fn image_key(&self) -> String {
        Group::of(self.intent).stem()
    }

    /// The physical name of the unit or a part of it.
    pub(super) fn name(&self, lowering: &Lowering<'_>, part: &str, limit: usize) -> String {
        lowering.physical(&lowering.unit_name(self.id), part, limit)
    }

    /// Adds one of its resources.
    pub(super) fn add(
        &self,
        lowering: &mut Lowering<'_>,
        kind: &'static str,
        part: &str,
        purpose: &str,
        body: Block,
    ) -> Address {
        lowering.add(self.resource(kind, part, purpose, body))
    }

    /// One of its resources, before it is added.
    pub(super) fn resource(
        &self,
        kind: &'static str,
        part: &str,
        purpose: &str,
        body: Block,
    ) -> Resource {
        Resource::new(
            part_address(kind, self.intent, part),
            group_of(self.intent),
            why(self.intent, purpose),
            body,
        )
    }
}

/// The image by digest: `<repository>@sha256:…`.
pub(super) fn image_uri(unit: &Unit<'_>) -> Value {
    let key = unit.image_key();
    Value::concat([
        Value::variable("repositories").key(&key),
        Value::text("@"),
        Value::variable("images").key(&key),
    ])
}

/// The log group, made before anything writes to it, so that its retention and key hold from the
/// first line on.
pub(super) fn log_group(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> Address {
    let deployment = lowering.deployment();
    let name = format!(
        "/klo/{}/{}/{}",
        deployment.app,
        deployment.environment,
        lowering.unit_name(unit.id)
    );
    let body = Block::new()
        .with("name", name)
        .with("retention_in_days", lowering.log_retention())
        .with_some("kms_key_id", lowering.key_arn())
        .with_some("tags", lowering.tags(unit.intent));
    unit.add(
        lowering,
        "aws_cloudwatch_log_group",
        "",
        "what the unit writes to its output",
        body,
    )
}

/// A role that an AWS service takes.
pub(super) fn role(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    part: &str,
    service: &str,
    purpose: &str,
) -> Address {
    let trust = trust(lowering, service);
    role_with(lowering, unit, part, trust, purpose)
}

/// A role with the document that says who takes it.
pub(super) fn role_with(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    part: &str,
    trust: Value,
    purpose: &str,
) -> Address {
    let body = Block::new()
        .with("name", unit.name(lowering, part, ROLE_LIMIT))
        .with("description", format!("{}: {purpose}", unit.intent.id()))
        .with("assume_role_policy", trust)
        .with_some("tags", lowering.tags(unit.intent));
    unit.add(lowering, "aws_iam_role", part, purpose, body)
}

/// The role of the unit's code, which the service that runs it takes.
pub(super) fn code_role(lowering: &mut Lowering<'_>, unit: &Unit<'_>, service: &str) -> Address {
    role(lowering, unit, "", service, "what the unit's code may do")
}

/// What has to be there before the code starts: the `policy` that its platform starts it with, what
/// its own role may do, its ways out and what is behind its variables.
pub(super) fn before_code(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    role: &Address,
    policy: Address,
    environment: &Environment,
) -> Vec<Address> {
    let mut before = vec![policy];
    before.extend(permissions::of_edges(lowering, unit.id, role));
    before.extend(ways_out(lowering, unit));
    before.extend(environment.ready.iter().cloned());
    before
}

/// A policy on one of the unit's roles.
pub(super) fn role_policy(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    part: &str,
    role: &Address,
    purpose: &str,
    statements: Vec<Statement>,
) -> Address {
    let body = Block::new()
        .with("name", part)
        .with("role", role.attr("id"))
        .with("policy", policy(statements));
    unit.add(lowering, "aws_iam_role_policy", part, purpose, body)
}

/// Writing to the unit's log group.
pub(super) fn write_logs(group: &Address) -> Statement {
    Statement::new("WriteLogs")
        .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
        .resource(Value::concat([group.attr("arn"), Value::text(":*")]))
}

/// Reading the secrets that the unit starts with.
pub(crate) fn read_secrets(lowering: &Lowering<'_>, arns: &[Value]) -> Vec<Statement> {
    if arns.is_empty() {
        return Vec::new();
    }
    let read = arns.iter().cloned().fold(
        Statement::new("ReadSecrets").actions(["secretsmanager:GetSecretValue"]),
        Statement::resource,
    );
    let decrypt = lowering.key_arn().map(|key| {
        Statement::new("DecryptSecrets")
            .actions(["kms:Decrypt"])
            .resource(key)
            .when(
                "StringEquals",
                "kms:ViaService",
                via_service(lowering, "secretsmanager"),
            )
    });
    [Some(read), decrypt].into_iter().flatten().collect()
}

/// The role that ECS takes to start a container: it pulls the image, writes the logs and reads the
/// secrets; the container's own code cannot take it.
pub(super) fn execution_role(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    logs: &Address,
    secrets: &[Value],
) -> (Address, Address) {
    let purpose = "starts the container: image, logs, secrets";
    let role = role(
        lowering,
        unit,
        "execution",
        "ecs-tasks.amazonaws.com",
        purpose,
    );
    let repository = format!("repository/{}", lowering.repository_name(unit.id));
    let mut statements = vec![
        Statement::new("LogInToRegistry")
            .actions(["ecr:GetAuthorizationToken"])
            .every_resource("The registry's token belongs to the account, not to a repository."),
        Statement::new("PullImage")
            .actions([
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ])
            .resource(lowering.arn_of("ecr", &repository)),
        write_logs(logs),
    ];
    statements.extend(read_secrets(lowering, secrets));
    let policy = role_policy(lowering, unit, "execution", &role, purpose, statements);
    (role, policy)
}

/// The subnets and group of a unit in the network; `None` outside.
pub(super) fn placement(lowering: &Lowering<'_>, id: IntentId) -> Option<(Value, Value)> {
    let network = lowering.network.as_ref()?;
    let group = lowering.unit_groups.get(&id)?;
    Some((
        network.private_subnets.clone(),
        Value::list([group.clone()]),
    ))
}

/// What the unit reaches others through: rules of its group and, at the other end, rules that name
/// it, routes out of its subnets, endpoints. It must not start before they stand.
pub(super) fn ways_out(lowering: &Lowering<'_>, unit: &Unit<'_>) -> Vec<Address> {
    if !lowering.unit_groups.contains_key(&unit.id) {
        return Vec::new();
    }
    let group = part_address("aws_security_group", unit.intent, "").attr("id");
    let names_group =
        |resource: &Resource, argument: &str| resource.body.get(argument) == Some(&group);
    lowering
        .plan
        .in_root(Root::Main)
        .filter(|resource| match resource.address.kind {
            "aws_vpc_security_group_egress_rule" => names_group(resource, "security_group_id"),
            "aws_vpc_security_group_ingress_rule" => {
                names_group(resource, "referenced_security_group_id")
            }
            "aws_route" => resource.body.get("nat_gateway_id").is_some(),
            "aws_vpc_endpoint" => resource.why.intents.contains(&unit.intent.id()),
            _ => false,
        })
        .map(|resource| resource.address.clone())
        .collect()
}

/// Asks for the unit's image.
pub(super) fn push_image(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    fetched_secrets: std::collections::BTreeMap<String, String>,
) {
    let compute = lowering.compute.get(&unit.id).copied();
    let takes = takes(unit.intent);
    let triggered = lowering
        .graph
        .edges_to(unit.id)
        .any(|edge| edge.access.contains(&klo_intent::Access::Trigger));
    let command = match (compute, unit.intent.kind) {
        (Some(Compute::Lambda), _) if takes == Some(Takes::Requests) => ImageCommand::LambdaWeb,
        (Some(Compute::Lambda), Kind::Service) if takes.is_none() => ImageCommand::LambdaWeb,
        (Some(Compute::Lambda), _) => ImageCommand::LambdaHandler,
        (Some(Compute::Fargate | Compute::Eks), Kind::Function | Kind::Job)
            if triggered && takes.is_none() =>
        {
            ImageCommand::QueueWorker
        }
        _ => ImageCommand::Unit,
    };
    let port = match (command, takes) {
        // It listens on nothing: Lambda's runtime hands it the requests.
        (ImageCommand::LambdaHandler, Some(_)) => None,
        (ImageCommand::LambdaWeb, Some(_)) => Some(serve::stated_port(unit.intent)),
        _ => serve::port(lowering, unit.id),
    };
    let image = Image {
        unit: unit.intent.id(),
        command,
        platform: platform(unit.intent),
        port,
        health: port.map(|_| serve::health(unit.intent)),
        fetched_secrets,
        ca_bundle: verifies_tls(lowering, unit.id),
        events: events(lowering, unit.id),
        why: why(unit.intent, "the code and what it needs"),
    };
    lowering.plan.images.push(image);
}

/// What the unit's image is built for: what its GPU's instances are.
fn platform(unit: &Intent) -> &'static str {
    let gpu = unit.value("gpu").get("type").and_then(|gpu| gpu.as_str());
    match gpu.map(catalogue::architecture) {
        Some("arm64") => "linux/arm64",
        _ => "linux/amd64",
    }
}

/// Whether a client in the unit is told to trust klo's certificate bundle.
fn verifies_tls(lowering: &Lowering<'_>, id: IntentId) -> bool {
    // Outside of AWS other authorities vouch for servers than those of the bundle.
    if lowering.is_plain() {
        return false;
    }
    lowering.graph.edges_from(id).any(|edge| {
        let database = edge
            .to
            .intent()
            .is_some_and(|target| lowering.intent(target).kind == Kind::Database);
        database
            || edge
                .bindings
                .iter()
                .filter_map(|binding| binding.url.as_ref())
                .flat_map(|url| &url.query)
                .any(|(_, value)| value == UrlForm::CA_BUNDLE)
    })
}

/// The kinds of events that start the unit, sorted, each once.
fn events(lowering: &Lowering<'_>, id: IntentId) -> Vec<&'static str> {
    use klo_intent::Access;
    let mut events: Vec<&'static str> = lowering
        .graph
        .edges_to(id)
        .filter_map(|edge| match &edge.from {
            _ if edge.access.contains(&Access::Expose) => Some("http"),
            _ if !edge.access.contains(&Access::Trigger) => None,
            Node::Schedule(_) => Some("schedule"),
            Node::Intent(source) => match lowering.intent(*source).kind {
                Kind::Queue => Some("queue"),
                Kind::Topic => Some("topic"),
                Kind::Bucket => Some("bucket"),
                Kind::Table => Some("table"),
                _ => None,
            },
            _ => None,
        })
        .collect();
    if lowering.intent(id).text("schedule").is_some() {
        events.push("schedule");
    }
    events.sort_unstable();
    events.dedup();
    events
}
