use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use klo_intent::{AttrValue, IntentGraph};

use super::Policy;
use crate::cel::{self, Data, Reach};
use crate::packs::{Condition, data_of};

/// What expressions see of one environment: built once, however many are judged.
pub(crate) struct World {
    intents: Vec<Data>,
    /// The variables of every rule but `params`.
    shared: cel::World,
    /// The parameters of each pack, by its name.
    params: BTreeMap<String, Data>,
}

impl World {
    pub(crate) fn new(graph: &IntentGraph, policy: &Policy) -> Self {
        let deployment = graph.deployment();
        let reach = Reach::of(graph);
        let intents: Vec<Data> = graph.intents.iter().map(Data::intent).collect();
        let edges = graph.edges.iter().map(|edge| Data::edge(graph, edge));
        let alarms = deployment.alarm_email.as_deref();
        let mut shared = cel::World::new(Arc::new(reach));
        shared.set("intents", Data::list(intents.iter().cloned()));
        shared.set("edges", Data::list(edges));
        shared.set("environment", Data::text(deployment.environment.as_str()));
        shared.set("tier", Data::text(deployment.tier.name()));
        shared.set("alarms", alarms.map_or(Data::Null, Data::text));
        let params = policy.rules.packs().iter().map(|pack| {
            let entries = pack.params.iter();
            let entries = entries.map(|(name, literal)| (name.clone(), data_of(literal)));
            (pack.name.clone(), Data::object(entries))
        });
        Self {
            intents,
            shared,
            params: params.collect(),
        }
    }

    /// Gives the next rule the steps that a rule may take.
    pub(crate) fn begin_rule(&self) {
        self.shared.budget().begin_rule();
    }

    /// Judges a condition of a pack on the graph.
    pub(crate) fn judge(&self, pack: &str, condition: &Condition) -> Result<bool, String> {
        condition.expression.evaluate(&self.of_pack(pack))
    }

    /// Judges conditions of a pack on the intent of an index.
    pub(crate) fn of_intent(&self, pack: &str, index: usize) -> cel::World {
        let mut world = self.of_pack(pack);
        world.set(
            "intent",
            self.intents.get(index).cloned().unwrap_or_default(),
        );
        world
    }

    /// Judges conditions of a pack on a resource.
    pub(crate) fn of_resource(&self, pack: &str, body: &AttrValue) -> cel::World {
        let mut world = self.of_pack(pack);
        world.set("resource", objects(body));
        world
    }

    fn of_pack(&self, pack: &str) -> cel::World {
        let mut world = self.shared.clone();
        world.set("params", self.params.get(pack).cloned().unwrap_or_default());
        world
    }
}

/// A resource's arguments: maps are things with fields, where what is unset is null.
fn objects(value: &AttrValue) -> Data {
    match value {
        AttrValue::Map(entries) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| (Cow::from(key.clone()), objects(value)));
            Data::object(entries)
        }
        AttrValue::List(items) => Data::list(items.iter().map(objects)),
        other => Data::attribute(other),
    }
}
