//! What attributes are worth: members of modules, classes, instances and libraries' objects.

use super::frame::Arguments;
use super::machine::Machine;
use super::pending::Cell;
use super::value::{EnvRead, FrameIx, Part, Site, Value, ValueId, Values};
use crate::facts::{ScopeKind, Step};
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
        match name {
            "0" => Values::from([instance]),
            name if knowledge::rust::returns_itself(name) => {
                Values::from([self.member(instance, name)])
            }
            _ => Values::new(),
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
        if !of_instance && let Some(found) = self.namespace_star(class, name) {
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
    fn namespace_star(&mut self, class: ValueId, name: &str) -> Option<Values> {
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
        let found = self.starred(body, name, body);
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

    fn bases_of(&mut self, body: FrameIx, reader: FrameIx) -> Values {
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

    /// Whether a class reads its fields from the environment.
    pub(crate) fn is_settings(&mut self, body: FrameIx, reader: FrameIx) -> bool {
        let mut externals = Vec::new();
        let bases = self.bases_of(body, reader);
        for base in bases {
            self.ancestry(base, reader, &mut externals);
        }
        externals.iter().any(|base| {
            self.values
                .path(*base)
                .is_some_and(|path| knowledge::is_settings_class(&path))
        })
    }

    /// The value of a field of a settings class: the variable that it is read from.
    pub(crate) fn settings_field(
        &mut self,
        frame: FrameIx,
        site: Site,
        body: FrameIx,
        this: ValueId,
        name: &str,
    ) -> Values {
        let (file, scope) = (self.frame(body).file, self.frame(body).scope);
        let loaded = self.program.file(file);
        let field = loaded.fields[scope.0 as usize].get(name);
        let field = field.and_then(|at| match &loaded.scope(scope).steps[*at as usize] {
            Step::Bind {
                value,
                annotation,
                range,
                ..
            } => Some((*value, *annotation, *range)),
            _ => None,
        });
        let Some((value, annotation, range)) = field else {
            return Values::new();
        };
        if name == "model_config" || name.starts_with('_') {
            return Values::new();
        }
        let default = value
            .map(|value| self.expr(body, value))
            .unwrap_or_default();
        // The class's body has not run yet.
        if value.is_some() && default.is_empty() {
            return Values::new();
        }
        let nested = self.nested_settings(frame, site, body, this, name, annotation, &default);
        if !nested.is_empty() {
            return nested;
        }
        let (alias, fallback, required) = self.field_options(frame, &default, value.is_some());
        let prefix = self.settings_prefix(frame, body, this);
        let variable = alias.unwrap_or_else(|| format!("{prefix}{name}").to_uppercase());
        let variable = self.values.sym(&variable);
        let default = fallback.map(|text| self.values.sym(&text));
        let read = EnvRead {
            variable,
            file,
            range,
            required,
            default,
        };
        let value = self.values.value(Value::Text(vec![Part::Env(read)]));
        let key = (file, scope.0, name.to_owned());
        match self.program.tagged_names.get(&key) {
            Some(tags) => {
                for tag in tags {
                    let evaluated = self.evaluated.entry(*tag).or_default();
                    evaluated.values.insert(value);
                }
                Values::from([self.values.tagged_all(value, tags)])
            }
            None => Values::from([value]),
        }
    }

    /// A settings class inside another: its own instance, or one whose variables carry a prefix.
    #[allow(
        clippy::too_many_arguments,
        reason = "the field's whole declaration is looked at"
    )]
    fn nested_settings(
        &mut self,
        frame: FrameIx,
        site: Site,
        body: FrameIx,
        this: ValueId,
        name: &str,
        annotation: Option<crate::facts::ExprId>,
        default: &Values,
    ) -> Values {
        let made: Values = default
            .iter()
            .copied()
            .filter(|value| matches!(self.values.get(*value), Value::Instance { .. }))
            .collect();
        if !made.is_empty() {
            return made;
        }
        let factory = self.option_of(frame, default, "default_factory");
        let mut found = Values::new();
        for class in factory {
            if matches!(self.values.get(class), Value::Class { .. }) {
                found.extend(self.call(frame, site, class, &Arguments::default()));
            }
        }
        if !found.is_empty() {
            return found;
        }
        let Some(annotation) = annotation else {
            return found;
        };
        let delimiter = self.settings_option(frame, body, "env_nested_delimiter");
        for class in self.expr(body, annotation) {
            if let (Value::Class { .. }, Some(delimiter)) = (self.values.get(class), &delimiter) {
                let prefix = self.settings_prefix(frame, body, this);
                let instance = self.values.value(Value::Instance {
                    class,
                    site,
                    maker: None,
                });
                let key = self.values.sym("(prefix)");
                let text = self.values.literal(&format!("{prefix}{name}{delimiter}"));
                self.grow_field(instance, key, Values::from([text]));
                found.insert(instance);
            }
        }
        found
    }

    /// Alias, default and whether a value must be there, from `Field(…)` or a plain default.
    fn field_options(
        &mut self,
        frame: FrameIx,
        default: &Values,
        has_value: bool,
    ) -> (Option<String>, Option<String>, bool) {
        let is_field = default.iter().any(|value| {
            self.values
                .path(*value)
                .is_some_and(|path| path.ends_with(".Field"))
        });
        if !is_field {
            let text = default
                .iter()
                .find_map(|value| self.values.as_literal(*value))
                .map(str::to_owned);
            return (None, text, !has_value);
        }
        let mut alias = None;
        for key in ["validation_alias", "alias", "env"] {
            let values = self.option_of(frame, default, key);
            for value in values {
                if alias.is_none() {
                    alias = self.values.as_literal(value).map(str::to_owned);
                }
                if alias.is_none() {
                    // AliasChoices("A", "B"): the first name is the one to set.
                    let first = self.values.sym("(0)");
                    for choice in self.field(value, first, frame) {
                        alias = alias.or(self.values.as_literal(choice).map(str::to_owned));
                    }
                }
            }
        }
        let mut fallback = self.option_of(frame, default, "default");
        fallback.extend(self.option_of(frame, default, "0"));
        let required =
            fallback.is_empty() && self.option_of(frame, default, "default_factory").is_empty();
        let fallback = fallback
            .iter()
            .find_map(|value| self.values.as_literal(*value))
            .map(str::to_owned);
        (alias, fallback, required)
    }

    /// An argument with which a library's object was made, by keyword or position.
    pub(crate) fn option_of(&mut self, frame: FrameIx, objects: &Values, key: &str) -> Values {
        let key = self.values.sym(&format!("({key})"));
        let mut found = Values::new();
        for object in objects {
            found.extend(self.field(*object, key, frame));
        }
        found
    }

    fn settings_prefix(&mut self, frame: FrameIx, body: FrameIx, this: ValueId) -> String {
        let key = self.values.sym("(prefix)");
        let own = self.field(this, key, frame);
        if let Some(text) = own.iter().find_map(|value| self.values.as_literal(*value)) {
            return text.to_owned();
        }
        self.settings_option(frame, body, "env_prefix")
            .unwrap_or_default()
    }

    /// An option of a settings class: `model_config`, an inner `Config`, or a class keyword.
    fn settings_option(&mut self, frame: FrameIx, body: FrameIx, option: &str) -> Option<String> {
        let (file, scope) = (self.frame(body).file, self.frame(body).scope);
        if let ScopeKind::Class { keywords, .. } = &self.program.file(file).scope(scope).kind {
            for (name, value) in keywords {
                if name == option {
                    let values = self.expr(body, *value);
                    return values
                        .iter()
                        .find_map(|v| self.values.as_literal(*v))
                        .map(str::to_owned);
                }
            }
        }
        let config = self.values.sym("model_config");
        let objects = self.var(body, config, frame);
        let mut values = self.option_of(frame, &objects, option);
        let key = self.values.sym(&format!("[{option}]"));
        for object in objects {
            values.extend(self.field(object, key, frame));
        }
        let inner = self.values.sym("Config");
        for class in self.var(body, inner, frame) {
            if let Value::Class { body, .. } = *self.values.get(class) {
                let name = self.values.sym(option);
                values.extend(self.var(body, name, frame));
            }
        }
        values
            .iter()
            .find_map(|value| self.values.as_literal(*value))
            .map(str::to_owned)
    }

    /// A read of the variable that `keys` name.
    pub(crate) fn env_read(
        &mut self,
        site: Site,
        keys: &Values,
        default: Option<&Values>,
    ) -> Values {
        let range = self.span(site).range();
        let mut found = Values::new();
        let names: Vec<String> = keys
            .iter()
            .filter_map(|key| self.values.as_literal(*key))
            .map(str::to_owned)
            .collect();
        let none = self.values.value(Value::None);
        let default = default.filter(|default| !default.iter().all(|value| *value == none));
        let text = default
            .and_then(|values| {
                values
                    .iter()
                    .find_map(|value| self.values.as_literal(*value))
            })
            .map(str::to_owned);
        let text = text.map(|text| self.values.sym(&text));
        for name in names {
            let variable = self.values.sym(&name);
            let read = EnvRead {
                variable,
                file: site.file,
                range,
                required: default.is_none(),
                default: text,
            };
            found.insert(self.values.value(Value::Text(vec![Part::Env(read)])));
        }
        found
    }
}
