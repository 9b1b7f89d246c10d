//! What `existing` says about something that is already there.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{AttrValue, Intent};

use crate::context::Lowering;

/// The keys of `existing`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Existing<'i> {
    intent: &'i Intent,
    keys: &'i AttrValue,
}

impl<'i> Existing<'i> {
    /// What `existing` says; `None` for something that klo makes.
    pub(super) fn of(intent: &'i Intent) -> Option<Self> {
        let keys = intent.value("existing");
        (!keys.is_null()).then_some(Self { intent, keys })
    }

    /// The text of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'i str> {
        self.keys
            .get(key)
            .and_then(AttrValue::as_str)
            .filter(|text| !text.is_empty())
    }

    /// The ARN.
    pub(super) fn arn(&self) -> Option<&'i str> {
        self.get("arn")
    }

    /// The name: `id`, or the last part of the ARN.
    pub(super) fn name(&self) -> Option<&'i str> {
        self.get("id").or_else(|| {
            let resource = self.arn()?.splitn(6, ':').nth(5)?;
            resource.rsplit(['/', ':']).next()
        })
    }

    /// Reports that something is missing.
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

/// Splits `host[:port][/database]`, as `existing.endpoint` has it.
pub(super) fn endpoint(text: &str) -> (&str, Option<u16>, Option<&str>) {
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
    use super::endpoint;

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
}
