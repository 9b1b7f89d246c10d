use std::fmt;

use indexmap::IndexMap;
use klo_source::Span;

use crate::kind::Kind;
use crate::schema;
use crate::value::AttrValue;

/// An organization's Terraform module that stands in for klo's own resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Where the module comes from, as Terraform's `source` has it: always literal text.
    pub source: String,
    /// A registry module's version constraint.
    pub version: Option<String>,
    /// What is handed to the module, by the name of its variable.
    pub inputs: IndexMap<String, ModuleInput>,
    /// Where the module's outputs hold what units need: an output's name, or a path into one such as
    /// `bucket.arn`; see [`output_path`].
    pub outputs: IndexMap<ModuleOutput, String>,
    /// The pack that chose it.
    pub pack: String,
    /// Where the pack says so.
    pub at: Option<Span>,
}

/// The value of a module's variable.
#[derive(Debug, Clone, PartialEq)]
pub enum ModuleInput {
    /// Literal.
    Value(AttrValue),
    /// The effective value of an attribute of the intent; unset is null, which to Terraform is the
    /// variable's default. Sizes and durations are text as `graph.json` has it: `20Gi`, `4d`.
    Attribute(&'static str),
    /// Something that klo knows of the intent's surroundings.
    Context(ModuleContext),
    /// A list.
    List(Vec<ModuleInput>),
    /// A map, in the order written.
    Map(IndexMap<String, ModuleInput>),
}

/// What klo tells a module beside the intent's attributes, as `$word` in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModuleContext {
    /// The name in AWS that klo would give: `<app>-<env>-<name>`, cut to the service's limit.
    Name,
    /// The intent's name: `receipts`.
    IntentName,
    /// The intent's id: `bucket.receipts`.
    Id,
    /// The app.
    App,
    /// The environment.
    Environment,
    /// The environment's tier.
    Tier,
    /// The region.
    Region,
    /// The account's number; null where klo.yaml does not say it.
    Account,
    /// Every tag of the intent, klo's own among them.
    Tags,
    /// The network's id.
    Vpc,
    /// The ids of the subnets where units run.
    PrivateSubnets,
    /// The ids of the subnets where data stores stand.
    DataSubnets,
    /// The ids of the subnets with a way to the internet.
    PublicSubnets,
    /// The id of a security group that klo makes for the store, which admits exactly what has an edge.
    SecurityGroup,
    /// The ARN of the environment's own key; null in environments without one.
    KmsKey,
}

impl ModuleContext {
    /// Every one.
    pub const ALL: [Self; 15] = [
        Self::Name,
        Self::IntentName,
        Self::Id,
        Self::App,
        Self::Environment,
        Self::Tier,
        Self::Region,
        Self::Account,
        Self::Tags,
        Self::Vpc,
        Self::PrivateSubnets,
        Self::DataSubnets,
        Self::PublicSubnets,
        Self::SecurityGroup,
        Self::KmsKey,
    ];

    /// `data_subnets`, without the `$`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::IntentName => "intent_name",
            Self::Id => "id",
            Self::App => "app",
            Self::Environment => "environment",
            Self::Tier => "tier",
            Self::Region => "region",
            Self::Account => "account",
            Self::Tags => "tags",
            Self::Vpc => "vpc",
            Self::PrivateSubnets => "private_subnets",
            Self::DataSubnets => "data_subnets",
            Self::PublicSubnets => "public_subnets",
            Self::SecurityGroup => "security_group",
            Self::KmsKey => "kms_key",
        }
    }

    /// Whether it is part of a network, so that there has to be one.
    pub const fn is_network(self) -> bool {
        matches!(
            self,
            Self::Vpc
                | Self::PrivateSubnets
                | Self::DataSubnets
                | Self::PublicSubnets
                | Self::SecurityGroup
        )
    }

    /// Whether a module of the kind can be told: only what is reached over the network has a
    /// security group, and secrets are made before the network is.
    pub const fn is_for(self, kind: Kind) -> bool {
        match (self, kind) {
            (Self::SecurityGroup, kind) => is_reached_over_network(kind),
            (context, Kind::Secret) => !context.is_network(),
            _ => true,
        }
    }
}

const fn is_reached_over_network(kind: Kind) -> bool {
    matches!(kind, Kind::Database | Kind::Cache | Kind::Volume)
}

impl ModuleInput {
    /// The input of `$word`, the word without its `$`: what klo tells, else the kind's attribute of
    /// that name. `None` for a word that means nothing here; see [`ModuleInput::words`].
    pub fn of_word(kind: Kind, word: &str) -> Option<Self> {
        let context = ModuleContext::ALL
            .into_iter()
            .find(|context| context.name() == word && context.is_for(kind));
        match context {
            Some(context) => Some(Self::Context(context)),
            None => given_attributes(kind)
                .find(|name| *name == word)
                .map(Self::Attribute),
        }
    }

