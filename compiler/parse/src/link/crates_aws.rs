//! Calls of AWS's SDK for Rust: an operation is made by the client, told its resource, and sent.

use klo_intent::MethodUse;

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Tag, ValueId, Values};
use crate::knowledge::{aws, rust};

/// The field that keeps what names an operation's resource.
const NAMED: &str = "(named)";
/// How the types of what operations answer end.
const RESPONSE: &str = ".Response";

impl Machine<'_> {
    /// A method of an SDK client or of an operation; `None` for any other type.
    pub(crate) fn call_aws(
        &mut self,
        frame: FrameIx,
        site: Site,
        base: ValueId,
        ty: &str,
        method: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        let bare = self.values.untagged(base);
        if let Some(service) = rust::aws_service(ty) {
            let own = self.values.tags(base);
            let operation = format!("{service}:{method}");
            let object = self.crate_object(frame, site, &operation, arguments);
            return Some(Values::from([self.values.tagged_all(object, &own)]));
        }
        // `found.queue_url()`: what a lookup answers stands for what was looked up.
        if ty.ends_with(RESPONSE) && !self.values.tags(base).is_empty() {
            return Some(Values::from([base]));
        }
        let (service, operation) = ty.split_once(':')?;
        let (service, operation) = (service.to_owned(), operation.to_owned());
        match method {
            "send" | "into_paginator" | "presigned" | "send_with" | "customize" | "wait" => {
                let mut tags = self.note_aws(frame, site, base, &service, &operation);
                if aws::is_lookup(&service, &operation) {
                    self.asked_by_name.extend(&tags);
                } else {
                    tags.clear();
                }
                let ty = format!("{service}{RESPONSE}");
                let object = self.crate_object(frame, site, &ty, &Arguments::default());
                return Some(Values::from([self.values.tagged_all(object, &tags)]));
            }
            _ => {}
        }
        let given: Values = arguments.all().flatten().copied().collect();
        if rust::names_resource(method) {
            let key = self.values.sym(NAMED);
            self.grow_field(bare, key, given);
        } else {
            let span = self.span(site);
            for tag in self.tags_within(frame, &given) {
                if self.is_read_by_value(tag) {
                    self.uses.record(tag, None, span);
                }
            }
            if (service.as_str(), method) == ("dynamodb", "key") {
                self.note_key(bare, arguments);
            }
        }
        Some(Values::from([base]))
    }

    fn note_key(&mut self, operation: ValueId, arguments: &Arguments) {
        let name = self.literal_argument(arguments, 0, "");
        if let Some(name) = name {
            let name = Values::from([self.values.literal(&name)]);
            let key = self.values.sym("(keys)");
            self.grow_field(operation, key, name);
        }
    }

    /// Puts an operation to the resources that it was told, and answers those.
    fn note_aws(
        &mut self,
        frame: FrameIx,
        site: Site,
        base: ValueId,
        service: &str,
        operation: &str,
    ) -> Vec<Tag> {
        let bare = self.values.untagged(base);
        let [named, keys] = [NAMED, "(keys)"].map(|name| self.values.sym(name));
        let named = self.field(bare, named, frame);
        let mut tags: Vec<Tag> = self.tags_within(frame, &named);
        if tags.is_empty() {
            tags = self.values.tags(base);
        }
        let span = self.span(site);
        if tags.is_empty() {
            let client = format!("aws_sdk_{service}");
            self.uses
                .unannotated
                .entry(client)
                .or_default()
                .insert(span);
        }
        let keys = self.field(bare, keys, frame);
        let mut keys: Vec<String> = keys
            .iter()
            .filter_map(|value| self.values.as_literal(*value).map(str::to_owned))
            .collect();
        keys.sort();
        let method = MethodUse {
            service: service.to_owned(),
            method: operation.to_owned(),
        };
        self.note_entries(&tags, &method, Some(&named));
        for tag in &tags {
            let method = method.clone();
            self.uses.record(*tag, Some(method), span);
            if !keys.is_empty() {
                let known = self.uses.table_keys.entry(*tag).or_default();
                known.insert(keys.clone());
            }
        }
        tags
    }
}
