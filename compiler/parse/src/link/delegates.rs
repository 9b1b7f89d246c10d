//! Objects that hand on what they do not have themselves.

use super::frame::{Arguments, Context};
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};

/// The method that is asked for attributes which an object does not have.
const ASKED: &str = "__getattr__";

impl Machine<'_> {
    /// What an object's `__getattr__` returns for a name that neither its classes nor their methods
    /// give it. Each name is asked for by itself: what one returns is not what another does.
    pub(crate) fn delegated(
        &mut self,
        frame: FrameIx,
        site: Site,
        class: ValueId,
        instance: ValueId,
        name: &str,
    ) -> Values {
        let mut found = Values::new();
        // The language looks its own names up on the type.
        if name.starts_with("__") || self.has_own(class, name, frame) {
            return found;
        }
        for method in self.attribute(frame, site, instance, ASKED) {
            let Value::Bound { function, .. } = *self.values.get(self.values.untagged(method))
            else {
                continue;
            };
            let Value::Function {
                file,
                scope,
                closure,
            } = *self.values.get(self.values.untagged(function))
            else {
                continue;
            };
            let context = Context::Attribute(instance, self.values.sym(name));
            let callee = self.enter(file, scope, Some(closure), Some(instance), context);
            let asked = Arguments {
                positional: vec![Values::from([self.values.literal(name)])],
                ..Arguments::default()
            };
            self.pass_arguments(site, callee, file, scope, Some(instance), &asked);
            found.extend(self.returned(callee, frame));
        }
        found
    }

    /// Whether methods of a class or of its bases assign an attribute: one that has no value yet will
    /// have one.
    fn has_own(&mut self, class: ValueId, name: &str, reader: FrameIx) -> bool {
        let bodies = self.ancestry(class, reader, &mut Vec::new());
        bodies.into_iter().any(|body| {
            let body = self.frame(body);
            let assigned = &self.program.file(body.file).own_attributes;
            assigned
                .get(&body.scope.0)
                .is_some_and(|names| names.contains(name))
        })
    }
}
