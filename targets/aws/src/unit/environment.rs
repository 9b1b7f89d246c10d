//! The variables that a unit's process finds in its environment.

use std::collections::BTreeMap;

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Binding, Edge, Field, Intent, IntentId, Node};
use klo_plan::kubernetes::Piece;
use klo_plan::{Address, Value};
use klo_source::Span;

use super::permissions::kind_of_id;
use super::serve;
use crate::context::{Compute, Lowering, Supply, plain_text};
use crate::ingress::address::UnitAddress;
use crate::{ingress, other_app};

/// A secret that becomes a variable.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SecretVariable {
    pub(super) arn: Value,
    pub(super) key: Option<String>,
    pub(super) version: Option<Value>,
}

/// Text in which parts of a secret stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ComposedVariable {
    pub(super) secret: Value,
    pub(super) parts: Vec<Piece>,
}

impl SecretVariable {
    /// As ECS names a part of a secret: `arn:key:stage:version`.
    pub(super) fn value_from(&self) -> Value {
        if self.key.is_none() && self.version.is_none() {
            return self.arn.clone();
        }
        let key = self.key.as_deref().unwrap_or_default();
        let mut parts = vec![self.arn.clone(), Value::text(format!(":{key}::"))];
        parts.extend(self.version.clone());
        Value::Concat(parts)
    }

    /// As the start of a Lambda image reads it.
    pub(super) fn to_json(&self) -> Value {
        let key = self.key.as_ref().map_or(Value::Null, Value::from);
        Value::json(Value::map([
            ("arn", self.arn.clone()),
            ("key", key),
            ("version", self.version.clone().unwrap_or(Value::Null)),
        ]))
    }
}

/// The environment of one unit.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// Values that may be read by everyone who may read the configuration.
    pub(super) plain: BTreeMap<String, Value>,
    /// References to secrets.
    pub(super) secrets: BTreeMap<String, SecretVariable>,
    /// Texts that the cluster's store of secrets puts together.
    pub(super) composed: BTreeMap<String, ComposedVariable>,
    /// What must exist before the unit starts.
    pub(super) ready: Vec<Address>,
    /// Who set each variable, for messages.
    owners: BTreeMap<String, String>,
}

/// Prefix of the variables through which a Lambda image learns of its secrets.
const FETCHED: &str = "KLO_SECRET_";

