//! Credentials of databases and caches: two secrets, and no copy of a password anywhere else.
//!
//! The first secret holds user and password; the password is made by an ephemeral and written
//! write-only. The second holds the finished URL of each unit that needs one. Every revision is
//! computed from the one before it, so that a rotation, a replacement, an apply that failed before or
//! after the database's turn and a proxy that is switched on all end in the same state.
//!
//! One failure needs a person: when AWS refuses the change of the database itself, the provider keeps
//! the new `password_wo_version` in state all the same (seen with 5.100, 2026-11), so that the next
//! plan does not try again. Raising the version once more does; the variable's description says so.

use klo_intent::{Intent, IntentId};
use klo_plan::{Address, Block, Function, LocalValue, Resource, Root, Value, VariableType, symbol};

use super::common::{add, ask, name_of, part};
use super::url::{self, Target, Wanted};
use crate::context::{Lowering, Store, Supply, group_of, part_address, why};

/// The user that databases are made with.
pub(super) const USER: &str = "klo";
/// Characters of a password: RDS takes at most 41 for MySQL and MariaDB (RDS API reference, 2026-11).
const PASSWORD_LENGTH: i64 = 40;
/// The longest name of a secret (Secrets Manager API reference, 2026-11).
const NAME_LIMIT: usize = 512;
/// Days for which a deleted secret can be had back.
const RECOVERY_DAYS: i64 = 30;
/// Hexadecimal digits of a hash that make a revision: 28 bits, which every integer type holds.
const REVISION_DIGITS: i64 = 7;

/// A user and password in a secret.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    /// The secret's ARN.
    pub(super) arn: Value,
    /// The version that is in force; none for a secret that klo does not write.
    pub(super) version: Option<Value>,
    /// A number that changes with the password.
    pub(super) revision: Value,
    /// The user name where a URL or resource names it.
    pub(super) user: Value,
    /// The password, for write-only arguments alone.
    pub(super) password: Value,
    /// What must exist before the secret can be read.
    pub(super) ready: Vec<Address>,
}

impl Credentials {
    /// A field of the secret, as units get it.
    pub(super) fn supply(&self, key: &str) -> Supply {
        Supply::Secret {
            arn: self.arn.clone(),
            key: Some(key.to_owned()),
            version: self.version.clone(),
        }
    }
}

/// How an intent's locals and variables are called: databases go by their name alone.
fn stem(lowering: &Lowering<'_>, intent: &Intent) -> String {
    let name = symbol(name_of(lowering, intent));
    match intent.kind {
        klo_intent::Kind::Database => name,
        kind => format!("{kind}_{name}"),
    }
}

fn version_variable(lowering: &mut Lowering<'_>, intent: &Intent, description: String) -> Value {
    let name = format!("{}_password_version", stem(lowering, intent));
    let first = Some(Value::Int(1));
    ask(
        lowering,
        intent,
        name,
        VariableType::Number,
        description,
        first,
    )
}

fn local(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    part: &str,
    value: Value,
    comment: &str,
) -> Value {
    let name = format!("{}_{part}", stem(lowering, intent));
    lowering.plan.locals.push(LocalValue {
        name: name.clone(),
        root: Root::Main,
        group: group_of(intent),
        value,
        comment: comment.to_owned(),
        why: why(intent, "its credentials"),
    });
    Value::local(name)
}

/// A number from a hash of something that is not secret.
fn hashed(value: Value) -> Value {
    let digest = Value::call(Function::Sha256, [value]);
    let digits = Value::call(
        Function::Substr,
        [digest, Value::Int(0), Value::Int(REVISION_DIGITS)],
    );
    Value::call(Function::ParseInt, [digits, Value::Int(16)])
}

fn secret(lowering: &mut Lowering<'_>, intent: &Intent, part: &str, what: &str) -> Address {
    let suffix = format!(
        "{}-{}",
        intent.kind,
        if part.is_empty() { "credentials" } else { part }
    );
    let name = lowering.physical(name_of(lowering, intent), &suffix, NAME_LIMIT);
    let days = if lowering.is_prod() { RECOVERY_DAYS } else { 0 };
    let body = Block::new()
        .with("name", name)
        .with("description", format!("{what} of {}", intent.id()))
        .with_some("kms_key_id", lowering.key_arn())
        .with("recovery_window_in_days", days)
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_secretsmanager_secret", intent, part);
    add(
        lowering,
        intent,
        address,
        &format!("holds the {what}"),
        body,
    )
}

fn ephemeral(kind: &'static str, intent: &Intent) -> Address {
    let managed = part_address(kind, intent, "");
    Address::ephemeral(kind, managed.name)
}

