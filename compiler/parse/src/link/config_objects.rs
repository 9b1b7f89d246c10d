//! Objects whose fields a framework takes for its settings: Flask's `app.config.from_object(…)`.

use std::collections::BTreeSet;

use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge;

impl Machine<'_> {
    /// The application's configuration, whose method `callee` is, takes the fields in capitals. What
    /// the framework and its extensions read of it without any code of the project is used: sessions
    /// and tokens are signed with it.
    pub(crate) fn configure_from(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        objects: &Values,
    ) {
        let span = self.span(site);
        let configuration = match *self.values.get(self.values.untagged(callee)) {
            Value::Member { base, .. } => Some(base),
            _ => None,
        };
        let mut found = Values::new();
        for object in objects.clone() {
            for object in self.config_object(frame, object) {
                let bodies = self.config_bodies(frame, object);
                found.extend(self.framework_fields(frame, &bodies));
                if let Some(configuration) = configuration {
                    self.take_fields(frame, configuration, &bodies);
                }
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

    /// The bodies in which the fields of a class, an instance or a module stand.
    fn config_bodies(&mut self, frame: FrameIx, object: ValueId) -> Vec<FrameIx> {
        let inner = self.values.untagged(object);
        match *self.values.get(inner) {
            Value::Class { .. } => self.ancestry(inner, frame, &mut Vec::new()),
            Value::Instance { class, .. } => self.ancestry(class, frame, &mut Vec::new()),
            Value::Module(file) => vec![self.import(file)],
            _ => Vec::new(),
        }
    }

    /// `app.config["NAME"]` is the field `NAME`; a class's own goes before that of its bases.
    fn take_fields(&mut self, frame: FrameIx, configuration: ValueId, bodies: &[FrameIx]) {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for body in bodies {
            let (file, scope) = (self.frame(*body).file, self.frame(*body).scope);
            let bound = &self.program.file(file).bound[scope.0 as usize];
            let own: BTreeSet<String> = bound
                .iter()
                .filter(|name| !name.contains(char::is_lowercase) && !taken.contains(*name))
                .cloned()
                .collect();
            for name in &own {
                let [field, key] = [name.clone(), format!("[{name}]")].map(|n| self.values.sym(&n));
                let values = self.var(*body, field, frame);
                self.grow_field(configuration, key, values);
            }
            taken.extend(own);
        }
    }

    /// What fields hold that the framework reads by itself.
    fn framework_fields(&mut self, frame: FrameIx, bodies: &[FrameIx]) -> Values {
        let names = knowledge::READ_BY_FLASK.map(|name| self.values.sym(name));
        let mut found = Values::new();
        for body in bodies {
            for name in names {
                found.extend(self.var(*body, name, frame));
            }
        }
        found
    }
}
