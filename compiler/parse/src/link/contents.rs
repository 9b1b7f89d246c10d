//! What values hold: elements, entries, and what entering one yields.

use super::frame::Arguments;
use super::keys::ANY;
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::facts::ExprId;

impl Machine<'_> {
    pub(crate) fn eval_entered(&mut self, frame: FrameIx, site: Site, value: ExprId) -> Values {
        let mut found = Values::new();
        for value in self.expr(frame, value) {
            found.extend(self.entered(frame, site, value));
        }
        found
    }

    /// What entering a value as a context yields.
    pub(crate) fn entered(&mut self, frame: FrameIx, site: Site, value: ValueId) -> Values {
        let inner = self.values.untagged(value);
        match self.values.get(inner).clone() {
            Value::Generator(generator) => self.yielded(generator, frame),
            Value::Instance { .. } => {
                let mut entered = Values::new();
                for name in ["__enter__", "__aenter__"] {
                    for method in self.attribute(frame, site, value, name) {
                        if self.is_project_callable(method) {
                            let none = Arguments::default();
                            entered.extend(self.call(frame, site, method, &none));
                        }
                    }
                }
                for name in ["__exit__", "__aexit__"] {
                    for method in self.attribute(frame, site, value, name) {
                        if self.is_project_callable(method) {
                            let spread = Arguments {
                                spread: true,
                                ..Arguments::default()
                            };
                            self.call(frame, site, method, &spread);
                        }
                    }
                }
                if entered.is_empty() {
                    entered.insert(value);
                }
                entered
            }
            _ => Values::from([value]),
        }
    }

    /// What iterating values yields.
    pub(crate) fn elements(&mut self, frame: FrameIx, values: &Values) -> Values {
        let any = self.values.sym(ANY);
        let mut found = Values::new();
        for value in values {
            let inner = self.values.untagged(*value);
            match self.values.get(inner).clone() {
                Value::Container { .. } => found.extend(self.field(inner, any, frame)),
                Value::Generator(generator) => found.extend(self.yielded(generator, frame)),
                Value::Object { .. } | Value::Member { .. } => {
                    found.extend(self.field(inner, any, frame));
                    found.insert(self.member(*value, "[]"));
                }
                Value::Unknown => {
                    found.insert(*value);
                }
                _ => {}
            }
        }
        found
    }

    /// The `index`th of several values that are bound at once.
    pub(crate) fn unpacked(&mut self, frame: FrameIx, values: &Values, index: usize) -> Values {
        let at = self.values.sym(&format!("[{index}]"));
        let mut found = Values::new();
        for value in values {
            let inner = self.values.untagged(*value);
            let exact = self.field(inner, at, frame);
            if exact.is_empty() {
                found.extend(self.elements(frame, &Values::from([*value])));
            } else {
                found.extend(exact);
            }
        }
        found
    }

    pub(crate) fn eval_index(
        &mut self,
        frame: FrameIx,
        site: Site,
        base: ExprId,
        index: ExprId,
    ) -> Values {
        let keys = self.expr(frame, index);
        let mut found = Values::new();
        for base in self.expr(frame, base) {
            let inner = self.values.untagged(base);
            match self.values.get(inner).clone() {
                Value::External(path) => {
                    let path = self.values.text(path).to_owned();
                    if path == "os.environ" {
                        found.extend(self.env_read(site, &keys, None));
                    } else if crate::knowledge::is_type_operator(&path) {
                        found.extend(self.type_operands(frame, &keys));
                    } else {
                        found.extend(self.stored_entries(frame, inner, &keys));
                        found.insert(base);
                    }
                }
                Value::Class { .. } => {
                    found.insert(base);
                }
                Value::Container { .. } => {
                    found.extend(self.entries(frame, site, inner, &keys));
                }
                Value::Object { .. } | Value::Member { .. } => {
                    let stored = self.stored_entries(frame, inner, &keys);
                    if stored.is_empty() {
                        found.extend(self.index_members(base, &keys));
                    }
                    found.extend(stored);
                }
                Value::Instance { .. } => {
                    let arguments = Arguments {
                        positional: vec![keys.clone()],
                        ..Arguments::default()
                    };
                    for method in self.attribute(frame, site, base, "__getitem__") {
                        found.extend(self.call(frame, site, method, &arguments));
                    }
                }
                Value::Unknown => {
                    found.insert(base);
                }
                _ => {}
            }
        }
        found
    }

    /// `Annotated[T, Depends(f)]`, `Optional[T]`, `list[T]`: everything inside counts.
    fn type_operands(&mut self, frame: FrameIx, keys: &Values) -> Values {
        let mut found = Values::new();
        for key in keys {
            match self.values.get(*key) {
                Value::Container { .. } => {
                    found.extend(self.elements(frame, &Values::from([*key])))
                }
                _ => {
                    found.insert(*key);
                }
            }
        }
        found
    }
}
