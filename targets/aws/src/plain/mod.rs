//! Units on any cluster (`platform: kubernetes`): pods, and nothing of AWS is made. Data stores are
//! there already; what klo makes on AWS alone is an error.

mod refuse;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use klo_intent::{Access, Decision, Edge, IntentId, Kind, Node};
use klo_plan::kubernetes::{Entrance, KEY_ID_VARIABLE, KEY_VARIABLE, Told, ToldBy};
use klo_plan::{Group, Value};

use crate::context::Lowering;
use crate::{compute, data, eks, triggers, unit};

/// The keys of the entry that holds a unit's credentials for AWS, by variable.
pub(crate) const AWS_KEYS: [(&str, &str); 2] = [
    (KEY_ID_VARIABLE, "access_key_id"),
    (KEY_VARIABLE, "secret_access_key"),
];

/// Lowers a graph to what runs on the cluster.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    compute::decide(lowering);
    refuse::lower(lowering);
    data::lower_plain(lowering);
    triggers::prepare_plain(lowering);
    unit::lower(lowering);
    eks::plan_plain(lowering);
}

/// The image of a unit: a line that the build tells.
pub(crate) fn image(lowering: &mut Lowering<'_>, id: IntentId) -> Value {
    let unit = lowering.intent(id);
    let name = klo_plan::symbol(&format!("{}_IMAGE", unit.id())).to_uppercase();
    lowering.told.push(Told {
        name: name.clone(),
        by: ToldBy::Image {
            target: Group::of(unit).stem(),
            repository: lowering.repository_name(id),
        },
    });
    Value::variable(name)
}

/// The entry of the store of secrets that holds a unit's credentials for AWS; `None` where it calls
/// nothing of AWS. Credentials of the account are not klo's to make.
pub(crate) fn aws_credentials(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Value> {
    let graph = lowering.graph;
    let of_aws = |edge: &Edge| eks::is_of_aws(lowering, edge);
    let called: BTreeSet<String> = graph
        .edges_from(id)
        .filter(|edge| of_aws(edge))
        .filter_map(|edge| edge.to.intent())
        .chain(graph.edges_to(id).filter_map(|edge| {
            let source = edge.from.intent()?;
            let is_queue = lowering.intent(source).kind == Kind::Queue;
            is_queue.then_some(source)
        }))
        .map(|target| lowering.intent(target).id())
        .collect();
    if called.is_empty() {
        return None;
    }
    let unit = lowering.intent(id);
    let entry = format!(
        "{}-{}-aws",
        eks::namespace(lowering),
        eks::workload_name(lowering, id)
    );
    lowering.decide(Decision {
        code: "aws-credentials",
        subject: unit.id(),
        chosen: format!(
            "an access key, from the entry `{entry}` of the cluster's store of secrets"
        ),
        because: format!(
            "it calls {} over AWS's API, and a cluster outside of AWS gives pods no role",
            called.into_iter().collect::<Vec<_>>().join(", ")
        ),
        instead_of: vec![
            "a role: `platform: aws` with `run_on = \"eks\"` gives each unit its own".to_owned(),
        ],
        standing_cost: false,
    });
    Some(Value::Text(entry))
}

/// Ways in from the internet to a unit, through the cluster's ingress controller.
pub(crate) fn entrances(lowering: &Lowering<'_>, id: IntentId) -> Vec<Entrance> {
    let mut found: Vec<Entrance> = lowering
        .graph
        .edges_to(id)
        .filter(|edge| edge.access.contains(&Access::Expose) && edge.from == Node::Internet)
        .filter_map(|edge| {
            let path = edge.option("path").as_str().unwrap_or("/");
            Some(Entrance {
                host: edge.option("domain").as_str()?.to_owned(),
                path: format!("/{}", path.trim_matches('/')),
            })
        })
        .collect();
    found.sort_by(|a, b| (&a.host, &a.path).cmp(&(&b.host, &b.path)));
    found
}
