//! An organization's own module in place of klo's resources.

use klo_diagnostics::codes::aws;
use klo_diagnostics::{Diagnostic, list_of};
use klo_intent::{
    AttrValue, Decision, Intent, IntentId, Kind, Module, ModuleContext, ModuleInput, ModuleOutput,
};
use klo_plan::{Address, Block, ModuleCall, Released, Root, Value};

use super::{bucket, cache, database, doors, keys, queue, secret, table, topic, volume};
use crate::context::{
    Lowering, NetworkRefs, group_of, main_address, part_address, plain_text, why,
};

/// A module that is called for an intent.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Its address.
    pub(super) address: Address,
    /// The security group that klo makes for it, where it takes one.
    pub(super) group: Option<Value>,
}

/// Calls the module of an intent; `None` after a report.
pub(super) fn call(lowering: &mut Lowering<'_>, id: IntentId, module: &Module) -> Option<Call> {
    let intent = lowering.intent(id);
    if !is_possible(lowering, intent, module) {
        return None;
    }
    let mut surroundings = Surroundings::default();
    if module.takes_network() {
        // Without a network its lowering has reported why.
        let network = lowering.network.clone()?;
        if module.takes(ModuleContext::SecurityGroup) {
            let group = doors::group(lowering, intent, "", network.vpc.clone());
            surroundings.group = Some(group.attr("id"));
        }
        surroundings.network = Some(network);
    }
    let mut inputs = Block::new();
    for (name, input) in &module.inputs {
        inputs.set(name, surroundings.value(lowering, intent, input));
    }
    let name = part_address("module", intent, "").name;
    lowering.plan.modules.push(ModuleCall {
        name: name.clone(),
        root: root(intent.kind),
        group: group_of(intent),
        source: module.source.clone(),
        version: module.version.clone(),
        inputs,
        why: why(intent, "made by the organization's module").decided_by(CODE),
    });
    release(lowering, intent);
    record(lowering, id, module);
    Some(Call {
        address: Address::module(name),
        group: surroundings.group,
    })
}

/// A store that klo made before a module was chosen keeps what it holds: Terraform would destroy it
/// with its address.
fn release(lowering: &mut Lowering<'_>, intent: &Intent) {
    let types: &[&'static str] = match intent.kind {
        Kind::Database => &["aws_db_instance", "aws_rds_cluster"],
        Kind::Cache => &["aws_elasticache_replication_group"],
        Kind::Bucket => &["aws_s3_bucket"],
        Kind::Table => &["aws_dynamodb_table"],
        Kind::Volume => &["aws_efs_file_system"],
        Kind::Queue => &["aws_sqs_queue"],
        Kind::Secret => &["aws_secretsmanager_secret"],
        _ => &[],
    };
    let released = types.iter().map(|kind| Released {
        root: root(intent.kind),
        group: group_of(intent),
        from: main_address(kind, intent),
    });
    lowering.plan.released.extend(released);
}

/// The code of the decision.
const CODE: &str = "module";

/// Secrets are filled by people before anything starts that reads them.
const fn root(kind: Kind) -> Root {
    match kind {
        Kind::Secret => Root::Bootstrap,
        _ => Root::Main,
    }
}

/// Whether the module can stand in for the intent; reports why not.
fn is_possible(lowering: &mut Lowering<'_>, intent: &Intent, module: &Module) -> bool {
    let id = intent.id();
    let mut report = |at, message: String, help: String| {
        let diagnostic = Diagnostic::error(aws::IMPOSSIBLE_MODULE, at, message)
            .help(help)
            .subject(id.clone());
        lowering.report(diagnostic);
        false
    };
    let at = module.at.unwrap_or(intent.at);
    if !Module::is_for(intent.kind) {
        let message = format!(
            "no module can stand in for `{id}`, which is a {}",
            intent.kind
        );
        let help = "leave it to klo: modules make what keeps data, messages or secrets";
        return report(at, message, help.to_owned());
    }
    let missing: Vec<&str> = module
        .missing(intent.kind)
        .map(ModuleOutput::name)
        .collect();
    if !missing.is_empty() {
        let missing = list_of(missing);
        let message = format!("the module for `{id}` does not say which output is its {missing}");
        let help = format!("add {missing} to the module's `outputs` in the pack");
        return report(at, message, help);
    }
    if intent.text("import").is_some() {
        let message = format!("`{id}` cannot be imported: a module makes it");
        let help = "leave out `import`, and import it at its address inside the module with \
                    `terraform import`";
        return report(intent.span_of("import"), message, help.to_owned());
    }
    if intent.value("proxy").as_bool() == Some(true) {
        let message =
            format!("`{id}` cannot have a proxy of klo's: a module makes it, and its ways in");
        let help = "leave out `proxy`, or let the module's `host` be that of a proxy of its own";
        return report(intent.span_of("proxy"), message, help.to_owned());
    }
    true
}

/// What a module can be told of the environment.
#[derive(Debug, Default)]
struct Surroundings {
    network: Option<NetworkRefs>,
    group: Option<Value>,
}

