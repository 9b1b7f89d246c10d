//! Rust's web frameworks: which object keeps which handlers, under which paths.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::knowledge::rust;

/// How many wrappers around a service are looked through.
const MAX_WRAPPED: usize = 5;

impl Machine<'_> {
    /// A method of a web application, of a group of routes or of a route. All return the object.
    pub(crate) fn call_web(
        &mut self,
        frame: FrameIx,
        site: Site,
        base: ValueId,
        ty: &str,
        method: &str,
        arguments: &Arguments,
    ) -> Values {
        let bare = self.values.untagged(base);
        if rust::is_route(ty) {
            if method == "to" || rust::http_method(method).is_some() {
                let given = arguments.positional.first().cloned().unwrap_or_default();
                let key = self.values.sym(&format!("({method})"));
                self.grow_field(bare, key, given);
            }
            return Values::from([base]);
        }
        match method {
            "with_state" | "app_data" | "manage" | "data" | "state" => {}
            "configure" => {
                let with = Arguments {
                    positional: vec![Values::from([base])],
                    ..Arguments::default()
                };
                for value in arguments.all().flatten().copied().collect::<Vec<_>>() {
                    self.call(frame, site, value, &with);
                }
            }
            "serve"
            | "launch"
            | "run"
            | "serve_with_shutdown"
            | "serve_with_incoming"
            | "ignite" => {
                self.serve_crate(&Values::from([bare]));
            }
            "add_service" | "add_optional_service" | "add_routes" => {
                self.add_service(frame, bare, arguments);
            }
            "route" | "at" => self.add_crate_route(frame, site, bare, arguments),
            "to" | "to_async" | "default_service" => {
                self.attach(frame, site, bare, method, arguments);
                let path = Values::from([self.values.literal("")]);
                let handlers = arguments.positional.first().cloned().unwrap_or_default();
                self.add_handlers(bare, &path, "ANY", &handlers, site);
            }
            _ => {
                self.attach(frame, site, bare, method, arguments);
                self.attach_attributed(frame, bare, method, arguments);
            }
        }
        Values::from([base])
    }

    /// `.add_service(LedgerServer::new(service))`: every method of the service is called.
    fn add_service(&mut self, frame: FrameIx, server: ValueId, arguments: &Arguments) {
        let mut given: Values = arguments.all().flatten().copied().collect();
        // Interceptors, layers and the generated server are around the service.
        for _ in 0..MAX_WRAPPED {
            for service in &given {
                let service = self.values.untagged(*service);
                if matches!(self.values.get(service), Value::Instance { .. }) {
                    self.registry.of(server).handlers.insert(service);
                }
            }
            given = self.option_of(frame, &given, "0");
        }
    }

    /// The unit serves the applications among values.
    pub(crate) fn serve_crate(&mut self, values: &Values) {
        for value in values {
            let root = self.root_object(*value);
            if self.is_deferred(root) && self.apps.insert(root) {
                self.requeue_all();
            }
        }
    }

    /// `.route("/orders", get(list).post(create))`, `.route("/orders", web::get().to(list))`.
    fn add_crate_route(
        &mut self,
        frame: FrameIx,
        site: Site,
        registrar: ValueId,
        arguments: &Arguments,
    ) {
        let mut path = arguments.positional.first().cloned().unwrap_or_default();
        let is_root = path.iter().any(|v| self.values.as_literal(*v) == Some("/"));
        if is_root && self.crate_path(registrar).as_deref() == Some("axum.Router") {
            // The root of a nested router is its prefix alone (axum 0.8, `Router::nest`).
            path = Values::from([self.values.literal("")]);
        }
        for value in arguments.all().flatten().copied().collect::<Vec<_>>() {
            let inner = self.values.untagged(value);
            let Some(ty) = self.crate_path(inner).filter(|ty| rust::is_route(ty)) else {
                continue;
            };
            let own = ty.rsplit('.').next().unwrap_or("").to_owned();
            for name in self.field_names(inner) {
                let handlers = self.field(inner, name, frame);
                let key = self.values.text(name).trim_matches(['(', ')']).to_owned();
                let method = match key.as_str() {
                    "0" | "to" => rust::http_method(&own),
                    key => rust::http_method(key),
                };
                if let Some(method) = method {
                    self.add_handlers(registrar, &path, method, &handlers, site);
                }
            }
        }
        // A service or closure in place of a method's handler.
        self.attach(frame, site, registrar, "fallback", arguments);
    }

    fn add_handlers(
        &mut self,
        registrar: ValueId,
        path: &Values,
        method: &str,
        handlers: &Values,
        site: Site,
    ) {
        let path = path
            .iter()
            .find_map(|value| self.values.default_text(*value));
        for handler in handlers {
            let handler = self.values.untagged(*handler);
            let path = path.clone().unwrap_or_default();
            let kept = self.registry.of(registrar);
            // A crate's function answers as well: `.route("/health", web::get().to(HttpResponse::Ok))`.
            if matches!(self.values.get(handler), Value::External(_)) {
                kept.routes.insert((path, method.to_owned(), None, site));
                continue;
            }
            if !self.is_project_callable(handler) {
                continue;
            }
            let kept = self.registry.of(registrar);
            kept.handlers.insert(handler);
            kept.routes
                .insert((path, method.to_owned(), Some(handler), site));
        }
    }

    /// Notes the route that an attribute states for a function.
    pub(crate) fn note_route_attribute(
        &mut self,
        frame: FrameIx,
        site: Site,
        attribute: ValueId,
        function: ValueId,
    ) {
        let Some(ty) = self.crate_path(attribute) else {
            return;
        };
        let Some(method) = rust::http_method(ty.rsplit('.').next().unwrap_or("")) else {
            return;
        };
        let paths = self.option_of(frame, &Values::from([attribute]), "0");
        let Some(path) = paths
            .iter()
            .find_map(|value| self.values.default_text(*value))
        else {
            return;
        };
        // What a query is to hold is no part of the path.
        let path = path.split('?').next().unwrap_or(&path).to_owned();
        let function = self.values.untagged(function);
        let stated = self.registry.stated.entry(function).or_default();
        if stated.insert((method.to_owned(), path, site)) {
            self.requeue_all();
        }
    }

    /// Functions whose attributes state their routes: `.service(list)`, `.mount("/", routes![list])`.
    fn attach_attributed(
        &mut self,
        frame: FrameIx,
        registrar: ValueId,
        method: &str,
        arguments: &Arguments,
    ) {
        self.pending.read_at_large();
        let prefix = match method {
            "mount" => arguments
                .positional
                .first()
                .and_then(|values| values.iter().find_map(|v| self.values.default_text(*v))),
            _ => None,
        };
        let prefix = prefix.unwrap_or_default();
        let mut given: Values = arguments.all().flatten().copied().collect();
        let inside: Values = given
            .iter()
            .copied()
            .filter(|v| matches!(self.values.get(*v), Value::Container { .. }))
            .collect();
        given.extend(self.elements(frame, &inside));
        for value in given {
            let function = self.values.untagged(value);
            let Some(stated) = self.registry.stated.get(&function).cloned() else {
                continue;
            };
            let kept = self.registry.of(registrar);
            kept.handlers.insert(function);
            for (method, path, site) in stated {
                // The root of what is mounted is the mount alone (rocket 0.5, `Rocket::mount`).
                let path = if path == "/" && !prefix.is_empty() {
                    String::new()
                } else {
                    path
                };
                let path = super::registry::join(&prefix, &path);
                kept.routes.insert((path, method, Some(function), site));
            }
        }
    }
}