/// Variables that every platform takes for credentials.
const CREDENTIALS: [&str; 3] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];
/// Variables that Lambda sets and refuses to have set. AWS Lambda developer guide, "Defined runtime
/// environment variables", 2026-11.
const LAMBDA: [&str; 15] = [
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_METADATA_API",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];
/// Variables in which every platform gives the region.
const REGIONS: [&str; 2] = ["AWS_DEFAULT_REGION", "AWS_REGION"];

impl Environment {
    /// Everything that a unit's variables hold.
    pub(super) fn of(lowering: &mut Lowering<'_>, id: IntentId) -> Self {
        let mut environment = Self::default();
        let graph = lowering.graph;
        let unit = lowering.intent(id);
        for edge in graph.edges_from(id) {
            for binding in &edge.bindings {
                environment.bind(lowering, id, edge, binding);
            }
            for (variable, field) in &edge.extra {
                let at = edge.at.first().copied().unwrap_or(unit.at);
                let binding = Binding {
                    variable: variable.clone(),
                    field: *field,
                    url: None,
                    at,
                    required: true,
                };
                environment.bind(lowering, id, edge, &binding);
            }
            if let Some(store) = edge.to.intent().and_then(|id| lowering.stores.get(&id)) {
                environment.ready.extend(store.ready.iter().cloned());
            }
        }
        environment.ready.sort_unstable();
        environment.ready.dedup();
        let extra = lowering.extra_env.get(&id).cloned().unwrap_or_default();
        for (variable, value) in extra {
            let supply = Supply::Plain(value);
            environment.set(lowering, unit, variable, supply, "klo", unit.at);
        }
        environment.add_inert(unit);
        environment.add_stated(lowering, id, unit);
        if let Some(port) = serve::port(lowering, id) {
            let variable = "PORT".to_owned();
            if !environment.owners.contains_key(&variable) {
                let value = Supply::Plain(Value::Text(port.to_string()));
                environment.set(lowering, unit, variable, value, &unit.id(), unit.at);
            }
        }
        environment
    }

    /// Moves secrets into plain variables that name them, and returns which variable each one is to
    /// fill: what a platform needs that hands out no secrets itself.
    pub(super) fn fetch_secrets(&mut self) -> BTreeMap<String, String> {
        let mut fetched = BTreeMap::new();
        for (variable, secret) in &self.secrets {
            let carrier = format!("{FETCHED}{variable}");
            self.plain.insert(carrier.clone(), secret.to_json());
            fetched.insert(variable.clone(), carrier);
        }
        fetched
    }

    /// The ARNs of the secrets, each once.
    pub(super) fn secret_arns(&self) -> Vec<Value> {
        let mut arns: Vec<Value> = Vec::new();
        for secret in self.secrets.values() {
            if !arns.contains(&secret.arn) {
                arns.push(secret.arn.clone());
            }
        }
        arns
    }

    fn bind(&mut self, lowering: &mut Lowering<'_>, id: IntentId, edge: &Edge, binding: &Binding) {
        let region = REGIONS.contains(&binding.variable.as_str());
        if binding.field == Field::Region && region {
            return;
        }
        let unit = lowering.intent(id);
        let owner = lowering.graph.node_id(&edge.to);
        if let Some(supply) = supply(lowering, id, edge, binding) {
            let variable = binding.variable.clone();
            self.set(lowering, unit, variable, supply, &owner, binding.at);
        }
    }

    fn add_inert(&mut self, unit: &Intent) {
        let inert = unit.code.iter().flat_map(|code| &code.inert);
        for binding in inert {
            if !self.owners.contains_key(&binding.variable) {
                let value = Value::from(&binding.value);
                self.plain.insert(binding.variable.clone(), value);
                // Not an owner: the unit does not use it, so `env` may well say what it holds.
            }
        }
    }

    fn add_stated(&mut self, lowering: &mut Lowering<'_>, id: IntentId, unit: &Intent) {
        let at = unit.span_of("env");
        let on_lambda = lowering.compute.get(&id) == Some(&Compute::Lambda);
        for (variable, value) in unit.entries("env") {
            let by_lambda = on_lambda && LAMBDA.contains(&variable);
            if by_lambda || CREDENTIALS.contains(&variable) {
                report_reserved(lowering, unit, variable, by_lambda, at);
                continue;
            }
            let supply = Supply::Plain(Value::Text(plain_text(value)));
            self.set(lowering, unit, variable.to_owned(), supply, "env", at);
        }
    }

    fn set(
        &mut self,
        lowering: &mut Lowering<'_>,
        unit: &Intent,
        variable: String,
        supply: Supply,
        owner: &str,
        at: Span,
    ) {
        let same = match &supply {
            Supply::Plain(value) => self.plain.get(&variable) == Some(value),
            Supply::Secret { arn, .. } => self
                .secrets
                .get(&variable)
                .is_some_and(|secret| secret.arn == *arn),
            Supply::Composed { secret, parts } => self
                .composed
                .get(&variable)
                .is_some_and(|one| one.secret == *secret && one.parts == *parts),
        };
        if let Some(other) = self.owners.get(&variable) {
            if other != owner && !same {
                report_taken(lowering, unit, &variable, other, owner, at);
            }
            return;
        }
        match supply {
            Supply::Plain(value) => {
                self.plain.insert(variable.clone(), value);
            }
            Supply::Secret { arn, key, version } => {
                self.plain.remove(&variable);
                let secret = SecretVariable { arn, key, version };
                self.secrets.insert(variable.clone(), secret);
            }
            Supply::Composed { secret, parts } => {
                self.plain.remove(&variable);
                let text = ComposedVariable { secret, parts };
                self.composed.insert(variable.clone(), text);
            }
        }
        self.owners.insert(variable, owner.to_owned());
    }
}

/// What a variable holds; `None` after a report, or where something else has been reported.
fn supply(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    edge: &Edge,
    binding: &Binding,
) -> Option<Supply> {
    let found = match &edge.to {
        Node::Intent(target) if lowering.intent(*target).kind.is_unit() => {
            let address = match within(lowering, id, *target) {
                Some(address) => Some(address),
                None => ingress::address::of(lowering, *target),
            };
            let Some(address) = address else {
                report_no_address(lowering, id, *target, binding);
                return None;
            };
            return Some(Supply::Plain(match binding.field {
                Field::Host => address.host,
                Field::Port => Value::Text(address.port.to_string()),
                _ => address.url,
            }));
        }
        Node::Intent(target) => {
            // Without a store its lowering has reported why.
            let store = lowering.stores.get(target)?;
            store
                .urls
                .get(&(id, binding.variable.clone()))
                .filter(|_| binding.field == Field::Url)
                .or_else(|| store.fields.get(&binding.field))
                .cloned()
        }
        Node::OtherApp { app, intent } => {
            let published = kind_of_id(intent).is_some_and(|kind| binding.field.is_published(kind));
            published.then(|| Supply::Plain(other_app::field(lowering, app, intent, binding.field)))
        }
        _ => None,
    };
    if found.is_none() {
        report_missing(lowering, id, edge, binding);
    }
    found
}

/// The address of a unit for another on the same cluster, unless its way in asks who calls.
fn within(lowering: &Lowering<'_>, from: IntentId, to: IntentId) -> Option<UnitAddress> {
    if !ingress::within_cluster(&lowering.compute, from, to) || ingress::asks_callers(lowering, to)
    {
        return None;
    }
    let port = serve::port(lowering, to)?;
    let host = crate::eks::workload_name(lowering, to);
    Some(UnitAddress {
        url: format!("http://{host}:{port}").into(),
        host: host.into(),
        port,
    })
}

fn report_missing(lowering: &mut Lowering<'_>, id: IntentId, edge: &Edge, binding: &Binding) {
    let to = lowering.graph.node_id(&edge.to);
    let help = match &edge.to {
        Node::OtherApp { .. } => {
            "an app publishes addresses, names and ARNs, never credentials: share a secret with \
             `existing` and bind to that"
        }
        Node::Intent(id) if lowering.intent(*id).made_by().is_some() => {
            "name the output that holds it in the module's `outputs` in the pack, or take the \
             binding away"
        }
        _ => "name it under `existing`, or take the binding away",
    };
    lowering.report(
        Diagnostic::error(
            aws::NO_SUCH_VALUE,
            binding.at,
            format!(
                "`{}` is to hold the {} of `{to}`, which is not known",
                binding.variable, binding.field
            ),
        )
        .help(help)
        .subject(lowering.intent(id).id()),
    );
}

fn report_no_address(lowering: &mut Lowering<'_>, from: IntentId, to: IntentId, binding: &Binding) {
    let (from, target) = (lowering.intent(from), lowering.intent(to));
    lowering.report(
        Diagnostic::error(
            aws::NO_ADDRESS,
            binding.at,
            format!(
                "`{}` is to hold the {} of `{}`, which answers no requests",
                binding.variable,
                binding.field,
                target.id()
            ),
        )
        .help(format!(
            "give `{}` a way in, `@klo::expose(to = \"internal\")`, or send it messages through a \
             queue that triggers it",
            target.id()
        ))
        .related(from.at, "this unit asks for it")
        .related(target.at, "this unit is asked for")
        .subject(from.id()),
    );
}

fn report_taken(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    variable: &str,
    first: &str,
    second: &str,
    at: Span,
) {
    let help = if second == "env" {
        format!("remove `{variable}` from `env`: klo sets it")
    } else {
        "give each resource a variable of its own; `bind = { … }` names them".to_owned()
    };
    lowering.report(
        Diagnostic::error(
            aws::VARIABLE_TAKEN,
            at,
            format!(
                "`{variable}` of `{}` is to hold a value of `{first}` and one of `{second}`",
                unit.id()
            ),
        )
        .help(help)
        .related(unit.at, "the unit")
        .subject(unit.id()),
    );
}

fn report_reserved(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    variable: &str,
    by_lambda: bool,
    at: Span,
) {
    let (reason, help) = if by_lambda {
        (
            "Lambda sets it itself and refuses another value",
            "remove it from `env`",
        )
    } else {
        (
            "credentials come from the unit's role",
            "remove it from `env`; the unit may do what its edges in the graph need",
        )
    };
    lowering.report(
        Diagnostic::error(
            aws::RESERVED_VARIABLE,
            at,
            format!("`env` of `{}` sets `{variable}`: {reason}", unit.id()),
        )
        .help(help)
        .subject(unit.id()),
    );
}