/// Makes a password and the secret that is its one source.
pub(super) fn create(lowering: &mut Lowering<'_>, intent: &Intent, user: Value) -> Credentials {
    let id = intent.id();
    let holder = secret(lowering, intent, "", "user and password");
    let number = version_variable(
        lowering,
        intent,
        format!(
            "Raise by one to give {id} a new password, and once more if an apply fails while it does."
        ),
    );
    let random = ephemeral("aws_secretsmanager_random_password", intent);
    let body = Block::new()
        .with("password_length", PASSWORD_LENGTH)
        .with("exclude_punctuation", true);
    add(
        lowering,
        intent,
        random.clone(),
        "a new password, never kept",
        body,
    );
    let content = Value::map([
        ("username", user.clone()),
        ("password", random.attr("random_password")),
    ]);
    let body = Block::new()
        .with("secret_id", holder.attr("id"))
        .with("secret_string_wo", Value::json(content))
        .with("secret_string_wo_version", number);
    let version = part_address("aws_secretsmanager_secret_version", intent, "");
    add(
        lowering,
        intent,
        version.clone(),
        "writes the password once",
        body,
    );
    let body = Block::new()
        .with("secret_id", holder.attr("id"))
        .with("version_id", version.attr("version_id"));
    let content = open(lowering, intent, body, &[]);
    let revision = local(
        lowering,
        intent,
        "revision",
        hashed(version.attr("version_id")),
        "A number that changes with the password, so that whatever holds it follows.",
    );
    Credentials {
        arn: holder.attr("arn"),
        version: Some(version.attr("version_id")),
        revision,
        user,
        password: content.attribute("password"),
        ready: vec![version],
    }
}

/// The credentials of something that is there, in a secret that somebody else writes, `after` what
/// does. They are opened only where a URL is made of them, since every plan has to read what is
/// opened.
pub(super) fn existing(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    arn: Value,
    opened: bool,
    after: &[Address],
) -> Credentials {
    let mut credentials = Credentials {
        arn: arn.clone(),
        version: None,
        revision: Value::Int(0),
        user: Value::Null,
        password: Value::Null,
        ready: Vec::new(),
    };
    if !opened {
        return credentials;
    }
    let content = open(lowering, intent, Block::new().with("secret_id", arn), after);
    credentials.user = content.clone().attribute("username");
    credentials.password = content.attribute("password");
    // What is read of such a secret must not be kept, its version included: people say when it has
    // changed.
    let description = format!(
        "Raise by one after the secret of {} has changed, so that its URLs are written anew.",
        intent.id()
    );
    credentials.revision = version_variable(lowering, intent, description);
    credentials
}

/// Opens a secret for the length of a plan or apply; returns its content.
fn open(lowering: &mut Lowering<'_>, intent: &Intent, which: Block, after: &[Address]) -> Value {
    let read = ephemeral("aws_secretsmanager_secret_version", intent);
    let purpose = "reads the password, which is not kept";
    let mut resource = part(intent, read.clone(), purpose, which);
    resource.depends_on.extend(after.iter().cloned());
    lowering.add(resource);
    let content = Value::call(Function::JsonDecode, [read.attr("secret_string")]);
    local(lowering, intent, "credentials", content, "")
}

/// Writes the URLs that units want into a secret and offers them in the store.
pub(super) fn add_urls(
    lowering: &mut Lowering<'_>,
    store: &mut Store,
    intent: &Intent,
    wanted: &[Wanted],
    credentials: &Credentials,
    target: &Target,
) {
    if wanted.is_empty() {
        return;
    }
    let public = Target {
        user: target
            .user
            .clone()
            .filter(|_| credentials.version.is_some()),
        ..target.clone()
    };
    let parts = local(
        lowering,
        intent,
        "urls",
        all_urls(wanted, &public, false),
        "The URLs without what is secret: what changes here writes the secret anew.",
    );
    let holder = secret(lowering, intent, "urls", "connection URLs");
    let inputs = Value::List(vec![credentials.revision.clone(), parts]);
    let body = Block::new()
        .with("secret_id", holder.attr("id"))
        .with(
            "secret_string_wo",
            Value::json(all_urls(wanted, target, true)),
        )
        .with("secret_string_wo_version", hashed(Value::json(inputs)));
    let version = part_address("aws_secretsmanager_secret_version", intent, "urls");
    let resource = Resource::new(
        version.clone(),
        group_of(intent),
        why(intent, "writes the finished URLs"),
        body,
    );
    lowering.add(resource);
    store.secrets.push(holder.attr("arn"));
    store.ready.push(version.clone());
    for Wanted {
        unit,
        variable,
        key,
        ..
    } in wanted
    {
        let supply = Supply::Secret {
            arn: holder.attr("arn"),
            key: Some(key.clone()),
            version: Some(version.attr("version_id")),
        };
        store.urls.insert((*unit, variable.clone()), supply);
    }
}

fn all_urls(wanted: &[Wanted], target: &Target, with_password: bool) -> Value {
    Value::map(wanted.iter().map(|wanted| {
        let url = url::finished(&wanted.form, target, with_password);
        (wanted.key.clone(), url)
    }))
}

/// Whether some unit binds one of the fields, or asks for it by `uses`.
pub(super) fn binds(
    lowering: &Lowering<'_>,
    store: IntentId,
    fields: &[klo_intent::Field],
) -> bool {
    lowering.graph.edges_to(store).any(|edge| {
        edge.bindings
            .iter()
            .any(|binding| fields.contains(&binding.field))
            || edge.extra.values().any(|field| fields.contains(field))
    })
}
