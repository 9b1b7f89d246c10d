//! Variables that code reads, and classes whose fields are read from variables: pydantic's settings.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{EnvRead, FrameIx, Part, Site, Value, ValueId, Values};
use crate::facts::{ScopeKind, Step};
use crate::knowledge;

impl Machine<'_> {
    /// Whether a class reads its fields from the environment.
    pub(crate) fn is_settings(&mut self, body: FrameIx, reader: FrameIx) -> bool {
        let mut externals = Vec::new();
        let bases = self.bases_of(body, reader);
        for base in bases {
            self.ancestry(base, reader, &mut externals);
        }
        externals.iter().any(|base| {
            self.values
                .path(*base)
                .is_some_and(|path| knowledge::is_settings_class(&path))
        })
    }

    /// The value of a field of a settings class: the variable that it is read from.
    pub(crate) fn settings_field(
        &mut self,
        frame: FrameIx,
        site: Site,
        body: FrameIx,
        this: ValueId,
        name: &str,
    ) -> Values {
        let (file, scope) = (self.frame(body).file, self.frame(body).scope);
        let loaded = self.program.file(file);
        let field = loaded.fields[scope.0 as usize].get(name);
        let field = field.and_then(|at| match &loaded.scope(scope).steps[*at as usize] {
            Step::Bind {
                value,
                annotation,
                range,
                ..
            } => Some((*value, *annotation, *range)),
            _ => None,
        });
        let Some((value, annotation, range)) = field else {
            return Values::new();
        };
        if name == "model_config" || name.starts_with('_') {
            return Values::new();
        }
        let default = value
            .map(|value| self.expr(body, value))
            .unwrap_or_default();
        // The class's body has not run yet.
        if value.is_some() && default.is_empty() {
            return Values::new();
        }
        let nested = self.nested_settings(frame, site, body, this, name, annotation, &default);
        if !nested.is_empty() {
            return nested;
        }
        let (alias, fallback, required) = self.field_options(frame, &default, value.is_some());
        let prefix = self.settings_prefix(frame, body, this);
        let variable = alias.unwrap_or_else(|| format!("{prefix}{name}").to_uppercase());
        let variable = self.values.sym(&variable);
        let default = fallback.map(|text| self.values.sym(&text));
        let read = EnvRead {
            variable,
            file,
            range,
            required,
            default,
        };
        let value = self.values.value(Value::Text(vec![Part::Env(read)]));
        let key = (file, scope.0, name.to_owned());
        match self.program.tagged_names.get(&key) {
            Some(tags) => {
                for tag in tags {
                    let evaluated = self.evaluated.entry(*tag).or_default();
                    evaluated.values.insert(value);
                }
                Values::from([self.values.tagged_all(value, tags)])
            }
            None => Values::from([value]),
        }
    }

    /// A settings class inside another: its own instance, or one whose variables carry a prefix.
    #[allow(
        clippy::too_many_arguments,
        reason = "the field's whole declaration is looked at"
    )]
    fn nested_settings(
        &mut self,
        frame: FrameIx,
        site: Site,
        body: FrameIx,
        this: ValueId,
        name: &str,
        annotation: Option<crate::facts::ExprId>,
        default: &Values,
    ) -> Values {
        let made: Values = default
            .iter()
            .copied()
            .filter(|value| matches!(self.values.get(*value), Value::Instance { .. }))
            .collect();
        if !made.is_empty() {
            return made;
        }
        let factory = self.option_of(frame, default, "default_factory");
        let mut found = Values::new();
        for class in factory {
            if matches!(self.values.get(class), Value::Class { .. }) {
                found.extend(self.call(frame, site, class, &Arguments::default()));
            }
        }
        if !found.is_empty() {
            return found;
        }
        let Some(annotation) = annotation else {
            return found;
        };
        let delimiter = self.settings_option(frame, body, "env_nested_delimiter");
        for class in self.expr(body, annotation) {
            if let (Value::Class { .. }, Some(delimiter)) = (self.values.get(class), &delimiter) {
                let prefix = self.settings_prefix(frame, body, this);
                let instance = self.values.value(Value::Instance {
                    class,
                    site,
                    maker: None,
                });
                let key = self.values.sym("(prefix)");
                let text = self.values.literal(&format!("{prefix}{name}{delimiter}"));
                self.grow_field(instance, key, Values::from([text]));
                found.insert(instance);
            }
        }
        found
    }

    /// Alias, default and whether a value must be there, from `Field(…)` or a plain default.
    fn field_options(
        &mut self,
        frame: FrameIx,
        default: &Values,
        has_value: bool,
    ) -> (Option<String>, Option<String>, bool) {
        let is_field = default.iter().any(|value| {
            self.values
                .path(*value)
                .is_some_and(|path| path.ends_with(".Field"))
        });
        if !is_field {
            let text = default
                .iter()
                .find_map(|value| self.values.as_literal(*value))
                .map(str::to_owned);
            return (None, text, !has_value);
        }
        let mut alias = None;
        for key in ["validation_alias", "alias", "env"] {
            let values = self.option_of(frame, default, key);
            for value in values {
                if alias.is_none() {
                    alias = self.values.as_literal(value).map(str::to_owned);
                }
                if alias.is_none() {
                    // AliasChoices("A", "B"): the first name is the one to set.
                    let first = self.values.sym("(0)");
                    for choice in self.field(value, first, frame) {
                        alias = alias.or(self.values.as_literal(choice).map(str::to_owned));
                    }
                }
            }
        }
        let mut fallback = self.option_of(frame, default, "default");
        fallback.extend(self.option_of(frame, default, "0"));
        let required =
            fallback.is_empty() && self.option_of(frame, default, "default_factory").is_empty();
        let fallback = fallback
            .iter()
            .find_map(|value| self.values.as_literal(*value))
            .map(str::to_owned);
        (alias, fallback, required)
    }

    /// An argument with which a library's object was made, by keyword or position.
    pub(crate) fn option_of(&mut self, frame: FrameIx, objects: &Values, key: &str) -> Values {
        let key = self.values.sym(&format!("({key})"));
        let mut found = Values::new();
        for object in objects {
            found.extend(self.field(*object, key, frame));
        }
        found
    }

    fn settings_prefix(&mut self, frame: FrameIx, body: FrameIx, this: ValueId) -> String {
        let key = self.values.sym("(prefix)");
        let own = self.field(this, key, frame);
        if let Some(text) = own.iter().find_map(|value| self.values.as_literal(*value)) {
            return text.to_owned();
        }
        self.settings_option(frame, body, "env_prefix")
            .unwrap_or_default()
    }

    /// An option of a settings class: `model_config`, an inner `Config`, or a class keyword.
    fn settings_option(&mut self, frame: FrameIx, body: FrameIx, option: &str) -> Option<String> {
        let (file, scope) = (self.frame(body).file, self.frame(body).scope);
        if let ScopeKind::Class { keywords, .. } = &self.program.file(file).scope(scope).kind {
            for (name, value) in keywords {
                if name == option {
                    let values = self.expr(body, *value);
                    return values
                        .iter()
                        .find_map(|v| self.values.as_literal(*v))
                        .map(str::to_owned);
                }
            }
        }
        let config = self.values.sym("model_config");
        let objects = self.var(body, config, frame);
        let mut values = self.option_of(frame, &objects, option);
        let key = self.values.sym(&format!("[{option}]"));
        for object in objects {
            values.extend(self.field(object, key, frame));
        }
        let inner = self.values.sym("Config");
        for class in self.var(body, inner, frame) {
            if let Value::Class { body, .. } = *self.values.get(class) {
                let name = self.values.sym(option);
                values.extend(self.var(body, name, frame));
            }
        }
        values
            .iter()
            .find_map(|value| self.values.as_literal(*value))
            .map(str::to_owned)
    }

    /// A read of the variable that `keys` name.
    pub(crate) fn env_read(
        &mut self,
        site: Site,
        keys: &Values,
        default: Option<&Values>,
    ) -> Values {
        let range = self.span(site).range();
        let mut found = Values::new();
        let names: Vec<String> = keys
            .iter()
            .filter_map(|key| self.values.as_literal(*key))
            .map(str::to_owned)
            .collect();
        let none = self.values.value(Value::None);
        let default = default.filter(|default| !default.iter().all(|value| *value == none));
        let text = default
            .and_then(|values| {
                values
                    .iter()
                    .find_map(|value| self.values.as_literal(*value))
            })
            .map(str::to_owned);
        let text = text.map(|text| self.values.sym(&text));
        for name in names {
            let variable = self.values.sym(&name);
            let read = EnvRead {
                variable,
                file: site.file,
                range,
                required: default.is_none(),
                default: text,
            };
            found.insert(self.values.value(Value::Text(vec![Part::Env(read)])));
        }
        found
    }
}
