//! Objects whose fields a framework takes for its settings: Flask's `app.config.from_object(…)`.

use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge;

impl Machine<'_> {
    /// What the framework and its extensions read of it without any code of the project is used:
    /// sessions and tokens are signed with it.
    pub(crate) fn configure_from(&mut self, frame: FrameIx, site: Site, objects: &Values) {
        let span = self.span(site);
        let mut found = Values::new();
        for object in objects.clone() {
            for object in self.config_object(frame, object) {
                found.extend(self.framework_fields(frame, object));
            }
        }
        for tag in self.tags_within(frame, &found) {
            if self.is_read_by_value(tag) {
                self.uses.record(tag, None, span);
            }
        }
    }

    /// The object itself, or what a dotted text means: a module, or a class in one.
    fn config_object(&mut self, frame: FrameIx, object: ValueId) -> Values {
        let Some(dotted) = self.values.as_literal(object).map(str::to_owned) else {
            return Values::from([self.values.untagged(object)]);
        };
        let from = self.frame(frame).file;
        let parts: Vec<&str> = dotted.split('.').collect();
        let whole = self.module_value(from, 0, &parts, false);
        if matches!(self.values.get(whole), Value::Module(_)) {
            return Values::from([whole]);
        }
        let Some((module, name)) = dotted.rsplit_once('.') else {
            return Values::new();
        };
        let parts: Vec<&str> = module.split('.').collect();
        let module = self.module_value(from, 0, &parts, false);
        match *self.values.get(module) {
            Value::Module(file) => {
                let body = self.import(file);
                self.module_var(body, name, frame)
            }
            _ => Values::new(),
        }
    }

    /// What the fields of a class, an instance or a module hold that the framework reads by itself.
    fn framework_fields(&mut self, frame: FrameIx, object: ValueId) -> Values {
        let inner = self.values.untagged(object);
        let bodies = match *self.values.get(inner) {
            Value::Class { .. } => self.ancestry(inner, frame, &mut Vec::new()),
            Value::Instance { class, .. } => self.ancestry(class, frame, &mut Vec::new()),
            Value::Module(file) => vec![self.import(file)],
            _ => Vec::new(),
        };
        let names = knowledge::READ_BY_FLASK.map(|name| self.values.sym(name));
        let mut found = Values::new();
        for body in bodies {
            for name in names {
                found.extend(self.var(body, name, frame));
            }
        }
        found
    }
}
