//! Settings that crates read from the environment into a structure: envy, config, figment.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{EnvRead, FileIx, FrameIx, Part, Site, Value, ValueId, Values};
use crate::facts::{BindTarget, ExprId, ExprKind, ScopeId, ScopeKind, Step};
use crate::knowledge::rust;

/// Structures inside structures that are read.
const MAX_DEPTH: usize = 6;

/// How variables are called.
struct Naming {
    prefix: String,
    /// What stands between the names of a structure and of its field.
    separator: String,
}

impl Machine<'_> {
    /// An instance of the structure that a call is asked for, each field read from the environment.
    pub(crate) fn read_environment(
        &mut self,
        frame: FrameIx,
        site: Site,
        arguments: &Arguments,
        prefix: &str,
    ) -> Values {
        let naming = Naming {
            prefix: prefix.to_owned(),
            separator: "_".to_owned(),
        };
        self.read_structures(frame, site, arguments, &naming)
    }

    /// A method of what reads settings; `None` for any other type.
    pub(crate) fn call_settings(
        &mut self,
        frame: FrameIx,
        site: Site,
        object: ValueId,
        ty: &str,
        method: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        match (ty, method) {
            ("envy.prefixed", "from_env") => {
                let prefix = self.text_option(frame, object, "0").unwrap_or_default();
                Some(self.read_environment(frame, site, arguments, &prefix))
            }
            ("config.Config.builder", "build") => Some(Values::from([object])),
            ("config.Config.builder", "add_source")
            | ("figment.Figment", "merge" | "join" | "admerge") => {
                let key = self.values.sym("(source)");
                let given = arguments.positional.first().cloned().unwrap_or_default();
                self.grow_field(object, key, given);
                Some(Values::from([object]))
            }
            ("config.Config.builder", "try_deserialize" | "deserialize")
            | ("figment.Figment", "extract") => {
                let mut found = Values::new();
                let key = self.values.sym("(source)");
                for source in self.field(object, key, frame) {
                    if let Some(naming) = self.naming_of(frame, source) {
                        found.extend(self.read_structures(frame, site, arguments, &naming));
                    }
                }
                Some(found)
            }
            _ => None,
        }
    }

    /// How a source of settings calls its variables, if it reads variables.
    fn naming_of(&mut self, frame: FrameIx, source: ValueId) -> Option<Naming> {
        let source = self.values.untagged(source);
        let ty = self.crate_path(source)?;
        let option = |machine: &mut Self, name: &str| machine.text_option(frame, source, name);
        match ty.as_str() {
            "config.Environment" => {
                let separator = option(self, "separator").unwrap_or_else(|| ".".to_owned());
                let between = option(self, "prefix_separator");
                let between = between.unwrap_or_else(|| match separator.as_str() {
                    "." => "_".to_owned(),
                    separator => separator.to_owned(),
                });
                let prefix = option(self, "0").or_else(|| option(self, "prefix"));
                Some(Naming {
                    prefix: prefix.map_or_else(String::new, |prefix| format!("{prefix}{between}")),
                    separator,
                })
            }
            "figment.Env" => Some(Naming {
                prefix: option(self, "0").unwrap_or_default(),
                separator: option(self, "split").unwrap_or_else(|| "_".to_owned()),
            }),
            _ => None,
        }
    }

    fn text_option(&mut self, frame: FrameIx, object: ValueId, name: &str) -> Option<String> {
        let values = self.option_of(frame, &Values::from([object]), name);
        values
            .iter()
            .find_map(|value| self.values.default_text(*value))
    }

    fn read_structures(
        &mut self,
        frame: FrameIx,
        site: Site,
        arguments: &Arguments,
        naming: &Naming,
    ) -> Values {
        let classes = self
            .keyword_values(arguments, rust::TYPE_ARGUMENT)
            .unwrap_or_default();
        let mut found = Values::new();
        for class in classes {
            let inner = self.values.untagged(class);
            if let Value::Class { .. } = self.values.get(inner) {
                found.insert(self.read_structure(frame, site, inner, naming, "", 0));
            }
        }
        found
    }

    fn read_structure(
        &mut self,
        frame: FrameIx,
        site: Site,
        class: ValueId,
        naming: &Naming,
        above: &str,
        depth: usize,
    ) -> ValueId {
        let maker = self.maker(frame);
        let instance = Value::Instance { class, site, maker };
        let instance = self.values.value(instance);
        let Value::Class { file, scope, body } = *self.values.get(class) else {
            return instance;
        };
        for (name, ty) in self.declared_fields(file, scope) {
            if self
                .field_option(file, scope, &name, rust::SKIPPED)
                .is_some()
            {
                continue;
            }
            let renamed = match self.field_option(file, scope, &name, rust::RENAMED) {
                Some(ExprKind::Text(renamed)) => renamed,
                _ => &name,
            };
            let path = format!("{above}{renamed}");
            let inner = match ty {
                Some(ty) if depth < MAX_DEPTH => self.expr(body, ty),
                _ => Values::new(),
            };
            let structure = inner.iter().copied().find(|value| {
                matches!(self.values.get(*value), Value::Class { scope: inner, .. } if *inner != scope)
            });
            let value = match structure {
                Some(structure) => {
                    let flattened = self.field_option(file, scope, &name, rust::FLATTENED);
                    let above = match flattened {
                        Some(_) => above.to_owned(),
                        None => format!("{path}{}", naming.separator),
                    };
                    let made = Site {
                        file,
                        expr: ty.unwrap_or(site.expr),
                    };
                    self.read_structure(frame, made, structure, naming, &above, depth + 1)
                }
                None => self.variable(file, scope, &name, &format!("{}{path}", naming.prefix)),
            };
            let key = self.values.sym(&name);
            self.grow_field(instance, key, Values::from([value]));
        }
        instance
    }

    fn declared_fields(&self, file: FileIx, scope: ScopeId) -> Vec<(String, Option<ExprId>)> {
        let steps = &self.program.file(file).scope(scope).steps;
        let fields = steps.iter().filter_map(|step| match step {
            Step::Bind {
                target: BindTarget::Name(name),
                value: None,
                annotation,
                ..
            } => Some((name.clone(), *annotation)),
            _ => None,
        });
        fields.collect()
    }

    /// What serde is told of a field.
    fn field_option(
        &self,
        file: FileIx,
        scope: ScopeId,
        field: &str,
        option: &str,
    ) -> Option<&'_ ExprKind> {
        let facts = &self.program.file(file).facts;
        let ScopeKind::Class { keywords, .. } = &facts.scope(scope).kind else {
            return None;
        };
        let wanted = rust::field_keyword(field, option);
        let (_, value) = keywords.iter().find(|(name, _)| *name == wanted)?;
        Some(&facts.expr(*value).kind)
    }

    /// The variable that a field is read from, tagged where the field is annotated.
    fn variable(&mut self, file: FileIx, scope: ScopeId, field: &str, name: &str) -> ValueId {
        let loaded = self.program.file(file);
        let range = loaded.fields[scope.0 as usize].get(field).map(|at| {
            match &loaded.scope(scope).steps[*at as usize] {
                Step::Bind { range, .. } => *range,
                _ => loaded.scope(scope).head,
            }
        });
        let range = range.unwrap_or(loaded.scope(scope).head);
        let variable = self.values.sym(&name.to_uppercase());
        let optional = self.field_option(file, scope, field, rust::OPTIONAL);
        let read = EnvRead {
            variable,
            file,
            range,
            required: optional.is_none(),
            default: None,
        };
        let value = self.values.value(Value::Text(vec![Part::Env(read)]));
        self.tag_field(file, scope, field, value)
    }

    /// A field's value, tagged where the field is annotated.
    pub(crate) fn tag_field(
        &mut self,
        file: FileIx,
        scope: ScopeId,
        field: &str,
        value: ValueId,
    ) -> ValueId {
        let key = (file, scope.0, field.to_owned());
        let Some(tags) = self.program.tagged_names.get(&key) else {
            return value;
        };
        for tag in tags {
            let evaluated = self.evaluated.entry(*tag).or_default();
            evaluated.values.insert(value);
        }
        self.values.tagged_all(value, tags)
    }
}
