//! What a program's files are called, what is in them, and which may import which: modules that
//! import each other in a circle would find each other half made.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use klo_intent::Kind;
use klo_plan::{Address, Class, Group, LocalValue, Plan, Resource, Root, Value};

use crate::rule::{camel, pascal};
use crate::table::Mapped;

/// Names that mean something else in every file.
const TAKEN: &[&str] = &[
    "aws",
    "pulumi",
    "random",
    "config",
    "provider",
    "usEast1",
    "entry",
    "later",
    "laterOf",
    "laterResource",
    "jsonDecode",
    "parseInteger",
    "replace",
    "sha256",
    "substring",
    "toNumber",
    "urlEncode",
    "bootstrap",
    "textOf",
    "textsOf",
    "exports",
    "holding",
    "module",
    "require",
    "undefined",
];
/// Words of the language that no constant may be called.
const WORDS: &[&str] = &[
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// One root of a plan as a program.
pub(crate) struct Program<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) root: Root,
    /// The constants of resources by address, with the group that they are in.
    resources: BTreeMap<&'a Address, (&'a Group, String)>,
    /// The constants of local values, likewise.
    locals: BTreeMap<&'a str, (&'a Group, String)>,
}

/// What a file is made of, in the order in which it is printed.
pub(crate) enum Item<'a> {
    Local(&'a LocalValue),
    Resource(&'a Resource),
}

impl<'a> Program<'a> {
    /// Names everything.
    pub(crate) fn new(plan: &'a Plan, root: Root) -> Self {
        let mut program = Self {
            plan,
            root,
            resources: BTreeMap::new(),
            locals: BTreeMap::new(),
        };
        let groups = program.groups();
        let files: BTreeSet<String> = groups.keys().map(|group| file_constant(group)).collect();
        for (group, items) in groups {
            program.name(group, &items, &files);
        }
        program
    }

    /// What is in each file, in the order in which lowering asked for it.
    pub(crate) fn groups(&self) -> IndexMap<&'a Group, Vec<Item<'a>>> {
        let (plan, root) = (self.plan, self.root);
        let mut groups: IndexMap<&Group, Vec<Item<'_>>> = IndexMap::new();
        for local in plan.locals.iter().filter(|local| local.root == root) {
            groups
                .entry(&local.group)
                .or_default()
                .push(Item::Local(local));
        }
        for resource in plan.in_root(root) {
            groups
                .entry(&resource.group)
                .or_default()
                .push(Item::Resource(resource));
        }
        groups
    }

    fn name(&mut self, group: &'a Group, items: &[Item<'a>], files: &BTreeSet<String>) {
        let free =
            |name: &str| !TAKEN.contains(&name) && !WORDS.contains(&name) && !files.contains(name);
        let mut short: BTreeMap<String, usize> = BTreeMap::new();
        for item in items {
            *short.entry(short_name(group, item)).or_default() += 1;
        }
        for item in items {
            let mut name = short_name(group, item);
            if short.get(&name) != Some(&1) || !free(&name) {
                name = long_name(item);
            }
            // `lambdaFunction` for what would be `function`.
            if let (Item::Resource(resource), Some(1)) = (item, short.get(&short_name(group, item)))
                && WORDS.contains(&short_name(group, item).as_str())
                && let Some(mapped) = Mapped::find(resource.address.class, resource.address.kind)
            {
                let (module, _) = mapped.module_and_name();
                name = camel(&format!("{module}_{}", short_name(group, item)));
            }
            match item {
                Item::Local(local) => {
                    self.locals.insert(&local.name, (group, name));
                }
                Item::Resource(resource) => {
                    self.resources.insert(&resource.address, (group, name));
                }
            }
        }
    }

    /// The constant of a resource and its group.
    pub(crate) fn resource(&self, address: &Address) -> Option<(&'a Group, &str)> {
        let (group, name) = self.resources.get(address)?;
        Some((*group, name.as_str()))
    }

    /// The constant of a local value and its group.
    pub(crate) fn local(&self, name: &str) -> Option<(&'a Group, &str)> {
        let (group, name) = self.locals.get(name)?;
        Some((*group, name.as_str()))
    }

    /// The local value of a name.
    pub(crate) fn local_value(&self, name: &str) -> Option<&'a LocalValue> {
        let mut locals = self.plan.locals.iter();
        locals.find(|local| local.root == self.root && local.name == name)
    }

    /// Items so that each stands after what it names in the same file; otherwise in the order given.
    pub(crate) fn ordered(&self, items: Vec<Item<'a>>) -> Vec<Item<'a>> {
        let keys: Vec<Key<'a>> = items.iter().map(Item::key).collect();
        let needs: Vec<Vec<usize>> = items
            .iter()
            .map(|item| {
                let mut needed = Vec::new();
                item.for_each_key(&mut |key| {
                    needed.extend(keys.iter().position(|other| *other == key));
                });
                needed
            })
            .collect();
        let mut order = Vec::new();
        let mut seen = vec![false; items.len()];
        for index in 0..items.len() {
            visit(index, &needs, &mut seen, &mut order);
        }
        let mut items: Vec<Option<Item<'a>>> = items.into_iter().map(Some).collect();
        order
            .into_iter()
            .filter_map(|index| items[index].take())
            .collect()
    }
}

