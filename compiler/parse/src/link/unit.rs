//! Runs one unit: from its entry to everything that its code reaches.

use std::collections::BTreeSet;

use klo_intent::{EntryCall, Interface};

use super::dispatch::{dispatch, run_main};
use super::frame::{Arguments, Context};
use super::machine::Machine;
use super::program::Program;
use super::routes::RouteFound;
use super::value::{FileIx, FrameIx, Site, Value, ValueId, Values};
use crate::declare::Capability;
use crate::facts::{ExprId, Item, ItemKind, ParameterKind, Scope, ScopeId, ScopeKind, Step};
use crate::knowledge;

/// What running a unit showed.
pub(crate) struct Run<'p> {
    pub(crate) machine: Machine<'p>,
    pub(crate) module: FrameIx,
    pub(crate) entry: EntryFound,
    pub(crate) routes: BTreeSet<RouteFound>,
}

/// How a unit starts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EntryFound {
    pub(crate) attribute: Option<String>,
    pub(crate) call: EntryCall,
    pub(crate) framework: String,
}

/// Runs the unit that `item` in `file` is; `settings` is the module of Django's that it is told to use.
pub(crate) fn run<'p>(
    program: &'p Program<'p>,
    file: FileIx,
    item: &Item,
    capability: Capability,
    settings: Option<&str>,
) -> Run<'p> {
    let mut machine = Machine::new(program);
    let compiled = program.file(file).language().compiled;
    let dispatched = match item.kind {
        ItemKind::Function(scope) if compiled => dispatch(program, file, scope),
        _ => None,
    };
    if let Some(dispatched) = &dispatched {
        machine.leaves_out = dispatched.leaves_out.clone();
    }
    let watched = match item.kind {
        ItemKind::Assignment(expr) | ItemKind::Call(expr) | ItemKind::Return(expr) => Some(expr),
        _ => None,
    };
    if let Some(expr) = watched {
        machine.watched.insert((file, expr), Values::new());
    }
    let module = machine.import(file);
    machine.run();
    let command = machine
        .command_of(file, item)
        .map(|command| machine.start_command(module, &command, settings));
    let mut runner = Runner {
        machine,
        module,
        file,
    };
    let mut entry = match (dispatched, capability, item.kind) {
        (Some(dispatched), ..) => runner.dispatched(dispatched.arguments),
        (_, _, ItemKind::Function(scope)) if compiled => runner.compiled(item, Some(scope)),
        _ if compiled => runner.compiled(item, None),
        (_, Capability::Service, _) => runner.service(item, watched),
        (_, _, ItemKind::Function(scope)) => runner.callable(item, scope),
        (_, _, ItemKind::Class(_)) => runner.class(item),
        _ => runner.service(item, watched),
    };
    if let Some(command) = command {
        entry.call = command;
    }
    runner.machine.settle_django(module, settings);
    let at = program.file(file).span(item.range);
    runner.machine.use_django_settings(module, at);
    let routes = runner.machine.routes();
    Run {
        machine: runner.machine,
        module,
        entry,
        routes,
    }
}

struct Runner<'p> {
    machine: Machine<'p>,
    module: FrameIx,
    file: FileIx,
}

