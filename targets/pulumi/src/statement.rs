//! Resources, data sources, ephemerals and local values as exported constants.

use indexmap::IndexMap;
use klo_plan::{Address, Class, LocalValue, Postcondition, Provider, Resource, Value, Why};

use crate::escape::quoted;
use crate::file::{File, Package, Reach, comment};
use crate::form::{Entry, applied, array, assigned, call, comments, moves, object};
use crate::layout::Doc;
use crate::reference::is_password;
use crate::rule::Holds;
use crate::table::Mapped;
use crate::value::Slot;

/// The width of a line.
const WIDTH: usize = 80;

impl File<'_> {
    /// A local value, with its comment above it.
    pub(crate) fn local(&self, local: &LocalValue) -> String {
        let Some((_, name)) = self.program.local(&local.name) else {
            return String::new();
        };
        let mut lines = Vec::new();
        if !local.comment.is_empty() {
            lines = comment(&local.comment, 0);
        }
        lines.extend(comments(&local.value, 0));
        let doc = self.value(&local.value, &Slot::any(0));
        let moves = moves(&local.value, &doc);
        constant(&lines, name, doc, moves)
    }

    /// A resource, data source or ephemeral, with what it is there for above it.
    pub(crate) fn resource(&self, resource: &Resource) -> String {
        let address = &resource.address;
        let Some((_, name)) = self.program.resource(address) else {
            return String::new();
        };
        let lines = match address.class {
            Class::Ephemeral if is_password(address) => {
                comment("A new password, which the state keeps encrypted.", 0)
            }
            Class::Ephemeral => comment("Reads the secret back, for what is made of it.", 0),
            _ => purpose(&resource.why),
        };
        if is_password(address) {
            return constant(&lines, name, self.password(name, resource), false);
        }
        let class = match address.class {
            Class::Managed => Class::Managed,
            Class::Data | Class::Ephemeral => Class::Data,
        };
        let Some(mapped) = Mapped::find(class, address.kind) else {
            self.problem(format!("the type `{}`", address.kind));
            return String::new();
        };
        let body = object(self.body(&mapped, &resource.body, 2));
        let options = self.options(&mapped, resource);
        if class == Class::Managed {
            let class = self.package(Package::Aws, mapped.path);
            let arguments = vec![Doc::text(quoted(&address.name)), body, options];
            let doc = call(&format!("new {class}"), arguments);
            return constant(&lines, name, doc, false);
        }
        let function = self.package(Package::Aws, &format!("{}Output", mapped.path));
        let mut doc = call(&function, vec![body, options]);
        for needed in resource.depends_on.iter().filter(|one| is_looked_up(one)) {
            doc = applied(&self.looked_up(needed), doc);
        }
        if !resource.lifecycle.postconditions.is_empty() {
            doc = self.holding(&mapped, &resource.lifecycle.postconditions, doc);
        }
        if address.class == Class::Ephemeral {
            doc = call(&self.package(Package::Pulumi, "secret"), vec![doc]);
        }
        constant(&lines, name, doc, false)
    }

    /// A password that Pulumi's state holds encrypted; a new one with each number of the version that
    /// it is written under.
    fn password(&self, name: &str, resource: &Resource) -> Doc {
        let mut entries = Vec::new();
        for (argument, value) in &resource.body.0 {
            match (argument.as_str(), value) {
                ("password_length", Value::Int(length)) => {
                    entries.push(Entry::new("length", Doc::text(length.to_string())));
                }
                ("exclude_punctuation", Value::Bool(without)) => {
                    entries.push(Entry::new("special", Doc::text((!without).to_string())));
                }
                _ => self.problem(format!("`{argument}` of `{}`", resource.address)),
            }
        }
        if let Some(version) = self.written_under(&resource.address) {
            let number = self.value(version, &Slot::text(4));
            let keeper = Entry::new("version", number);
            entries.push(Entry::new("keepers", object(vec![keeper])));
        }
        let class = self.package(Package::Random, "RandomPassword");
        let logical = quoted(&resource.address.name);
        // Under another name it would be another password.
        let history = self.history(resource);
        if !history.is_empty() {
            let arguments = vec![Doc::text(logical), object(entries), options(history)];
            return call(&format!("new {class}"), arguments);
        }
        let head = format!("new {class}({logical}, ");
        let line = "export const  = {".len() + name.len() + head.len();
        if line > WIDTH {
            let arguments = vec![Doc::text(logical), object(entries)];
            return call(&format!("new {class}"), arguments);
        }
        Doc::all([Doc::text(head), object(entries), Doc::text(")")])
    }

    /// The number beside the write-only argument that a value is written to.
    fn written_under(&self, address: &Address) -> Option<&Value> {
        let names = |value: &Value| {
            let mut found = false;
            value.for_each_ref(&mut |reference| {
                if let klo_plan::Target::Resource(named) = &reference.target {
                    found |= named == address;
                }
            });
            found
        };
        let plan = self.program.plan;
        plan.in_root(self.program.root).find_map(|resource| {
            let mut body = resource.body.0.iter();
            let (argument, _) = body.find(|(name, v)| name.ends_with("_wo") && names(v))?;
            resource.body.get(&format!("{argument}_version"))
        })
    }

    fn options(&self, mapped: &Mapped, resource: &Resource) -> Doc {
        let mut entries = vec![match resource.provider {
            Provider::Default => Doc::text(self.provider("provider")),
            Provider::Global => Doc::text(format!("provider: {}", self.provider("usEast1"))),
        }];
        let flag = |name: &str, value: bool| Doc::text(format!("{name}: {value}"));
        let lifecycle = &resource.lifecycle;
        if lifecycle.prevent_destroy {
            entries.push(flag("protect", true));
        }
        if lifecycle.create_before_destroy {
            entries.push(flag("deleteBeforeReplace", false));
        }
        if !lifecycle.ignore_changes.is_empty() {
            let paths = lifecycle.ignore_changes.iter();
            let paths = paths.filter_map(|path| self.ignored(mapped, path));
            let paths = paths.map(|path| (Vec::new(), Doc::text(quoted(&path))));
            let list = array(paths.collect());
            entries.push(Doc::all([Doc::text("ignoreChanges: "), list]));
        }
        let needed = resource.depends_on.iter();
        let needed: Vec<_> = needed
            // The call's own problem is that it cannot be said.
            .filter(|address| !address.is_module() && !is_looked_up(address))
            .map(|address| (Vec::new(), self.as_resource(address)))
            .collect();
        if !needed.is_empty() {
            entries.push(Doc::all([Doc::text("dependsOn: "), array(needed)]));
        }
        if resource.address.class == Class::Managed {
            entries.extend(self.history(resource));
        }
        if !lifecycle.replace_triggered_by.is_empty() {
            self.problem(format!("what replaces `{}`", resource.address));
        }
        if resource.address.class == Class::Managed {
            if !lifecycle.postconditions.is_empty() {
                self.problem(format!("the condition on `{}`", resource.address));
            }
            if let Some(address) = resource.depends_on.iter().find(|one| is_looked_up(one)) {
                self.problem(format!("a dependency on `{address}`"));
            }
        }
        options(entries)
    }

    /// What has to hold of what was looked up, for the program to go on.
    fn holding(&self, mapped: &Mapped, conditions: &[Postcondition], found: Doc) -> Doc {
        let mut by_list: IndexMap<&str, Vec<Entry>> = IndexMap::new();
        for condition in conditions {
            let sentence = Value::text(&condition.message);
            let doc = self.value(&sentence, &Slot::any(0));
            let entry = Entry::of(&condition.holds, &sentence, doc, 0);
            by_list.entry(condition.list).or_default().push(entry);
        }
        by_list.into_iter().fold(found, |found, (list, needed)| {
            let field = mapped.fields.get(list);
            let property = field
                .as_ref()
                .and_then(|field| mapped.property(list, field));
            let Some(property) = property else {
                self.problem(format!("`{list}` of {}", mapped.path));
                return found;
            };
            let list = Doc::text(quoted(&property.name));
            call(self.function("holding"), vec![found, list, object(needed)])
        })
    }

    /// The constant of something that was looked up.
    fn looked_up(&self, address: &Address) -> String {
        let Some((group, name)) = self.program.resource(address) else {
            self.problem(format!("a dependency on `{address}`"));
            return "undefined".to_owned();
        };
        match self.reach(group) {
            Reach::Own => name.to_owned(),
            Reach::Loaded(file) => format!("{file}.{name}"),
            Reach::Later(file) => format!("{}({file}, {})", self.function("later"), quoted(name)),
        }
    }

    /// Its former names, and what it adopts.
    fn history(&self, resource: &Resource) -> Vec<Doc> {
        let (plan, root) = (self.program.plan, self.program.root);
        let address = &resource.address;
        let mut entries = Vec::new();
        let former: Vec<(Vec<String>, Doc)> = plan
            .moved
            .iter()
            .filter(|moved| moved.root == root && moved.to == *address)
            .map(|moved| {
                let name = quoted(&moved.from.name);
                (Vec::new(), Doc::text(format!("{{ name: {name} }}")))
            })
            .collect();
        if !former.is_empty() {
            entries.push(Doc::all([Doc::text("aliases: "), array(former)]));
        }
        let mut imports = plan.imports.iter();
        if let Some(import) = imports.find(|import| import.root == root && import.to == *address) {
            entries.push(Doc::text(format!("import: {}", quoted(&import.id))));
        }
        entries
    }

    /// `scaling_config[0].desired_size` as `scalingConfig.desiredSize`.
    fn ignored(&self, mapped: &Mapped, path: &str) -> Option<String> {
        let mut fields = Some(mapped.fields);
        let mut at = String::new();
        let mut out = String::new();
        for part in path.split('.') {
            let (name, index) = part.split_once('[').unwrap_or((part, ""));
            at = if at.is_empty() {
                name.to_owned()
            } else {
                format!("{at}.{name}")
            };
            let field = fields.and_then(|fields| fields.get(name));
            let property = field.as_ref().and_then(|field| mapped.property(&at, field));
            let (Some(field), Some(property)) = (field, property) else {
                self.problem(format!("changes to `{path}` of {}", mapped.path));
                return None;
            };
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(&property.name);
            if !index.is_empty() && property.holds != Holds::One {
                out.push('[');
                out.push_str(index);
            }
            fields = field.ty.fields();
        }
        Some(out)
    }
}

