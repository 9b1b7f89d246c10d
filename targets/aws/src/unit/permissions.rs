//! What a unit may do: one role for its code, one policy for each edge of the graph.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Edge, Field, Intent, IntentId, Kind, Node};
use klo_plan::{Address, Block, Resource, Value, Why};

use super::actions::{self, Allowed, Content, Shape};
use crate::context::{Compute, Lowering, edge_address, group_of};
use crate::data::keys;
use crate::{other_app, policy as document};

/// One statement of a policy.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    sid: String,
    actions: Vec<String>,
    resources: Vec<Value>,
    conditions: IndexMap<String, Value>,
}

impl Statement {
    /// A statement that allows nothing yet.
    pub(crate) fn new(sid: impl Into<String>) -> Self {
        Self {
            sid: sid.into(),
            actions: Vec::new(),
            resources: Vec::new(),
            conditions: IndexMap::new(),
        }
    }

    /// Adds actions.
    #[must_use]
    pub(crate) fn actions<A: Into<String>>(mut self, actions: impl IntoIterator<Item = A>) -> Self {
        self.actions.extend(actions.into_iter().map(Into::into));
        self
    }

    /// Adds a resource.
    #[must_use]
    pub(crate) fn resource(mut self, arn: impl Into<Value>) -> Self {
        self.resources.push(arn.into());
        self
    }

    /// Names every resource, for actions that know no other, with the reason as a comment.
    #[must_use]
    pub(crate) fn every_resource(self, reason: &str) -> Self {
        self.resource(Value::text("*").commented(reason))
    }

    /// Holds only where a key of the request has one of the values.
    #[must_use]
    pub(crate) fn when(mut self, operator: &str, key: &str, value: impl Into<Value>) -> Self {
        let entry = Value::map([(key, value.into())]);
        match self.conditions.get_mut(operator) {
            Some(Value::Map(keys)) => {
                let Value::Map(more) = entry else { return self };
                keys.extend(more);
            }
            _ => {
                self.conditions.insert(operator.to_owned(), entry);
            }
        }
        self
    }

    fn into_block(mut self) -> Block {
        self.actions.sort_unstable();
        self.actions.dedup();
        let actions: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        let block = document::allow(&self.sid, &actions, self.resources);
        if self.conditions.is_empty() {
            return block;
        }
        block.with("Condition", Value::Map(self.conditions))
    }
}

/// A policy document.
pub(crate) fn policy(statements: impl IntoIterator<Item = Statement>) -> Value {
    document::document(statements.into_iter().map(Statement::into_block).collect())
}

/// The document that lets an AWS service take a role, for this account's sake only where the
/// account is known and the service says whom it acts for.
pub(crate) fn trust(lowering: &Lowering<'_>, service: &str) -> Value {
    let mut statement = Block::new()
        .with("Effect", "Allow")
        .with("Principal", Value::map([("Service", service)]))
        .with("Action", "sts:AssumeRole");
    // Lambda does not say; IAM user guide, "Cross-service confused deputy prevention", 2026-11.
    let says_account = service != "lambda.amazonaws.com";
    if let (Some(account), true) = (&lowering.deployment().account, says_account) {
        let account = Value::map([("aws:SourceAccount", Value::from(account))]);
        statement.set("Condition", Value::map([("StringEquals", account)]));
    }
    document::document(vec![statement])
}

/// A word for statement ids, which hold letters and digits only: `BucketReceipts`.
pub(crate) fn sid(id: &str) -> String {
    id.split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| {
            let mut chars = word.chars();
            let first = chars.next()?;
            Some(first.to_ascii_uppercase().to_string() + chars.as_str())
        })
        .collect()
}

/// The policies of a unit's edges, on the role that its code runs under; returns their addresses.
pub(super) fn of_edges(lowering: &mut Lowering<'_>, id: IntentId, role: &Address) -> Vec<Address> {
    let graph = lowering.graph;
    let unit = lowering.intent(id);
    let mut addresses = Vec::new();
    for edge in graph.edges_from(id) {
        let statements = statements(lowering, unit, edge);
        if statements.is_empty() {
            continue;
        }
        let (from, to) = (unit.id(), graph.node_id(&edge.to));
        let address = edge_address("aws_iam_role_policy", &from, &to);
        if addresses.contains(&address) {
            continue;
        }
        let access: Vec<&str> = edge.access.iter().map(|access| access.name()).collect();
        let why = Why::edge(
            &from,
            &to,
            format!("{} and nothing else", access.join(", ")),
        );
        let body = Block::new()
            .with("name", to.replace(['.', ':'], "-"))
            .with("role", role.attr("id"))
            .with("policy", policy(statements));
        lowering.add(Resource::new(address.clone(), group_of(unit), why, body));
        addresses.push(address);
    }
    addresses
}

/// What an edge acts on, as permissions see it.
struct Target {
    kind: Kind,
    id: String,
    /// Base ARNs; more than one where one call touches several things.
    arns: Vec<Value>,
    /// The key that it is encrypted with, where AWS does not see to that by itself.
    key: Option<Key>,
    conditions: Vec<(&'static str, &'static str, Value)>,
}

