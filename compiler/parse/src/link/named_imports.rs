//! Modules that are imported by a name, which code may put together, and classes that are found by
//! one.

use std::collections::BTreeSet;

use klo_source::Span;

use super::frame::Arguments;
use super::keys::ANY;
use super::machine::Machine;
use super::value::{FrameIx, Part, Site, Value, ValueId, Values};

/// What a name says of the module that it names.
enum Named {
    /// The whole name.
    Module(String),
    /// The package, and nothing of which of its modules.
    Within(String),
    Unknown,
}

impl Machine<'_> {
    fn named(&self, name: ValueId) -> Named {
        if let Some(name) = self.values.default_text(name) {
            return Named::Module(name);
        }
        let Value::Text(parts) = self.values.get(self.values.untagged(name)) else {
            return Named::Unknown;
        };
        let known = parts.iter().map_while(|part| match part {
            Part::Text(text) => Some(self.values.text(*text)),
            _ => None,
        });
        let known: String = known.collect();
        match known.rsplit_once('.') {
            // `.name`, of the package that the file is in.
            Some(("", _)) => Named::Within(".".to_owned()),
            Some((package, _)) => Named::Within(package.to_owned()),
            None => Named::Unknown,
        }
    }

    /// `importlib.import_module(name, package)`: the modules that the names may mean. One of which
    /// reading does not even show the package is told of: see [`Self::unknown_imports`].
    pub(crate) fn import_named(
        &mut self,
        frame: FrameIx,
        site: Site,
        names: &Values,
        package: &Values,
    ) -> Values {
        let package = package
            .iter()
            .find_map(|value| self.values.as_literal(*value))
            .map(str::to_owned);
        let mut unknown = names.is_empty();
        let mut found = Values::new();
        for name in names {
            match self.named(*name) {
                Named::Module(name) => {
                    found.insert(self.import_path(frame, &name, package.as_deref()));
                }
                Named::Within(name) => {
                    found.extend(self.import_members(frame, &name, package.as_deref()));
                }
                Named::Unknown => unknown = true,
            }
        }
        self.note_named(frame, site, unknown);
        found
    }

    fn note_named(&mut self, frame: FrameIx, site: Site, unknown: bool) {
        if unknown {
            self.unnamed.insert((frame, site));
        } else {
            self.unnamed.remove(&(frame, site));
        }
    }

    /// The level and the parts of a name: `.orders` counts from the package that is given, or else
    /// from the one that the file is in.
    fn import_parts(name: &str, package: Option<&str>) -> (u32, Vec<String>) {
        let rest = name.trim_start_matches('.');
        let level = name.len() - rest.len();
        let rest = rest.split('.').filter(|part| !part.is_empty());
        let rest: Vec<String> = rest.map(str::to_owned).collect();
        let Some(package) = package.filter(|_| level > 0) else {
            return (level as u32, rest);
        };
        let around: Vec<&str> = package.split('.').collect();
        let kept = around.len().saturating_sub(level - 1);
        let around = around[..kept].iter().map(|part| (*part).to_owned());
        (0, around.chain(rest).collect())
    }

    fn import_path(&mut self, frame: FrameIx, name: &str, package: Option<&str>) -> ValueId {
        let from = self.frame(frame).file;
        let (level, parts) = Self::import_parts(name, package);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.module_value(from, level, &parts, false)
    }

    /// Every module of a package.
    fn import_members(&mut self, frame: FrameIx, name: &str, package: Option<&str>) -> Values {
        let from = self.frame(frame).file;
        let (level, parts) = Self::import_parts(name, package);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let members = self.program.modules.members(from, level, &parts);
        if !members.is_empty() {
            self.module_value(from, level, &parts, false);
        }
        let mut found = Values::new();
        for file in members {
            self.import(file);
            found.insert(self.values.value(Value::Module(file)));
        }
        found
    }

    /// `import_string("shop.backends.Redis")`: the attribute of the module.
    pub(crate) fn import_attributes(
        &mut self,
        frame: FrameIx,
        site: Site,
        names: &Values,
    ) -> Values {
        let mut unknown = names.is_empty();
        let mut found = Values::new();
        for name in names {
            let text = self.values.default_text(*name);
            let parts = text
                .as_deref()
                .and_then(|text| text.rsplit_once(['.', ':']));
            let Some((module, attribute)) = parts else {
                unknown = true;
                continue;
            };
            let module = self.import_path(frame, module, None);
            found.extend(self.attribute(frame, site, module, attribute));
        }
        self.note_named(frame, site, unknown);
        found
    }

    /// `pkgutil.iter_modules(package.__path__, prefix)`: descriptions of modules, whose names begin with
    /// the prefix.
    pub(crate) fn module_infos(
        &mut self,
        frame: FrameIx,
        site: Site,
        path: &str,
        arguments: &Arguments,
    ) -> Values {
        let named = self.keyword_values(arguments, "prefix");
        let prefixes = arguments.positional.get(1).cloned().or(named);
        let mut names = Values::new();
        for prefix in prefixes.unwrap_or_default() {
            if let Value::Text(parts) = self.values.get(self.values.untagged(prefix)).clone() {
                let whole = parts.into_iter().chain([Part::Unknown]).collect();
                names.insert(self.values.value(Value::Text(whole)));
            }
        }
        if names.is_empty() {
            names.insert(self.values.value(Value::Text(vec![Part::Unknown])));
        }
        let ty = self.values.sym(path);
        let maker = self.maker(frame);
        let info = self.values.value(Value::Object { ty, site, maker });
        for field in ["name", "[1]"] {
            let field = self.values.sym(field);
            self.grow_field(info, field, names.clone());
        }
        let all = self.values.value(Value::Container { site, maker: frame });
        let any = self.values.sym(ANY);
        self.grow_field(all, any, Values::from([info]));
        Values::from([all])
    }

    /// Imports by names that reading the code does not show, once everything was run.
    pub(crate) fn unknown_imports(&self) -> BTreeSet<Span> {
        let sites = self.unnamed.iter();
        sites.map(|(_, site)| self.span(*site)).collect()
    }
}
