use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::index::{Group, Root};
use crate::value::{Block, Value};

/// What sort of thing an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Created and kept in state.
    Managed,
    /// Read from the provider, or computed by it.
    Data,
    /// Opened during plan and apply, never kept.
    Ephemeral,
}

impl Class {
    /// What stands before a type's name in addresses: `data.`, nothing for managed resources.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Managed => "",
            Self::Data => "data.",
            Self::Ephemeral => "ephemeral.",
        }
    }
}

/// The address of a resource in its root: `aws_db_instance.orders`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Managed, data or ephemeral.
    pub class: Class,
    /// The provider's type.
    pub kind: &'static str,
    /// The name among its type: a [`crate::symbol`].
    pub name: String,
}

impl Address {
    /// A managed resource's address.
    pub fn managed(kind: &'static str, name: impl Into<String>) -> Self {
        Self {
            class: Class::Managed,
            kind,
            name: name.into(),
        }
    }

    /// A data source's address.
    pub fn data(kind: &'static str, name: impl Into<String>) -> Self {
        Self {
            class: Class::Data,
            kind,
            name: name.into(),
        }
    }

    /// An ephemeral resource's address.
    pub fn ephemeral(kind: &'static str, name: impl Into<String>) -> Self {
        Self {
            class: Class::Ephemeral,
            kind,
            name: name.into(),
        }
    }

    /// The address of a module's call: `module.bucket_receipts`, for moves and for what comes after
    /// everything in it. What the module puts out is [`Value::module`].
    pub fn module(name: impl Into<String>) -> Self {
        Self::managed(Self::MODULE, name)
    }

    const MODULE: &'static str = "module";

    /// Whether it names a module's call and no resource.
    pub fn is_module(&self) -> bool {
        self.kind == Self::MODULE
    }

    /// A reference to one of its attributes.
    pub fn attr(&self, name: &str) -> Value {
        self.reference().attribute(name)
    }

    /// A reference to the whole.
    pub fn reference(&self) -> Value {
        Value::Ref(crate::Ref {
            target: crate::Target::Resource(self.clone()),
            path: Vec::new(),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.{}", self.class.prefix(), self.kind, self.name)
    }
}

/// Who asked for a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Why {
    /// Ids of the intents that it serves, sorted.
    pub intents: BTreeSet<String>,
    /// The edge, as `from -> to`.
    pub edge: Option<String>,
    /// The decision's code.
    pub decision: Option<String>,
    /// The rule set whose `choose` decided what it is.
    pub rule: Option<String>,
    /// What it is there for, in a few words.
    pub purpose: String,
}

impl Why {
    /// What it is there for as a sentence, with its edge; empty where nobody said.
    pub fn sentence(&self) -> String {
        let text = crate::capitalized(self.purpose.trim_end_matches('.'));
        match (&self.edge, text.is_empty()) {
            (Some(edge), true) => edge.clone(),
            (Some(edge), false) => format!("{text} ({edge})."),
            (None, true) => String::new(),
            (None, false) => format!("{text}."),
        }
    }

    /// For one intent.
    pub fn intent(id: impl Into<String>, purpose: impl Into<String>) -> Self {
        Self {
            intents: BTreeSet::from([id.into()]),
            purpose: purpose.into(),
            ..Self::default()
        }
    }

    /// For an edge between two intents; ends that are none, such as `internet`, are named too.
    pub fn edge(from: &str, to: &str, purpose: impl Into<String>) -> Self {
        Self {
            intents: [from, to]
                .into_iter()
                .filter(|id| id.contains('.'))
                .map(str::to_owned)
                .collect(),
            edge: Some(format!("{from} -> {to}")),
            purpose: purpose.into(),
            ..Self::default()
        }
    }

    /// For several intents at once.
    pub fn shared(intents: impl IntoIterator<Item = String>, purpose: impl Into<String>) -> Self {
        Self {
            intents: intents.into_iter().collect(),
            purpose: purpose.into(),
            ..Self::default()
        }
    }

    /// Names the decision that it follows from.
    #[must_use]
    pub fn decided_by(mut self, code: &str) -> Self {
        self.decision = Some(code.to_owned());
        self
    }
}

/// Which configuration of the AWS provider manages a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Provider {
    /// The environment's region.
    #[default]
    Default,
    /// `us-east-1`, where CloudFront's certificates and web ACLs live.
    Global,
}

