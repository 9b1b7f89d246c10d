//! Calls of libraries: what they return, what they use, and whom they call back.

use klo_intent::MethodUse;

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Sym, Tag, Value, ValueId, Values};
use crate::knowledge::{self, aws, aws_resources};

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
        if let Some(found) = self.call_special(frame, site, inner, &path, arguments) {
            return found;
        }
        let name = path.rsplit('.').next().unwrap_or("").to_owned();
        if let Value::Member { base, .. } = *self.values.get(inner) {
            let bare = self.values.untagged(base);
            match self.values.get(bare) {
                Value::Text(_) => {
                    return self.call_text_method(frame, site, callee, base, arguments);
                }
                Value::Function { .. } => {
                    self.call_task(site, bare);
                    return Values::new();
                }
                Value::Container { .. } => {
                    return self.call_container_method(frame, bare, callee, arguments);
                }
                // Django's `View.as_view()`: the class is what handles requests.
                Value::Class { .. } => return Values::from([bare]),
                _ => {}
            }
        }
        if let Some(found) = self.call_sdk(frame, site, callee, &path, arguments) {
            return found;
        }
        self.note_django(frame, site, &path);
        let tags = self.note_uses(frame, site, callee, &path, &name, arguments);
        self.note_unannotated(site, callee, &path, &name);
        let result = self.result(frame, site, inner, &path, arguments);
        self.call_back(frame, site, callee, result, &name, arguments);
        let mut found = Values::from([self.values.tagged_all(result, &tags)]);
        found.extend(self.wrapped(inner, arguments));
        found
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
        let mut ty = match self.values.get(callee) {
            Value::External(_) => knowledge::result_type(path).to_owned(),
            _ => knowledge::method_result(path).map_or_else(|| format!("{path}()"), str::to_owned),
        };
        if ty.len() > MAX_TYPE {
            ty.truncate(
                (0..=MAX_TYPE)
                    .rev()
                    .find(|at| ty.is_char_boundary(*at))
                    .unwrap_or(0),
            );
        }
        let ty = self.values.sym(&ty);
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
    fn escape_all(&mut self, frame: FrameIx, site: Site, arguments: &Arguments) -> Values {
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

    /// Methods of strings: what they return is still read from the same variables.
    fn call_text_method(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        base: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let name = match self.values.get(self.values.untagged(callee)) {
            Value::Member { name, .. } => self.values.text(*name).to_owned(),
            _ => String::new(),
        };
        for tag in self.flowing_tags(base) {
            let span = self.span(site);
            let method = MethodUse {
                service: String::new(),
                method: name.clone(),
            };
            if knowledge::is_path_operation(&name) && !self.frame(frame).on_import {
                self.uses.record(tag, Some(method), span);
            }
        }
        match name.as_str() {
            "format" => {
                let mut found = Values::from([base]);
                found.extend(arguments.all().flatten().copied());
                found
            }
            "join" => arguments
                .positional
                .iter()
                .flat_map(|values| values.iter().copied())
                .collect(),
            _ => Values::from([base]),
        }
    }

    /// Methods of lists and maps: what goes in comes out.
    fn call_container_method(
        &mut self,
        frame: FrameIx,
        container: ValueId,
        callee: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let name = match self.values.get(self.values.untagged(callee)) {
            Value::Member { name, .. } => self.values.text(*name).to_owned(),
            _ => String::new(),
        };
        let any = self.values.sym("[]");
        match name.as_str() {
            "append" | "add" | "appendleft" | "push" => {
                let given = arguments.positional.first().cloned().unwrap_or_default();
                self.grow_field(container, any, given);
                Values::new()
            }
            "extend" | "update" | "insert" => {
                let given: Values = arguments.all().flatten().copied().collect();
                let mut elements = self.elements(frame, &given);
                if name == "insert" {
                    elements.extend(given);
                }
                self.grow_field(container, any, elements);
                Values::new()
            }
            "get" | "pop" | "setdefault" => {
                let keys = arguments.positional.first().cloned().unwrap_or_default();
                let key = self.index_key(&keys);
                let fallback = arguments.positional.get(1).cloned().unwrap_or_default();
                if name == "setdefault" {
                    self.grow_field(container, key, fallback.clone());
                    self.grow_field(container, any, fallback.clone());
                }
                let mut found = self.field(container, key, frame);
                if found.is_empty() {
                    found = self.field(container, any, frame);
                }
                found.extend(fallback);
                found
            }
            "values" | "items" | "copy" | "popleft" => Values::from([container]),
            _ => Values::new(),
        }
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

    /// Tags of the arguments that a registrar was made with: a task queue's broker.
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
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// The resources that a task queue's workers and senders connect to.
    pub(crate) fn broker_tags(&self, object: ValueId) -> Vec<Tag> {
        self.registry_tags(object)
    }

    /// Uses of annotated resources by a call on one of them, or with one as an argument. Returns
    /// the tags of what the call returns.
    fn note_uses(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        path: &str,
        name: &str,
        arguments: &Arguments,
    ) -> Vec<Tag> {
        let span = self.span(site);
        let in_class = self.in_class_body(frame);
        let is_method = matches!(
            self.values.get(self.values.untagged(callee)),
            Value::Member { .. }
        );
        let own = self.values.tags(callee);
        let method = MethodUse {
            service: String::new(),
            method: name.to_owned(),
        };
        for tag in &own {
            if is_method && knowledge::is_use(name) && !in_class {
                self.uses.record(*tag, Some(method.clone()), span);
            }
        }
        let mut tags: Vec<Tag> = own;
        let passing_uses = knowledge::passing_is_use(path, name) && !in_class;
        for tag in self.deep_tags(frame, arguments) {
            if self.is_read_by_value(tag) {
                self.uses.record(tag, None, span);
                continue;
            }
            if passing_uses && !tags.contains(&tag) {
                self.uses.record(tag, Some(method.clone()), span);
            }
            tags.push(tag);
        }
        tags.retain(|tag| !self.is_read_by_value(*tag));
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    fn in_class_body(&self, frame: FrameIx) -> bool {
        let frame = self.frame(frame);
        matches!(
            self.program.file(frame.file).scope(frame.scope).kind,
            crate::facts::ScopeKind::Class { .. }
        )
    }

    /// Tags of arguments, also inside containers.
    pub(crate) fn deep_tags(&mut self, frame: FrameIx, arguments: &Arguments) -> Vec<Tag> {
        let values: Values = arguments.all().flatten().copied().collect();
        self.tags_within(frame, &values)
    }

    pub(crate) fn tags_within(&mut self, frame: FrameIx, values: &Values) -> Vec<Tag> {
        let mut tags = Vec::new();
        let mut queue: Vec<(ValueId, u32)> = values.iter().map(|value| (*value, 0)).collect();
        let mut seen = Values::new();
        while let Some((value, depth)) = queue.pop() {
            if !seen.insert(value) || depth > 4 || seen.len() > 400 {
                continue;
            }
            tags.extend(self.values.tags(value));
            let inner = self.values.untagged(value);
            if let Value::Container { .. } = self.values.get(inner) {
                let any = self.values.sym("[]");
                let inside = self.field(inner, any, frame);
                queue.extend(inside.into_iter().map(|value| (value, depth + 1)));
            }
        }
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    fn note_django(&mut self, frame: FrameIx, site: Site, path: &str) {
        if self.frame(frame).on_import {
            return;
        }
        let span = self.span(site);
        if knowledge::is_django_database(path) {
            self.uses.django_database.insert(span);
        }
        if knowledge::is_django_cache(path) {
            self.uses.django_cache.insert(span);
        }
    }

    /// Views that a library serves from a model that the class only names.
    pub(crate) fn note_generic_views(
        &mut self,
        frame: FrameIx,
        class: ValueId,
        bodies: &[FrameIx],
        externals: &[ValueId],
    ) {
        let generic = externals.iter().any(|base| {
            self.values
                .path(*base)
                .is_some_and(|path| knowledge::is_generic_view(&path))
        });
        if !generic {
            return;
        }
        let names = ["queryset", "model", "serializer_class"].map(|name| self.values.sym(name));
        self.pending.read_at_large();
        let found = bodies.iter().any(|body| {
            names
                .iter()
                .any(|name| self.frame(*body).vars.contains_key(name))
        });
        let _ = frame;
        if let (true, Some(site)) = (found, self.own_site(class)) {
            let span = self.span(site);
            self.uses.django_database.insert(span);
        }
    }

    fn note_unannotated(&mut self, site: Site, callee: ValueId, path: &str, name: &str) {
        if !self.values.tags(callee).is_empty() || !knowledge::is_use(name) {
            return;
        }
        let Value::Member { base, .. } = *self.values.get(self.values.untagged(callee)) else {
            return;
        };
        let is_object = matches!(
            self.values.get(self.values.untagged(base)),
            Value::Object { .. }
        );
        if let (true, Some(ty)) = (is_object, self.values.path(base))
            && knowledge::clients::is_client_type(&ty)
        {
            let _ = path;
            let span = self.span(site);
            self.uses.unannotated.entry(ty).or_default().insert(span);
        }
    }

    /// Calls of AWS's SDK: which operation, on which resource.
    fn call_sdk(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        path: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        if let Some(style) = aws::client_call(path) {
            let service = self.literal_argument(arguments, 0, "service_name")?;
            let ty = format!("boto3.{style}:{service}");
            return Some(self.sdk_object(frame, site, &ty, &[], arguments));
        }
        let call = aws::Call::of(path)?;
        let given = self.deep_tags(frame, arguments);
        let own: Vec<Tag> = self.values.tags(callee);
        let naming = self.naming_arguments(&call, arguments, !own.is_empty());
        let mut named = self.deep_tags(frame, &naming);
        named.retain(|tag| !self.is_value_argument(*tag, call.service));
        let tags = if named.is_empty() { own.clone() } else { named };
        if let Some(ty) = aws::derived(&call) {
            let mut all = own;
            all.extend(tags);
            let operation = self.literal_argument(arguments, 0, "").unwrap_or_default();
            let ty = ty.replace("{}", &operation);
            return Some(self.sdk_object(frame, site, &ty, &all, arguments));
        }
        self.note_table_keys(&tags, &call, arguments);
        let requested = self.literal_argument(arguments, 0, "ClientMethod");
        let span = self.span(site);
        for operation in aws::operations(&call, requested.as_deref()) {
            let method = MethodUse {
                service: call.service.to_owned(),
                method: operation.to_owned(),
            };
            for tag in &tags {
                self.uses.record(*tag, Some(method.clone()), span);
            }
            if tags.is_empty() {
                self.uses
                    .unannotated
                    .entry(format!("boto3 {}", call.service))
                    .or_default()
                    .insert(span);
            }
        }
        for tag in given {
            if self.is_read_by_value(tag) && !tags.contains(&tag) {
                self.uses.record(tag, None, span);
            }
        }
        let ty = aws::response_type(&call);
        let passes: &[Tag] = if ty.is_some() { &tags } else { &[] };
        Some(self.sdk_object(
            frame,
            site,
            ty.unwrap_or("boto3.Response"),
            passes,
            arguments,
        ))
    }

    /// Attributes of AWS's resources that ask AWS when they are read.
    pub(crate) fn note_lazy_attributes(&mut self, site: Site, values: &Values) {
        for value in values {
            let Value::Member { base, .. } = *self.values.get(self.values.untagged(*value)) else {
                continue;
            };
            let is_resource = match self.values.get(self.values.untagged(base)) {
                Value::Object { ty, .. } => self.values.text(*ty).starts_with("boto3:"),
                _ => false,
            };
            let path = is_resource.then(|| self.values.path(*value)).flatten();
            let call = path.as_deref().and_then(aws::Call::of);
            let Some((call, operation)) =
                call.and_then(|call| Some((call, aws_resources::loaded_by(&call)?)))
            else {
                continue;
            };
            let method = MethodUse {
                service: call.service.to_owned(),
                method: operation.to_owned(),
            };
            let span = self.span(site);
            for tag in self.values.tags(*value) {
                self.uses.record(tag, Some(method.clone()), span);
            }
        }
    }

    /// The arguments that may name a resource. Data that is stored or sent may come out of another
    /// resource and still is not what the call is made on.
    fn naming_arguments(
        &self,
        call: &aws::Call<'_>,
        arguments: &Arguments,
        has_own: bool,
    ) -> Arguments {
        let is_data = |name: &Sym| aws::DATA_ARGUMENTS.contains(&self.values.text(*name));
        let uploads = call
            .rest
            .rsplit('.')
            .next()
            .unwrap_or("")
            .starts_with("upload_");
        let positional = match arguments.positional.as_slice() {
            _ if has_own => &[],
            [_, rest @ ..] if uploads => rest,
            all => all,
        };
        Arguments {
            positional: positional.to_vec(),
            keywords: arguments
                .keywords
                .iter()
                .filter(|(name, _)| !is_data(name))
                .cloned()
                .collect(),
            spread: arguments.spread,
        }
    }

    /// `get_item(Key={"id": …})`: what a table's items are found by.
    fn note_table_keys(&mut self, tags: &[Tag], call: &aws::Call<'_>, arguments: &Arguments) {
        if call.service != "dynamodb" {
            return;
        }
        for value in self.keyword_values(arguments, "Key").unwrap_or_default() {
            let mut names: Vec<String> = self
                .field_names(value)
                .iter()
                .filter_map(|name| self.values.text(*name).strip_prefix('[')?.strip_suffix(']'))
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect();
            names.sort();
            for tag in tags {
                self.uses
                    .table_keys
                    .entry(*tag)
                    .or_default()
                    .insert(names.clone());
            }
        }
    }

    /// Whether a tagged argument is plain data to this service: a secret put into a message.
    fn is_value_argument(&self, tag: Tag, service: &str) -> bool {
        use klo_intent::Kind;
        match self.program.tags[tag.0 as usize].kind {
            Some(Kind::Secret) => service != "secretsmanager" && service != "ssm",
            Some(Kind::Config) => service != "ssm",
            _ => false,
        }
    }

    fn sdk_object(
        &mut self,
        frame: FrameIx,
        site: Site,
        ty: &str,
        tags: &[Tag],
        arguments: &Arguments,
    ) -> Values {
        let sym = self.values.sym(ty);
        let maker = self.maker(frame);
        let object = self.values.value(Value::Object {
            ty: sym,
            site,
            maker,
        });
        for (index, values) in arguments.positional.iter().enumerate() {
            let key = self.values.sym(&format!("({index})"));
            self.grow_field(object, key, values.clone());
        }
        for (name, values) in &arguments.keywords {
            let key = format!("({})", self.values.text(*name));
            let key: Sym = self.values.sym(&key);
            self.grow_field(object, key, values.clone());
        }
        Values::from([self.values.tagged_all(object, tags)])
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
