//! Calls of libraries: what they return, what they use, and whom they call back.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Tag, Value, ValueId, Values};
use crate::knowledge::{self, rust};

/// How long the type path of a library's object may grow.
const MAX_TYPE: usize = 160;

impl Machine<'_> {
    /// What calling something of a library returns.
    pub(crate) fn call_library(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let inner = self.values.untagged(callee);
        let path = self.values.path(inner).unwrap_or_default();
        if let Some(path) = path.strip_prefix(rust::CRATE) {
            return self.call_crate(frame, site, callee, path, arguments);
        }
        if let Some(found) = self.call_special(frame, site, inner, &path, arguments) {
            return found;
        }
        if path.starts_with(knowledge::REQUEST)
            && let Some(wanted) = self.keyword_values(arguments, rust::TYPE_ARGUMENT)
        {
            // `request.rocket().state::<T>()`
            let made: Vec<Values> = wanted.iter().map(|ty| self.of_type(*ty, frame)).collect();
            return made.into_iter().flatten().collect();
        }
        let name = path.rsplit('.').next().unwrap_or("").to_owned();
        if let Value::Member { base, name } = *self.values.get(inner) {
            let bare = self.values.untagged(base);
            match self.values.get(bare) {
                Value::Text(_) => {
                    return self.call_text_method(frame, site, callee, base, arguments);
                }
                Value::Function { .. } => {
                    self.call_task(site, bare);
                    return Values::new();
                }
                Value::Container { site: made, .. }
                    if self.program.file(made.file).language().iterates_by_methods =>
                {
                    return self.call_collection_method(frame, site, bare, callee, arguments);
                }
                Value::Container { .. } => {
                    return self.call_container_method(frame, site, bare, callee, arguments);
                }
                Value::Class { .. } if self.values.text(name) == "__subclasses__" => {
                    return self.derived_classes(frame, site, bare);
                }
                // Django's `View.as_view()`: the class is what handles requests.
                Value::Class { .. } => return Values::from([bare]),
                Value::Instance { .. } => return Values::from([base]),
                _ => {}
            }
        }
        if let Some(found) = self.call_sdk(frame, site, callee, &path, arguments) {
            return found;
        }
        if matches!(name.as_str(), "update" | "from_mapping") {
            self.update_entries(frame, inner, arguments);
        }
        self.note_django(frame, site, &path);
        let tags = self.note_uses(frame, site, callee, &path, &name, arguments);
        self.note_unannotated(site, callee, &name);
        let result = self.result(frame, site, inner, &path, arguments);
        self.call_back(frame, site, callee, result, &name, arguments);
        let mut found = Values::from([self.values.tagged_all(result, &tags)]);
        found.extend(self.wrapped(inner, arguments));
        found
    }

    /// `app.config.update(…)`: what a map's method puts into a library's object.
    fn update_entries(&mut self, frame: FrameIx, method: ValueId, arguments: &Arguments) {
        let Value::Member { base, .. } = *self.values.get(method) else {
            return;
        };
        for values in &arguments.positional {
            self.copy_entries(frame, values, base);
        }
        for (key, values) in &arguments.keywords {
            let key = self.values.text(*key).to_owned();
            let key = Values::from([self.values.literal(&key)]);
            self.put_entry(base, &key, values);
        }
    }

    /// `login_required(view)`: what a library wraps alone is called by whoever calls the wrapper.
    fn wrapped(&self, callee: ValueId, arguments: &Arguments) -> Values {
        let wraps = matches!(
            self.values.get(callee),
            Value::External(_) | Value::Object { .. }
        );
        match arguments.positional.as_slice() {
            [only] if wraps && arguments.keywords.is_empty() && !self.is_deferred(callee) => only
                .iter()
                .copied()
                .filter(|value| self.is_project_callable(*value))
                .collect(),
            _ => Values::new(),
        }
    }

    /// The object that a call makes, with what it was made from.
    fn result(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        path: &str,
        arguments: &Arguments,
    ) -> ValueId {
        let ty = match self.values.get(callee) {
            Value::External(_) => knowledge::result_type(path).to_owned(),
            _ => knowledge::method_result(path).map_or_else(|| format!("{path}()"), str::to_owned),
        };
        self.object_of(frame, site, &ty, arguments)
    }

    /// An object of a type, which is cut where it is too long, with what it was made from.
    pub(super) fn object_of(
        &mut self,
        frame: FrameIx,
        site: Site,
        ty: &str,
        arguments: &Arguments,
    ) -> ValueId {
        let end = (0..=MAX_TYPE.min(ty.len()))
            .rev()
            .find(|at| ty.is_char_boundary(*at));
        let ty = self.values.sym(&ty[..end.unwrap_or(0)]);
        let maker = self.maker(frame);
        let object = self.values.value(Value::Object { ty, site, maker });
        for (index, values) in arguments.positional.iter().enumerate() {
            let key = self.values.sym(&format!("({index})"));
            self.grow_field(object, key, values.clone());
        }
        for (name, values) in &arguments.keywords {
            let key = format!("({})", self.values.text(*name));
            let key = self.values.sym(&key);
            self.grow_field(object, key, values.clone());
        }
        object
    }

    /// Functions among the arguments: kept by registrars, called by anything else.
    fn call_back(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        result: ValueId,
        name: &str,
        arguments: &Arguments,
    ) {
        let root = self.root_object(callee);
        let of_object = matches!(self.values.get(root), Value::Object { .. });
        if of_object && self.is_deferred(root) {
            self.attach(frame, site, callee, name, arguments);
            if knowledge::enters_context(name) {
                self.enter_context(root);
            }
            let called = self.values.untagged(callee) == root;
            if knowledge::runs_registrar(name) || called {
                self.run_registrar(frame, root);
            }
            return;
        }
        if self.is_deferred(result) {
            if let Value::Object { .. } = self.values.get(result) {
                let prefix = ["prefix", "url_prefix"].iter().find_map(|key| {
                    let values = self.option_of(frame, &Values::from([result]), key);
                    values.iter().find_map(|v| self.values.default_text(*v))
                });
                // Several calls may make one object: the last one's prefix holds.
                self.pending.read_at_large();
                self.registry.of(result).prefix = prefix.unwrap_or_default();
            }
            self.attach(frame, site, result, name, arguments);
            self.include_tasks(frame, result);
            return;
        }
        if knowledge::runs_application(&self.values.path(callee).unwrap_or_default()) {
            let given = arguments.positional.first().cloned().unwrap_or_default();
            for value in given {
                let root = self.root_object(value);
                if self.is_deferred(root) && self.apps.insert(root) {
                    self.requeue_all();
                }
            }
        }
        if self
            .values
            .path(result)
            .is_some_and(|path| knowledge::is_dependency(&path))
        {
            return;
        }
        let returned = self.escape_all(frame, site, arguments);
        let passes: Values = returned.into_iter().collect();
        if !passes.is_empty() {
            let any = self.values.sym("[]");
            self.grow_field(result, any, passes);
        }
    }

    /// `Celery(include=["orders.tasks"])`: modules that a task queue imports by name.
    fn include_tasks(&mut self, frame: FrameIx, object: ValueId) {
        let of = Values::from([object]);
        let mut named = self.option_of(frame, &of, "include");
        named.extend(self.option_of(frame, &of, "imports"));
        let elements = self.elements(frame, &named);
        self.import_by_name(frame, &elements);
    }

    fn run_registrar(&mut self, frame: FrameIx, root: ValueId) {
        self.pending.read_at_large();
        let reached = self.registry.reached(&Values::from([root]));
        let handlers: Vec<ValueId> = reached
            .keys()
            .filter_map(|object| self.registry.objects.get(object))
            .flat_map(|registrar| registrar.handlers.iter().copied())
            .collect();
        for handler in handlers {
            self.activate(frame, handler);
        }
    }

    /// Calls functions among arguments, also inside containers (`args=(…)`, `target=`).
    pub(crate) fn escape_all(
        &mut self,
        frame: FrameIx,
        site: Site,
        arguments: &Arguments,
    ) -> Values {
        let args_key = self.values.sym("args");
        let target = self.values.sym("target");
        let thread = arguments
            .keywords
            .iter()
            .find(|(key, _)| *key == target)
            .cloned();
        if let Some((_, targets)) = thread {
            let mut positional = Vec::new();
            let given = arguments
                .keywords
                .iter()
                .find(|(key, _)| *key == args_key)
                .cloned();
            if let Some((_, values)) = given {
                for index in 0..8 {
                    let element = self.element_at(frame, &values, index);
                    if element.is_empty() {
                        break;
                    }
                    positional.push(element);
                }
            }
            let passed = Arguments {
                positional,
                ..Arguments::default()
            };
            let mut found = Values::new();
            for callee in targets {
                if self.is_project_callable(callee) {
                    let at = self.own_site(callee).unwrap_or(site);
                    found.extend(self.call(frame, at, callee, &passed));
                }
            }
            return found;
        }
        let mut found = self.escape(frame, site, arguments);
        // `run_in_executor(None, f, x)`: what follows the function is passed to it.
        if let Some(first) = arguments.positional.first()
            && first.iter().all(|value| !self.is_project_callable(*value))
            && arguments.positional.len() > 1
        {
            let rest = Arguments {
                positional: arguments.positional[1..].to_vec(),
                ..Arguments::default()
            };
            found.extend(self.escape(frame, site, &rest));
        }
        found
    }

    /// The element at exactly one position; nothing past the end.
    fn element_at(&mut self, frame: FrameIx, values: &Values, index: usize) -> Values {
        let at = self.values.sym(&format!("[{index}]"));
        let mut found = Values::new();
        for value in values {
            let inner = self.values.untagged(*value);
            found.extend(self.field(inner, at, frame));
        }
        found
    }

    /// `task.delay()`: sends a message to the application that the task belongs to.
    fn call_task(&mut self, site: Site, function: ValueId) {
        self.pending.read_at_large();
        let owners = self
            .registry
            .owners
            .get(&function)
            .cloned()
            .unwrap_or_default();
        let span = self.span(site);
        let mut tags: Vec<Tag> = Vec::new();
        for owner in owners {
            tags.extend(self.registry_tags(owner));
            if self.values.path(owner).as_deref() == Some(knowledge::SHARED_TASKS) {
                let all: Vec<ValueId> = self.registry.objects.keys().copied().collect();
                for object in all {
                    tags.extend(self.registry_tags(object));
                }
            }
        }
        for tag in tags {
            self.uses.record(tag, None, span);
        }
    }

    /// Tags of a task queue and of the arguments that it was made with: its broker.
    fn registry_tags(&self, object: ValueId) -> Vec<Tag> {
        let is_tasks = self
            .values
            .path(object)
            .is_some_and(|path| knowledge::is_task_queue(&path));
        if !is_tasks {
            return Vec::new();
        }
        let names = self.field_names.get(&object).into_iter().flatten();
        let mut tags: Vec<Tag> = names
            .filter_map(|name| self.fields.get(&(object, *name)))
            .flatten()
            .flat_map(|v| self.flowing_tags(*v))
            .collect();
        // `Celery("shop", broker=os.environ["BROKER_URL"])` may be annotated itself.
        if let Value::Object { site, .. } = self.values.get(object) {
            let own = self.program.tagged.get(&(site.file, site.expr));
            tags.extend(own.into_iter().flatten());
        }
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// The resources that a task queue's workers and senders connect to.
    pub(crate) fn broker_tags(&self, object: ValueId) -> Vec<Tag> {
        self.registry_tags(object)
    }

    pub(crate) fn literal_argument(
        &self,
        arguments: &Arguments,
        index: usize,
        keyword: &str,
    ) -> Option<String> {
        let values = arguments.positional.get(index).or_else(|| {
            let found = arguments
                .keywords
                .iter()
                .find(|(key, _)| self.values.text(*key) == keyword);
            found.map(|(_, values)| values)
        })?;
        values
            .iter()
            .find_map(|value| self.values.as_literal(*value))
            .map(str::to_owned)
    }
}
