//! Objects to which code hands functions that a framework calls later: web applications, routers,
//! blueprints, Celery applications, command groups. A handler runs only where its object does.

use std::collections::{BTreeMap, BTreeSet};

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FileIx, FrameIx, Site, Value, ValueId, Values};
use crate::facts::{ExprId, ExprKind};
use crate::knowledge::{self, RouteCall};

/// What was handed to one object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registrar {
    /// Functions and classes.
    pub(crate) handlers: BTreeSet<ValueId>,
    /// Other such objects, each with the prefixes under which it is included, and whether those
    /// stand in place of its own.
    pub(crate) included: BTreeMap<ValueId, BTreeSet<(String, bool)>>,
    /// Routes: path, method, handler and place.
    pub(crate) routes: BTreeSet<(String, String, Option<ValueId>, Site)>,
    /// The prefix that the object itself was made with.
    pub(crate) prefix: String,
}

/// Every such object of a run.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    pub(crate) objects: BTreeMap<ValueId, Registrar>,
    /// The objects that a function was handed to.
    pub(crate) owners: BTreeMap<ValueId, BTreeSet<ValueId>>,
    /// Routes that attributes state for functions: method, path and place.
    pub(crate) stated: BTreeMap<ValueId, BTreeSet<(String, String, Site)>>,
}

impl Registry {
    pub(crate) fn of(&mut self, object: ValueId) -> &mut Registrar {
        self.objects.entry(object).or_default()
    }

    /// An object and everything that it includes, each with its full prefixes.
    pub(crate) fn reached(&self, roots: &Values) -> BTreeMap<ValueId, BTreeSet<String>> {
        let mut found: BTreeMap<ValueId, BTreeSet<String>> = BTreeMap::new();
        let mut queue: Vec<(ValueId, String, u32)> = Vec::new();
        for root in roots {
            let prefix = self
                .objects
                .get(root)
                .map(|r| r.prefix.clone())
                .unwrap_or_default();
            queue.push((*root, prefix, 0));
        }
        while let Some((object, prefix, depth)) = queue.pop() {
            if !found.entry(object).or_default().insert(prefix.clone()) || depth > 12 {
                continue;
            }
            let Some(registrar) = self.objects.get(&object) else {
                continue;
            };
            for (inner, prefixes) in &registrar.included {
                let own = self
                    .objects
                    .get(inner)
                    .map_or("", |registrar| &registrar.prefix);
                for (given, replaces) in prefixes {
                    let under = if *replaces && !given.is_empty() {
                        given.clone()
                    } else {
                        join(given, own)
                    };
                    queue.push((*inner, join(&prefix, &under), depth + 1));
                }
            }
        }
        found
    }
}

/// Two parts of a path with exactly one slash between them.
pub(crate) fn join(prefix: &str, path: &str) -> String {
    let path = path.trim_start_matches('^').trim_end_matches('$');
    match (prefix.trim_end_matches('/'), path.trim_start_matches('/')) {
        ("", "") => {
            if path.is_empty() && !prefix.ends_with('/') {
                String::new()
            } else {
                "/".to_owned()
            }
        }
        ("", path) => format!("/{path}"),
        (_, "") if path.is_empty() => prefix.to_owned(),
        (prefix, path) => format!("{prefix}/{path}"),
    }
}

/// The field of a function that holds its implementations; no name that code can write.
const IMPLEMENTATIONS: &str = "(register)";

