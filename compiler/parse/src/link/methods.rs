//! Methods of strings, lists and maps.

use klo_intent::MethodUse;

use super::frame::Arguments;
use super::keys::ANY;
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge::{self};

/// Pieces of a string after which the rest is left whole.
const MAX_PIECES: usize = 16;

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
        if let Some(text) = self.values.as_literal(base).map(str::to_owned)
            && let Some(found) = self.call_literal(frame, site, &text, &name, arguments)
        {
            return found;
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

    /// Methods that take a string of known text apart, or write it another way.
    fn call_literal(
        &mut self,
        frame: FrameIx,
        site: Site,
        text: &str,
        method: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        match method {
            "lower" | "casefold" => {
                return Some(Values::from([self.values.literal(&text.to_lowercase())]));
            }
            "upper" => return Some(Values::from([self.values.literal(&text.to_uppercase())])),
            _ => {}
        }
        let by = self.literal_argument(arguments, 0, "sep")?;
        let most = arguments.positional.get(1).and_then(|values| {
            values
                .iter()
                .find_map(|value| match self.values.get(*value) {
                    Value::Int(most) => usize::try_from(*most).ok(),
                    _ => None,
                })
        });
        let most = most.unwrap_or(MAX_PIECES).min(MAX_PIECES) + 1;
        if by.is_empty() {
            return None;
        }
        let pieces: Vec<&str> = match method {
            "split" => text.splitn(most, &by).collect(),
            "rsplit" => {
                let mut pieces: Vec<&str> = text.rsplitn(most, &by).collect();
                pieces.reverse();
                pieces
            }
            "partition" => match text.split_once(&by) {
                Some((before, after)) => vec![before, &by, after],
                None => vec![text, "", ""],
            },
            "rpartition" => match text.rsplit_once(&by) {
                Some((before, after)) => vec![before, &by, after],
                None => vec!["", "", text],
            },
            _ => return None,
        };
        let container = self.values.value(Value::Container { site, maker: frame });
        for (index, piece) in pieces.into_iter().enumerate() {
            let index = Values::from([self.values.value(Value::Int(index as i64))]);
            let piece = Values::from([self.values.literal(piece)]);
            self.put_entry(container, &index, &piece);
        }
        Some(Values::from([container]))
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