    /// Every word that means something for a kind, for "did you mean".
    pub fn words(kind: Kind) -> impl Iterator<Item = &'static str> {
        let contexts = ModuleContext::ALL
            .into_iter()
            .filter(move |context| context.is_for(kind))
            .map(ModuleContext::name);
        let taken = |name: &str| ModuleContext::ALL.into_iter().any(|c| c.name() == name);
        contexts.chain(given_attributes(kind).filter(move |name| !taken(name)))
    }

    /// Whether it is the context, or holds it.
    pub fn takes(&self, wanted: ModuleContext) -> bool {
        match self {
            Self::Context(context) => *context == wanted,
            Self::List(items) => items.iter().any(|item| item.takes(wanted)),
            Self::Map(entries) => entries.values().any(|item| item.takes(wanted)),
            Self::Value(_) | Self::Attribute(_) => false,
        }
    }
}

/// Whether a module can have a variable of the name: an identifier that is none of the words that a
/// module's block keeps for itself (Terraform language, "Input variables", read 2026-11).
pub fn is_input_name(name: &str) -> bool {
    const KEPT: [&str; 8] = [
        "source",
        "version",
        "providers",
        "count",
        "for_each",
        "lifecycle",
        "depends_on",
        "locals",
    ];
    is_name(name) && !KEPT.contains(&name)
}

/// A name as Terraform has them, in ASCII.
fn is_name(text: &str) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(goes_on)
}

/// Attributes that a module can be told: not those that keep klo from making anything.
fn given_attributes(kind: Kind) -> impl Iterator<Item = &'static str> {
    schema::attributes(kind)
        .iter()
        .map(|attribute| attribute.name)
        .filter(|name| !matches!(*name, "existing" | "import"))
}

/// What klo needs to know of what a module made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModuleOutput {
    /// The name in AWS.
    Name,
    /// The ARN, which permissions name.
    Arn,
    /// A queue's URL.
    Url,
    /// A bucket's region; the environment's where it is left out.
    Region,
    /// A host name, without a port.
    Host,
    /// The port; the engine's own where it is left out.
    Port,
    /// The name of the database inside; the intent's where it is left out.
    Database,
    /// The ARN of a secret in Secrets Manager with `username` and `password` as JSON, for a cache
    /// `password` alone. Never the password itself, which would lie in Terraform's state.
    Secret,
    /// The id of the security group that guards the store, where the module makes its own.
    SecurityGroup,
    /// A file system's id.
    FileSystem,
    /// A file system's ARN.
    FileSystemArn,
    /// The id of the access point that units mount.
    AccessPoint,
    /// The ARN of the access point that units mount.
    AccessPointArn,
}

impl ModuleOutput {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::Name,
        Self::Arn,
        Self::Url,
        Self::Region,
        Self::Host,
        Self::Port,
        Self::Database,
        Self::Secret,
        Self::SecurityGroup,
        Self::FileSystem,
        Self::FileSystemArn,
        Self::AccessPoint,
        Self::AccessPointArn,
    ];

    /// `security_group`, as packs write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Arn => "arn",
            Self::Url => "url",
            Self::Region => "region",
            Self::Host => "host",
            Self::Port => "port",
            Self::Database => "database",
            Self::Secret => "secret",
            Self::SecurityGroup => "security_group",
            Self::FileSystem => "file_system",
            Self::FileSystemArn => "file_system_arn",
            Self::AccessPoint => "access_point",
            Self::AccessPointArn => "access_point_arn",
        }
    }

    /// The output of a name, whatever the kind.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|output| output.name() == name)
    }

    /// The outputs that a module of the kind may have, the required ones first.
    pub fn of(kind: Kind) -> impl Iterator<Item = Self> {
        Self::required(kind)
            .iter()
            .chain(Self::optional(kind))
            .copied()
    }

    /// The outputs that a module of the kind must have.
    pub const fn required(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Bucket | Kind::Table | Kind::Topic => &[Self::Name, Self::Arn],
            Kind::Queue => &[Self::Url, Self::Arn, Self::Name],
            Kind::Secret => &[Self::Arn],
            Kind::Database => &[Self::Host, Self::Secret],
            Kind::Cache => &[Self::Host],
            Kind::Volume => &[
                Self::FileSystem,
                Self::FileSystemArn,
                Self::AccessPoint,
                Self::AccessPointArn,
            ],
            Kind::Service | Kind::Function | Kind::Job | Kind::Site | Kind::Config => &[],
        }
    }

    const fn optional(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Bucket => &[Self::Region],
            Kind::Database => &[Self::Port, Self::Database, Self::SecurityGroup, Self::Arn],
            Kind::Cache => &[Self::Port, Self::Secret, Self::SecurityGroup, Self::Arn],
            Kind::Volume => &[Self::SecurityGroup],
            _ => &[],
        }
    }
}

