//! From calls to IAM actions: tables that name their sources, and what `uses` grants.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use klo_intent::{Access, ArgumentUse, Edge, Kind, MethodUse};

const ACTIONS: &str = include_str!("../../data/actions.tsv");
const STATED: &str = include_str!("../../data/stated_actions.tsv");

/// What an action's resource looks like, measured from the ARN of the thing itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// The thing.
    Arn,
    /// Objects of a bucket.
    Object,
    /// Indexes of a table.
    Index,
    /// Streams of a table.
    Stream,
    /// Versions and aliases of a function.
    Qualifier,
    /// Backups of a table.
    Backup,
    /// Exports of a table.
    Export,
    /// Imports into a table.
    Import,
    /// AWS has no narrower resource than all.
    Any,
}

impl Shape {
    const ALL: [Self; 9] = [
        Self::Arn,
        Self::Object,
        Self::Index,
        Self::Stream,
        Self::Qualifier,
        Self::Backup,
        Self::Export,
        Self::Import,
        Self::Any,
    ];

    /// Its word in the tables.
    const fn name(self) -> &'static str {
        match self {
            Self::Arn => "arn",
            Self::Object => "object",
            Self::Index => "index",
            Self::Stream => "stream",
            Self::Qualifier => "qualifier",
            Self::Backup => "backup",
            Self::Export => "export",
            Self::Import => "import",
            Self::Any => "any",
        }
    }

    /// What follows the ARN, as the service authorization reference writes ARNs; `None` where it
    /// must be `*`.
    pub(super) const fn suffix(self) -> Option<&'static str> {
        match self {
            Self::Arn => Some(""),
            Self::Object => Some("/*"),
            Self::Index => Some("/index/*"),
            Self::Stream => Some("/stream/*"),
            Self::Qualifier => Some(":*"),
            Self::Backup => Some("/backup/*"),
            Self::Export => Some("/export/*"),
            Self::Import => Some("/import/*"),
            Self::Any => None,
        }
    }

    /// Its word in the ids of statements.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Arn => "",
            Self::Object => "Objects",
            Self::Index => "Indexes",
            Self::Stream => "Streams",
            Self::Qualifier => "Versions",
            Self::Backup => "Backups",
            Self::Export => "Exports",
            Self::Import => "Imports",
            Self::Any => "Account",
        }
    }
}

/// Actions on a shape, and the argument that asks for them where one does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Grant {
    argument: Option<&'static str>,
    shape: Shape,
    actions: Vec<&'static str>,
}

/// Grants by two words: service and operation, kind and access.
type Table = HashMap<&'static str, HashMap<&'static str, Vec<Grant>>>;

/// By service and operation, as every SDK writes it in snake case.
static OPERATIONS: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for row in rows(ACTIONS) {
        if let [service, operation, argument, shape, actions] = row[..] {
            let argument = Some(argument).filter(|argument| *argument != "-");
            let operations = table.entry(service).or_default();
            let grants = operations.entry(operation).or_default();
            grants.extend(grant(argument, shape, actions));
        }
    }
    table
});

/// By kind and access.
static USUAL: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for row in rows(STATED) {
        if let [kind, access, shape, actions] = row[..] {
            let accesses = table.entry(kind).or_default();
            let grants = accesses.entry(access).or_default();
            grants.extend(grant(None, shape, actions));
        }
    }
    table
});

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

fn grant(argument: Option<&'static str>, shape: &str, actions: &'static str) -> Option<Grant> {
    let shape = Shape::ALL.into_iter().find(|known| known.name() == shape)?;
    Some(Grant {
        argument,
        shape,
        actions: actions.split(' ').collect(),
    })
}

/// What actions do with content that a key encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    /// They hand it out.
    Decrypts,
    /// They take some in.
    Encrypts,
}

