//! Lists and maps of Rust: what is put in comes out again.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge::rust::{self, Access, Collection};

/// The field by which a map is told from a list: its elements are pairs.
const IS_MAP: &str = "(map)";

impl Machine<'_> {
    /// The collection that a function of a crate makes; `None` for any other.
    pub(crate) fn make_collection(
        &mut self,
        frame: FrameIx,
        site: Site,
        path: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        let kind = rust::makes_collection(path)?;
        let container = self.values.value(Value::Container { site, maker: frame });
        let given = arguments.positional.first().cloned().unwrap_or_default();
        let elements = self.iterated(frame, site, &given);
        let any = self.values.sym("[]");
        match kind {
            Collection::List => self.grow_field(container, any, elements),
            Collection::Map => {
                let is_map = self.values.sym(IS_MAP);
                let yes = self.values.value(Value::Bool(true));
                self.grow_field(container, is_map, Values::from([yes]));
                for pair in elements {
                    let pair = Values::from([pair]);
                    let keys = self.unpacked(frame, &pair, 0);
                    let values = self.unpacked(frame, &pair, 1);
                    self.put_entry(container, &keys, &values);
                }
            }
        }
        Some(Values::from([container]))
    }

    /// A method of a list or map. What is none of theirs is one of a lock or pointer around it.
    pub(crate) fn call_collection_method(
        &mut self,
        frame: FrameIx,
        site: Site,
        container: ValueId,
        callee: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let name = match self.values.get(self.values.untagged(callee)) {
            Value::Member { name, .. } => self.values.text(*name).to_owned(),
            _ => return Values::new(),
        };
        let any = self.values.sym("[]");
        let first = arguments.positional.first().cloned().unwrap_or_default();
        let Some(access) = rust::collection_access(&name, arguments.positional.len()) else {
            // `sort_by_key`, `retain`: closures are called with what it holds.
            let elements = self.field(container, any, frame);
            for function in arguments.all().flatten().copied().collect::<Vec<_>>() {
                if self.is_project_callable(function) {
                    let with = Arguments {
                        positional: vec![elements.clone()],
                        ..Arguments::default()
                    };
                    self.call(frame, site, function, &with);
                }
            }
            return if rust::returns_itself(&name) {
                Values::from([container])
            } else {
                Values::new()
            };
        };
        match access {
            Access::Push => {
                self.grow_field(container, any, first);
                Values::new()
            }
            Access::Insert => {
                let last = arguments.positional.last().cloned().unwrap_or_default();
                self.put_entry(container, &first, &last);
                self.field(container, any, frame)
            }
            Access::Extend => {
                let elements = self.iterated(frame, site, &first);
                self.grow_field(container, any, elements);
                Values::new()
            }
            Access::At => self.entries(frame, site, container, &first),
            Access::OrMake => {
                let mut made = self.call_all(frame, site, &first);
                let plain = |machine: &Self, value: &ValueId| !machine.is_project_callable(*value);
                made.extend(first.iter().copied().filter(|value| plain(self, value)));
                self.grow_field(container, any, made);
                self.field(container, any, frame)
            }
            Access::Entry => Values::from([container]),
            Access::Any => self.field(container, any, frame),
            Access::All => {
                let list = self.values.value(Value::Container { site, maker: frame });
                let elements = self.field(container, any, frame);
                self.grow_field(list, any, elements);
                Values::from([list])
            }
        }
    }

    /// What iterating values yields: what lists hold, pairs of a map. Anything else is used as what
    /// it holds.
    pub(crate) fn iterated(&mut self, frame: FrameIx, site: Site, values: &Values) -> Values {
        let [any, is_map] = ["[]", IS_MAP].map(|name| self.values.sym(name));
        let mut found = Values::new();
        for value in values {
            let inner = self.values.untagged(*value);
            match *self.values.get(inner) {
                Value::Container { .. } => {
                    let elements = self.field(inner, any, frame);
                    if self.field(inner, is_map, frame).is_empty() {
                        found.extend(elements);
                    } else {
                        let pair = self.values.value(Value::Container { site, maker: frame });
                        let second = self.values.sym("[1]");
                        self.grow_field(pair, second, elements);
                        found.insert(pair);
                    }
                }
                Value::Object { .. } | Value::Member { .. } => {
                    found.extend(self.field(inner, any, frame));
                    found.insert(*value);
                }
                _ => {
                    found.insert(*value);
                }
            }
        }
        found
    }
}
