//! Methods of strings, lists and maps.

use klo_intent::MethodUse;

use super::frame::Arguments;
use super::keys::ANY;
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge::{self};

impl Machine<'_> {
    /// Methods of strings: what they return is still read from the same variables.
    pub(crate) fn call_text_method(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        base: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let name = match self.values.get(self.values.untagged(callee)) {
            Value::Member { name, .. } => self.values.text(*name).to_owned(),
            _ => String::new(),
        };
        for tag in self.flowing_tags(base) {
            let span = self.span(site);
            let method = MethodUse {
                service: String::new(),
                method: name.clone(),
            };
            if knowledge::is_path_operation(&name) && !self.frame(frame).on_import {
                self.uses.record(tag, Some(method), span);
            }
        }
        match name.as_str() {
            "format" => {
                let mut found = Values::from([base]);
                found.extend(arguments.all().flatten().copied());
                found
            }
            "join" => arguments
                .positional
                .iter()
                .flat_map(|values| values.iter().copied())
                .collect(),
            _ => Values::from([base]),
        }
    }

    /// Methods of lists and maps: what goes in comes out.
    pub(crate) fn call_container_method(
        &mut self,
        frame: FrameIx,
        site: Site,
        container: ValueId,
        callee: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let name = match self.values.get(self.values.untagged(callee)) {
            Value::Member { name, .. } => self.values.text(*name).to_owned(),
            _ => String::new(),
        };
        let any = self.values.sym(ANY);
        match name.as_str() {
            "append" | "add" | "appendleft" | "push" => {
                let given = arguments.positional.first().cloned().unwrap_or_default();
                self.grow_field(container, any, given);
                Values::new()
            }
            "extend" | "update" | "insert" => {
                let given: Values = arguments.all().flatten().copied().collect();
                if name == "update" {
                    self.copy_entries(frame, &given, container);
                    for (key, values) in &arguments.keywords {
                        let key = self.values.text(*key).to_owned();
                        let key = Values::from([self.values.literal(&key)]);
                        self.put_entry(container, &key, values);
                    }
                }
                let mut elements = self.elements(frame, &given);
                if name == "insert" {
                    elements.extend(given);
                }
                self.grow_field(container, any, elements);
                Values::new()
            }
            "get" | "pop" | "setdefault" => {
                let Some(keys) = arguments.positional.first().cloned() else {
                    return self.field(container, any, frame);
                };
                let fallback = arguments.positional.get(1).cloned().unwrap_or_default();
                if name == "setdefault" {
                    self.put_entry(container, &keys, &fallback);
                }
                let mut found = self.entries(frame, site, container, &keys);
                found.extend(fallback);
                found
            }
            "values" | "items" | "copy" | "popleft" => Values::from([container]),
            _ => Values::new(),
        }
    }
}
