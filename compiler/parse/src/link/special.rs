//! Library calls that are looked through: reads of the environment, conversions, wrappers.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge::{self, Special};

impl Machine<'_> {
    /// The result of a call that klo looks through; `None` for any other.
    pub(crate) fn call_special(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        path: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        let is_object = matches!(self.values.get(callee), Value::Object { .. });
        let special = if is_object {
            knowledge::special_call_of_object(path)?
        } else {
            knowledge::special_call(path)?
        };
        let first = arguments.positional.first().cloned().unwrap_or_default();
        let second = arguments.positional.get(1).cloned();
        Some(match special {
            Special::EnvRead => {
                let keys = if first.is_empty() {
                    self.keyword(arguments, "key")
                } else {
                    first
                };
                let default = second.or_else(|| self.keyword_values(arguments, "default"));
                self.env_read(site, &keys, default.as_ref())
            }
            Special::EnvNamed(name) => {
                let named = match self.keyword_values(arguments, "env") {
                    Some(values) => values,
                    None => Values::from([self.values.literal(name)]),
                };
                let default = self.keyword_values(arguments, "default");
                self.env_read(site, &named, default.as_ref())
            }
            Special::EnvSet => {
                self.note_django_settings(&first, second.as_ref());
                Values::new()
            }
            Special::First => first,
            Special::FirstEntered => {
                let mut found = Values::new();
                for value in first {
                    match *self.values.get(value) {
                        Value::Generator(generator) => found.extend(self.yielded(generator, frame)),
                        _ => {
                            found.insert(value);
                        }
                    }
                }
                found
            }
            Special::Entered => {
                let mut found = Values::new();
                for value in first {
                    found.extend(self.entered(frame, site, value));
                }
                found
            }
            Special::Lazy => self.kept(frame, site, path, arguments),
            Special::AttributeOfBase => {
                let base = path.rsplit_once('.').map_or("", |(base, _)| base);
                let base = self.values.external(base);
                let name = self.literal_argument(arguments, 0, "name");
                let mut found = second.unwrap_or_default();
                if let Some(name) = name {
                    found.extend(self.attribute(frame, site, base, &name));
                }
                found
            }
            Special::ConnectSignal => {
                self.connect_signal(callee, arguments);
                first
            }
            Special::ConnectModelSignal => {
                for receiver in &first {
                    self.run_on_saves(self.values.untagged(*receiver));
                }
                first
            }
            Special::SendSignal => {
                self.send_signal(frame, callee, arguments);
                Values::new()
            }
            Special::DjangoModel => self.django_models(frame, arguments),
            Special::Second => second.unwrap_or_default(),
            Special::All => arguments.all().flatten().copied().collect(),
            Special::Elements => {
                let elements = self.elements(frame, &first);
                self.container_of(frame, site, elements)
            }
            Special::GetAttribute => self.get_attribute(frame, site, &first, arguments),
            Special::Super => {
                let ty = self.values.sym("builtins.super");
                let maker = self.method_frame(frame);
                Values::from([self.values.value(Value::Object { ty, site, maker })])
            }
            Special::Partial => self.kept(frame, site, "functools.partial", arguments),
            Special::CallPartial => self.call_partial(frame, site, callee, arguments),
            Special::CallFirst => {
                let rest = Arguments {
                    positional: arguments.positional.iter().skip(1).cloned().collect(),
                    keywords: arguments.keywords.clone(),
                    spread: arguments.spread,
                };
                let mut found = Values::new();
                for function in first {
                    found.extend(self.call(frame, site, function, &rest));
                }
                found
            }
            Special::ImportModule => {
                let package = second.or_else(|| self.keyword_values(arguments, "package"));
                self.import_named(frame, site, &first, &package.unwrap_or_default())
            }
            Special::ImportAttribute => self.import_attributes(frame, site, &first),
            Special::ModuleInfos => self.module_infos(frame, site, path, arguments),
            Special::TypeOf => {
                if arguments.positional.len() != 1 {
                    return None;
                }
                self.types_of(&first)
            }
            Special::DjangoApplication => {
                let object = self.django_application(frame, site, path);
                Values::from([object])
            }
            Special::ConfigObject => {
                self.configure_from(frame, site, callee, &first);
                Values::new()
            }
            Special::DjangoSetup => {
                self.django_setup(frame);
                Values::new()
            }
            Special::DjangoCommand => {
                let mut names = self.elements(frame, &first);
                names.extend(first);
                self.call_command(frame, site, path, &names);
                Values::new()
            }
            Special::DjangoInclude => self.django_include(frame, site, &first),
            Special::TasksConfig => {
                let object = self.root_object(callee);
                let namespace = self.keyword(arguments, "namespace");
                self.configure_tasks(frame, object, &first, &namespace);
                Values::new()
            }
            Special::Tasks => {
                self.autodiscover(frame, &first);
                Values::new()
            }
        })
    }

    fn keyword(&self, arguments: &Arguments, name: &str) -> Values {
        self.keyword_values(arguments, name).unwrap_or_default()
    }

    pub(crate) fn keyword_values(&self, arguments: &Arguments, name: &str) -> Option<Values> {
        arguments
            .keywords
            .iter()
            .find(|(key, _)| self.values.text(*key) == name)
            .map(|(_, values)| values.clone())
    }

    pub(crate) fn container_of(&mut self, frame: FrameIx, site: Site, elements: Values) -> Values {
        let container = self.values.value(Value::Container { site, maker: frame });
        let any = self.values.sym("[]");
        self.grow_field(container, any, elements);
        Values::from([container])
    }

    fn get_attribute(
        &mut self,
        frame: FrameIx,
        site: Site,
        first: &Values,
        arguments: &Arguments,
    ) -> Values {
        let mut found = Values::new();
        let names = arguments.positional.get(1).into_iter().flatten();
        let names: Vec<String> = names
            .filter_map(|name| self.values.as_literal(*name))
            .map(str::to_owned)
            .collect();
        for name in names {
            for base in first {
                found.extend(self.attribute(frame, site, *base, &name));
            }
        }
        found.extend(arguments.positional.get(2).into_iter().flatten().copied());
        found
    }

    /// The frame of the method around a frame.
    fn method_frame(&self, frame: FrameIx) -> Option<FrameIx> {
        let mut at = Some(frame);
        while let Some(current) = at {
            if self.frame(current).this.is_some() {
                return Some(current);
            }
            at = self.frame(current).closure;
        }
        None
    }

    /// An object that keeps what it is made from, and calls none of it yet.
    fn kept(&mut self, frame: FrameIx, site: Site, ty: &str, arguments: &Arguments) -> Values {
        Values::from([self.object_of(frame, site, ty, arguments)])
    }

    fn call_partial(
        &mut self,
        frame: FrameIx,
        site: Site,
        partial: ValueId,
        arguments: &Arguments,
    ) -> Values {
        let of = Values::from([partial]);
        let functions = self.option_of(frame, &of, "0");
        let mut all = Arguments::default();
        for index in 1..16 {
            let values = self.option_of(frame, &of, &index.to_string());
            if values.is_empty() {
                break;
            }
            all.positional.push(values);
        }
        all.positional.extend(arguments.positional.iter().cloned());
        for name in self.field_names(partial) {
            let text = self.values.text(name).trim_matches(['(', ')']).to_owned();
            if text.parse::<u32>().is_err() {
                let values = self.field(partial, name, frame);
                let name = self.values.sym(&text);
                all.keywords.push((name, values));
            }
        }
        all.keywords.extend(arguments.keywords.iter().cloned());
        all.keywords.sort();
        let mut found = Values::new();
        for function in functions {
            found.extend(self.call(frame, site, function, &all));
        }
        found
    }

    pub(crate) fn import_by_name(&mut self, frame: FrameIx, names: &Values) -> Values {
        let from = self.frame(frame).file;
        let names: Vec<String> = names
            .iter()
            .filter_map(|v| self.values.as_literal(*v))
            .map(str::to_owned)
            .collect();
        let mut found = Values::new();
        for name in names {
            let parts: Vec<&str> = name.split('.').collect();
            found.insert(self.module_value(from, 0, &parts, false));
        }
        found
    }

    /// Celery's `autodiscover_tasks(["orders"])`: runs `orders.tasks`.
    fn autodiscover(&mut self, frame: FrameIx, packages: &Values) {
        let from = self.frame(frame).file;
        let elements = self.elements(frame, packages);
        let mut names: Vec<String> = elements
            .iter()
            .filter_map(|v| self.values.as_literal(*v))
            .map(str::to_owned)
            .collect();
        if packages.is_empty() {
            names = self.installed_packages(frame);
        }
        for name in names {
            let parts: Vec<&str> = name.split('.').chain(["tasks"]).collect();
            self.module_value(from, 0, &parts, false);
        }
    }
}
