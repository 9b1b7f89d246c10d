//! Operations that do what the entries of a list ask for: DynamoDB's transactions put, update, delete or
//! check an item. A list that cannot be read may ask for anything.

use std::collections::BTreeSet;

use klo_intent::{ArgumentUse, MethodUse};

use super::machine::Machine;
use super::uses::Entries;
use super::value::{FrameIx, Tag, Value, ValueId, Values};
use crate::knowledge::aws_tables;
use crate::knowledge::rust;

/// Lists in lists that are looked into.
const MAX_DEPTH: usize = 4;

impl Machine<'_> {
    /// Keeps the entries that a call is given until everything is known of them.
    pub(crate) fn note_entries(
        &mut self,
        tags: &[Tag],
        method: &MethodUse,
        given: Option<&Values>,
    ) {
        let known = aws_tables::operation(&method.service, &method.method);
        if known.and_then(|operation| operation.entries()).is_none() {
            return;
        }
        for tag in tags {
            let key = (*tag, method.clone());
            let found = self.uses.entries.entry(key).or_default();
            match given {
                Some(values) => found.values.extend(values.iter().copied()),
                None => found.unread = true,
            }
        }
    }

    /// Works out what calls do by the entries that they are given, once everything ran.
    pub(crate) fn settle_entries(&mut self, frame: FrameIx) {
        for ((tag, call), entries) in std::mem::take(&mut self.uses.entries) {
            let Some(operation) = aws_tables::operation(&call.service, &call.method) else {
                continue;
            };
            let Some(list) = operation.entries() else {
                continue;
            };
            let members = self.members(frame, &entries);
            let argument = |member: &String| {
                let deciding = operation.deciding(&format!("{list}.{member}"));
                deciding.map(|deciding| deciding.argument)
            };
            // A member that no entry has is one of something that was taken for an entry.
            let read: Option<Vec<&str>> =
                members.and_then(|members| members.iter().map(argument).collect());
            let arguments = read.unwrap_or_else(|| operation.all_deciding().collect());
            if let Some(found) = self.uses.by_tag.get_mut(&tag) {
                found
                    .arguments
                    .extend(arguments.into_iter().map(|argument| ArgumentUse {
                        call: call.clone(),
                        argument: argument.to_owned(),
                    }));
            }
        }
    }

    /// The members that the entries have; `None` where one cannot be read.
    fn members(&mut self, frame: FrameIx, entries: &Entries) -> Option<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        let mut queue: Vec<(ValueId, usize)> =
            entries.values.iter().map(|value| (*value, 0)).collect();
        if entries.unread || queue.is_empty() {
            return None;
        }
        while let Some((value, depth)) = queue.pop() {
            let inner = self.values.untagged(value);
            match self.values.get(inner) {
                Value::Container { .. } if depth < MAX_DEPTH => {
                    let named = self.named_keys(inner);
                    if named.is_empty() {
                        let any = self.values.sym("[]");
                        let inside = self.field(inner, any, frame);
                        if inside.is_empty() {
                            return None;
                        }
                        queue.extend(inside.into_iter().map(|value| (value, depth + 1)));
                    }
                    found.extend(named);
                }
                Value::Object { .. } => {
                    let ty = self.crate_path(inner)?;
                    found.extend(rust::entry_member(&ty)?.map(str::to_owned));
                }
                _ => return None,
            }
        }
        Some(found)
    }

    /// The keys of a map that are texts; none for a list.
    fn named_keys(&mut self, container: ValueId) -> Vec<String> {
        let keys = self.field_names(container);
        let keys = keys.into_iter().filter_map(|key| {
            let key = self.values.text(key).strip_prefix('[')?.strip_suffix(']')?;
            let is_name = key.starts_with(|first: char| !first.is_ascii_digit());
            is_name.then(|| key.to_owned())
        });
        keys.collect()
    }
}