impl Runner<'_> {
    fn service(&mut self, item: &Item, watched: Option<ExprId>) -> EntryFound {
        let factory = self.enclosing_function(item.scope);
        let mut values = Values::new();
        let mut attribute = item.name.clone();
        let mut is_factory = false;
        match item.kind {
            ItemKind::Function(scope) => {
                values = self.call_scope(scope);
                is_factory = true;
            }
            ItemKind::Class(_) => return self.class(item),
            _ => {
                if let Some(scope) = factory {
                    self.call_scope(scope);
                    attribute = Some(self.scope(scope).name.clone());
                    is_factory = true;
                }
            }
        }
        if let Some(expr) = watched {
            let key = (self.file, expr);
            values.extend(self.machine.watched.get(&key).cloned().unwrap_or_default());
        }
        let roots = self.roots(&values);
        let (frame, file) = (self.module, self.file);
        let web = self.web(&roots);
        if web.is_none() && !self.is_tasks(&roots) {
            // A server's `main`, or a program that works without end.
            return self.program(item, roots);
        }
        self.machine.apps = roots.clone();
        let shared = self.machine.values.external(knowledge::SHARED_TASKS);
        let mut served = roots.clone();
        if self.is_tasks(&roots) {
            served.insert(shared);
            self.use_broker(&roots, file, item);
        }
        // What was looked up before the application was known is looked up again.
        self.machine.requeue_all();
        self.machine.serve(frame, &served);
        match web {
            Some((asgi, framework)) => EntryFound {
                attribute,
                call: EntryCall::WebApplication {
                    interface: if asgi {
                        Interface::Asgi
                    } else {
                        Interface::Wsgi
                    },
                    factory: is_factory,
                },
                framework: framework.to_owned(),
            },
            None => EntryFound {
                attribute,
                call: EntryCall::Celery,
                framework: "celery".to_owned(),
            },
        }
    }

    /// Registrars among values, without tags.
    fn roots(&self, values: &Values) -> Values {
        values
            .iter()
            .map(|value| self.machine.root_object(*value))
            .filter(|value| self.machine.is_deferred(*value))
            .collect()
    }

    fn web(&self, roots: &Values) -> Option<(bool, &'static str)> {
        roots.iter().find_map(|root| {
            knowledge::web_application(&self.machine.values.path(*root).unwrap_or_default())
        })
    }

    fn is_tasks(&self, roots: &Values) -> bool {
        roots.iter().any(|root| {
            self.machine
                .values
                .path(*root)
                .is_some_and(|path| knowledge::is_task_queue(&path))
        })
    }

    /// A worker is connected to its broker whatever its tasks do.
    fn use_broker(&mut self, roots: &Values, file: FileIx, item: &Item) {
        let span = self.machine.program.file(file).span(item.range);
        for root in roots {
            for tag in self.machine.broker_tags(*root) {
                self.machine.uses.record(tag, None, span);
            }
        }
    }

    /// A function of a compiled program, or an application that one of its functions makes.
    fn compiled(&mut self, item: &Item, scope: Option<ScopeId>) -> EntryFound {
        let scope = scope.or_else(|| self.enclosing_function(item.scope));
        if scope.is_none_or(|scope| self.needs_main(scope)) {
            self.run_crate();
        }
        let mut values = match scope {
            Some(scope) => self.call_scope(scope),
            None => Values::new(),
        };
        let watched = match item.kind {
            ItemKind::Assignment(expr) | ItemKind::Call(expr) | ItemKind::Return(expr) => {
                self.machine.watched.get(&(self.file, expr)).cloned()
            }
            _ => None,
        };
        values.extend(watched.unwrap_or_default());
        let roots = self.roots(&values);
        self.machine.apps.extend(roots.iter().copied());
        self.binary(&roots)
    }

    /// A function that its program's `main` comes to, with what that gives it.
    fn dispatched(&mut self, commands: Vec<String>) -> EntryFound {
        self.run_crate();
        let mut found = self.binary(&Values::new());
        if let EntryCall::Binary { arguments, .. } = &mut found.call {
            *arguments = commands;
        }
        found
    }

    /// A compiled program that serves what it was found to, and the roots.
    fn binary(&mut self, roots: &Values) -> EntryFound {
        let frame = self.module;
        self.machine.requeue_all();
        self.machine.serve(frame, roots);
        while self.machine.decide() {
            self.machine.serve(frame, roots);
        }
        let of = |value: &ValueId| self.machine.crate_path(*value);
        let paths: Vec<String> = self.machine.apps.iter().filter_map(of).collect();
        let framework = paths.iter().find_map(|ty| knowledge::rust::framework(ty));
        let runtime = self.machine.values.objects().find_map(|(ty, _, _)| {
            knowledge::rust::lambda_runtime(ty.strip_prefix(knowledge::rust::CRATE)?)
        });
        EntryFound {
            attribute: None,
            call: EntryCall::Binary {
                package: String::new(),
                name: String::new(),
                runtime: runtime.unwrap_or("").to_owned(),
                serves: framework.is_some(),
                arguments: Vec::new(),
            },
            framework: framework.unwrap_or("").to_owned(),
        }
    }

    /// Whether a function is called with what its program's `main` makes.
    fn needs_main(&self, scope: ScopeId) -> bool {
        match &self.scope(scope).kind {
            ScopeKind::Function { parameters, .. } => !parameters.is_empty(),
            _ => false,
        }
    }

    /// Runs the `main` of the crate that the file is part of.
    fn run_crate(&mut self) {
        let program = self.machine.program;
        let crate_root = program.modules.resolve(self.file, 0, &["crate"]);
        let super::program::Resolved::File(root) = crate_root else {
            return;
        };
        run_main(&mut self.machine, root);
    }

    fn program(&mut self, item: &Item, roots: Values) -> EntryFound {
        if let ItemKind::Function(scope) = item.kind {
            self.call_scope(scope);
        }
        self.run_main();
        self.machine.apps.extend(roots.iter().copied());
        let frame = self.module;
        self.machine.serve(frame, &roots);
        EntryFound {
            attribute: None,
            call: EntryCall::Program,
            framework: String::new(),
        }
    }

    fn callable(&mut self, item: &Item, scope: ScopeId) -> EntryFound {
        self.call_scope(scope);
        let frame = self.module;
        self.machine.serve(frame, &Values::new());
        let ScopeKind::Function {
            parameters,
            is_async,
            ..
        } = &self.scope(scope).kind
        else {
            return EntryFound {
                attribute: item.name.clone(),
                call: EntryCall::Program,
                framework: String::new(),
            };
        };
        let names: Vec<&str> = parameters.iter().map(|p| p.name.as_str()).collect();
        let parent_is_class = self
            .scope(scope)
            .parent
            .is_some_and(|p| matches!(self.scope(p).kind, ScopeKind::Class { .. }));
        let skip = usize::from(parent_is_class && !names.is_empty());
        let is_handler = matches!(
            names[skip..],
            ["event" | "_event", "context" | "_context" | "ctx" | "_"]
        );
        let call = if is_handler {
            EntryCall::Handler
        } else {
            EntryCall::Callable {
                parameters: parameters[skip..]
                    .iter()
                    .map(|p| self.parameter(p))
                    .collect(),
                is_async: *is_async,
            }
        };
        EntryFound {
            attribute: Some(self.scope(scope).qualified.clone()),
            call,
            framework: String::new(),
        }
    }

    fn parameter(&self, parameter: &crate::facts::Parameter) -> klo_intent::Parameter {
        let facts = &self.machine.program.file(self.file).facts;
        let takes_rest = matches!(
            parameter.kind,
            ParameterKind::Rest | ParameterKind::KeywordRest
        );
        klo_intent::Parameter {
            name: parameter.name.clone(),
            annotation: parameter
                .annotation
                .map(|a| written(facts, a, 0))
                .unwrap_or_default(),
            optional: parameter.default.is_some() || takes_rest,
        }
    }

    fn class(&mut self, item: &Item) -> EntryFound {
        let name = item.name.clone().unwrap_or_default();
        let frame = self.module;
        for value in self.machine.module_var(frame, &name, frame) {
            self.machine.activate(frame, value);
        }
        self.machine.serve(frame, &Values::new());
        EntryFound {
            attribute: item.name.clone(),
            call: EntryCall::Program,
            framework: String::new(),
        }
    }

    /// Runs what the file does when it is started itself.
    fn run_main(&mut self) {
        let loaded = self.machine.program.file(self.file);
        for step in &loaded.scope(ScopeId(0)).steps {
            if let Step::Main(scope) = step {
                let module = self.module;
                self.machine
                    .enter(self.file, *scope, Some(module), None, Context::None);
            }
        }
        self.machine.run();
    }

    fn scope(&self, scope: ScopeId) -> &Scope {
        self.machine.program.file(self.file).scope(scope)
    }

    fn enclosing_function(&self, mut scope: ScopeId) -> Option<ScopeId> {
        loop {
            let found = self.scope(scope);
            if matches!(found.kind, ScopeKind::Function { .. }) {
                return Some(scope);
            }
            scope = found.parent?;
        }
    }

    /// Calls a function of the file, wherever it is defined, and runs to the end.
    fn call_scope(&mut self, scope: ScopeId) -> Values {
        let Some((function, this)) = self.function_value(scope) else {
            return Values::new();
        };
        let (frame, file) = (self.module, self.file);
        let site = Site::of_scope(file, scope);
        let none = Arguments::default();
        let mut found = self
            .machine
            .call_function(frame, site, function, this, &none);
        self.machine.run();
        found.extend(
            self.machine
                .call_function(frame, site, function, this, &none),
        );
        found
    }

    /// A function with the frame around it, and an instance for a method.
    fn function_value(&mut self, scope: ScopeId) -> Option<(ValueId, Option<ValueId>)> {
        let (file, module) = (self.file, self.module);
        let parent = self.scope(scope).parent.unwrap_or(ScopeId(0));
        let (closure, this) = match &self.scope(parent).kind {
            ScopeKind::Module | ScopeKind::Main => (module, None),
            ScopeKind::Namespace => (self.namespace(parent)?, None),
            ScopeKind::Class { .. } => {
                let name = self.scope(parent).name.clone();
                let class = self
                    .machine
                    .module_var(module, &name, module)
                    .into_iter()
                    .find(|v| {
                        matches!(
                            self.machine.values.get(self.machine.values.untagged(*v)),
                            Value::Class { .. }
                        )
                    })?;
                let class = self.machine.values.untagged(class);
                let Value::Class { body, .. } = *self.machine.values.get(class) else {
                    return None;
                };
                let site = Site::of_scope(file, parent);
                let made = self
                    .machine
                    .call(module, site, class, &Arguments::default());
                (body, made.into_iter().next())
            }
            ScopeKind::Function { .. } => {
                let (outer, this) = self.function_value(parent)?;
                let Value::Function { closure, .. } = *self.machine.values.get(outer) else {
                    return None;
                };
                let site = Site::of_scope(file, parent);
                let context = this.map_or(Context::Call(site), Context::This);
                (
                    self.machine
                        .enter(file, parent, Some(closure), this, context),
                    None,
                )
            }
        };
        Some((
            self.machine.values.value(Value::Function {
                file,
                scope,
                closure,
            }),
            this,
        ))
    }

    /// The frame of a module that is written inside another.
    fn namespace(&mut self, scope: ScopeId) -> Option<FrameIx> {
        let parent = self.scope(scope).parent.unwrap_or(ScopeId(0));
        let around = match self.scope(parent).kind {
            ScopeKind::Namespace => self.namespace(parent)?,
            _ => self.module,
        };
        let name = self.scope(scope).name.clone();
        let name = self.machine.values.sym(&name);
        let found = self.machine.var(around, name, around);
        found
            .iter()
            .find_map(|value| match self.machine.values.get(*value) {
                Value::Class { body, .. } => Some(*body),
                _ => None,
            })
    }
}

/// A type annotation in few words: names and attributes; nothing for what is more complex.
fn written(facts: &crate::facts::FileFacts, expr: ExprId, depth: u32) -> String {
    use crate::facts::ExprKind;
    if depth > 8 {
        return String::new();
    }
    match &facts.expr(expr).kind {
        ExprKind::Name(name) => name.clone(),
        ExprKind::Attribute(base, name) => format!("{}.{name}", written(facts, *base, depth + 1)),
        ExprKind::Index(base, index) => {
            format!(
                "{}[{}]",
                written(facts, *base, depth + 1),
                written(facts, *index, depth + 1)
            )
        }
        ExprKind::Sequence(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| written(facts, *item, depth + 1))
                .collect();
            items.join(", ")
        }
        ExprKind::Text(text) => text.clone(),
        _ => String::new(),
    }
}
