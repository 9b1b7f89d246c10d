//! What the code says of a resource: its kind, engine and key, and the variables that find it.

use std::collections::BTreeSet;

use klo_diagnostics::codes::{bindings as codes, linking};
use klo_diagnostics::{Diagnostic, list_of};
use klo_intent::{Binding, Engine, Field, Intent, Kind};
use klo_source::{Span, parent};

use super::bindings::Found;
use super::intents::Assembly;
use super::url::url_form;
use super::value::{EnvRead, Tag};
use crate::declare::Declaration;
use crate::python::dependencies::{Dependencies, dependencies};

impl Assembly<'_> {
    pub(crate) fn kind_of(&mut self, declaration: &Declaration, found: &Found) -> Option<Kind> {
        let kinds: Vec<Kind> = found
            .kinds
            .iter()
            .copied()
            .filter(|kind| kind.is_persisted())
            .collect();
        if let [kind] = kinds.as_slice() {
            return Some(*kind);
        }
        // Django's settings say what they are by their names, whatever fills them.
        let is_django = declaration.path.ends_with(".py") && kinds.is_empty();
        match declaration.item.name.as_deref().filter(|_| is_django) {
            Some("DATABASES") => return Some(Kind::Database),
            Some("CACHES") => return Some(Kind::Cache),
            _ => {}
        }
        let seen: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        let message = if seen.is_empty() {
            format!(
                "the code does not show what kind of store `{}` is",
                declaration.name
            )
        } else {
            format!(
                "`{}` may be {}",
                declaration.name,
                list_of(seen.iter().copied())
            )
        };
        let other = found.kinds.iter().find(|kind| !kind.is_persisted());
        let help = match other {
            Some(kind) => format!("this is a {kind}: annotate it with `@klo::{kind}`"),
            None => "state it, one of `kind = \"database\"`, `\"cache\"`, `\"bucket\"`, `\"table\"` and \
                     `\"volume\"`, or move the annotation to the line that makes the client"
                .to_owned(),
        };
        self.diagnostics
            .push(Diagnostic::error(linking::UNKNOWN_KIND, declaration.at, message).help(help));
        None
    }

    pub(crate) fn describe_resource(
        &mut self,
        declaration: &Declaration,
        tag: Option<Tag>,
        found: &Found,
        intent: &mut Intent,
    ) {
        let engine = self.engine_of(declaration, found, intent);
        if let (Kind::Database, Some(engine)) = (intent.kind, engine) {
            intent
                .implied
                .insert("engine", (engine.name().into(), Some(declaration.at)));
        }
        if intent.kind == Kind::Cache && found.cluster {
            intent
                .implied
                .insert("cluster_mode", (true.into(), Some(declaration.at)));
        }
        if let (Kind::Volume, Some(path)) = (intent.kind, &found.path) {
            intent
                .implied
                .insert("path", (path.as_str().into(), Some(declaration.at)));
        }
        if intent.kind == Kind::Table {
            self.imply_key(tag, intent);
        }
        intent.bindings = self.bindings(declaration, found, intent.kind, engine);
        self.check_bindings(declaration, found, intent);
    }

    /// The partition key, where every call asks for items by one and the same name.
    fn imply_key(&self, tag: Option<Tag>, intent: &mut Intent) {
        let keys: BTreeSet<&Vec<String>> = self
            .runs
            .iter()
            .filter_map(|run| run.table_keys.get(&tag?))
            .flatten()
            .collect();
        if let (1, Some([name])) = (keys.len(), keys.first().map(|names| names.as_slice())) {
            intent
                .implied
                .insert("key", (name.as_str().into(), Some(intent.at)));
        }
    }

    fn engine_of(
        &mut self,
        declaration: &Declaration,
        found: &Found,
        intent: &Intent,
    ) -> Option<Engine> {
        if intent.kind != Kind::Database {
            return None;
        }
        if let Some((value, _)) = intent.stated.get("engine") {
            return value.as_str().and_then(Engine::from_name);
        }
        let by_client = found.clients.iter().find_map(|client| client.engine);
        let by_client = by_client.or(found.engine);
        let by_scheme = || {
            found
                .schemes
                .iter()
                .find_map(|s| crate::knowledge::clients::of_scheme(s))
                .map(|(e, _)| e)
        };
        let by_feature = || self.index.rust.engine_by_features(&declaration.path);
        by_client
            .or_else(by_scheme)
            .or_else(by_feature)
            .or_else(|| {
                let packages = self.packages_of(&declaration.path);
                let has = |names: &[&str]| names.iter().any(|name| packages.has(name));
                let postgres = has(&[
                    "psycopg",
                    "psycopg2",
                    "psycopg2-binary",
                    "psycopg-binary",
                    "asyncpg",
                    "pg8000",
                ]);
                let mysql = has(&[
                    "pymysql",
                    "mysqlclient",
                    "aiomysql",
                    "asyncmy",
                    "mysql-connector-python",
                ]);
                match (postgres, mysql) {
                    (true, false) => Some(Engine::Postgres),
                    (false, true) => Some(Engine::Mysql),
                    _ => None,
                }
            })
    }

    /// The dependencies that hold for a file.
    pub(crate) fn packages_of(&mut self, path: &str) -> &Dependencies {
        let folder = parent(path).to_owned();
        let (tree, root) = (self.tree, self.declared.app.root.clone());
        self.packages
            .entry(folder)
            .or_insert_with_key(|folder| dependencies(tree, &root, folder))
    }

    /// The variables of a resource: what `bind` states, else what the expression reads.
    pub(crate) fn bindings(
        &mut self,
        declaration: &Declaration,
        found: &Found,
        kind: Kind,
        engine: Option<Engine>,
    ) -> Vec<Binding> {
        let has_url =
            |field: Field| field == Field::Url && matches!(kind, Kind::Database | Kind::Cache);
        let packages = self.packages_of(&declaration.path).clone();
        let form = url_form(found, engine.filter(|_| kind == Kind::Database), |p| {
            packages.has(p)
        });
        let read = |variable: &str| {
            found
                .fields
                .iter()
                .find(|((name, _), _)| name == variable)
                .map(|(_, read)| read.clone())
        };
        if !declaration.bind.is_empty() {
            let stated = declaration.bind.iter().map(|bind| Binding {
                variable: bind.variable.clone(),
                field: bind.field,
                url: has_url(bind.field).then(|| form.clone()),
                at: bind.at,
                required: read(&bind.variable).is_none_or(|read| read.required),
            });
            return stated.collect();
        }
        let allowed = Field::of(kind);
        found
            .fields
            .iter()
            .filter(|((_, field), _)| allowed.contains(field))
            .map(|((variable, field), read)| Binding {
                variable: variable.clone(),
                field: *field,
                url: has_url(*field).then(|| form.clone()),
                at: self.span_of(read),
                required: read.required,
            })
            .collect()
    }

    pub(crate) fn span_of(&self, read: &EnvRead) -> Span {
        self.program.file(read.file).span(read.range)
    }

    fn check_bindings(&mut self, declaration: &Declaration, found: &Found, intent: &Intent) {
        let must = !matches!(intent.kind, Kind::Volume);
        let existing = intent.stated.contains_key("existing");
        if !must || existing || !intent.bindings.is_empty() {
            return;
        }
        let hard = found.literals.iter().find(|text| !text.is_empty());
        let message = match hard {
            Some(text) => format!(
                "the code finds {} `{}` at the fixed address `{text}`",
                intent.kind, intent.name
            ),
            None => format!(
                "the code reads no environment variable to find {} `{}`",
                intent.kind, intent.name
            ),
        };
        let variable = intent.name.to_uppercase().replace('-', "_");
        let field = Field::of(intent.kind)
            .first()
            .copied()
            .unwrap_or(Field::Value);
        let suffix = match field {
            Field::Value => String::new(),
            field => format!("_{}", field.name().to_uppercase()),
        };
        let help = format!(
            "read it from the environment, for example `os.environ[\"{variable}{suffix}\"]`, or name \
             the variable that another place reads: `bind = {{ {field} = \"{variable}{suffix}\" }}`"
        );
        let at = self.program.file(
            self.program
                .by_path(&declaration.path)
                .unwrap_or(super::value::FileIx(0)),
        );
        let range = at.span(declaration.item.range);
        self.diagnostics.push(
            Diagnostic::error(codes::NO_BINDING, range, message)
                .help(help)
                .related(declaration.at, "the annotation")
                .subject(intent.id()),
        );
    }
}
