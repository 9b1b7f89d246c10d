//! What calls of libraries use: annotated resources, Django's stores and clients that nothing stands
//! for.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{Kind, MethodUse};
use klo_source::Span;

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Tag, Value, ValueId, Values};
use crate::facts::ExprKind;
use crate::knowledge::{self};

impl Machine<'_> {
    /// Uses of annotated resources by a call on one of them, or with one as an argument. Returns
    /// the tags of what the call returns.
    pub(crate) fn note_uses(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        path: &str,
        name: &str,
        arguments: &Arguments,
    ) -> Vec<Tag> {
        let span = self.span(site);
        if knowledge::clients::opens_at_once(knowledge::result_type(path))
            && self.keyword_values(arguments, "defer_connect").is_none()
        {
            self.note_opened(site);
        }
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
        let passing_uses = knowledge::passing_is_use(path, name) && !in_class;
        self.note_passed(frame, arguments, own, passing_uses.then_some(method), span)
    }

    /// Uses of what a call is handed, where handing over is a use by that method. `tags` are those of
    /// what is called; returns those of what the call returns.
    pub(super) fn note_passed(
        &mut self,
        frame: FrameIx,
        arguments: &Arguments,
        mut tags: Vec<Tag>,
        method: Option<MethodUse>,
        span: Span,
    ) -> Vec<Tag> {
        for tag in self.deep_tags(frame, arguments) {
            if self.is_read_by_value(tag) {
                self.uses.record(tag, None, span);
                continue;
            }
            if let (Some(method), false) = (&method, tags.contains(&tag)) {
                self.uses.record(tag, Some(method.clone()), span);
            }
            tags.push(tag);
        }
        tags.retain(|tag| !self.is_read_by_value(*tag));
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// The annotated stores that a call makes a client of use it: it opens a connection to them.
    pub(super) fn note_opened(&mut self, site: Site) {
        let making = self.program.making.get(&(site.file, site.expr));
        let span = self.span(site);
        for tag in making.into_iter().flatten() {
            let kind = self.program.tags[tag.0 as usize].kind;
            if kind.is_none_or(|kind| matches!(kind, Kind::Database | Kind::Cache)) {
                self.uses.record(*tag, None, span);
            }
        }
    }

    fn in_class_body(&self, frame: FrameIx) -> bool {
        let frame = self.frame(frame);
        matches!(
            self.program.file(frame.file).scope(frame.scope).kind,
            crate::facts::ScopeKind::Class { .. }
        )
    }

    /// Resources that are handed to calls which klo cannot follow, once everything else was.
    pub(crate) fn unfollowed_uses(&mut self) -> BTreeMap<Tag, BTreeSet<Span>> {
        let mut found: BTreeMap<Tag, BTreeSet<Span>> = BTreeMap::new();
        for (frame, site) in self.unfollowed.clone() {
            let ExprKind::Call { arguments, .. } = self.syntax(site.file, site.expr) else {
                continue;
            };
            let mut given = Values::new();
            for argument in arguments {
                given.extend(self.expr(frame, argument.value()));
            }
            let span = self.span(site);
            for tag in self.tags_within(frame, &given) {
                if !self.is_read_by_value(tag) {
                    found.entry(tag).or_default().insert(span);
                }
            }
        }
        found
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

    pub(crate) fn note_django(&mut self, frame: FrameIx, site: Site, path: &str) {
        if self.frame(frame).on_import {
            return;
        }
        let span = self.span(site);
        self.uses.saves_models |= knowledge::django::may_save(path);
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
        if let (true, Some(site)) = (found, self.own_site(class)) {
            let span = self.span(site);
            self.uses.django_database.insert(span);
            self.uses.saves_models = true;
        }
    }

    pub(crate) fn note_unannotated(&mut self, site: Site, callee: ValueId, name: &str) {
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
            let span = self.span(site);
            self.uses.unannotated.entry(ty).or_default().insert(span);
        }
    }
}
