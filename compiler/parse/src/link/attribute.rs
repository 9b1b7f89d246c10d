//! What attributes are worth: members of modules, classes, instances and libraries' objects.

use super::frame::Arguments;
use super::machine::Machine;
use super::pending::Cell;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::facts::ScopeKind;
use crate::knowledge;

/// How long a chain of members of a library's object is followed.
const MAX_MEMBERS: usize = 10;

impl Machine<'_> {
    /// `base.name`.
    pub(crate) fn attribute(
        &mut self,
        frame: FrameIx,
        site: Site,
        base: ValueId,
        name: &str,
    ) -> Values {
        let inner = self.values.untagged(base);
        let sym = self.values.sym(name);
        if name.starts_with("__")
            && let Some(given) = self.given_by_language(inner, name)
        {
            return Values::from([given]);
        }
        match self.values.get(inner).clone() {
            Value::Module(file) => {
                match self.modules.get(&file).copied() {
                    Some(module) => {
                        let found = self.module_var(module, name, frame);
                        if !found.is_empty() {
                            return found;
                        }
                    }
                    // It may be loaded yet.
                    None => self.pending.read_at_large(),
                }
                let (_, dotted) = self.program.modules.name(file);
                let parts: Vec<&str> = dotted.split('.').chain([name]).collect();
                match self.program.modules.resolve(file, 0, &parts) {
                    super::program::Resolved::External => Values::new(),
                    _ => Values::from([self.module_value(file, 0, &parts, true)]),
                }
            }
            Value::Namespace(path, from) => {
                let path = self.values.text(path).to_owned();
                let level = path.len() - path.trim_start_matches('.').len();
                let parts: Vec<&str> = path[level..].split('.').chain([name]).collect();
                Values::from([self.module_value(from, level as u32, &parts, false)])
            }
            Value::External(path) => {
                let path = self.values.text(path).to_owned();
                if path == knowledge::django::SETTINGS_OBJECT {
                    let found = self.django_setting(frame, name);
                    if !found.is_empty() {
                        return found;
                    }
                }
                let mut found = self.field(inner, sym, frame);
                if knowledge::is_current_application(&path) {
                    for application in self.applications() {
                        found.extend(self.attribute(frame, site, application, name));
                    }
                }
                found.insert(self.external(&format!("{path}.{name}")));
                found
            }
            Value::Function { .. } => {
                let mut found = self.field(inner, sym, frame);
                found.insert(self.member(base, name));
                found
            }
            Value::Class { .. } => self.class_attribute(frame, site, inner, inner, name, false),
            Value::Instance { class, .. } => {
                let stored = self.field(inner, sym, frame);
                let mut found = self.class_attribute(frame, site, class, inner, name, true);
                found.extend(stored);
                if found.is_empty() {
                    self.want_field(class, inner, name);
                    found.extend(self.through_wrapper(class, inner, name));
                }
                if found.is_empty() {
                    found.extend(self.delegated(frame, site, class, inner, name));
                }
                let tags = self.values.tags(base);
                found
                    .into_iter()
                    .map(|value| self.values.tagged_all(value, &tags))
                    .collect()
            }
            Value::Object { .. } if name == "0" => Values::from([base]),
            Value::Object {
                ty,
                site: made,
                maker,
            } => {
                let ty = self.values.text(ty).to_owned();
                if ty == "builtins.super" {
                    return self.super_attribute(frame, made, maker, name);
                }
                let mut found = self.field(inner, sym, frame);
                if ty == knowledge::REQUEST && matches!(name, "app" | "application") {
                    found.extend(self.answering(made));
                    return found;
                }
                if ty == knowledge::REQUEST && name == "config_dict" {
                    found.extend(self.answering_and_around(made));
                    return found;
                }
                if found.is_empty() {
                    found.insert(self.member(base, name));
                }
                found
            }
            Value::Member { .. } => {
                let mut found = self.field(inner, sym, frame);
                found.extend(self.lifespan_state(frame, site, inner, name));
                if found.is_empty() {
                    found.insert(self.member(base, name));
                }
                found
            }
            Value::Container { .. } if name.starts_with(|c: char| c.is_ascii_digit()) => {
                let at = name.parse().unwrap_or(usize::MAX);
                self.unpacked(frame, &Values::from([inner]), at)
            }
            // A tuple struct of a crate around it.
            Value::Text(_) if name == "0" => Values::from([base]),
            Value::Text(_) | Value::Container { .. } | Value::Generator(_) => {
                Values::from([self.member(base, name)])
            }
            Value::Unknown if inner == base => self.unknown(),
            Value::Unknown => Values::from([self.member(base, name)]),
            _ => Values::new(),
        }
    }

    /// What a guard or smart pointer around an instance has: `state.0`, `state.lock()`.
    fn through_wrapper(&mut self, class: ValueId, instance: ValueId, name: &str) -> Values {
        let Value::Class { file, .. } = *self.values.get(self.values.untagged(class)) else {
            return Values::new();
        };
        if !self.program.file(file).language().sees_through_guards {
            return Values::new();
        }
        let is_digit = name.bytes().all(|byte| byte.is_ascii_digit());
        let of_list = (0..2).any(|count| {
            use knowledge::rust::Access;
            let access = knowledge::rust::collection_access(name, count);
            matches!(access, Some(Access::At | Access::Any | Access::All))
        });
        if is_digit {
            // An element of a list is used as the list is.
            Values::from([instance])
        } else if of_list || knowledge::rust::returns_itself(name) {
            Values::from([self.member(instance, name)])
        } else {
            Values::new()
        }
    }

    /// A member that is followed no further than a bound.
    pub(crate) fn member(&mut self, base: ValueId, name: &str) -> ValueId {
        let mut depth = 0;
        let mut at = base;
        loop {
            match self.values.get(at) {
                Value::Member { base, .. } => {
                    depth += 1;
                    at = *base;
                }
                Value::Tagged { value, .. } => at = *value,
                _ => break,
            }
        }
        if depth >= MAX_MEMBERS {
            return base;
        }
        let name = self.values.sym(name);
        self.values.value(Value::Member { base, name })
    }

    /// An attribute through a class and its bases. `this` is the instance, or the class itself.
    fn class_attribute(
        &mut self,
        frame: FrameIx,
        site: Site,
        class: ValueId,
        this: ValueId,
        name: &str,
        of_instance: bool,
    ) -> Values {
        let sym = self.values.sym(name);
        let mut externals = Vec::new();
        let bodies = self.ancestry(class, frame, &mut externals);
        for body in bodies.iter().copied() {
            if of_instance && self.is_settings(body, frame) {
                let values = self.settings_field(frame, site, body, this, name);
                if !values.is_empty() {
                    return values;
                }
            }
            let mut found = self.var(body, sym, frame);
            found.extend(self.given_to_class(frame, body, name));
            if !found.is_empty() {
                return self.bind_to(frame, site, &found, this, of_instance);
            }
        }
        if !of_instance && let Some(found) = self.namespace_star(frame, class, name) {
            return found;
        }
        // A body that has not run yet will have it.
        if bodies.iter().any(|body| self.binds(*body, name)) {
            return Values::new();
        }
        if !of_instance && matches!(name, "as_view" | "as_asgi" | "__subclasses__") {
            return Values::from([self.member(class, name)]);
        }
        if of_instance && name == "request" {
            return Values::from([self.request(site)]);
        }
        // What no class of the project has, a library's base may have.
        externals
            .into_iter()
            .map(|base| self.member(base, name))
            .collect()
    }

    /// What code assigned to a class's attribute from outside of its body.
    fn given_to_class(&mut self, frame: FrameIx, body: FrameIx, name: &str) -> Values {
        if !self.program.given_attributes.contains(name) {
            return Values::new();
        }
        let (file, scope) = (self.frame(body).file, self.frame(body).scope);
        let class = self.values.value(Value::Class { file, scope, body });
        let name = self.values.sym(name);
        self.field(class, name, frame)
    }

    /// A name that `use …::*` brings into a module that is written inside another.
    fn namespace_star(&mut self, reader: FrameIx, class: ValueId, name: &str) -> Option<Values> {
        let Value::Class { file, scope, body } = *self.values.get(self.values.untagged(class))
        else {
            return None;
        };
        if !matches!(
            self.program.file(file).scope(scope).kind,
            ScopeKind::Namespace
        ) || self.binds(body, name)
        {
            return None;
        }
        let found = self.starred(body, name, reader);
        (!found.is_empty()).then_some(found)
    }

    /// Class bodies from a class upwards, and the libraries' bases beside them.
    pub(crate) fn ancestry(
        &mut self,
        class: ValueId,
        reader: FrameIx,
        externals: &mut Vec<ValueId>,
    ) -> Vec<FrameIx> {
        let mut bodies = Vec::new();
        let mut queue = vec![class];
        let mut at = 0;
        while at < queue.len() && bodies.len() < 64 {
            let inner = self.values.untagged(queue[at]);
            match *self.values.get(inner) {
                Value::Class { body, .. } if !bodies.contains(&body) => {
                    bodies.push(body);
                    let bases = self.bases_of(body, reader);
                    bodies.extend(self.frame(body).extensions.iter().copied());
                    queue.extend(bases);
                }
                Value::External(_) | Value::Object { .. } | Value::Member { .. } => {
                    externals.push(queue[at]);
                }
                _ => {}
            }
            at += 1;
        }
        bodies
    }

    pub(super) fn bases_of(&mut self, body: FrameIx, reader: FrameIx) -> Values {
        let nothing = self.values.sym("");
        // Reading any variable registers the reader, so that it runs again when bases are known.
        self.var(body, nothing, reader);
        self.pending.read(Cell::Bases(body));
        self.frame(body).bases.clone()
    }

    fn bind_to(
        &mut self,
        frame: FrameIx,
        site: Site,
        found: &Values,
        this: ValueId,
        of_instance: bool,
    ) -> Values {
        let mut bound = Values::new();
        for value in found {
            let inner = self.values.untagged(*value);
            let tags = self.values.tags(*value);
            match self.values.get(inner).clone() {
                Value::Function { .. } if of_instance => {
                    let method = self.values.value(Value::Bound {
                        function: inner,
                        this,
                    });
                    bound.insert(self.values.tagged_all(method, &tags));
                }
                Value::Property(function) if of_instance => {
                    let none = Arguments::default();
                    bound.extend(self.call_function(frame, site, function, Some(this), &none));
                }
                Value::Static(function) => {
                    bound.insert(function);
                }
                Value::ClassMethod(function) => {
                    let class = match self.values.get(this) {
                        Value::Instance { class, .. } => *class,
                        _ => this,
                    };
                    bound.insert(self.values.value(Value::Bound {
                        function,
                        this: class,
                    }));
                }
                _ => {
                    bound.insert(*value);
                }
            }
        }
        bound
    }

    /// `super().name` in a method: the bases of the class that defines it.
    fn super_attribute(
        &mut self,
        frame: FrameIx,
        made: Site,
        maker: Option<FrameIx>,
        name: &str,
    ) -> Values {
        let Some(method) = maker else {
            return Values::new();
        };
        let (Some(this), Some(body)) = (self.frame(method).this, self.frame(method).closure) else {
            return Values::new();
        };
        let sym = self.values.sym(name);
        let mut externals = Vec::new();
        for base in self.bases_of(body, frame) {
            for body in self.ancestry(base, frame, &mut externals) {
                let found = self.var(body, sym, frame);
                if !found.is_empty() {
                    return self.bind_to(frame, made, &found, this, true);
                }
            }
        }
        externals
            .into_iter()
            .map(|base| self.member(base, name))
            .collect()
    }

    /// The object that stands for a framework's request.
    pub(crate) fn request(&mut self, site: Site) -> ValueId {
        let ty = self.values.sym(knowledge::REQUEST);
        self.values.value(Value::Object {
            ty,
            site,
            maker: None,
        })
    }
}