impl Surroundings {
    fn value(&self, lowering: &Lowering<'_>, intent: &Intent, input: &ModuleInput) -> Value {
        match input {
            ModuleInput::Value(value) => plain(value),
            ModuleInput::Attribute(name) => plain(intent.value(name)),
            ModuleInput::Context(context) => self.context(lowering, intent, *context),
            ModuleInput::List(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.value(lowering, intent, item))
                    .collect(),
            ),
            ModuleInput::Map(entries) => Value::map(
                entries
                    .iter()
                    .map(|(key, item)| (key, self.value(lowering, intent, item))),
            ),
        }
    }

    fn context(&self, lowering: &Lowering<'_>, intent: &Intent, context: ModuleContext) -> Value {
        let deployment = lowering.deployment();
        let network = |part: fn(&NetworkRefs) -> &Value| {
            let part = self.network.as_ref().map(part);
            part.cloned().unwrap_or(Value::Null)
        };
        match context {
            ModuleContext::Name => Value::Text(name(lowering, intent)),
            ModuleContext::IntentName => Value::text(&intent.name),
            ModuleContext::Id => Value::Text(intent.id()),
            ModuleContext::App => Value::text(&deployment.app),
            ModuleContext::Environment => Value::text(&deployment.environment),
            ModuleContext::Tier => Value::text(deployment.tier.name()),
            ModuleContext::Region => Value::text(&deployment.region),
            ModuleContext::Account => match &deployment.account {
                Some(account) => Value::text(account),
                None => Value::Null,
            },
            ModuleContext::Tags => all_tags(lowering, intent),
            ModuleContext::Vpc => network(|network| &network.vpc),
            ModuleContext::PrivateSubnets => network(|network| &network.private_subnets),
            ModuleContext::DataSubnets => network(|network| &network.data_subnets),
            ModuleContext::PublicSubnets => network(|network| &network.public_subnets),
            ModuleContext::SecurityGroup => self.group.clone().unwrap_or(Value::Null),
            ModuleContext::KmsKey => {
                let key = match root(intent.kind) {
                    Root::Bootstrap => keys::in_bootstrap(lowering),
                    Root::Main => lowering.key_arn(),
                };
                key.unwrap_or(Value::Null)
            }
        }
    }
}

/// An attribute's value: sizes and durations as `graph.json` has them, since every module counts in
/// a unit of its own.
fn plain(value: &AttrValue) -> Value {
    match value {
        AttrValue::Null => Value::Null,
        AttrValue::Bool(flag) => Value::Bool(*flag),
        AttrValue::Int(number) => Value::Int(*number),
        AttrValue::Float(number) => Value::Float(*number),
        AttrValue::Str(_) | AttrValue::Size(_) | AttrValue::Duration(_) => {
            Value::Text(plain_text(value))
        }
        AttrValue::List(items) => Value::List(items.iter().map(plain).collect()),
        AttrValue::Map(entries) => {
            Value::map(entries.iter().map(|(key, value)| (key, plain(value))))
        }
    }
}

/// The name in AWS that klo would give.
fn name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    match intent.kind {
        Kind::Database => database::name(lowering, intent),
        Kind::Cache => cache::name(lowering, intent),
        Kind::Bucket => bucket::name(lowering, intent),
        Kind::Table => table::name(lowering, intent),
        Kind::Volume => volume::name(lowering, intent),
        Kind::Queue => queue::name(lowering, intent, ""),
        Kind::Topic => topic::name(lowering, intent),
        Kind::Secret => secret::name(lowering, intent),
        Kind::Service | Kind::Function | Kind::Job | Kind::Site | Kind::Config => {
            intent.name.clone()
        }
    }
}

/// Every tag, those that the provider sets by itself included: a module may want to see them.
fn all_tags(lowering: &Lowering<'_>, intent: &Intent) -> Value {
    let mut tags = lowering.deployment().provider_tags();
    for (key, value) in intent.entries("tags") {
        tags.insert(key.to_owned(), plain_text(value));
    }
    Value::map(tags)
}

fn record(lowering: &mut Lowering<'_>, id: IntentId, module: &Module) {
    let intent = lowering.intent(id);
    let mut because = format!(
        "the rule set {} chooses it; encryption, backups and alarms of what is inside are the \
         module's own",
        module.pack
    );
    if !lowering.uses_own_key(id) && lowering.is_prod() {
        because.push_str(
            ", and so is letting units use its key, since the module does not take klo's",
        );
    }
    let starts_units = lowering
        .graph
        .edges_from(id)
        .any(|edge| edge.access.contains(&klo_intent::Access::Trigger));
    if starts_units && intent.kind == Kind::Bucket {
        because.push_str("; the bucket's notifications are klo's, so the module must set none");
    }
    if starts_units && intent.kind == Kind::Table {
        because.push_str("; the module has to give the table a stream of new and old items");
    }
    lowering.decide(Decision {
        code: CODE,
        subject: intent.id(),
        chosen: format!("made by the organization's module {}", module.shown()),
        because,
        instead_of: vec![format!(
            "klo's own {}: the rule set has another",
            intent.kind
        )],
        standing_cost: matches!(intent.kind, Kind::Database | Kind::Cache),
    });
}
