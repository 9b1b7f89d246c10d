//! What starts units by itself: queues, topics, schedules, buckets and tables.
//!
//! A trigger must not lose messages: whatever AWS does not connect directly goes through a queue,
//! and every way a message can fail ends in a queue of dead letters.

mod check;
mod filter;
mod function;
mod notification;
mod queue;
mod schedule;
#[cfg(test)]
mod tests;
mod worker;

use klo_diagnostics::{Diagnostic, codes::aws};
use klo_intent::{Access, Edge, Field, Intent, IntentId, Kind, Node};
use klo_plan::{Address, Block, Resource, Root, Value, Why, symbol};

use crate::context::{Compute, Lowering, Supply, group_of};
use crate::policy;

/// One trigger of a unit by something that the app has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trigger<'g> {
    /// The edge.
    pub(crate) edge: &'g Edge,
    /// The queue, topic, bucket or table.
    pub(crate) source: IntentId,
    /// The unit that it starts.
    pub(crate) unit: IntentId,
}

impl<'g> Trigger<'g> {
    /// The name that resources of the edge have: `queue_receipts_to_function_worker`.
    pub(crate) fn name(&self, lowering: &Lowering<'_>) -> String {
        let (from, to) = self.ends(lowering);
        format!("{}_to_{}", symbol(&from.id()), symbol(&to.id()))
    }

    /// The intents at both ends.
    pub(crate) fn ends(&self, lowering: &Lowering<'g>) -> (&'g Intent, &'g Intent) {
        (lowering.intent(self.source), lowering.intent(self.unit))
    }

    /// Because of this edge.
    pub(crate) fn why(&self, lowering: &Lowering<'_>, purpose: &str) -> Why {
        let (from, to) = self.ends(lowering);
        Why::edge(&from.id(), &to.id(), purpose)
    }

    /// A resource of the edge in the unit's file.
    pub(crate) fn resource(
        &self,
        lowering: &Lowering<'_>,
        kind: &'static str,
        part: &str,
        purpose: &str,
        body: Block,
    ) -> Resource {
        let name = self.name(lowering);
        let name = if part.is_empty() {
            name
        } else {
            format!("{name}_{part}")
        };
        Resource::new(
            Address::managed(kind, name),
            group_of(lowering.intent(self.unit)),
            self.why(lowering, purpose),
            body,
        )
    }

    /// The ARN of what triggers.
    pub(crate) fn source_arn(&self, lowering: &Lowering<'_>) -> Option<Value> {
        lowering.stores.get(&self.source)?.arn.clone()
    }

    /// Whether order is kept.
    pub(crate) fn is_fifo(&self, lowering: &Lowering<'_>) -> bool {
        lowering.intent(self.source).flag("fifo")
    }

    /// The batch size asked for.
    pub(crate) fn batch(&self) -> i64 {
        self.edge.option("batch").as_int().unwrap_or(10)
    }
}

/// A Lambda as what calls it needs to name it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lambda {
    /// The ARN to call: the alias where there is one.
    pub(crate) arn: Value,
    /// The ARN in the form that API Gateway takes.
    pub(crate) invoke_arn: Value,
    /// The function's name.
    pub(crate) name: Value,
    /// The alias's name.
    pub(crate) qualifier: Option<Value>,
}

impl Lambda {
    /// The permission for a service to call it on behalf of one source.
    pub(crate) fn permission(&self, service: &str, source: Value) -> Block {
        Block::new()
            .with("action", "lambda:InvokeFunction")
            .with("function_name", self.name.clone())
            .with_some("qualifier", self.qualifier.clone())
            .with("principal", service)
            .with("source_arn", source)
    }
}

/// The Lambda of a unit; `None` for units elsewhere.
pub(crate) fn lambda(lowering: &Lowering<'_>, unit: IntentId) -> Option<Lambda> {
    let refs = lowering.units.get(&unit)?;
    if refs.compute != Compute::Lambda {
        return None;
    }
    let main = refs.main.as_ref()?;
    let called = refs.alias.as_ref().unwrap_or(main);
    Some(Lambda {
        arn: called.attr("arn"),
        invoke_arn: called.attr("invoke_arn"),
        name: main.attr("function_name"),
        qualifier: refs.alias.as_ref().map(|alias| alias.attr("name")),
    })
}

/// Every trigger by an intent of the app, in order of edges.
fn triggers<'g>(lowering: &Lowering<'g>) -> Vec<Trigger<'g>> {
    lowering
        .graph
        .edges
        .iter()
        .filter(|edge| edge.access.contains(&Access::Trigger))
        .filter_map(|edge| {
            let (source, unit) = (edge.from.intent()?, edge.to.intent()?);
            Some(Trigger { edge, source, unit })
        })
        .collect()
}