/// How a resource is treated by changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifecycle {
    /// Refuses plans that would destroy it.
    pub prevent_destroy: bool,
    /// Makes the new one before it destroys the old one.
    pub create_before_destroy: bool,
    /// Attributes whose later changes are left alone.
    pub ignore_changes: Vec<String>,
    /// Addresses or attributes whose change replaces it, as references.
    pub replace_triggered_by: Vec<crate::Ref>,
    /// What must hold once it was read or changed; plans that break it are refused with the message.
    pub postconditions: Vec<Postcondition>,
}

/// A text that one of its lists must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postcondition {
    /// The list's attribute.
    pub list: &'static str,
    /// What it must hold.
    pub holds: String,
    /// What is said where it does not.
    pub message: String,
}

/// One resource, data source or ephemeral.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its address.
    pub address: Address,
    /// Where it belongs.
    pub root: Root,
    /// The file it is printed in.
    pub group: Group,
    /// Its arguments.
    pub body: Block,
    /// Treatment by changes.
    pub lifecycle: Lifecycle,
    /// Addresses that it depends on without naming them in an argument.
    pub depends_on: Vec<Address>,
    /// The provider configuration.
    pub provider: Provider,
    /// Who asked for it.
    pub why: Why,
}

impl Resource {
    /// A resource of the main root.
    pub fn new(address: Address, group: Group, why: Why, body: Block) -> Self {
        Self {
            address,
            root: Root::Main,
            group,
            body,
            lifecycle: Lifecycle::default(),
            depends_on: Vec::new(),
            provider: Provider::Default,
            why,
        }
    }

    /// Puts it into a root.
    #[must_use]
    pub fn in_root(mut self, root: Root) -> Self {
        self.root = root;
        self
    }

    /// Sets its lifecycle.
    #[must_use]
    pub fn lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.lifecycle = lifecycle;
        self
    }

    /// Adds a dependency that no argument shows.
    #[must_use]
    pub fn after(mut self, address: Address) -> Self {
        self.depends_on.push(address);
        self
    }

    /// Sets its provider configuration.
    #[must_use]
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = provider;
        self
    }
}

/// Types of variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableType {
    /// Text.
    String,
    /// A number.
    Number,
    /// A map from text to text.
    StringMap,
}

/// An input variable of a root.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its root.
    pub root: Root,
    /// Its type.
    pub ty: VariableType,
    /// What it is for.
    pub description: String,
    /// Its default; required without one.
    pub default: Option<Value>,
    /// Who asked for it.
    pub why: Why,
}

/// A named intermediate value of a root.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalValue {
    /// Its name.
    pub name: String,
    /// Its root.
    pub root: Root,
    /// The file it is printed in.
    pub group: Group,
    /// Its value.
    pub value: Value,
    /// A comment above it; empty for none.
    pub comment: String,
    /// Who asked for it.
    pub why: Why,
}

/// An output of a root.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its root.
    pub root: Root,
    /// What it is.
    pub description: String,
    /// Its value.
    pub value: Value,
    /// Who asked for it.
    pub why: Why,
}

/// A resource that has another address since.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// Its root.
    pub root: Root,
    /// The file it is printed in.
    pub group: Group,
    /// The former address.
    pub from: Address,
    /// The address now.
    pub to: Address,
}

/// A resource that Terraform stops managing and does not destroy: what was klo's and is somebody
/// else's since. Where there never was one, it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Released {
    /// Its root.
    pub root: Root,
    /// The file it is printed in.
    pub group: Group,
    /// The address that it had.
    pub from: Address,
}

/// A resource that is adopted instead of created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportBlock {
    /// Its root.
    pub root: Root,
    /// The file it is printed in.
    pub group: Group,
    /// Its address.
    pub to: Address,
    /// The provider's identifier of what is already there.
    pub id: String,
}

/// A call of an organization's own module, in place of klo's resources.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleCall {
    /// Its name in the root.
    pub name: String,
    /// Its root.
    pub root: Root,
    /// The file it is printed in.
    pub group: Group,
    /// Where the module comes from, version included.
    pub source: String,
    /// A registry module's version constraint.
    pub version: Option<String>,
    /// Its inputs.
    pub inputs: Block,
    /// Who asked for it.
    pub why: Why,
}

/// A secret of the bootstrap root that is made without a value.
#[derive(Debug, Clone, PartialEq)]
pub struct EmptySecret {
    /// The intent's id.
    pub intent: String,
    /// The secret, or the module that makes it.
    pub holder: Address,
    /// Its ARN.
    pub arn: Value,
}