/// Puts what an item needs before it; a stack of its own, since chains are as long as plans.
fn visit(start: usize, needs: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<usize>) {
    let mut stack = vec![(start, 0)];
    if std::mem::replace(&mut seen[start], true) {
        return;
    }
    while let Some((index, next)) = stack.pop() {
        match needs[index].get(next) {
            Some(needed) => {
                stack.push((index, next + 1));
                if !std::mem::replace(&mut seen[*needed], true) {
                    stack.push((*needed, 0));
                }
            }
            None => order.push(index),
        }
    }
}

#[derive(PartialEq, Eq)]
pub(crate) enum Key<'a> {
    Local(&'a str),
    Resource(&'a Address),
}

impl<'a> Item<'a> {
    fn key(&self) -> Key<'a> {
        match self {
            Self::Local(local) => Key::Local(&local.name),
            Self::Resource(resource) => Key::Resource(&resource.address),
        }
    }

    /// Everything that it names.
    fn for_each_key(&self, visit: &mut impl FnMut(Key<'_>)) {
        let mut of_value = |value: &Value| {
            value.for_each_ref(&mut |reference| match &reference.target {
                klo_plan::Target::Resource(address) => visit(Key::Resource(address)),
                klo_plan::Target::Local(name) => visit(Key::Local(name)),
                klo_plan::Target::Variable(_) | klo_plan::Target::Module(_) => {}
            });
        };
        match self {
            Self::Local(local) => of_value(&local.value),
            Self::Resource(resource) => {
                resource.body.0.values().for_each(&mut of_value);
                for address in &resource.depends_on {
                    visit(Key::Resource(address));
                }
            }
        }
    }
}

/// The constant that stands for a file in others.
pub(crate) fn file_constant(group: &Group) -> String {
    camel(&group.stem().replace('-', "_"))
}

/// Files import those that come before them. What a file needs of a later one, it takes once all are
/// loaded: so the place of a file hangs on nothing but its own kind and name.
pub(crate) fn rank(group: &Group) -> (u8, String) {
    let rank = match group {
        Group::Shared("other-apps") => 0,
        Group::Shared("keys") => 1,
        Group::Shared("network") => 2,
        Group::Shared("cluster") => 3,
        Group::Shared("images") => 4,
        Group::Shared("dns") => 6,
        Group::Shared("ingress") => 7,
        Group::Shared("alarms") => 30,
        Group::Shared(_) => 5,
        Group::Intent { kind, .. } => match kind {
            Kind::Config | Kind::Secret => 10,
            Kind::Topic => 11,
            Kind::Queue => 12,
            kind if kind.is_unit() => 20,
            Kind::Site => 21,
            _ => 15,
        },
    };
    (rank, group.stem())
}

/// The class and what the address says beside the intent: `logGroupPostgresql`.
fn short_name(group: &Group, item: &Item<'_>) -> String {
    let resource = match item {
        Item::Local(local) => return camel(&local.name),
        Item::Resource(resource) => resource,
    };
    let address = &resource.address;
    let class = Mapped::find(Class::Managed, address.kind).map(|mapped| mapped.module_and_name().1);
    let class = match address.class {
        Class::Ephemeral if address.kind == "aws_secretsmanager_random_password" => {
            "Password".to_owned()
        }
        Class::Ephemeral => "Read".to_owned(),
        Class::Data => format!("Found_{}", address.kind.trim_start_matches("aws_")),
        Class::Managed => class.unwrap_or(address.kind).to_owned(),
    };
    let mut rest = address.name.as_str();
    if let Group::Intent { kind, name } = group {
        let own = klo_plan::symbol(name);
        let full = format!("{kind}_{own}");
        let part = |prefix: &str| {
            let rest = address.name.strip_prefix(prefix)?;
            (rest.is_empty() || rest.starts_with('_')).then_some(rest)
        };
        rest = part(&full)
            .or_else(|| (rest == own).then_some(""))
            .unwrap_or(rest);
    } else if rest == "main" {
        rest = "";
    }
    camel(&format!("{}{}", first_lower(&class), pascal_rest(rest)))
}

fn pascal_rest(rest: &str) -> String {
    pascal(rest.trim_start_matches('_'))
}

/// The whole address as a name, which no other in the program has.
fn long_name(item: &Item<'_>) -> String {
    match item {
        Item::Local(local) => format!("{}Value", camel(&local.name)),
        Item::Resource(resource) => {
            let address = &resource.address;
            let class = match address.class {
                Class::Managed => "",
                Class::Data => "data_",
                Class::Ephemeral => "secret_",
            };
            let kind = address.kind.trim_start_matches("aws_");
            camel(&format!("{class}{kind}_{}", address.name))
        }
    }
}

pub(crate) fn first_lower(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + chars.as_str()
    })
}
