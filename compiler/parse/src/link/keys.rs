//! Which entries of a map or list an index means. A key that is not known yet is waited for: an
//! entry that was read too much stays read, since sets of values only grow.

use super::machine::Machine;
use super::value::{FrameIx, Site, Sym, Value, ValueId, Values};

/// The field of everything that a container holds.
pub(crate) const ANY: &str = "[]";
/// The field of what was put in under a key that reading does not show; no name that code can write.
const UNKNOWN: &str = "(unknown key)";

/// The fields that an index means.
struct Keys {
    /// The field of each key that is known.
    known: Vec<Sym>,
    /// Whether it may be another one as well.
    open: bool,
}

impl Machine<'_> {
    /// The name of a key's field; `None` where reading does not show what the key is.
    fn key_name(&self, key: ValueId) -> Option<String> {
        let inner = self.values.untagged(key);
        Some(match self.values.get(inner) {
            Value::Int(number) => format!("[{number}]"),
            Value::Bool(flag) => format!("[{flag}]"),
            Value::None => "[none]".to_owned(),
            Value::Text(_) => format!("[{}]", self.values.as_literal(inner)?),
            // What exists once is its own key: a type, a function, an object made on import.
            Value::Class { .. } | Value::Function { .. } | Value::External(_) => {
                format!("[#{}]", inner.number())
            }
            Value::Object {
                maker: Some(frame), ..
            }
            | Value::Instance {
                maker: Some(frame), ..
            } if self.frame(*frame).on_import => format!("[#{}]", inner.number()),
            _ => return None,
        })
    }

    fn keys(&mut self, keys: &Values) -> Keys {
        let mut found = Keys {
            known: Vec::new(),
            open: false,
        };
        for key in keys {
            match self.key_name(*key) {
                Some(name) => found.known.push(self.values.sym(&name)),
                None => found.open = true,
            }
        }
        found
    }

    /// Puts values into a container under keys.
    pub(crate) fn put_entry(&mut self, container: ValueId, keys: &Values, values: &Values) {
        let keys = self.keys(keys);
        for key in keys.known {
            self.grow_field(container, key, values.clone());
        }
        if keys.open {
            let unknown = self.values.sym(UNKNOWN);
            self.grow_field(container, unknown, values.clone());
        }
        let any = self.values.sym(ANY);
        self.grow_field(container, any, values.clone());
    }

    /// What was put under keys into a value; nothing where it has no entry of theirs.
    pub(crate) fn stored_entries(
        &mut self,
        frame: FrameIx,
        base: ValueId,
        keys: &Values,
    ) -> Values {
        let keys = self.keys(keys);
        let mut found = Values::new();
        for key in keys.known {
            found.extend(self.field(base, key, frame));
        }
        let rest = self.values.sym(if keys.open { ANY } else { UNKNOWN });
        found.extend(self.field(base, rest, frame));
        found
    }

    /// The members of a library's object that stand for its entries under keys.
    pub(crate) fn index_members(&mut self, base: ValueId, keys: &Values) -> Values {
        let keys = self.keys(keys);
        let mut found = Values::new();
        for key in &keys.known {
            let name = self.values.text(*key).to_owned();
            found.insert(self.member(base, &name));
        }
        if keys.open || found.is_empty() {
            found.insert(self.member(base, ANY));
        }
        found
    }

    /// What a container of the project holds under keys. Where the keys, or what stands under them,
    /// may still come, that is waited for; when nothing comes, it may be any of its entries.
    pub(crate) fn entries(
        &mut self,
        frame: FrameIx,
        site: Site,
        container: ValueId,
        keys: &Values,
    ) -> Values {
        let given_up = self.given_up.contains(&(site, frame));
        if !given_up && keys.is_empty() {
            self.wait_for_entry(site, frame);
            return Values::new();
        }
        let mut found = self.stored_entries(frame, container, keys);
        if found.is_empty() {
            if given_up {
                let any = self.values.sym(ANY);
                found = self.field(container, any, frame);
            } else {
                self.wait_for_entry(site, frame);
            }
        }
        found
    }

    fn wait_for_entry(&mut self, site: Site, frame: FrameIx) {
        self.waiting.insert((site, frame));
        self.pending.read_at_large();
    }

    /// Takes the first of the indexes that nothing came for as unknown, one at a time: what it reads
    /// may be what another waits for. Whether there was one.
    pub(crate) fn give_up_waiting(&mut self) -> bool {
        while let Some((site, frame)) = self.waiting.pop_first() {
            if self.given_up.insert((site, frame)) {
                self.enqueue(frame);
                return true;
            }
        }
        false
    }

    /// Copies what the entries of maps are into another value: `update`, `{**other}`.
    pub(crate) fn copy_entries(&mut self, frame: FrameIx, from: &Values, to: ValueId) {
        for value in from {
            let inner = self.values.untagged(*value);
            if !matches!(self.values.get(inner), Value::Container { .. }) {
                continue;
            }
            for name in self.field_names(inner) {
                let values = self.field(inner, name, frame);
                self.grow_field(to, name, values);
            }
            // Reading any entry makes this run again when there are more.
            let any = self.values.sym(ANY);
            self.field(inner, any, frame);
        }
    }
}
