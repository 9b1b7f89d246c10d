//! What expressions are worth.

use super::frame::Arguments;
use super::keys::ANY;
use super::machine::Machine;
use super::value::{EnvRead, FileIx, FrameIx, Part, Site, Value, ValueId, Values};
use crate::facts::{Argument, ExprId, ExprKind};

/// String variants that a concatenation is followed over.
const MAX_TEXTS: usize = 3;
/// Bytes up to which texts beside each other are one.
const MAX_MERGED: usize = 200;
/// Parts after which nothing more of a string is known. A URL has ten.
const MAX_PARTS: usize = 200;

impl Machine<'_> {
    /// The values of an expression in a frame, tagged when it is annotated.
    pub(crate) fn eval(&mut self, frame: FrameIx, file: FileIx, expr: ExprId) -> Values {
        let site = Site { file, expr };
        let values = self.eval_kind(frame, site);
        if let Some(watched) = self.watched.get_mut(&(file, expr)) {
            watched.extend(values.iter().copied());
        }
        let Some(tags) = self.program.tagged.get(&(file, expr)) else {
            return values;
        };
        let in_function = !self.frame(frame).on_import;
        let mut tagged = Values::new();
        // What a cell holds is worked out by those who look into it.
        let lazy = !values.is_empty() && values.iter().all(|value| self.is_cell(*value));
        for tag in tags {
            if lazy {
                if self.evaluated.get(tag).is_some_and(|e| e.values.is_empty()) {
                    self.evaluated.remove(tag);
                }
                continue;
            }
            let evaluated = self.evaluated.entry(*tag).or_default();
            evaluated.values.extend(values.iter().copied());
            evaluated.sites.insert((frame, site));
            if in_function && self.is_read_by_value(*tag) {
                let span = self.span(site);
                self.uses.record(*tag, None, span);
            }
        }
        // A value may still come; one that nothing gives stands for the resource all the same.
        if values.is_empty() && !self.fed.contains(&site) {
            self.starved.insert((site, frame));
            self.pending.read_at_large();
            return values;
        }
        for value in if values.is_empty() {
            self.unknown()
        } else {
            values
        } {
            tagged.insert(self.values.tagged_all(value, tags));
        }
        tagged
    }

    pub(crate) fn unknown(&mut self) -> Values {
        Values::from([self.values.value(Value::Unknown)])
    }

    fn eval_kind(&mut self, frame: FrameIx, site: Site) -> Values {
        let kind = self.syntax(site.file, site.expr);
        match kind {
            ExprKind::Name(name) => {
                let at = self.program.file(site.file).facts.expr(site.expr).range;
                let values = self.lookup_at(frame, name, at.start);
                let values = self.forced(frame, site, values);
                self.note_reads(frame, site, &values);
                values
            }
            ExprKind::Attribute(base, name) => {
                let mut found = Values::new();
                for base in self.expr(frame, *base) {
                    found.extend(self.attribute(frame, site, base, name));
                }
                let found = self.forced(frame, site, found);
                self.note_reads(frame, site, &found);
                self.note_lazy_attributes(site, &found);
                found
            }
            ExprKind::Index(base, index) => {
                let found = self.eval_index(frame, site, *base, *index);
                self.note_reads(frame, site, &found);
                found
            }
            ExprKind::Call { callee, arguments } => self.eval_call(frame, site, *callee, arguments),
            ExprKind::Text(text) => Values::from([self.values.literal(text)]),
            ExprKind::Concat(parts) => self.eval_concat(frame, parts),
            ExprKind::Int(number) => Values::from([self.values.value(Value::Int(*number))]),
            ExprKind::Float(_) => self.unknown(),
            ExprKind::Bool(flag) => Values::from([self.values.value(Value::Bool(*flag))]),
            ExprKind::None => Values::from([self.values.value(Value::None)]),
            ExprKind::Sequence(items) => self.eval_sequence(frame, site, items),
            ExprKind::Map(entries) => self.eval_map(frame, site, entries),
            ExprKind::Either(options) => {
                let found = self.eval_either(frame, site.file, options);
                self.one_of_filters(frame, site, found)
            }
            ExprKind::Await(value) => self.expr(frame, *value),
            ExprKind::Element(value) => {
                let values = self.expr(frame, *value);
                match self.program.file(site.file).language().iterates_by_methods {
                    true => self.iterated(frame, site, &values),
                    false => self.elements(frame, &values),
                }
            }
            ExprKind::Entered(value) => self.eval_entered(frame, site, *value),
            ExprKind::Lambda(scope) => Values::from([self.values.value(Value::Function {
                file: site.file,
                scope: *scope,
                closure: frame,
            })]),
            ExprKind::Opaque(parts) => self.eval_opaque(frame, parts),
        }
    }

    /// One of several. `os.environ.get("A") or "b"` has a default, as `get` with two arguments has.
    fn eval_either(&mut self, frame: FrameIx, file: FileIx, options: &[ExprId]) -> Values {
        let mut found = Values::new();
        let mut read = Vec::new();
        for option in options {
            let values = self.expr(frame, *option);
            if matches!(self.syntax(file, *option), ExprKind::Call { .. }) {
                read.extend(values.iter().copied());
            }
            found.extend(values);
        }
        let default = found
            .iter()
            .find_map(|value| self.values.as_literal(*value))
            .map(str::to_owned);
        let none = self.values.value(Value::None);
        let default = default.map(|text| self.values.sym(&text));
        if default.is_none() && !found.iter().any(|value| *value == none) {
            return found;
        }
        for value in read {
            let Value::Text(parts) = self.values.get(value) else {
                continue;
            };
            if let [Part::Env(env)] = parts.as_slice()
                && env.required
            {
                let env = EnvRead {
                    required: false,
                    default,
                    ..env.clone()
                };
                found.remove(value);
                found.insert(self.values.value(Value::Text(vec![Part::Env(env)])));
            }
        }
        found
    }

    /// Operators: a path joined to a volume is still in the volume.
    fn eval_opaque(&mut self, frame: FrameIx, parts: &[ExprId]) -> Values {
        let mut found = Values::new();
        for part in parts {
            for value in self.expr(frame, *part) {
                let tags = self.flowing_tags(value);
                if !tags.is_empty() {
                    let unknown = self.values.value(Value::Unknown);
                    found.insert(self.values.tagged_all(unknown, &tags));
                }
            }
        }
        found
    }

    fn eval_sequence(&mut self, frame: FrameIx, site: Site, items: &[ExprId]) -> Values {
        let container = self.values.value(Value::Container { site, maker: frame });
        let any = self.values.sym(ANY);
        for (index, item) in items.iter().enumerate() {
            let values = self.expr(frame, *item);
            let at = self.values.sym(&format!("[{index}]"));
            self.grow_field(container, at, values.clone());
            self.grow_field(container, any, values);
        }
        Values::from([container])
    }

    fn eval_map(
        &mut self,
        frame: FrameIx,
        site: Site,
        entries: &[(Option<ExprId>, ExprId)],
    ) -> Values {
        let container = self.values.value(Value::Container { site, maker: frame });
        for (key, value) in entries {
            let values = self.expr(frame, *value);
            match key {
                Some(key) => {
                    let keys = self.expr(frame, *key);
                    self.put_entry(container, &keys, &values);
                }
                None => {
                    self.copy_entries(frame, &values, container);
                    let any = self.values.sym(ANY);
                    let elements = self.elements(frame, &values);
                    self.grow_field(container, any, elements);
                }
            }
        }
        Values::from([container])
    }

    fn eval_concat(&mut self, frame: FrameIx, parts: &[ExprId]) -> Values {
        let mut texts: Vec<Vec<Part>> = vec![Vec::new()];
        let mut tags = Vec::new();
        for part in parts {
            let values = self.expr(frame, *part);
            let mut options: Vec<Vec<Part>> = Vec::new();
            for value in &values {
                tags.extend(self.flowing_tags(*value));
                let inner = self.values.untagged(*value);
                match self.values.get(inner).clone() {
                    Value::Text(parts) => options.push(parts),
                    Value::Int(number) => {
                        let text = self.values.sym(&number.to_string());
                        options.push(vec![Part::Text(text)]);
                    }
                    Value::None => {}
                    _ => options.push(vec![Part::Unknown]),
                }
            }
            options.sort();
            options.dedup();
            if options.is_empty() {
                options.push(vec![Part::Unknown]);
            }
            texts = continued(texts, &options);
        }
        tags.sort_unstable();
        tags.dedup();
        let mut found = Values::new();
        for text in texts {
            let text = self.merged(text);
            let value = self.values.value(Value::Text(text));
            found.insert(self.values.tagged_all(value, &tags));
        }
        found
    }

    /// Parts with neighbouring texts as one, as long as that is short.
    fn merged(&mut self, parts: Vec<Part>) -> Vec<Part> {
        let mut found: Vec<Part> = Vec::with_capacity(parts.len());
        for part in parts {
            if let (Some(Part::Text(before)), Part::Text(text)) = (found.last(), &part) {
                let both = [self.values.text(*before), self.values.text(*text)].concat();
                if both.len() <= MAX_MERGED {
                    let both = self.values.sym(&both);
                    found.pop();
                    found.push(Part::Text(both));
                    continue;
                }
            }
            found.push(part);
        }
        found
    }

    fn eval_entered(&mut self, frame: FrameIx, site: Site, value: ExprId) -> Values {
        let mut found = Values::new();
        for value in self.expr(frame, value) {
            found.extend(self.entered(frame, site, value));
        }
        found
    }

    /// What entering a value as a context yields.
    pub(crate) fn entered(&mut self, frame: FrameIx, site: Site, value: ValueId) -> Values {
        let inner = self.values.untagged(value);
        match self.values.get(inner).clone() {
            Value::Generator(generator) => self.yielded(generator, frame),
            Value::Instance { .. } => {
                let mut entered = Values::new();
                for name in ["__enter__", "__aenter__"] {
                    for method in self.attribute(frame, site, value, name) {
                        if self.is_project_callable(method) {
                            let none = Arguments::default();
                            entered.extend(self.call(frame, site, method, &none));
                        }
                    }
                }
                for name in ["__exit__", "__aexit__"] {
                    for method in self.attribute(frame, site, value, name) {
                        if self.is_project_callable(method) {
                            let spread = Arguments {
                                spread: true,
                                ..Arguments::default()
                            };
                            self.call(frame, site, method, &spread);
                        }
                    }
                }
                if entered.is_empty() {
                    entered.insert(value);
                }
                entered
            }
            _ => Values::from([value]),
        }
    }

    /// What iterating values yields.
    pub(crate) fn elements(&mut self, frame: FrameIx, values: &Values) -> Values {
        let any = self.values.sym(ANY);
        let mut found = Values::new();
        for value in values {
            let inner = self.values.untagged(*value);
            match self.values.get(inner).clone() {
                Value::Container { .. } => found.extend(self.field(inner, any, frame)),
                Value::Generator(generator) => found.extend(self.yielded(generator, frame)),
                Value::Object { .. } | Value::Member { .. } => {
                    found.extend(self.field(inner, any, frame));
                    found.insert(self.member(*value, "[]"));
                }
                Value::Unknown => {
                    found.insert(*value);
                }
                _ => {}
            }
        }
        found
    }

    /// The `index`th of several values that are bound at once.
    pub(crate) fn unpacked(&mut self, frame: FrameIx, values: &Values, index: usize) -> Values {
        let at = self.values.sym(&format!("[{index}]"));
        let mut found = Values::new();
        for value in values {
            let inner = self.values.untagged(*value);
            let exact = self.field(inner, at, frame);
            if exact.is_empty() {
                found.extend(self.elements(frame, &Values::from([*value])));
            } else {
                found.extend(exact);
            }
        }
        found
    }

    fn eval_index(&mut self, frame: FrameIx, site: Site, base: ExprId, index: ExprId) -> Values {
        let keys = self.expr(frame, index);
        let mut found = Values::new();
        for base in self.expr(frame, base) {
            let inner = self.values.untagged(base);
            match self.values.get(inner).clone() {
                Value::External(path) => {
                    let path = self.values.text(path).to_owned();
                    if path == "os.environ" {
                        found.extend(self.env_read(site, &keys, None));
                    } else if crate::knowledge::is_type_operator(&path) {
                        found.extend(self.type_operands(frame, &keys));
                    } else {
                        found.extend(self.stored_entries(frame, inner, &keys));
                        found.insert(base);
                    }
                }
                Value::Class { .. } => {
                    found.insert(base);
                }
                Value::Container { .. } => {
                    found.extend(self.entries(frame, site, inner, &keys));
                }
                Value::Object { .. } | Value::Member { .. } => {
                    let stored = self.stored_entries(frame, inner, &keys);
                    if stored.is_empty() {
                        found.extend(self.index_members(base, &keys));
                    }
                    found.extend(stored);
                }
                Value::Instance { .. } => {
                    let arguments = Arguments {
                        positional: vec![keys.clone()],
                        ..Arguments::default()
                    };
                    for method in self.attribute(frame, site, base, "__getitem__") {
                        found.extend(self.call(frame, site, method, &arguments));
                    }
                }
                Value::Unknown => {
                    found.insert(base);
                }
                _ => {}
            }
        }
        found
    }

    /// `Annotated[T, Depends(f)]`, `Optional[T]`, `list[T]`: everything inside counts.
    fn type_operands(&mut self, frame: FrameIx, keys: &Values) -> Values {
        let mut found = Values::new();
        for key in keys {
            match self.values.get(*key) {
                Value::Container { .. } => {
                    found.extend(self.elements(frame, &Values::from([*key])))
                }
                _ => {
                    found.insert(*key);
                }
            }
        }
        found
    }

    fn eval_call(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ExprId,
        arguments: &[Argument],
    ) -> Values {
        let callees = self.expr(frame, callee);
        if callees.is_empty() {
            self.unfollowed.insert((frame, site));
            return Values::new();
        }
        self.unfollowed.remove(&(frame, site));
        let mut evaluated = Arguments::default();
        for argument in arguments {
            match argument {
                Argument::Positional(value) => {
                    let values = self.expr(frame, *value);
                    evaluated.positional.push(values);
                }
                Argument::Keyword(name, value) => {
                    let values = self.expr(frame, *value);
                    evaluated.keywords.push((self.values.sym(name), values));
                }
                Argument::Spread(_) => evaluated.spread = true,
                Argument::KeywordSpread(value) => self.spread_map(frame, *value, &mut evaluated),
            }
        }
        let mut found = Values::new();
        for callee in callees {
            found.extend(self.call(frame, site, callee, &evaluated));
        }
        found
    }

    /// `**{"host": …}`: keys that are known become keywords.
    fn spread_map(&mut self, frame: FrameIx, value: ExprId, into: &mut Arguments) {
        for value in self.expr(frame, value) {
            let inner = self.values.untagged(value);
            into.spread |= !matches!(self.values.get(inner), Value::Container { .. });
            for key in self.field_names(inner) {
                let name = self.values.text(key);
                let plain = name
                    .strip_prefix('[')
                    .and_then(|rest| rest.strip_suffix(']'));
                if let Some(name) = plain.filter(|name| !name.is_empty()).map(str::to_owned) {
                    let values = self.field(inner, key, frame);
                    let name = self.values.sym(&name);
                    into.keywords.push((name, values));
                }
            }
        }
        into.keywords.sort();
        into.keywords.dedup();
    }

    /// Reading a secret's or setting's value inside a function is using it.
    fn note_reads(&mut self, frame: FrameIx, site: Site, values: &Values) {
        if self.frame(frame).on_import {
            return;
        }
        for value in values {
            for tag in self.values.tags(*value) {
                if self.is_read_by_value(tag) {
                    let span = self.span(site);
                    self.uses.record(tag, None, span);
                }
            }
        }
    }

    /// Assigning a secret to a library's setting is using it, wherever it happens.
    pub(crate) fn uses_by_assignment(
        &mut self,
        frame: FrameIx,
        base: ValueId,
        target: ExprId,
        values: &Values,
    ) {
        if !matches!(
            self.values.get(self.values.untagged(base)),
            Value::External(_) | Value::Object { .. } | Value::Member { .. }
        ) {
            return;
        }
        let site = Site {
            file: self.frame(frame).file,
            expr: target,
        };
        for value in values {
            for tag in self.values.tags(*value) {
                if self.is_read_by_value(tag) {
                    let span = self.span(site);
                    self.uses.record(tag, None, span);
                }
            }
        }
    }

    /// Whether a resource is used by reading its value: secrets and settings.
    pub(crate) fn is_read_by_value(&self, tag: super::value::Tag) -> bool {
        use klo_intent::Kind;
        matches!(
            self.program.tags[tag.0 as usize].kind,
            Some(Kind::Secret | Kind::Config)
        )
    }

    /// Tags that survive being part of something larger: all but those of secrets and settings.
    pub(crate) fn flowing_tags(&self, value: ValueId) -> Vec<super::value::Tag> {
        let mut tags = self.values.tags(value);
        tags.retain(|tag| !self.is_read_by_value(*tag));
        tags
    }
}

/// Texts, each with each of the options after it.
fn continued(texts: Vec<Vec<Part>>, options: &[Vec<Part>]) -> Vec<Vec<Part>> {
    if texts.iter().all(|text| text.len() > MAX_PARTS) {
        return texts;
    }
    let mut grown = Vec::new();
    for text in texts {
        if text.len() > MAX_PARTS {
            grown.push(text);
            continue;
        }
        for option in options.iter().take(MAX_TEXTS) {
            let mut whole = text.clone();
            whole.extend(option.iter().cloned());
            if whole.len() > MAX_PARTS {
                whole.truncate(MAX_PARTS);
                whole.push(Part::Unknown);
            }
            grown.push(whole);
        }
    }
    grown.truncate(MAX_TEXTS * MAX_TEXTS);
    grown
}