/// Units that a clock starts, each with the expression.
pub(crate) fn schedules<'g>(lowering: &Lowering<'g>) -> Vec<(IntentId, &'g str)> {
    let graph = lowering.graph;
    let mut found: Vec<(IntentId, &'g str)> = Vec::new();
    for edge in &graph.edges {
        let Node::Schedule(_) = edge.from else {
            continue;
        };
        let Some(unit) = edge.to.intent() else {
            continue;
        };
        let stated = edge.option("schedule").as_str();
        let intent = graph.intent(unit);
        // A job's schedule is part of the job.
        if let (false, Some(when)) = (intent.kind == Kind::Job, stated) {
            found.push((unit, when));
        }
    }
    found
}

/// Makes the queues between containers and what AWS does not connect them to, and tells each
/// container where its queues are. Units are lowered after it.
pub(crate) fn prepare(lowering: &mut Lowering<'_>) {
    let all = check::possible(lowering);
    worker::prepare(lowering, &all);
    lowering.possible_triggers = all.iter().map(|t| (t.source, t.unit)).collect();
}

/// The same outside of AWS, where queues that are there start units, and a cluster's clock jobs.
pub(crate) fn prepare_plain(lowering: &mut Lowering<'_>) {
    let all = check::possible(lowering);
    let (queues, others): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|trigger| lowering.intent(trigger.source).kind == Kind::Queue);
    worker::prepare(lowering, &queues);
    for trigger in others {
        let (source, unit) = trigger.ends(lowering);
        let at = trigger.edge.at.first().copied().unwrap_or(unit.at);
        let message = format!(
            "`{}` starts `{}` through what klo makes on AWS alone",
            source.id(),
            unit.id()
        );
        let error = Diagnostic::error(aws::AWS_ALONE, at, message)
            .help("have it fill a queue, and let that trigger the unit")
            .subject(unit.id());
        lowering.report(error);
    }
    for (id, _) in schedules(lowering) {
        if lowering.compute.get(&id) != Some(&Compute::EksJob) {
            let unit = lowering.intent(id);
            let message = format!(
                "`{}` runs all the time, and the clock starts jobs",
                unit.id()
            );
            let error = Diagnostic::error(aws::AWS_ALONE, unit.at, message)
                .help("put what is to run by the clock into a job of its own")
                .subject(unit.id());
            lowering.report(error);
        }
    }
}

/// Connects every trigger with its unit.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let possible = std::mem::take(&mut lowering.possible_triggers);
    let all: Vec<Trigger<'_>> = triggers(lowering)
        .into_iter()
        .filter(|t| possible.contains(&(t.source, t.unit)))
        .collect();
    function::lower_dead_letters(lowering, &all);
    for trigger in &all {
        match lowering.compute.get(&trigger.unit) {
            Some(Compute::Lambda) => function::lower(lowering, trigger),
            Some(Compute::Fargate | Compute::Eks) => worker::lower(lowering, trigger),
            Some(Compute::Batch | Compute::EksJob) | None => {}
        }
        tell_image(lowering, trigger.unit, event_name(lowering, trigger));
    }
    notification::lower(lowering, &all);
    for (unit, when) in schedules(lowering) {
        schedule::lower(lowering, unit, when);
        tell_image(lowering, unit, "schedule");
    }
}

fn event_name(lowering: &Lowering<'_>, trigger: &Trigger<'_>) -> &'static str {
    lowering.intent(trigger.source).kind.name()
}

/// Tells the unit's image which events its entry must understand.
fn tell_image(lowering: &mut Lowering<'_>, unit: IntentId, event: &'static str) {
    let id = lowering.intent(unit).id();
    for image in &mut lowering.plan.images {
        if image.unit == id && !image.events.contains(&event) {
            image.events.push(event);
            image.events.sort_unstable();
        }
    }
}

/// Adds the statements of an edge to a unit's role, as a policy of their own; with the key's use
/// where what they touch is encrypted with it.
fn grant(
    lowering: &mut Lowering<'_>,
    trigger: &Trigger<'_>,
    mut statements: Vec<Block>,
    encrypted: bool,
) -> Option<Address> {
    let role = lowering.units.get(&trigger.unit)?.role.clone();
    if encrypted && let Some(key) = lowering.key_arn() {
        statements.push(policy::allow("Decrypt", &["kms:Decrypt"], vec![key]));
    }
    let name = trigger.name(lowering);
    let resource = trigger.resource(
        lowering,
        "aws_iam_role_policy",
        "",
        "what its role may do with what starts it",
        Block::new()
            .with("name", name.replace('_', "-"))
            .with("role", role.attr("id"))
            .with("policy", policy::document(statements)),
    );
    Some(lowering.add(resource))
}

/// A field of a data intent that everyone may know.
fn plain(lowering: &Lowering<'_>, intent: IntentId, field: Field) -> Option<Value> {
    match lowering.stores.get(&intent)?.fields.get(&field)? {
        Supply::Plain(value) => Some(value.clone()),
        Supply::Secret { .. } | Supply::Composed { .. } => None,
    }
}

/// The stream of a table's changes; switched on where the table is klo's.
fn stream_arn(lowering: &mut Lowering<'_>, table: IntentId) -> Option<Value> {
    let intent = lowering.intent(table);
    let main = crate::context::main_address("aws_dynamodb_table", intent);
    let key = (Root::Main, main.clone());
    if let Some(resource) = lowering.plan.resources.get_mut(&key) {
        resource.body.set("stream_enabled", true);
        resource.body.set("stream_view_type", "NEW_AND_OLD_IMAGES");
        return Some(main.attr("stream_arn"));
    }
    let name = plain(lowering, table, Field::Name)?;
    let data = Address::data("aws_dynamodb_table", symbol(&intent.name));
    if lowering.plan.get(Root::Main, &data).is_none() {
        lowering.add(Resource::new(
            data.clone(),
            group_of(intent),
            crate::context::why(intent, "the stream of the table's changes"),
            Block::new().with("name", name),
        ));
    }
    Some(data.attr("stream_arn"))
}
