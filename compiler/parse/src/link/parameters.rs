//! What a function's parameters are worth: what callers pass, and what stands in where none does.

use std::collections::{BTreeMap, BTreeSet};

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FileIx, FrameIx, Site, Sym, Value, ValueId, Values};
use crate::facts::{Parameter, ParameterKind, ScopeId, ScopeKind};
use crate::knowledge;

impl Machine<'_> {
    #[allow(
        clippy::too_many_arguments,
        reason = "a call has a place, a callee and arguments"
    )]
    pub(super) fn pass_arguments(
        &mut self,
        site: Site,
        callee: FrameIx,
        file: FileIx,
        scope: ScopeId,
        this: Option<ValueId>,
        arguments: &Arguments,
    ) {
        let program = self.program;
        let ScopeKind::Function { parameters, .. } = &program.file(file).scope(scope).kind else {
            return;
        };
        let mut positional = arguments.positional.iter();
        let skipped = usize::from(this.is_some() && !parameters.is_empty());
        if let (Some(this), Some(first)) = (this, parameters.first()) {
            let name = self.values.sym(&first.name);
            self.pass(callee, name, Values::from([this]));
        }
        let unknown = self.values.value(Value::Unknown);
        let mut taken: BTreeSet<Sym> = BTreeSet::new();
        let mut keywords: BTreeMap<Sym, &Values> = BTreeMap::new();
        for (key, values) in &arguments.keywords {
            keywords.entry(*key).or_insert(values);
        }
        for (index, parameter) in parameters.iter().enumerate().skip(skipped) {
            let name = self.values.sym(&parameter.name);
            let keyword = keywords.get(&name).map(|values| (*values).clone());
            let given = match parameter.kind {
                ParameterKind::Plain => keyword.or_else(|| positional.next().cloned()),
                ParameterKind::KeywordOnly => keyword,
                ParameterKind::Rest => {
                    let all: Values = positional.by_ref().flatten().copied().collect();
                    self.pass_rest(callee, name, site, all);
                    continue;
                }
                ParameterKind::KeywordRest => {
                    let mut others = arguments.keywords.clone();
                    others.retain(|(key, _)| !taken.contains(key));
                    self.pass_keyword_rest(callee, name, site, &others);
                    continue;
                }
            };
            taken.insert(name);
            // Where the caller's value is not known, the declared type is the next best.
            let known = given
                .as_ref()
                .is_some_and(|v| v.iter().any(|value| *value != unknown));
            let waits = given
                .as_ref()
                .is_some_and(|values| self.say_nothing(values));
            if waits && self.program.file(file).language().gives_by_type {
                self.hungry.insert((callee, index, site));
            } else if !known && given.as_ref().is_none_or(|values| !values.is_empty()) {
                self.fall_back(callee, index, site);
            }
            self.pass(callee, name, given.unwrap_or_default());
        }
    }

    fn pass_rest(&mut self, callee: FrameIx, name: Sym, site: Site, values: Values) {
        let container = self.values.value(Value::Container {
            site,
            maker: callee,
        });
        let any = self.values.sym("[]");
        self.grow_field(container, any, values);
        self.pass(callee, name, Values::from([container]));
    }

    fn pass_keyword_rest(
        &mut self,
        callee: FrameIx,
        name: Sym,
        site: Site,
        others: &[(Sym, Values)],
    ) {
        let container = self.values.value(Value::Container {
            site,
            maker: callee,
        });
        for (key, values) in others {
            let key = format!("[{}]", self.values.text(*key));
            let key = self.values.sym(&key);
            self.grow_field(container, key, values.clone());
        }
        self.pass(callee, name, Values::from([container]));
    }

    /// What a parameter is worth that no caller in the project passes: its default, a framework's
    /// dependency, the application, a request, or an instance of its declared type.
    pub(crate) fn fallback(
        &mut self,
        site: Site,
        callee: FrameIx,
        parameter: &Parameter,
    ) -> Values {
        let mut found = Values::new();
        let mut declared = Values::new();
        if let Some(default) = parameter.default {
            found.extend(self.expr(callee, default));
        }
        if let Some(annotation) = parameter.annotation {
            declared = self.expr(callee, annotation);
        }
        let dependencies: Vec<ValueId> = found
            .iter()
            .chain(&declared)
            .copied()
            .filter(|v| self.is_dependency(*v))
            .collect();
        if !dependencies.is_empty() {
            let mut values = Values::new();
            for dependency in dependencies {
                values.extend(self.depend(callee, site, dependency, &declared));
            }
            return values;
        }
        let found: Values = found
            .into_iter()
            .filter(|value| !matches!(self.values.get(*value), Value::None))
            .collect();
        if !found.is_empty() {
            return found;
        }
        self.by_type_or_name(callee, site, parameter, &declared)
    }

    /// Whether values tell nothing of what they are: what a crate's function makes of any type.
    pub(crate) fn say_nothing(&self, values: &Values) -> bool {
        values.iter().all(|value| {
            let ty = match self.values.get(*value) {
                Value::Object { .. } => self.crate_path(*value),
                _ => None,
            };
            ty.is_some_and(|ty| {
                let name = ty.rsplit('.').next().unwrap_or("");
                name.starts_with("from_") || name.starts_with("deserialize")
            })
        })
    }

    /// Runs what a type takes itself out of a request with.
    fn extract(&mut self, frame: FrameIx, site: Site, ty: ValueId) {
        if !matches!(self.values.get(ty), Value::Class { .. }) {
            return;
        }
        for name in ["from_request", "from_request_parts"] {
            for function in self.attribute(frame, site, ty, name) {
                if self.is_project_callable(function) {
                    let at = self.own_site(function).unwrap_or(site);
                    self.call(frame, at, function, &Arguments::default());
                }
            }
        }
    }

    /// Whether parameters of a type get what the program made of it.
    fn is_given(&self, ty: ValueId) -> bool {
        match self.values.get(ty) {
            Value::Class { file, .. } => self.program.file(*file).language().gives_by_type,
            Value::External(path) => self.values.text(*path).starts_with(knowledge::rust::CRATE),
            _ => false,
        }
    }

    fn by_type_or_name(
        &mut self,
        frame: FrameIx,
        site: Site,
        parameter: &Parameter,
        declared: &Values,
    ) -> Values {
        let mut found = Values::new();
        for ty in declared {
            let given = self.is_given(*ty);
            let made = if given {
                self.of_type(*ty, frame)
            } else {
                Values::new()
            };
            found.extend(made.iter().copied());
            if given {
                self.extract(frame, site, *ty);
            }
            match self.values.get(*ty).clone() {
                _ if !made.is_empty() => {}
                Value::Class { file, scope, .. } => {
                    let at = Site::of_scope(file, scope);
                    let instance = Value::Instance {
                        class: *ty,
                        site: at,
                        maker: None,
                    };
                    found.insert(self.values.value(instance));
                }
                Value::External(path) => {
                    let path = self.values.text(path).to_owned();
                    if knowledge::is_request(&path) {
                        found.insert(self.request(site));
                    } else if knowledge::is_web_application(&path) {
                        found.extend(self.answering(site));
                    } else if knowledge::clients::is_client_type(&path) {
                        let ty = self.values.sym(&path);
                        found.insert(self.values.value(Value::Object {
                            ty,
                            site,
                            maker: None,
                        }));
                    }
                }
                _ => {}
            }
        }
        if found.is_empty() {
            match parameter.name.as_str() {
                "request" | "req" | "websocket" => {
                    found.insert(self.request(site));
                }
                "app" | "application" => found.extend(self.answering(site)),
                _ => {}
            }
        }
        if found.is_empty() {
            self.unknown()
        } else {
            found
        }
    }
}