/// A key as policies name it.
enum Key {
    /// By its ARN.
    Arn(Value),
    /// By its alias: of another app's key nothing else is known.
    Alias(String),
}

fn statements(lowering: &mut Lowering<'_>, unit: &Intent, edge: &Edge) -> Vec<Statement> {
    let Some(kind) = kind_of(lowering, edge) else {
        return Vec::new();
    };
    if is_injected(kind, edge) {
        return Vec::new();
    }
    let allowed = match actions::allowed(kind, edge) {
        Ok(allowed) => allowed,
        Err(unknown) => {
            report_unknown(lowering, unit, edge, &unknown);
            return Vec::new();
        }
    };
    if allowed.is_empty() {
        return Vec::new();
    }
    let Some(target) = target(lowering, unit, edge, kind) else {
        return Vec::new();
    };
    let mut statements = of_shapes(&target, &allowed);
    statements.extend(key_use(lowering, &target, &allowed));
    statements
}

/// The kind of what the edge points at, where IAM has a say in it.
fn kind_of(lowering: &Lowering<'_>, edge: &Edge) -> Option<Kind> {
    match &edge.to {
        Node::Intent(id) => {
            let kind = lowering.intent(*id).kind;
            if !kind.is_unit() {
                return Some(kind);
            }
            // What matters is where it runs: a service on Lambda is invoked as a function is.
            match lowering.compute.get(id) {
                Some(Compute::Lambda) => Some(Kind::Function),
                Some(Compute::Batch) => Some(Kind::Job),
                _ => None,
            }
        }
        Node::OtherApp { intent, .. } => kind_of_id(intent),
        _ => None,
    }
}

/// The kind in an id, `topic.order-events`.
pub(super) fn kind_of_id(id: &str) -> Option<Kind> {
    Kind::from_name(id.split_once('.')?.0)
}

/// Whether the platform hands the value to the unit, whose code then asks for nothing itself.
fn is_injected(kind: Kind, edge: &Edge) -> bool {
    matches!(kind, Kind::Secret | Kind::Config)
        && edge.methods.is_empty()
        && edge.stated.is_empty()
        && edge
            .bindings
            .iter()
            .any(|binding| binding.field == Field::Value)
}

fn target(lowering: &mut Lowering<'_>, unit: &Intent, edge: &Edge, kind: Kind) -> Option<Target> {
    let id = lowering.graph.node_id(&edge.to);
    let (arns, key, conditions) = match &edge.to {
        Node::Intent(target) if lowering.intent(*target).kind.is_unit() => {
            (unit_arns(lowering, *target), None, Vec::new())
        }
        Node::Intent(target) => {
            let own = lowering.uses_own_key(*target);
            let key = lowering.key_arn().filter(|_| own).map(Key::Arn);
            // Without a store its lowering has reported why.
            let store = lowering.stores.get(target)?;
            match (&store.mount, &store.arn) {
                (Some(mount), _) => {
                    let point = mount.access_point.1.clone();
                    let name = "elasticfilesystem:AccessPointArn";
                    let condition = ("ArnEquals", name, point);
                    (vec![mount.file_system.1.clone()], key, vec![condition])
                }
                (None, Some(arn)) => (vec![arn.clone()], key, Vec::new()),
                (None, None) => {
                    report_no_arn(lowering, unit, edge, &id);
                    return None;
                }
            }
        }
        Node::OtherApp { app, intent } => {
            let arn = other_app::field(lowering, app, intent, Field::Arn);
            let alias = keys::alias(app, &lowering.deployment().environment);
            let key = lowering.is_prod().then_some(Key::Alias(alias));
            (vec![arn], key, Vec::new())
        }
        _ => return None,
    };
    Some(Target {
        kind,
        id,
        arns,
        key,
        conditions,
    })
}

/// ARNs of a unit by the names that klo gives, since two units that call each other would otherwise
/// each have to exist before the other.
fn unit_arns(lowering: &Lowering<'_>, id: IntentId) -> Vec<Value> {
    let name = lowering.unit_name(id);
    let arn = |service: &str, resource: &str| Value::Text(lowering.arn_of(service, resource));
    match lowering.compute.get(&id) {
        Some(Compute::Lambda) => {
            let function = lowering.physical(&name, "", super::lambda::NAME_LIMIT);
            vec![arn("lambda", &format!("function:{function}"))]
        }
        _ => {
            let job = lowering.physical(&name, "", super::batch::NAME_LIMIT);
            job_arns(
                lowering,
                arn("batch", &format!("job-definition/{job}")),
                arn("batch", &format!("job-queue/{job}")),
            )
        }
    }
}

/// What starting a job acts on: the definition, by name and in every revision, the queue, and the job
/// to be, which has no name of its own before.
pub(super) fn job_arns(lowering: &Lowering<'_>, definition: Value, queue: Value) -> Vec<Value> {
    let revisions = suffixed(&definition, ":*");
    let job = Value::Text(lowering.arn_of("batch", "job/*"));
    vec![definition, revisions, queue, job]
}