impl fmt::Display for ModuleOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Module {
    /// Whether intents of a kind can be made by a module.
    pub const fn is_for(kind: Kind) -> bool {
        !ModuleOutput::required(kind).is_empty()
    }

    /// The required outputs of a kind that it leaves out.
    pub fn missing(&self, kind: Kind) -> impl Iterator<Item = ModuleOutput> {
        ModuleOutput::required(kind)
            .iter()
            .copied()
            .filter(|output| !self.outputs.contains_key(output))
    }

    /// Whether some input is the context, or holds it.
    pub fn takes(&self, context: ModuleContext) -> bool {
        self.inputs.values().any(|input| input.takes(context))
    }

    /// Whether the module has to be given a network.
    pub fn takes_network(&self) -> bool {
        ModuleContext::ALL
            .into_iter()
            .any(|context| context.is_network() && self.takes(context))
    }

    /// The source with its version, as people read it.
    pub fn shown(&self) -> String {
        match &self.version {
            Some(version) => format!("`{}` at `{version}`", self.source),
            None => format!("`{}`", self.source),
        }
    }
}

/// A step of an output's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStep<'t> {
    /// The output, or an attribute of what came before.
    Name(&'t str),
    /// An element of a list.
    Index(u32),
}

/// The steps of `output`, `output.attribute` or `output[0].attribute`; `None` where the text is no
/// such path.
pub fn output_path(text: &str) -> Option<Vec<OutputStep<'_>>> {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let (name, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        if !is_name(name) {
            return None;
        }
        steps.push(OutputStep::Name(name));
        let mut rest = indices;
        while let Some(after) = rest.strip_prefix('[') {
            let (digits, after) = after.split_once(']')?;
            if !digits.chars().all(|c| c.is_ascii_digit()) {
                return None;
            }
            steps.push(OutputStep::Index(digits.parse().ok()?));
            rest = after;
        }
        if !rest.is_empty() {
            return None;
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_names_and_indices() {
        use OutputStep::{Index, Name};
        assert_eq!(output_path("id"), Some(vec![Name("id")]));
        assert_eq!(
            output_path("bucket.arns[0].this-one"),
            Some(vec![
                Name("bucket"),
                Name("arns"),
                Index(0),
                Name("this-one")
            ])
        );
        for wrong in [
            "",
            ".",
            "a.",
            "1a",
            "a b",
            "a[",
            "a[x]",
            "a[+1]",
            "a[0]b",
            "${a}",
            "a[99999999999]",
        ] {
            assert_eq!(output_path(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn inputs_are_names_that_a_block_leaves_free() {
        assert!(is_input_name("bucket_name") && is_input_name("_x-1"));
        for wrong in ["source", "depends_on", "", "1a", "a b", "é"] {
            assert!(!is_input_name(wrong), "{wrong}");
        }
    }

    #[test]
    fn words_are_what_klo_knows_and_attributes() {
        let of = ModuleInput::of_word;
        let tags = Some(ModuleInput::Context(ModuleContext::Tags));
        assert_eq!(of(Kind::Bucket, "tags"), tags);
        let versioning = Some(ModuleInput::Attribute("versioning"));
        assert_eq!(of(Kind::Bucket, "versioning"), versioning);
        assert_eq!(of(Kind::Bucket, "security_group"), None);
        assert_eq!(of(Kind::Bucket, "existing"), None);
        for kind in Kind::ALL {
            let words: Vec<&str> = ModuleInput::words(kind).collect();
            assert!(words.iter().all(|word| of(kind, word).is_some()), "{kind}");
            let mut unique = words.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!(unique.len(), words.len(), "{kind}");
        }
    }

    #[test]
    fn modules_stand_for_what_has_outputs() {
        let kinds: Vec<Kind> = Kind::ALL
            .into_iter()
            .filter(|kind| Module::is_for(*kind))
            .collect();
        assert_eq!(
            kinds,
            [
                Kind::Database,
                Kind::Cache,
                Kind::Bucket,
                Kind::Table,
                Kind::Volume,
                Kind::Queue,
                Kind::Topic,
                Kind::Secret
            ]
        );
        for output in ModuleOutput::ALL {
            assert_eq!(ModuleOutput::from_name(output.name()), Some(output));
        }
    }
}
