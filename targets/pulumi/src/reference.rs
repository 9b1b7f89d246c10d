//! References become names, under the properties that the package has for attributes.

use klo_plan::provider::{FieldType, Fields};
use klo_plan::{Address, Class, Function, PathStep, Ref, Target, Value};

use crate::escape::{is_identifier, quoted};
use crate::file::{File, Reach};
use crate::form::{Entry, call, object};
use crate::layout::Doc;
use crate::rule::{Holds, camel};
use crate::table::Mapped;

/// How a value comes about, step by step.
pub(crate) struct Path {
    /// The constant, and where it is taken from once its file is loaded.
    base: Base,
    /// Properties behind it.
    steps: String,
    /// A key that has to be there.
    entry: Option<String>,
    here: Here,
}

enum Base {
    /// `vpc`, `network.vpc`.
    Constant(String),
    /// The promise of a later file, the constant in it and, of a resource, its property.
    Later(String, String, Option<String>),
}

/// What stands at the end of a path.
enum Here {
    /// Something whose parts the package names.
    Typed {
        mapped: Mapped,
        at: String,
        ty: Option<FieldType>,
        fields: Option<Fields>,
        /// Whether it is the one in place of a list.
        one: bool,
    },
    /// A map from text to text that was read.
    Decoded,
    /// An object of this program.
    Free,
}

impl Path {
    /// The type of what it leads to, where the provider's schema has one.
    pub(crate) fn ty(self) -> Option<FieldType> {
        match self.here {
            Here::Typed { ty, .. } => ty,
            Here::Decoded | Here::Free => None,
        }
    }

    fn push(&mut self, name: &str) {
        match &mut self.base {
            Base::Later(_, _, property @ None)
                if matches!(self.here, Here::Typed { .. }) && self.steps.is_empty() =>
            {
                *property = Some(name.to_owned());
            }
            _ if is_identifier(name) => {
                self.steps.push('.');
                self.steps.push_str(name);
            }
            _ => self.steps.push_str(&format!("[{}]", quoted(name))),
        }
    }
}

