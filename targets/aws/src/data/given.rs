//! Stores that klo is given: what `existing` names, and what an organization's module makes. The
//! identifiers of the one are text, those of the other refer to outputs; units see both alike.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{AttrValue, Intent, IntentId, Kind, Module, ModuleOutput, OutputStep};
use klo_plan::{Address, Value};

use super::module::{self, Call};
use crate::context::Lowering;

/// A store that klo wires and does not make.
#[derive(Debug, Clone)]
pub(super) struct Given<'i> {
    intent: &'i Intent,
    source: Source<'i>,
}

/// Who tells of it.
#[derive(Debug, Clone)]
enum Source<'i> {
    /// The keys of `existing`.
    Stated(&'i AttrValue),
    /// A module that is called for it.
    Module { module: &'i Module, call: Call },
}

impl<'i> Given<'i> {
    /// What the intent says about something that is there, else the module that makes it, which is
    /// then called. `None` for something that klo makes; `Some(None)` after a report.
    pub(super) fn of(lowering: &mut Lowering<'i>, id: IntentId) -> Option<Option<Self>> {
        let intent = lowering.intent(id);
        let keys = intent.value("existing");
        if !keys.is_null() {
            let source = Source::Stated(keys);
            return Some(Some(Self { intent, source }));
        }
        let module = intent.made_by()?;
        let call = module::call(lowering, id, module);
        Some(call.map(|call| Self {
            intent,
            source: Source::Module { module, call },
        }))
    }

    /// One of its identifiers.
    pub(super) fn get(&self, output: ModuleOutput) -> Option<Value> {
        match &self.source {
            Source::Stated(keys) => stated(self.intent.kind, keys, output),
            Source::Module { module, call } => {
                Some(reference(&call.address, module.outputs.get(&output)?))
            }
        }
    }

    /// The security group that guards it: the one that klo made for the module, else the one that
    /// is named.
    pub(super) fn group(&self) -> Option<Value> {
        let made = match &self.source {
            Source::Stated(_) => None,
            Source::Module { call, .. } => call.group.clone(),
        };
        made.or_else(|| self.get(ModuleOutput::SecurityGroup))
    }

    /// What has to stand before units can use it.
    pub(super) fn ready(&self) -> Vec<Address> {
        match &self.source {
            Source::Stated(_) => Vec::new(),
            Source::Module { call, .. } => vec![call.address.clone()],
        }
    }

    /// Whether `existing` names a cluster and no instance.
    pub(super) fn is_cluster(&self) -> bool {
        let arn = self.get(ModuleOutput::Arn);
        matches!(arn, Some(Value::Text(arn)) if arn.contains(":cluster:"))
    }

    /// Whether a module makes it.
    pub(super) fn is_from_module(&self) -> bool {
        matches!(self.source, Source::Module { .. })
    }

    /// Reports that `existing` leaves something out, or contradicts another setting.
    pub(super) fn report(&self, lowering: &mut Lowering<'_>, message: &str, help: &str) {
        let id = self.intent.id();
        lowering.report(
            Diagnostic::error(
                aws::INCOMPLETE_EXISTING,
                self.intent.span_of("existing"),
                format!("`{id}` exists already, {message}"),
            )
            .help(help)
            .subject(id),
        );
    }
}

/// A path into a module's outputs.
pub(super) fn reference(call: &Address, path: &str) -> Value {
    let steps = klo_intent::output_path(path).unwrap_or_default();
    let start = Value::module(&call.name);
    steps.into_iter().fold(start, |value, step| match step {
        OutputStep::Name(name) => value.attribute(name),
        OutputStep::Index(index) => value.index(index),
    })
}

/// What the keys of `existing` say.
fn stated(kind: Kind, keys: &AttrValue, output: ModuleOutput) -> Option<Value> {
    let text = |key: &str| {
        let text = keys.get(key).and_then(AttrValue::as_str);
        text.filter(|text| !text.is_empty())
    };
    let arn = text("arn");
    let name = text("id").or_else(|| {
        let resource = arn?.splitn(6, ':').nth(5)?;
        resource.rsplit(['/', ':']).next()
    });
    let place = text("endpoint").map(endpoint);
    let found = match output {
        // A queue's ARN has to be a whole one, since its URL is made of it.
        ModuleOutput::Arn if kind == Kind::Queue => arn.filter(|arn| queue_url(arn).is_some()),
        ModuleOutput::Arn => arn,
        ModuleOutput::Name => name,
        ModuleOutput::Url => match text("endpoint") {
            Some(url) => Some(url),
            None => return arn.and_then(queue_url).map(Value::Text),
        },
        ModuleOutput::Host => place.map(|(host, _, _)| host),
        ModuleOutput::Port => return Some(Value::from(place?.1?)),
        ModuleOutput::Database => place.and_then(|(_, _, database)| database),
        ModuleOutput::Secret => text("secret"),
        ModuleOutput::SecurityGroup => text("security_group"),
        ModuleOutput::AccessPoint => name.filter(|name| name.starts_with("fsap-")),
        ModuleOutput::Region
        | ModuleOutput::FileSystem
        | ModuleOutput::FileSystemArn
        | ModuleOutput::AccessPointArn => None,
    };
    found.map(Value::text)
}

/// The URL of the queue that an ARN names.
fn queue_url(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "sqs", region, account, name] = parts.as_slice() else {
        return None;
    };
    let ending = if region.starts_with("cn-") { ".cn" } else { "" };
    Some(format!(
        "https://sqs.{region}.amazonaws.com{ending}/{account}/{name}"
    ))
}

/// Splits `host[:port][/database]`, as `existing.endpoint` has it.
fn endpoint(text: &str) -> (&str, Option<u16>, Option<&str>) {
    let (address, database) = match text.split_once('/') {
        Some((address, database)) => (address, Some(database).filter(|name| !name.is_empty())),
        None => (text, None),
    };
    match address.rsplit_once(':') {
        Some((host, port)) => match port.parse() {
            Ok(port) => (host, Some(port), database),
            Err(_) => (address, None, database),
        },
        None => (address, None, database),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::render;

    #[test]
    fn endpoints_have_three_parts() {
        assert_eq!(
            endpoint("db.acme.io:6543/shop"),
            ("db.acme.io", Some(6543), Some("shop"))
        );
        assert_eq!(endpoint("db.acme.io"), ("db.acme.io", None, None));
        assert_eq!(endpoint("db.acme.io/"), ("db.acme.io", None, None));
        assert_eq!(endpoint("db:port"), ("db:port", None, None));
    }

    #[test]
    fn outputs_are_reached_by_their_path() {
        let call = Address::module("bucket_receipts");
        let value = reference(&call, "bucket.arns[0]");
        assert_eq!(render(&value), "module.bucket_receipts.bucket.arns[0]");
    }
}