/// An ARN with something behind it.
fn suffixed(arn: &Value, suffix: &str) -> Value {
    match (arn, suffix) {
        (arn, "") => arn.clone(),
        (Value::Text(text), suffix) => Value::Text(format!("{text}{suffix}")),
        (arn, suffix) => Value::concat([arn.clone(), Value::text(suffix)]),
    }
}

fn of_shapes(target: &Target, allowed: &Allowed) -> Vec<Statement> {
    let name = sid(&target.id);
    let sets = allowed.by_shapes();
    let several = sets.len() > 1;
    sets.into_iter()
        .map(|(shapes, actions)| {
            let sid = if several {
                format!(
                    "{name}{}",
                    shapes.iter().map(|shape| shape.word()).collect::<String>()
                )
            } else {
                name.clone()
            };
            let mut statement = Statement::new(sid).actions(actions);
            for shape in shapes {
                statement = add_shape(statement, target, shape);
            }
            for (operator, key, value) in &target.conditions {
                statement = statement.when(operator, key, value.clone());
            }
            statement
        })
        .collect()
}

fn add_shape(statement: Statement, target: &Target, shape: Shape) -> Statement {
    let Some(suffix) = shape.suffix() else {
        return statement.every_resource("AWS knows no narrower resource for these actions.");
    };
    target.arns.iter().fold(statement, |statement, arn| {
        statement.resource(suffixed(arn, suffix))
    })
}

/// The use of the key that goes with what is read or written, through the one service.
fn key_use(lowering: &Lowering<'_>, target: &Target, allowed: &Allowed) -> Option<Statement> {
    let key = target.key.as_ref()?;
    let content = allowed.content()?;
    let service = match target.kind {
        Kind::Bucket => "s3",
        Kind::Table => "dynamodb",
        Kind::Queue => "sqs",
        Kind::Topic => "sns",
        Kind::Secret => "secretsmanager",
        _ => return None,
    };
    // Writers decrypt too: a multipart upload is put together, a queue's data key is reused.
    let mut actions = BTreeSet::from(["kms:Decrypt"]);
    if content == Content::Encrypts {
        actions.insert("kms:GenerateDataKey");
    }
    let statement = Statement::new(format!("{}Key", sid(&target.id)))
        .actions(actions)
        .when(
            "StringEquals",
            "kms:ViaService",
            via_service(lowering, service),
        );
    Some(match key {
        Key::Arn(arn) => statement.resource(arn.clone()),
        // AWS KMS developer guide, "Use aliases to control access to KMS keys", 2026-11.
        Key::Alias(alias) => statement
            .resource(
                Value::Text(lowering.arn_of("kms", "key/*"))
                    .commented("The other app's key alone: the one that has its alias."),
            )
            .when(
                "ForAnyValue:StringEquals",
                "kms:ResourceAliases",
                Value::text(alias),
            ),
    })
}

/// A service as the key's condition names it.
pub(super) fn via_service(lowering: &Lowering<'_>, service: &str) -> String {
    format!("{service}.{}.amazonaws.com", lowering.deployment().region)
}

fn report_unknown(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    edge: &Edge,
    unknown: &[&klo_intent::MethodUse],
) {
    let to = lowering.graph.node_id(&edge.to);
    let calls: Vec<String> = unknown
        .iter()
        .map(|method| format!("`{}` of {}", method.method, method.service))
        .collect();
    let at = edge.at.first().copied().unwrap_or(unit.at);
    lowering.report(
        Diagnostic::error(
            aws::UNKNOWN_CALL,
            at,
            format!(
                "`{}` calls {} on `{to}`, and klo knows no permission for it",
                unit.id(),
                calls.join(", ")
            ),
        )
        .help(format!(
            "state what it does on the unit: `@klo::uses(to = \"{to}\", access = [\"read\"])`, with \
             `\"write\"` where it changes something"
        ))
        .related(unit.at, "this unit reaches the call")
        .subject(unit.id()),
    );
}

fn report_no_arn(lowering: &mut Lowering<'_>, unit: &Intent, edge: &Edge, to: &str) {
    let target = edge.to.intent().map(|id| lowering.intent(id));
    let at = target.map_or(unit.at, |target| target.span_of("existing"));
    let by_module = target.is_some_and(|target| target.made_by().is_some());
    let help = if by_module {
        "name the output that holds it in the module's `outputs` in the pack: `arn: …`"
    } else {
        "name it: `existing = { arn = \"arn:aws:…\" }`"
    };
    lowering.report(
        Diagnostic::error(
            aws::NO_SUCH_VALUE,
            at,
            format!(
                "the ARN of `{to}` is needed for the permissions of `{}`",
                unit.id()
            ),
        )
        .help(help)
        .related(unit.at, "this unit uses it")
        .subject(to.to_owned()),
    );
}