/// Actions that handle encrypted content. The others see names, settings and tags, which no key of
/// the account's hides (guides to encryption of S3, DynamoDB, SQS, SNS and Secrets Manager, 2026-11).
const CONTENT: [(Content, &[&str]); 2] = [
    (
        Content::Decrypts,
        &[
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:PartiQLSelect",
            "dynamodb:Query",
            "dynamodb:Scan",
            "s3:GetObject",
            "s3:GetObjectAttributes",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAttributes",
            "secretsmanager:GetSecretValue",
            "sqs:ReceiveMessage",
        ],
    ),
    (
        Content::Encrypts,
        &[
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:PartiQLDelete",
            "dynamodb:PartiQLInsert",
            "dynamodb:PartiQLUpdate",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "s3:PutObject",
            "secretsmanager:CreateSecret",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecret",
            "sns:Publish",
            "sqs:SendMessage",
        ],
    ),
];

/// Actions with the shapes of the resources that they act on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Allowed(BTreeMap<&'static str, BTreeSet<Shape>>);

impl Allowed {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Actions that act on the same shapes, together.
    pub(super) fn by_shapes(&self) -> BTreeMap<Vec<Shape>, Vec<&'static str>> {
        let mut sets: BTreeMap<Vec<Shape>, Vec<&'static str>> = BTreeMap::new();
        for (action, shapes) in &self.0 {
            sets.entry(shapes.iter().copied().collect())
                .or_default()
                .push(action);
        }
        sets
    }

    /// What they do with content that a key encrypts; nothing for those that see none.
    pub(super) fn content(&self) -> Option<Content> {
        let handled = |(_, actions): &&(Content, &[&str])| {
            actions.iter().any(|action| self.0.contains_key(action))
        };
        CONTENT
            .iter()
            .filter(handled)
            .map(|(content, _)| *content)
            .max()
    }

    fn add(&mut self, grant: &Grant) {
        for action in &grant.actions {
            self.0.entry(action).or_default().insert(grant.shape);
        }
    }
}

/// The actions that an edge to a thing of a kind needs: those of the methods called, and the usual
/// ones of each access that no method shows. `Err` holds the methods that are not in the table and
/// that no stated access stands for.
pub(super) fn allowed(kind: Kind, edge: &Edge) -> Result<Allowed, Vec<&MethodUse>> {
    let mut allowed = Allowed::default();
    let mut unknown = Vec::new();
    let calls: Vec<&MethodUse> = edge
        .methods
        .iter()
        // An action of another service could never hold on this thing's ARN.
        .filter(|call| service(kind) == Some(call.service.as_str()))
        .collect();
    for call in &calls {
        let Some(grants) = granted(call) else {
            unknown.push(*call);
            continue;
        };
        for grant in grants {
            if grant
                .argument
                .is_none_or(|argument| names(edge, call, argument))
            {
                allowed.add(grant);
            }
        }
    }
    if !unknown.is_empty() && edge.stated.is_empty() {
        return Err(unknown);
    }
    let stated = if calls.is_empty() {
        &edge.access
    } else {
        &edge.stated
    };
    for access in stated {
        for grant in usual(kind, *access) {
            allowed.add(grant);
        }
    }
    Ok(allowed)
}

fn granted(call: &MethodUse) -> Option<&'static [Grant]> {
    let operations = OPERATIONS.get(call.service.as_str())?;
    operations.get(call.method.as_str()).map(Vec::as_slice)
}

/// Whether a call on the edge names an argument.
fn names(edge: &Edge, call: &MethodUse, argument: &str) -> bool {
    edge.arguments.contains(&ArgumentUse {
        call: call.clone(),
        argument: argument.to_owned(),
    })
}

/// The SDK's service whose calls act on a kind.
const fn service(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Bucket => Some("s3"),
        Kind::Table => Some("dynamodb"),
        Kind::Queue => Some("sqs"),
        Kind::Topic => Some("sns"),
        Kind::Secret => Some("secretsmanager"),
        Kind::Config => Some("ssm"),
        Kind::Service | Kind::Function => Some("lambda"),
        Kind::Job | Kind::Site | Kind::Database | Kind::Cache | Kind::Volume => None,
    }
}

fn usual(kind: Kind, access: Access) -> &'static [Grant] {
    USUAL
        .get(kind.name())
        .and_then(|accesses| accesses.get(access.name()))
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
