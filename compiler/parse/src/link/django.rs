//! Django, whose parts find each other by names in strings: settings, URL configurations, apps.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FileIx, FrameIx, Site, Value, ValueId, Values};
use crate::knowledge;

impl Machine<'_> {
    /// `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")`.
    pub(crate) fn note_django_settings(&mut self, names: &Values, values: Option<&Values>) {
        let is_settings = names
            .iter()
            .any(|name| self.values.as_literal(*name) == Some("DJANGO_SETTINGS_MODULE"));
        let Some(values) = values.filter(|_| is_settings) else {
            return;
        };
        let key = self.django_key("settings");
        let values = values.clone();
        let owner = self.values.external("django");
        self.grow_field(owner, key, values);
    }

    fn django_key(&mut self, name: &str) -> super::value::Sym {
        self.values.sym(&format!("(django.{name})"))
    }

    fn import_dotted(&mut self, from: FileIx, dotted: &str) -> Option<FrameIx> {
        let parts: Vec<&str> = dotted.split('.').collect();
        let module = self.module_value_id(from, &parts);
        match *self.values.get(module) {
            Value::Module(file) => Some(self.import(file)),
            _ => None,
        }
    }

    fn module_value_id(&mut self, from: FileIx, parts: &[&str]) -> ValueId {
        self.module_value(from, 0, parts, false)
    }

    /// The settings modules that the project names.
    pub(crate) fn settings_modules(&mut self, frame: FrameIx) -> Vec<FrameIx> {
        let owner = self.values.external("django");
        let key = self.django_key("settings");
        let names = self.field(owner, key, frame);
        let from = self.frame(frame).file;
        let names: Vec<String> = names
            .iter()
            .filter_map(|v| self.values.as_literal(*v))
            .map(str::to_owned)
            .collect();
        names
            .iter()
            .filter_map(|name| self.import_dotted(from, name))
            .collect()
    }

    /// The application that `get_wsgi_application()` returns, with the routes that settings name.
    pub(crate) fn django_application(&mut self, frame: FrameIx, site: Site, path: &str) -> ValueId {
        let ty = self.values.sym(path);
        let object = self.values.value(Value::Object {
            ty,
            site,
            maker: None,
        });
        let from = self.frame(frame).file;
        for settings in self.settings_modules(frame) {
            self.install_apps(frame, from, settings);
            for dotted in self.setting_texts(frame, settings, "ROOT_URLCONF") {
                if let Some(module) = self.import_dotted(from, &dotted) {
                    let patterns = self.module_var(module, "urlpatterns", frame);
                    self.include_all(frame, object, &patterns, "");
                }
            }
            for dotted in self.setting_texts(frame, settings, "MIDDLEWARE") {
                self.hand_over_dotted(frame, from, object, &dotted);
            }
        }
        object
    }

    /// `app.config_from_object("django.conf:settings", namespace="CELERY")`: the broker and the
    /// result store are settings of the module that is named.
    pub(crate) fn configure_tasks(
        &mut self,
        frame: FrameIx,
        object: ValueId,
        sources: &Values,
        namespace: &Values,
    ) {
        let from = self.frame(frame).file;
        let mut modules = Vec::new();
        for source in sources {
            if let Value::Module(file) = *self.values.get(self.values.untagged(*source)) {
                modules.push(self.import(file));
            }
            match self.values.as_literal(*source).map(str::to_owned) {
                Some(name) if name.starts_with("django.conf") => {
                    modules.extend(self.settings_modules(frame));
                }
                Some(name) => modules.extend(self.import_dotted(from, &name)),
                None => {}
            }
        }
        let prefix = namespace
            .iter()
            .find_map(|value| self.values.as_literal(*value))
            .map_or_else(String::new, |namespace| format!("{namespace}_"));
        for module in modules {
            for name in ["BROKER_URL", "RESULT_BACKEND"] {
                let spellings = [format!("{prefix}{name}"), name.to_lowercase()];
                for spelling in &spellings {
                    let values = self.module_var(module, spelling, frame);
                    let key = self.values.sym(&format!("({})", name.to_lowercase()));
                    self.grow_field(object, key, values);
                }
            }
        }
    }

    /// `django.conf.settings.NAME`.
    pub(crate) fn django_setting(&mut self, frame: FrameIx, name: &str) -> Values {
        let mut found = Values::new();
        for settings in self.settings_modules(frame) {
            found.extend(self.module_var(settings, name, frame));
        }
        found
    }

    /// `apps.get_model("shop", "Order")`, `apps.get_model("shop.Order")`: the model of that name in an
    /// installed app of that label; any model of the app where reading does not show which.
    pub(crate) fn django_models(&mut self, frame: FrameIx, arguments: &Arguments) -> Values {
        let given = |at: usize, name: &str| {
            let values = arguments.positional.get(at).cloned();
            values.or_else(|| self.keyword_values(arguments, name))
        };
        let (labels, names) = (given(0, "app_label"), given(1, "model_name"));
        let mut wanted: Vec<(String, Option<String>)> = Vec::new();
        for label in labels.iter().flatten() {
            let Some(label) = self.values.as_literal(*label) else {
                continue;
            };
            match (&names, label.split_once('.')) {
                (None, Some((label, name))) => {
                    wanted.push((label.to_owned(), Some(name.to_owned())))
                }
                _ => wanted.extend(names.iter().flatten().map(|name| {
                    let name = self.values.as_literal(*name).map(str::to_owned);
                    (label.to_owned(), name)
                })),
            }
        }
        let from = self.frame(frame).file;
        let mut found = Values::new();
        for package in self.installed_packages(frame) {
            let label = package.rsplit('.').next().unwrap_or(&package);
            let names = wanted.iter().filter(|(wanted, _)| wanted == label);
            let names: Vec<Option<&str>> = names.map(|(_, name)| name.as_deref()).collect();
            if names.is_empty() {
                continue;
            }
            let Some(module) = self.import_dotted(from, &format!("{package}.models")) else {
                continue;
            };
            self.pending.read_at_large();
            // Reading any name makes this run again when the module defines more.
            let nothing = self.values.sym("");
            self.var(module, nothing, frame);
            for (name, values) in &self.frame(module).vars {
                let name = self.values.text(*name);
                // Models are found whatever the case of their names.
                let is_wanted = |wanted: &Option<&str>| {
                    wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(name))
                };
                if names.iter().any(is_wanted) {
                    let classes = values.iter().copied();
                    found
                        .extend(classes.filter(|value| {
                            matches!(self.values.get(*value), Value::Class { .. })
                        }));
                }
            }
        }
        found
    }

    /// The packages of the apps that settings name.
    pub(crate) fn installed_packages(&mut self, frame: FrameIx) -> Vec<String> {
        let mut packages = Vec::new();
        for settings in self.settings_modules(frame) {
            for app in self.setting_texts(frame, settings, "INSTALLED_APPS") {
                let package = app.find(".apps.").map_or(app.as_str(), |at| &app[..at]);
                packages.push(package.to_owned());
            }
        }
        packages
    }

    /// Runs the URL configuration that settings name, as importing it does.
    pub(crate) fn import_urls(&mut self, frame: FrameIx) {
        let from = self.frame(frame).file;
        for settings in self.settings_modules(frame) {
            for dotted in self.setting_texts(frame, settings, "ROOT_URLCONF") {
                self.import_dotted(from, &dotted);
            }
        }
    }

    /// Runs what Django runs of each installed app.
    pub(crate) fn install_apps(&mut self, frame: FrameIx, from: FileIx, settings: FrameIx) {
        let apps = self.setting_texts(frame, settings, "INSTALLED_APPS");
        let with_admin = apps.iter().any(|app| app == "django.contrib.admin");
        for app in apps {
            let package = match app.find(".apps.") {
                Some(at) => &app[..at],
                None => &app,
            };
            let modules: &[&str] = if with_admin {
                &["models", "apps", "admin"]
            } else {
                &["models", "apps"]
            };
            for module in modules {
                let dotted = format!("{package}.{module}");
                let Some(body) = self.import_dotted(from, &dotted) else {
                    continue;
                };
                if *module == "apps" {
                    self.ready(frame, body);
                }
            }
        }
    }

    /// Runs `AppConfig.ready` of an `apps` module.
    fn ready(&mut self, frame: FrameIx, module: FrameIx) {
        self.pending.read_at_large();
        let values: Values = self
            .frame(module)
            .vars
            .values()
            .flatten()
            .copied()
            .collect();
        // Reading any name makes this run again when the module defines more.
        let nothing = self.values.sym("");
        self.var(module, nothing, frame);
        for value in values {
            if matches!(self.values.get(value), Value::Class { .. })
                && self
                    .own_site(value)
                    .is_some_and(|s| s.file == self.frame(module).file)
            {
                self.activate(frame, value);
            }
        }
    }

    fn setting_texts(&mut self, frame: FrameIx, settings: FrameIx, name: &str) -> Vec<String> {
        let values = self.module_var(settings, name, frame);
        let mut all = values.clone();
        all.extend(self.elements(frame, &values));
        all.iter()
            .filter_map(|value| self.values.as_literal(*value))
            .map(str::to_owned)
            .collect()
    }

    fn hand_over_dotted(&mut self, frame: FrameIx, from: FileIx, object: ValueId, dotted: &str) {
        let Some((module, name)) = dotted.rsplit_once('.') else {
            return;
        };
        let Some(module) = self.import_dotted(from, module) else {
            return;
        };
        for value in self.module_var(module, name, frame) {
            let inner = self.values.untagged(value);
            if self.is_project_callable(inner) {
                self.registry.of(object).handlers.insert(inner);
            }
        }
    }

    fn include_all(&mut self, frame: FrameIx, object: ValueId, patterns: &Values, prefix: &str) {
        let mut all = self.elements(frame, patterns);
        all.extend(patterns.iter().copied());
        for pattern in all {
            let inner = self.root_object(pattern);
            if self.is_deferred(inner) && inner != object {
                let registrar = self.registry.of(object);
                registrar
                    .included
                    .entry(inner)
                    .or_default()
                    .insert((prefix.to_owned(), false));
            }
        }
    }

    /// `include("orders.urls")`, `include(router.urls)`, `include((patterns, "name"))`.
    pub(crate) fn django_include(&mut self, frame: FrameIx, site: Site, what: &Values) -> Values {
        let ty = self.values.sym(knowledge::DJANGO_INCLUDE);
        let maker = self.maker(frame);
        let object = self.values.value(Value::Object { ty, site, maker });
        let from = self.frame(frame).file;
        for value in what.clone() {
            if let Some(dotted) = self.values.as_literal(value).map(str::to_owned) {
                if let Some(module) = self.import_dotted(from, &dotted) {
                    let patterns = self.module_var(module, "urlpatterns", frame);
                    self.include_all(frame, object, &patterns, "");
                }
                continue;
            }
            if let Value::Module(file) = *self.values.get(value) {
                let module = self.import(file);
                let patterns = self.module_var(module, "urlpatterns", frame);
                self.include_all(frame, object, &patterns, "");
                continue;
            }
            let patterns = Values::from([value]);
            self.include_all(frame, object, &patterns, "");
            let inner = self.elements(frame, &patterns);
            self.include_all(frame, object, &inner, "");
        }
        Values::from([object])
    }
}
