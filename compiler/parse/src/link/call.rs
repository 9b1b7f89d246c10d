//! Calls of the project's own functions and classes.

use indexmap::IndexSet;

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FileIx, FrameIx, Site, Sym, Value, ValueId, Values};
use crate::facts::{BindTarget, ExprId, ExprKind, ScopeId, ScopeKind, Step};
use crate::knowledge;

impl Machine<'_> {
    /// What calling a value returns.
    pub(crate) fn call(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let inner = self.values.untagged(callee);
        match self.values.get(inner).clone() {
            Value::Function { .. } => {
                self.note_wrapper_use(frame, site, callee);
                self.call_function(frame, site, inner, None, arguments)
            }
            Value::Bound { function, this } => {
                self.note_wrapper_use(frame, site, callee);
                self.call_function(frame, site, function, Some(this), arguments)
            }
            Value::Static(function) | Value::Property(function) => {
                self.call_function(frame, site, function, None, arguments)
            }
            Value::Class { .. } => self.instantiate(frame, site, inner, arguments),
            Value::Instance { .. } => {
                let mut found = Values::new();
                for method in self.attribute(frame, site, inner, "__call__") {
                    if self.is_project_callable(method) {
                        found.extend(self.call(frame, site, method, arguments));
                    }
                }
                found
            }
            Value::External(_) | Value::Object { .. } | Value::Member { .. } => {
                self.call_library(frame, site, callee, arguments)
            }
            Value::Unknown => {
                // `request.state::<T>()`: what the program made of that type.
                let wanted = self.keyword_values(arguments, knowledge::rust::TYPE_ARGUMENT);
                let mut made = Values::new();
                for ty in wanted.unwrap_or_default() {
                    made.extend(self.of_type(ty, frame));
                }
                if !made.is_empty() {
                    return made;
                }
                self.unfollowed.insert((frame, site));
                self.escape(frame, site, arguments);
                self.unknown()
            }
            _ => Values::new(),
        }
    }

    /// A method of an annotated project object uses the resource that the object stands for.
    fn note_wrapper_use(&mut self, frame: FrameIx, site: Site, callee: ValueId) {
        for tag in self.values.tags(callee) {
            if !self.frame(frame).on_import {
                let span = self.span(site);
                self.uses.record(tag, None, span);
            }
        }
    }

    pub(crate) fn is_project_callable(&self, value: ValueId) -> bool {
        matches!(
            self.values.get(self.values.untagged(value)),
            Value::Function { .. } | Value::Bound { .. } | Value::Class { .. } | Value::Static(_)
        )
    }

    /// Runs a function with arguments and an instance; returns what it returns so far.
    pub(crate) fn call_function(
        &mut self,
        frame: FrameIx,
        site: Site,
        function: ValueId,
        this: Option<ValueId>,
        arguments: &Arguments,
    ) -> Values {
        let inner = self.values.untagged(function);
        let (file, scope, closure) = match *self.values.get(inner) {
            Value::Function {
                file,
                scope,
                closure,
            } => (file, scope, closure),
            Value::Property(inner) | Value::Static(inner) | Value::ClassMethod(inner) => {
                return self.call_function(frame, site, inner, this, arguments);
            }
            _ => return Values::new(),
        };
        if let Some(callers) = &mut self.callers {
            callers.entry((file, scope)).or_default().insert(site);
        }
        if self.leaves_out.functions.contains(&(file, scope)) {
            return Values::new();
        }
        let context = self.call_context(frame, site, this);
        let callee = self.enter(file, scope, Some(closure), this, context);
        self.pass_arguments(site, callee, file, scope, this, arguments);
        let ScopeKind::Function { is_generator, .. } = self.program.file(file).scope(scope).kind
        else {
            return Values::new();
        };
        let mut found = if is_generator {
            Values::from([self.values.value(Value::Generator(callee))])
        } else {
            self.returned(callee, frame)
        };
        for function in self.implementations(inner, frame) {
            found.extend(self.call_function(frame, site, function, this, arguments));
        }
        found
    }

    /// Runs a function without arguments, in every frame around it that has run.
    pub(crate) fn run_scope(&mut self, reader: FrameIx, file: FileIx, scope: ScopeId) {
        let Some(parent) = self.program.file(file).scope(scope).parent else {
            return;
        };
        let is_around = |frame: &FrameIx| {
            let frame = self.frame(*frame);
            frame.file == file && frame.scope == parent
        };
        let frames = (0..self.frames.len() as u32).map(FrameIx);
        let around: Vec<FrameIx> = frames.filter(is_around).collect();
        for closure in around {
            let function = Value::Function {
                file,
                scope,
                closure,
            };
            let function = self.values.value(function);
            let site = Site::of_scope(file, scope);
            self.call_function(reader, site, function, None, &Arguments::default());
        }
        self.run();
    }

    /// A site that stands for a callable itself, so that a framework calls each only once.
    pub(crate) fn own_site(&self, value: ValueId) -> Option<Site> {
        match self.values.get(self.values.untagged(value)) {
            Value::Function { file, scope, .. } | Value::Class { file, scope, .. } => {
                Some(Site::of_scope(*file, *scope))
            }
            Value::Bound { function, .. } => self.own_site(*function),
            _ => None,
        }
    }

    /// An instance of a project class.
    fn instantiate(
        &mut self,
        frame: FrameIx,
        site: Site,
        class: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let maker = self.maker(frame);
        let instance = self.values.value(Value::Instance { class, site, maker });
        let mut externals = Vec::new();
        let bodies = self.ancestry(class, frame, &mut externals);
        let mut initialized = false;
        for (name, passes) in [("__init__", true), ("__post_init__", false)] {
            let sym = self.values.sym(name);
            for body in &bodies {
                let found = self.var(*body, sym, frame);
                if found.is_empty() {
                    continue;
                }
                let none = Arguments::default();
                let given = if passes { arguments } else { &none };
                for function in found {
                    self.call_function(frame, site, function, Some(instance), given);
                }
                initialized |= passes;
                break;
            }
        }
        if initialized {
            return Values::from([instance]);
        }
        self.fill_fields(instance, &bodies, arguments);
        // A library's base class takes the arguments: what it is given, the instance stands for.
        let mut tags = Vec::new();
        externals.retain(|base| {
            let path = self.values.path(*base);
            !path.is_some_and(|path| knowledge::is_plain_base(&path))
        });
        if !externals.is_empty() {
            for values in arguments.all() {
                tags.extend(values.iter().flat_map(|value| self.flowing_tags(*value)));
            }
        }
        for base in externals {
            tags.extend(self.flowing_tags(base));
        }
        tags.sort_unstable();
        tags.dedup();
        Values::from([self.values.tagged_all(instance, &tags)])
    }

    /// Data classes: arguments become fields in the order of declaration.
    fn fill_fields(&mut self, instance: ValueId, bodies: &[FrameIx], arguments: &Arguments) {
        let mut names: IndexSet<&String> = IndexSet::new();
        for body in bodies.iter().rev() {
            let (file, scope) = (self.frame(*body).file, self.frame(*body).scope);
            for step in &self.program.file(file).scope(scope).steps {
                if let Step::Bind {
                    target: BindTarget::Name(name),
                    annotation: Some(_),
                    ..
                } = step
                {
                    names.insert(name);
                }
            }
        }
        for (name, values) in names.iter().zip(&arguments.positional) {
            let name = self.values.sym(name);
            self.grow_field(instance, name, values.clone());
        }
        for (name, values) in &arguments.keywords {
            let values = self.annotated_field(bodies, *name, values.clone());
            self.grow_field(instance, *name, values);
        }
    }

    /// A field's values, tagged where the field's declaration is annotated.
    fn annotated_field(&mut self, bodies: &[FrameIx], name: Sym, values: Values) -> Values {
        if self.program.tagged_names.is_empty() {
            return values;
        }
        let field = self.values.text(name).to_owned();
        let mut values = values;
        for body in bodies {
            let (file, scope) = (self.frame(*body).file, self.frame(*body).scope);
            values = values
                .into_iter()
                .map(|value| self.tag_field(file, scope, &field, value))
                .collect();
        }
        values
    }

    /// Runs callables that are handed to something klo does not see into: it may call them.
    pub(crate) fn escape(&mut self, frame: FrameIx, site: Site, arguments: &Arguments) -> Values {
        let mut found = Values::new();
        let given: Vec<Values> = arguments.all().cloned().collect();
        for (index, values) in given.iter().enumerate() {
            for value in values {
                if matches!(
                    self.values.get(self.values.untagged(*value)),
                    Value::Function { .. } | Value::Bound { .. } | Value::Static(_)
                ) {
                    let at = self.own_site(*value).unwrap_or(site);
                    // `map(function, values)`: what follows the first is passed to it.
                    let after = if index == 0 { &given[1..] } else { &[] };
                    let passed = Arguments {
                        positional: after.to_vec(),
                        ..Arguments::default()
                    };
                    found.extend(self.call(frame, at, *value, &passed));
                }
            }
        }
        found
    }

    /// Runs a value as a framework does: functions with what the framework gives, classes with all
    /// their methods.
    pub(crate) fn activate(&mut self, frame: FrameIx, value: ValueId) {
        let inner = self.values.untagged(value);
        let Some(site) = self.own_site(inner) else {
            if let Value::Instance { class, .. } = *self.values.get(inner) {
                self.activate_methods(frame, class, inner);
            }
            return;
        };
        match *self.values.get(inner) {
            Value::Class { .. } => {
                for instance in self.call(frame, site, inner, &Arguments::default()) {
                    self.activate_methods(frame, inner, instance);
                }
            }
            _ => {
                self.call(frame, site, inner, &Arguments::default());
            }
        }
    }

    fn activate_methods(&mut self, frame: FrameIx, class: ValueId, instance: ValueId) {
        let mut externals = Vec::new();
        let bodies = self.ancestry(class, frame, &mut externals);
        self.note_generic_views(class, &bodies, &externals);
        for body in bodies {
            self.pending.read_at_large();
            let names: Vec<Sym> = self.frame(body).vars.keys().copied().collect();
            for name in names {
                let text = self.values.text(name).to_owned();
                if text.starts_with('_') && !matches!(text.as_str(), "__call__" | "__aenter__") {
                    continue;
                }
                let Some(site) = self.own_site(class) else {
                    continue;
                };
                for method in self.attribute(frame, site, instance, &text) {
                    if let Value::Bound { .. } = self.values.get(self.values.untagged(method)) {
                        let at = self.own_site(method).unwrap_or(site);
                        self.call(frame, at, method, &Arguments::default());
                    }
                }
            }
        }
    }

    /// Applies a decorator to what it stands above.
    pub(crate) fn decorate(
        &mut self,
        frame: FrameIx,
        file: FileIx,
        decorator: ExprId,
        value: ValueId,
    ) -> Values {
        // `@wraps(function)` copies a name and calls neither.
        if let ExprKind::Call { callee, .. } = *self.syntax(file, decorator) {
            let copies = self.expr(frame, callee).iter().any(|callee| {
                let path = self.values.path(*callee);
                path.is_some_and(|path| path == "functools.wraps")
            });
            if copies {
                return Values::from([value]);
            }
        }
        let worth = self.expr(frame, decorator);
        if !self.program.file(file).language().calls_decorators {
            let site = Site {
                file,
                expr: decorator,
            };
            for attribute in worth {
                self.note_route_attribute(frame, site, attribute, value);
            }
            return Values::from([value]);
        }
        for path in worth
            .iter()
            .filter_map(|value| self.values.path(*value))
            .collect::<Vec<_>>()
        {
            match path.as_str() {
                "builtins.property"
                | "functools.cached_property"
                | "pydantic.computed_field"
                | "django.utils.functional.cached_property" => {
                    let inner = self.values.untagged(value);
                    if matches!(self.values.get(inner), Value::Property(_)) {
                        return Values::from([value]);
                    }
                    return Values::from([self.values.value(Value::Property(inner))]);
                }
                "builtins.staticmethod" => {
                    return Values::from([self.values.value(Value::Static(value))]);
                }
                "builtins.classmethod" => {
                    return Values::from([self.values.value(Value::ClassMethod(value))]);
                }
                _ => {}
            }
        }
        self.register_decorated(frame, file, decorator, value);
        let mut found = Values::from([value]);
        let site = Site {
            file,
            expr: decorator,
        };
        let arguments = Arguments {
            positional: vec![Values::from([value])],
            ..Arguments::default()
        };
        for decorator in worth {
            if self.is_project_callable(decorator) {
                found.extend(self.call(frame, site, decorator, &arguments));
            }
        }
        found
    }

    /// Whether a decorator's syntax is a call, and what is called.
    pub(crate) fn decorator_parts(
        &self,
        file: FileIx,
        decorator: ExprId,
    ) -> Option<(ExprId, &str, Option<ExprId>)> {
        let (callee, call) = match self.syntax(file, decorator) {
            ExprKind::Call { callee, .. } => (*callee, Some(decorator)),
            _ => (decorator, None),
        };
        match self.syntax(file, callee) {
            ExprKind::Attribute(base, name) => Some((*base, name, call)),
            _ => None,
        }
    }
}
