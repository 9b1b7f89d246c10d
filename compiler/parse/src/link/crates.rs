//! Calls of Rust's standard library and of crates: what they return and use, and whom they call back.

use klo_intent::MethodUse;

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Tag, Value, ValueId, Values};
use crate::knowledge::rust;

impl Machine<'_> {
    /// What calling something of a crate returns; `path` is without what begins crates' paths.
    pub(crate) fn call_crate(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        path: &str,
        arguments: &Arguments,
    ) -> Values {
        let inner = self.values.untagged(callee);
        match *self.values.get(inner) {
            Value::Member { base, name } => {
                let method = self.values.text(name).to_owned();
                let bare = self.values.untagged(base);
                let ty = self.crate_path(bare).unwrap_or_default();
                self.crate_method(frame, site, (callee, base), &ty, &method, arguments)
            }
            Value::External(_) => self.crate_function(frame, site, callee, path, arguments),
            _ => self.escape_all(frame, site, arguments),
        }
    }

    /// The path of a crate's type or member, without what begins crates' paths.
    pub(crate) fn crate_path(&self, value: ValueId) -> Option<String> {
        let path = self.values.path(value)?;
        path.strip_prefix(rust::CRATE).map(str::to_owned)
    }

    fn crate_function(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        path: &str,
        arguments: &Arguments,
    ) -> Values {
        let first = arguments.positional.first().cloned().unwrap_or_default();
        let name = path.rsplit('.').next().unwrap_or(path);
        match path {
            "std.env.var" => return self.env_read(site, &first, None),
            // Made when it is first used: see `Machine::forced`.
            rust::MAKES_LAZY => {
                let cell = self.crate_object(frame, site, rust::LAZY, arguments);
                return Values::from([cell]);
            }
            "std.sync.LazyLock.force" => return first,
            path if rust::PASSES_ON.iter().any(|(_, known)| *known == path) => {
                return self.pass_on(frame, site, arguments);
            }
            "envy.from_env" => return self.read_environment(frame, site, arguments, ""),
            _ => {}
        }
        if let Some(made) = self.make_collection(frame, site, path, arguments) {
            return made;
        }
        if rust::runs_application(path) {
            let mut served = self.call_all(frame, site, &first);
            served.extend(arguments.all().flatten().copied());
            self.serve_crate(&served);
            self.add_filter_routes(frame, &served);
        }
        let tags = self.note_crate_uses(frame, site, callee, name, arguments);
        let ty = rust::result_of(path).map_or_else(|| made_type(path), str::to_owned);
        let object = self.crate_object(frame, site, &ty, arguments);
        if rust::is_group(&ty) {
            self.pending.read_at_large();
            let prefix = first
                .iter()
                .find_map(|value| self.values.default_text(*value));
            self.registry.of(object).prefix = prefix.unwrap_or_default();
        }
        let mut found = Values::from([self.values.tagged_all(object, &tags)]);
        if !rust::keeps_handlers(path) {
            found.extend(self.escape_all(frame, site, arguments));
        }
        found
    }

    fn crate_method(
        &mut self,
        frame: FrameIx,
        site: Site,
        (callee, base): (ValueId, ValueId),
        ty: &str,
        method: &str,
        arguments: &Arguments,
    ) -> Values {
        let bare = self.values.untagged(base);
        let foreign = self.foreign_method(base, method);
        if !foreign.is_empty() {
            let mut found = Values::new();
            for function in foreign {
                found.extend(self.call(frame, site, function, arguments));
            }
            return found;
        }
        let keeps = rust::returns_and_keeps(method) && rust::framework(ty).is_none();
        if keeps || rust::returns_itself(method) && arguments.positional.is_empty() {
            return Values::from([base]);
        }
        if let Some(found) = self.call_cell(frame, site, base, ty, method, arguments) {
            return found;
        }
        if let Some(found) = self.call_aws(frame, site, base, ty, method, arguments) {
            return found;
        }
        if let Some(found) = self.call_settings(frame, site, bare, ty, method, arguments) {
            return found;
        }
        if let Some(found) = self.call_filter(frame, site, base, method, arguments) {
            return found;
        }
        if rust::framework(ty).is_some() || rust::is_group(ty) || rust::is_route(ty) {
            return self.call_web(frame, site, base, ty, method, arguments);
        }
        let tags = self.note_crate_uses(frame, site, callee, method, arguments);
        let made = rust::made_by(ty, method);
        if made.is_none() && rust::is_builder(ty) {
            let given = arguments.positional.first().cloned().unwrap_or_default();
            let key = self.values.sym(&format!("({method})"));
            self.grow_field(bare, key, given);
            return Values::from([self.values.tagged_all(base, &tags)]);
        }
        let ty = made.map_or_else(|| format!("{ty}.{method}()"), str::to_owned);
        let object = self.crate_object(frame, site, &ty, arguments);
        if made.is_some() {
            self.copy_options(frame, bare, object);
        }
        let mut found = Values::from([self.values.tagged_all(object, &tags)]);
        found.extend(self.escape_all(frame, site, arguments));
        found
    }

    /// What a builder was told, its product was told.
    fn copy_options(&mut self, frame: FrameIx, from: ValueId, to: ValueId) {
        for name in self.field_names(from) {
            let values = self.field(from, name, frame);
            self.grow_field(to, name, values);
        }
    }

    /// An object of a crate's type, with what it was made from.
    pub(crate) fn crate_object(
        &mut self,
        frame: FrameIx,
        site: Site,
        ty: &str,
        arguments: &Arguments,
    ) -> ValueId {
        self.object_of(frame, site, &format!("{}{ty}", rust::CRATE), arguments)
    }

    /// Calls values without arguments.
    pub(crate) fn call_all(&mut self, frame: FrameIx, site: Site, values: &Values) -> Values {
        let mut found = Values::new();
        for value in values {
            if self.is_project_callable(*value) {
                let at = self.own_site(*value).unwrap_or(site);
                found.extend(self.call(frame, at, *value, &Arguments::default()));
            }
        }
        found
    }

    /// Uses of annotated resources by a call on one of them, or with one as an argument. Returns the
    /// tags of what the call returns.
    pub(crate) fn note_crate_uses(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        name: &str,
        arguments: &Arguments,
    ) -> Vec<Tag> {
        let span = self.span(site);
        let inner = self.values.untagged(callee);
        let is_method = matches!(self.values.get(inner), Value::Member { .. });
        let method = MethodUse {
            service: String::new(),
            method: name.to_owned(),
        };
        let tags = self.values.tags(callee);
        let path = self.values.path(callee).unwrap_or_default();
        if rust::opens_at_once(&path, name) {
            self.note_opened(site);
        }
        if is_method && rust::is_use(name) {
            for tag in &tags {
                self.uses.record(*tag, Some(method.clone()), span);
            }
            self.note_unannotated_crate(site, callee);
        }
        let uses = rust::passing_is_use(name) || rust::puts_to_use(&path);
        self.note_passed(frame, arguments, tags, uses.then_some(method), span)
    }

    fn note_unannotated_crate(&mut self, site: Site, callee: ValueId) {
        let inner = self.values.untagged(callee);
        let Value::Member { base, .. } = *self.values.get(inner) else {
            return;
        };
        let is_object = matches!(
            self.values.get(self.values.untagged(base)),
            Value::Object { .. }
        );
        if let (true, true, Some(ty)) = (
            is_object,
            self.values.tags(callee).is_empty(),
            self.values.path(base),
        ) && crate::knowledge::clients::is_client_type(&ty)
        {
            let ty = ty.replacen(rust::CRATE, "", 1).replace('.', "::");
            let span = self.span(site);
            self.uses.unannotated.entry(ty).or_default().insert(span);
        }
    }

    /// Cells that hold a value once it was made, and locks around one.
    fn call_cell(
        &mut self,
        frame: FrameIx,
        site: Site,
        cell: ValueId,
        ty: &str,
        method: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        if ty != rust::ONCE {
            return None;
        }
        let any = self.values.sym("[]");
        let first = arguments.positional.first().cloned().unwrap_or_default();
        Some(match method {
            "set" | "insert" | "set_default" => {
                self.note_held(cell, &first);
                self.grow_field(cell, any, first);
                Values::new()
            }
            "get_or_init" | "get_or_try_init" => {
                let made = self.call_all(frame, site, &first);
                self.note_held(cell, &made);
                self.grow_field(cell, any, made.clone());
                let mut found = self.field(cell, any, frame);
                found.extend(made);
                self.of_cell(cell, found)
            }
            _ => {
                let held = self.field(cell, any, frame);
                self.of_cell(cell, held)
            }
        })
    }
}

/// The type of what a function makes: an associated function makes its type.
fn made_type(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((ty, function))
            if ty
                .rsplit('.')
                .next()
                .is_some_and(|name| name.starts_with(char::is_uppercase))
                && !function.starts_with(char::is_uppercase) =>
        {
            if matches!(function, "builder") {
                path.to_owned()
            } else {
                ty.to_owned()
            }
        }
        _ => path.to_owned(),
    }
}
