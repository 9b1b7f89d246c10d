//! What expressions are worth.

use super::frame::Arguments;
use super::keys::ANY;
use super::machine::Machine;
use super::value::{EnvRead, FileIx, FrameIx, Part, Site, Value, ValueId, Values};
use crate::facts::{Argument, ExprId, ExprKind};

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