impl File<'_> {
    /// A reference: `vpc.id`, `network.vpc.id`, `laterOf(serviceApi, "securityGroup", "id")`.
    pub(crate) fn reference(&self, reference: &Ref) -> Doc {
        match &reference.target {
            Target::Variable(name) => return self.configured(name, &reference.path),
            // The call itself is what cannot be said.
            Target::Module(_) => return Doc::text("undefined"),
            Target::Resource(address) if reference.path.is_empty() => return self.whole(address),
            Target::Resource(_) | Target::Local(_) => {}
        }
        let path = self.path(reference);
        let text = |name: &str| Doc::text(quoted(name));
        let doc = match path.base {
            Base::Constant(name) => Doc::text(name + &path.steps),
            Base::Later(file, name, property) => {
                let function = if property.is_some() {
                    "laterOf"
                } else {
                    "later"
                };
                let names = std::iter::once(text(&name)).chain(property.as_deref().map(text));
                let arguments = std::iter::once(Doc::text(file)).chain(names).collect();
                let call = call(self.function(function), arguments);
                if path.steps.is_empty() {
                    call
                } else {
                    Doc::all([call, Doc::text(path.steps)])
                }
            }
        };
        match path.entry {
            Some(key) => call(self.function("entry"), vec![doc, text(&key)]),
            None => doc,
        }
    }

    fn configured(&self, name: &str, path: &[PathStep]) -> Doc {
        let doc = Doc::text(self.config(&camel(name)));
        match path {
            [] => doc,
            [PathStep::Key(key) | PathStep::Attribute(key)] => {
                call(self.function("entry"), vec![doc, Doc::text(quoted(key))])
            }
            _ => {
                self.problem(format!("a path into the variable `{name}`"));
                doc
            }
        }
    }

    /// Everything that a plan says about a resource, as the resource has it.
    fn whole(&self, address: &Address) -> Doc {
        let resource = self.program.plan.get(self.program.root, address);
        let stated = resource.into_iter().flat_map(|resource| &resource.body.0);
        let mapped = Mapped::find(address.class, address.kind);
        let mut entries = Vec::new();
        for (name, value) in stated {
            let field = mapped.and_then(|mapped| Some((mapped, mapped.fields.get(name)?)));
            if let Some((mapped, field)) = field
                && *value != Value::Null
                && let Some(property) = mapped.property(name, &field)
                && let Value::Ref(part) = address.attr(name)
            {
                entries.push(Entry::new(property.name, self.reference(&part)));
            }
        }
        object(entries)
    }

    /// A resource as itself, for options that take one.
    pub(crate) fn as_resource(&self, address: &Address) -> Doc {
        let Some((group, name)) = self.program.resource(address) else {
            self.problem(format!("a dependency on `{address}`"));
            return Doc::text("undefined");
        };
        match self.reach(group) {
            Reach::Own => Doc::text(name),
            Reach::Loaded(file) => Doc::text(format!("{file}.{name}")),
            Reach::Later(file) => call(
                self.function("laterResource"),
                vec![Doc::text(file), Doc::text(quoted(name))],
            ),
        }
    }

    /// Follows a reference to its value.
    pub(crate) fn path(&self, reference: &Ref) -> Path {
        let mut path = Path {
            base: Base::Constant("undefined".to_owned()),
            steps: String::new(),
            entry: None,
            here: Here::Free,
        };
        let found = match &reference.target {
            Target::Resource(address) => {
                path.here = result_of(address);
                self.program.resource(address)
            }
            Target::Local(name) => {
                if let Some(local) = self.program.local_value(name) {
                    path.here = self.local_type(&local.value);
                }
                self.program.local(name)
            }
            Target::Variable(_) | Target::Module(_) => None,
        };
        let Some((group, name)) = found else {
            self.problem(format!("a reference to `{reference}`"));
            return path;
        };
        path.base = match self.reach(group) {
            Reach::Own => Base::Constant(name.to_owned()),
            Reach::Loaded(file) => Base::Constant(format!("{file}.{name}")),
            Reach::Later(file) => Base::Later(file, name.to_owned(), None),
        };
        if let Target::Resource(address) = &reference.target
            && is_password(address)
        {
            path.push("result");
            path.here = Here::Free;
            return path;
        }
        let whole = matches!(&reference.target, Target::Resource(_));
        for step in &reference.path {
            self.step(reference, step, whole, &mut path);
        }
        path
    }

    /// What is known of a local value, so that paths go on into it.
    fn local_type(&self, value: &Value) -> Here {
        match value {
            Value::Commented(_, inner) => self.local_type(inner),
            Value::Call(Function::JsonDecode, _) => Here::Decoded,
            Value::Call(Function::One, arguments) => match arguments.first() {
                Some(Value::Ref(inner)) => self.path(inner).here.item(),
                _ => Here::Free,
            },
            _ => Here::Free,
        }
    }

    fn step(&self, reference: &Ref, step: &PathStep, whole: bool, path: &mut Path) {
        match (&path.here, step) {
            (Here::Decoded, PathStep::Attribute(key) | PathStep::Key(key)) => {
                path.entry = Some(key.clone());
            }
            (Here::Typed { one: true, .. }, PathStep::Index(0)) => {
                if let Here::Typed { one, .. } = &mut path.here {
                    *one = false;
                }
            }
            (Here::Typed { .. }, PathStep::Index(index)) => {
                path.steps.push_str(&format!("[{index}]"));
                path.here = std::mem::replace(&mut path.here, Here::Free).item();
            }
            (_, PathStep::Index(index)) => path.steps.push_str(&format!("[{index}]")),
            (Here::Typed { at, .. }, PathStep::Attribute(name))
                if whole && at.is_empty() && name == "id" =>
            {
                path.push("id");
                path.here = text_type(&path.here);
            }
            (
                Here::Typed {
                    mapped,
                    at,
                    fields: Some(fields),
                    ..
                },
                PathStep::Attribute(name),
            ) => {
                let at = if at.is_empty() {
                    name.clone()
                } else {
                    format!("{at}.{name}")
                };
                let field = fields.get(name);
                let property = field.as_ref().and_then(|field| mapped.property(&at, field));
                let (Some(field), Some(property)) = (field, property) else {
                    self.problem(format!("`{reference}`"));
                    return;
                };
                let mapped = *mapped;
                path.push(&property.name);
                path.here = Here::Typed {
                    mapped,
                    at,
                    fields: field.ty.fields(),
                    ty: Some(field.ty),
                    one: property.holds == Holds::One,
                };
            }
            (_, PathStep::Attribute(key) | PathStep::Key(key)) => path.push(key),
        }
    }
}

impl Here {
    /// What stands in it, where it is a list.
    fn item(self) -> Self {
        match self {
            Self::Typed {
                mapped,
                at,
                ty,
                fields,
                ..
            } => Self::Typed {
                mapped,
                at,
                ty: match ty {
                    Some(FieldType::List(item) | FieldType::Set(item)) => Some(*item),
                    other => other,
                },
                fields,
                one: false,
            },
            other => other,
        }
    }
}

/// What a resource, data source or ephemeral has.
fn result_of(address: &Address) -> Here {
    // What ephemerals read, a function of the same name reads.
    let class = match address.class {
        Class::Ephemeral => Class::Data,
        class => class,
    };
    match Mapped::find(class, address.kind) {
        Some(mapped) => Here::Typed {
            mapped,
            at: String::new(),
            ty: None,
            fields: Some(mapped.fields),
            one: false,
        },
        None => Here::Free,
    }
}

fn text_type(here: &Here) -> Here {
    match here {
        Here::Typed { mapped, .. } => Here::Typed {
            mapped: *mapped,
            at: "id".to_owned(),
            ty: Some(FieldType::Text),
            fields: None,
            one: false,
        },
        _ => Here::Free,
    }
}

/// Whether an ephemeral makes a password, which a resource of the random provider does here.
pub(crate) fn is_password(address: &Address) -> bool {
    address.class == Class::Ephemeral && address.kind == "aws_secretsmanager_random_password"
}