/// The options of a resource, on one line where they fit.
fn options(entries: Vec<Doc>) -> Doc {
    let mut inside = vec![Doc::Line];
    for (index, entry) in entries.into_iter().enumerate() {
        if index > 0 {
            inside.extend([Doc::text(","), Doc::Line]);
        }
        inside.push(entry);
    }
    inside.push(Doc::Broken(","));
    Doc::all([
        Doc::text("{"),
        Doc::All(inside).indent(),
        Doc::Line,
        Doc::text("}"),
    ])
    .group()
}

/// Whether an address names what is read and not made.
fn is_looked_up(address: &Address) -> bool {
    matches!(address.class, Class::Data | Class::Ephemeral) && !is_password(address)
}

/// An exported constant with lines above it.
pub(crate) fn constant(above: &[String], name: &str, value: Doc, moves: bool) -> String {
    let mut out = String::new();
    for line in above {
        out.push_str(line);
        out.push('\n');
    }
    let head = format!("export const {name} =");
    let line = Doc::all([assigned(head, value, moves), Doc::text(";")]);
    out.push_str(&line.print());
    out.push('\n');
    out
}

/// What a statement is there for, as a comment; nothing where nobody said.
fn purpose(why: &Why) -> Vec<String> {
    comment(&why.sentence(), 0)
}