impl Machine<'_> {
    /// The library object at the root of a chain of members, without tags.
    pub(crate) fn root_object(&self, value: ValueId) -> ValueId {
        let mut at = self.values.untagged(value);
        while let Value::Member { base, .. } = self.values.get(at) {
            at = self.values.untagged(*base);
        }
        at
    }

    /// The object that handlers given to `value` belong to: the application itself for
    /// `app.router`, a thing of its own for `app.cli`.
    fn registrar_of(&self, value: ValueId) -> ValueId {
        let inner = self.values.untagged(value);
        match self.values.get(inner) {
            Value::Member { name, .. }
                if knowledge::is_separate_registrar(self.values.text(*name)) =>
            {
                inner
            }
            Value::Member { .. } => self.root_object(inner),
            _ => inner,
        }
    }

    /// A decorator that is a method of a library's object hands over what it stands above.
    pub(crate) fn register_decorated(
        &mut self,
        frame: FrameIx,
        file: FileIx,
        decorator: ExprId,
        value: ValueId,
    ) {
        let inner = self.values.untagged(value);
        let path = self
            .expr(frame, decorator)
            .iter()
            .find_map(|value| self.values.path(*value));
        if let Some(path) = path {
            if knowledge::is_shared_task(&path) {
                let shared = self.values.external(knowledge::SHARED_TASKS);
                self.hand_over(shared, inner);
                return;
            }
            if knowledge::is_worker_signal(&path) {
                // As tasks are: whoever runs them hears of it, whoever sends them does not.
                let shared = self.values.external(knowledge::SHARED_TASKS);
                self.hand_over(shared, inner);
                return;
            }
            if knowledge::is_signal_decorator(&path) {
                for decorator in self.expr(frame, decorator) {
                    self.connect_decorated(frame, decorator, inner);
                }
                return;
            }
        }
        let Some((base, name, call)) = self.decorator_parts(file, decorator) else {
            return;
        };
        let name = name.to_owned();
        for base in self.expr(frame, base) {
            let function = self.values.untagged(base);
            if name == "register" && matches!(self.values.get(function), Value::Function { .. }) {
                self.add_implementation(function, inner);
                continue;
            }
            let root = self.root_object(base);
            if !matches!(self.values.get(root), Value::Object { .. }) {
                continue;
            }
            let registrar = self.registrar_of(base);
            self.hand_over(registrar, inner);
            if let Some(route) = RouteCall::of_decorator(&name) {
                let arguments = call.map(|call| self.arguments_of(frame, file, call));
                let site = Site {
                    file,
                    expr: decorator,
                };
                self.add_routes(
                    frame,
                    registrar,
                    &route,
                    &arguments.unwrap_or_default(),
                    inner,
                    site,
                );
            }
            if !self.is_deferred(registrar) && knowledge::is_hook(&name) {
                self.activate(frame, inner);
            }
        }
    }

    /// `@show.register`: what calling a function of `functools.singledispatch` may call in its place.
    fn add_implementation(&mut self, function: ValueId, implementation: ValueId) {
        let key = self.values.sym(IMPLEMENTATIONS);
        self.grow_field(function, key, Values::from([implementation]));
    }

    /// The implementations of a function that `reader` calls, by the type of what it is given.
    pub(crate) fn implementations(&mut self, function: ValueId, reader: FrameIx) -> Values {
        let Value::Function { file, scope, .. } = *self.values.get(function) else {
            return Values::new();
        };
        let by_type = |decorator: &ExprId| match self.syntax(file, *decorator) {
            ExprKind::Name(name) | ExprKind::Attribute(_, name) => name == "singledispatch",
            _ => false,
        };
        let decorators = &self.program.file(file).scope(scope).decorators;
        if !decorators.iter().any(by_type) {
            return Values::new();
        }
        let key = self.values.sym(IMPLEMENTATIONS);
        self.field(function, key, reader)
    }

    /// The arguments of a call, by its syntax.
    fn arguments_of(&mut self, frame: FrameIx, file: FileIx, call: ExprId) -> Arguments {
        let mut found = Arguments::default();
        if let crate::facts::ExprKind::Call { arguments, .. } = self.syntax(file, call) {
            for argument in arguments {
                match argument {
                    crate::facts::Argument::Positional(value) => {
                        let values = self.expr(frame, *value);
                        found.positional.push(values);
                    }
                    crate::facts::Argument::Keyword(name, value) => {
                        let values = self.expr(frame, *value);
                        found.keywords.push((self.values.sym(name), values));
                    }
                    _ => found.spread = true,
                }
            }
        }
        found
    }

    /// Whether handlers of an object wait until the object itself runs.
    pub(crate) fn is_deferred(&self, object: ValueId) -> bool {
        self.values
            .path(self.root_object(object))
            .is_some_and(|path| knowledge::is_registrar(&path) || path == knowledge::SHARED_TASKS)
    }

    fn hand_over(&mut self, registrar: ValueId, handler: ValueId) {
        self.registry.of(registrar).handlers.insert(handler);
        self.registry
            .owners
            .entry(handler)
            .or_default()
            .insert(registrar);
    }

    /// Arguments that are functions, classes or registrars belong to `object` from now on.
    pub(crate) fn attach(
        &mut self,
        frame: FrameIx,
        site: Site,
        object: ValueId,
        name: &str,
        arguments: &Arguments,
    ) {
        let registrar = self.registrar_of(object);
        let prefix = self.prefix_argument(name, arguments);
        let mut queue: Vec<ValueId> = arguments.all().flatten().copied().collect();
        let mut seen = Values::new();
        let mut handlers = Vec::new();
        while let Some(value) = queue.pop() {
            if !seen.insert(value) || seen.len() > 4_000 {
                continue;
            }
            let inner = self.values.untagged(value);
            match self.values.get(inner).clone() {
                Value::Function { .. } | Value::Bound { .. } | Value::Class { .. } => {
                    handlers.push(inner);
                }
                Value::Instance { .. } if name != "Depends" => handlers.push(inner),
                Value::Container { .. } => {
                    queue.extend(self.elements(frame, &Values::from([inner])));
                }
                Value::Object { .. } | Value::Member { .. } => {
                    if self.is_dependency_object(inner) {
                        let of = Values::from([inner]);
                        queue.extend(self.option_of(frame, &of, "0"));
                        queue.extend(self.option_of(frame, &of, "dependency"));
                    } else if self.is_extension(registrar) && self.is_deferred(inner) {
                        // An extension's resources are its application's.
                        let application = self.root_object(inner);
                        let included = &mut self.registry.of(application).included;
                        included
                            .entry(registrar)
                            .or_default()
                            .insert((String::new(), false));
                    } else if self.is_deferred(inner) && self.root_object(inner) != registrar {
                        let included = self.registrar_of(inner);
                        let included = self.root_object(included);
                        // Until the prefix is known there is nothing to include under.
                        if let Some(prefix) = &prefix {
                            let replaces = knowledge::prefix_replaces(name);
                            let under = (prefix.clone(), replaces);
                            self.registry
                                .of(registrar)
                                .included
                                .entry(included)
                                .or_default()
                                .insert(under);
                        }
                    }
                }
                _ => {}
            }
        }
        for handler in &handlers {
            self.hand_over(registrar, *handler);
        }
        if let Some(route) = RouteCall::of_call(name) {
            for handler in self.route_handlers(arguments) {
                self.add_routes(frame, registrar, &route, arguments, handler, site);
            }
        }
    }

    /// The handlers that a call states for a route itself, and not for its dependencies.
    fn route_handlers(&self, arguments: &Arguments) -> Vec<ValueId> {
        let named = arguments.keywords.iter().filter(|(key, _)| {
            matches!(
                self.values.text(*key),
                "view_func" | "endpoint" | "handler" | "view"
            )
        });
        let given = arguments
            .positional
            .iter()
            .chain(named.map(|(_, values)| values));
        given
            .flatten()
            .map(|value| self.values.untagged(*value))
            .filter(|value| self.is_project_callable(*value))
            .collect()
    }

    fn is_extension(&self, object: ValueId) -> bool {
        self.values
            .path(object)
            .is_some_and(|path| knowledge::is_extension(&path))
    }

    fn is_dependency_object(&self, value: ValueId) -> bool {
        self.values
            .path(value)
            .is_some_and(|path| knowledge::is_dependency(&path))
    }

    /// The prefix that a call gives; empty where it gives none, `None` while it is not known.
    fn prefix_argument(&self, name: &str, arguments: &Arguments) -> Option<String> {
        let keyword = arguments
            .keywords
            .iter()
            .find(|(key, _)| matches!(self.values.text(*key), "prefix" | "url_prefix" | "path"));
        let values = match keyword {
            Some((_, values)) => values,
            None if knowledge::first_argument_is_prefix(name) => {
                match arguments.positional.first() {
                    Some(values) => values,
                    None => return Some(String::new()),
                }
            }
            None => return Some(String::new()),
        };
        let known = values
            .iter()
            .find_map(|value| self.values.default_text(*value));
        known.or_else(|| (!values.is_empty()).then(String::new))
    }

    fn add_routes(
        &mut self,
        frame: FrameIx,
        registrar: ValueId,
        route: &RouteCall,
        arguments: &Arguments,
        handler: ValueId,
        site: Site,
    ) {
        let path = arguments
            .keywords
            .iter()
            .find(|(key, _)| matches!(self.values.text(*key), "path" | "rule"))
            .map(|(_, values)| values)
            .or_else(|| arguments.positional.get(route.path_argument));
        let Some(path) = path.and_then(|values| {
            values
                .iter()
                .find_map(|value| self.values.default_text(*value))
        }) else {
            return;
        };
        let mut methods: Vec<String> = Vec::new();
        if let Some((_, values)) = arguments
            .keywords
            .iter()
            .find(|(key, _)| self.values.text(*key) == "methods")
        {
            for value in self.elements(frame, &values.clone()) {
                methods.extend(self.values.as_literal(value).map(str::to_uppercase));
            }
        }
        if let (true, Some(method)) = (route.method_first, arguments.positional.first()) {
            methods.extend(
                method
                    .iter()
                    .filter_map(|m| self.values.as_literal(*m))
                    .map(str::to_uppercase),
            );
        }
        if methods.is_empty() {
            methods = self.class_methods(frame, handler);
        }
        if methods.is_empty() {
            methods.push(route.method.to_owned());
        }
        for method in methods {
            let method = if method == "*" {
                "ANY".to_owned()
            } else {
                method
            };
            self.registry
                .of(registrar)
                .routes
                .insert((path.clone(), method, Some(handler), site));
        }
    }

    /// The HTTP methods that a class-based view defines.
    fn class_methods(&mut self, frame: FrameIx, handler: ValueId) -> Vec<String> {
        if !matches!(self.values.get(handler), Value::Class { .. }) {
            return Vec::new();
        }
        self.pending.read_at_large();
        let mut externals = Vec::new();
        let mut methods = Vec::new();
        for body in self.ancestry(handler, frame, &mut externals) {
            for name in self.frame(body).vars.keys() {
                let name = self.values.text(*name);
                if matches!(name, "get" | "post" | "put" | "patch" | "delete") {
                    methods.push(name.to_uppercase());
                }
            }
        }
        methods.sort();
        methods.dedup();
        methods
    }

    /// Runs handlers of every object that the roots reach, until no new one appears.
    pub(crate) fn serve(&mut self, frame: FrameIx, roots: &Values) {
        let mut served: BTreeSet<ValueId> = BTreeSet::new();
        loop {
            self.run();
            let mut fresh = Vec::new();
            let mut roots: Values = roots.iter().chain(&self.apps).copied().collect();
            if self.uses.saves_models {
                roots.insert(self.values.external(knowledge::MODEL_SIGNALS));
            }
            for object in self.registry.reached(&roots).keys() {
                let handlers = self.registry.objects.get(object).map(|r| &r.handlers);
                fresh.extend(
                    handlers
                        .into_iter()
                        .flatten()
                        .filter(|h| !served.contains(h))
                        .copied(),
                );
            }
            if fresh.is_empty() {
                return;
            }
            for handler in fresh {
                served.insert(handler);
                self.activate(frame, handler);
            }
        }
    }
}
