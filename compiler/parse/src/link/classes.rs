//! What defining a class does, and what classes know of each other.

use super::cells::grow;
use super::frame::{Arguments, Context};
use super::machine::Machine;
use super::pending::Cell;
use super::value::{FileIx, FrameIx, Site, Value, ValueId, Values};
use crate::facts::{ScopeId, ScopeKind};

/// The field of a class that holds those derived from it; no name that code can write.
const DERIVED: &str = "(derived)";
/// What a class runs for each class that is derived from it.
const ON_DERIVATION: &str = "__init_subclass__";

impl Machine<'_> {
    /// The class that a class statement makes.
    pub(crate) fn define_class(&mut self, frame: FrameIx, file: FileIx, scope: ScopeId) -> ValueId {
        let program = self.program;
        let body = self.enter(file, scope, Some(frame), None, Context::None);
        let class = self.values.value(Value::Class { file, scope, body });
        let ScopeKind::Class { bases, keywords } = &program.file(file).scope(scope).kind else {
            return class;
        };
        let worth: Values = bases
            .iter()
            .flat_map(|base| self.expr(frame, *base))
            .collect();
        if grow(&mut self.frames[body.0 as usize].bases, worth.clone()) {
            self.changed = true;
            self.pending.grew(Cell::Bases(body));
            self.wake_readers(body);
        }
        let derived = self.values.sym(DERIVED);
        let mut arguments = Arguments::default();
        for (name, value) in keywords {
            let values = self.expr(frame, *value);
            arguments.keywords.push((self.values.sym(name), values));
        }
        for base in worth {
            let base = self.values.untagged(base);
            if matches!(self.values.get(base), Value::Class { .. }) {
                self.grow_field(base, derived, Values::from([class]));
                self.tell_base(frame, base, class, &arguments);
            }
        }
        class
    }

    /// Runs what a base class does when another is derived from it.
    fn tell_base(&mut self, frame: FrameIx, base: ValueId, class: ValueId, arguments: &Arguments) {
        let name = self.values.sym(ON_DERIVATION);
        let Some(site) = self.own_site(class) else {
            return;
        };
        for body in self.ancestry(base, frame, &mut Vec::new()) {
            let functions = self.var(body, name, frame);
            for function in &functions {
                self.call_function(frame, site, *function, Some(class), arguments);
            }
            if !functions.is_empty() {
                return;
            }
        }
    }

    /// `Base.__subclasses__()`.
    pub(crate) fn derived_classes(&mut self, frame: FrameIx, site: Site, class: ValueId) -> Values {
        let derived = self.values.sym(DERIVED);
        let classes = self.field(class, derived, frame);
        self.container_of(frame, site, classes)
    }

    /// `type(value)`: the classes of instances; nothing that is known for anything else.
    pub(crate) fn types_of(&mut self, values: &Values) -> Values {
        let unknown = self.values.value(Value::Unknown);
        values
            .iter()
            .map(
                |value| match self.values.get(self.values.untagged(*value)) {
                    Value::Instance { class, .. } => *class,
                    _ => unknown,
                },
            )
            .collect()
    }

    /// What the language itself gives modules, classes and instances: their names and types.
    pub(crate) fn given_by_language(&mut self, value: ValueId, name: &str) -> Option<ValueId> {
        match (self.values.get(value).clone(), name) {
            (Value::Module(file), "__name__") => {
                let (_, name) = self.program.modules.name(file);
                Some(self.values.literal(&name))
            }
            (Value::Class { file, scope, .. }, "__name__") => {
                let name = self.program.file(file).scope(scope).name.clone();
                Some(self.values.literal(&name))
            }
            (Value::Instance { class, .. }, "__class__") => Some(class),
            _ => None,
        }
    }
}
