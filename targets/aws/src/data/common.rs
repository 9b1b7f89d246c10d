//! What lowerings of data share: adding resources, guarding them, adopting what is there.

use klo_diagnostics::codes::aws;
use klo_diagnostics::{Diagnostic, Level};
use klo_intent::{Decision, Field, Intent, Kind, Origin};
use klo_plan::{
    Address, Block, Function, ImportBlock, Lifecycle, Resource, Root, Value, Variable, VariableType,
};

use crate::context::{Lowering, Store, Supply, group_of, why};

/// The name of something whose service takes lower case, digits and single hyphens only, and would
/// print anything else as a change in each plan.
pub(super) fn lower_name(lowering: &Lowering<'_>, name: &str, part: &str, limit: usize) -> String {
    plain_name(&lowering.physical(name, part, limit))
}

/// A name in lower case, digits and single hyphens; environments may be called anything.
pub(super) fn plain_name(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_lowercase() || c.is_ascii_digit() => out.push(c),
            _ if out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    out
}

/// The name under which AWS knows what belongs to an intent: the former one of a renamed intent, since
/// AWS would make most things anew, empty, under another name.
pub(super) fn name_of<'i>(lowering: &Lowering<'_>, intent: &'i Intent) -> &'i str {
    match &intent.was {
        Some(was) if lowering.graph.find(intent.kind, was).is_none() => was,
        _ => &intent.name,
    }
}

/// The id that goes with [`name_of`], for descriptions that cannot be changed either.
pub(super) fn id_of(lowering: &Lowering<'_>, intent: &Intent) -> String {
    format!("{}.{}", intent.kind, name_of(lowering, intent))
}

/// Records that a renamed intent keeps its names.
pub(super) fn record_names(lowering: &mut Lowering<'_>, intent: &Intent) {
    let former = name_of(lowering, intent);
    if former == intent.name {
        return;
    }
    lowering.decide(Decision {
        code: "physical-name",
        subject: intent.id(),
        chosen: format!("names in AWS stay those of `{}.{former}`", intent.kind),
        because: "`was` says its former name, and AWS would make it anew, empty, under another; \
                  `was` has to stay for as long as it lives"
            .to_owned(),
        instead_of: vec!["names of the new name: its data would be lost".to_owned()],
        standing_cost: false,
    });
}

/// A resource of an intent in the main root.
pub(super) fn part(intent: &Intent, address: Address, purpose: &str, body: Block) -> Resource {
    Resource::new(address, group_of(intent), why(intent, purpose), body)
}

/// Adds a resource of an intent to the main root.
pub(super) fn add(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    address: Address,
    purpose: &str,
    body: Block,
) -> Address {
    lowering.add(part(intent, address, purpose, body))
}

/// Adds an intent's main resource: guarded against deletion where it keeps what matters (topics keep
/// nothing), and adopted when the intent says `import`.
pub(super) fn add_main(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    purpose: &str,
    resource: Resource,
) -> Address {
    let keeps = intent.kind != Kind::Topic;
    let guarded = keeps && lowering.is_prod() || is_import(intent);
    let mut resource = resource;
    resource.lifecycle.prevent_destroy = guarded;
    resource.why.purpose = purpose.to_owned();
    if resource.body.get("tags").is_none()
        && let Some(tags) = lowering.tags(intent)
    {
        resource.body.set("tags", tags);
    }
    let root = resource.root;
    let address = lowering.add(resource);
    adopt(lowering, intent, &address, root);
    address
}

/// A store whose fields everyone may know.
pub(super) fn plain_store<const N: usize>(arn: Value, fields: [(Field, Value); N]) -> Store {
    let plain = fields.map(|(field, value)| (field, Supply::Plain(value)));
    let own = (Field::Arn, Supply::Plain(arn.clone()));
    Store {
        arn: Some(arn),
        fields: plain.into_iter().chain([own]).collect(),
        ..Store::default()
    }
}

/// A number as text, the way a variable holds it.
pub(super) fn as_text(number: &Value) -> Value {
    match number {
        Value::Int(number) => Value::text(number.to_string()),
        other => Value::call(Function::ToString, [other.clone()]),
    }
}

/// The key that encrypts an intent's data, where it is not one of AWS's own.
pub(super) fn own_key(lowering: &Lowering<'_>, intent: &Intent) -> Option<Value> {
    lowering.key_arn().filter(|_| intent.flag("encrypted"))
}

/// Asks for a value from outside the configuration; without a default Terraform insists on it.
pub(super) fn ask(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    name: String,
    ty: VariableType,
    description: String,
    default: Option<Value>,
) -> Value {
    lowering.plan.variables.push(Variable {
        name: name.clone(),
        root: Root::Main,
        ty,
        description,
        default,
        why: why(intent, "what people decide"),
    });
    Value::variable(name)
}

/// Whether the intent adopts something that is there.
pub(super) fn is_import(intent: &Intent) -> bool {
    intent.text("import").is_some()
}

fn adopt(lowering: &mut Lowering<'_>, intent: &Intent, address: &Address, root: Root) {
    let Some(id) = intent.text("import") else {
        return;
    };
    lowering.plan.imports.push(ImportBlock {
        root,
        group: group_of(intent),
        to: address.clone(),
        id: id.to_owned(),
    });
    lowering.decide(Decision {
        code: "import",
        subject: intent.id(),
        chosen: format!("adopt `{id}`"),
        because: "`import` names it; it is never destroyed by klo's configuration".to_owned(),
        instead_of: vec!["a new one: `import` is set".to_owned()],
        standing_cost: false,
    });
}

/// A lifecycle that makes the new one first.
pub(super) fn replaced_first() -> Lifecycle {
    Lifecycle {
        create_before_destroy: true,
        ..Lifecycle::default()
    }
}

/// Whether a person or a rule set chose the value, not klo.
pub(super) fn is_chosen(intent: &Intent, attribute: &str) -> bool {
    intent.settings.get(attribute).is_some_and(|setting| {
        !setting.value.is_null() && !matches!(setting.origin, Origin::BuiltIn | Origin::Formula)
    })
}

/// Reports an `import` that has not the form that Terraform wants for the kind.
pub(super) fn report_import(lowering: &mut Lowering<'_>, intent: &Intent, wanted: &str) {
    let id = intent.text("import").unwrap_or_default();
    lowering.report(
        Diagnostic::error(
            aws::WRONG_IMPORT,
            intent.span_of("import"),
            format!("`{}` cannot be imported by `{id}`", intent.id()),
        )
        .help(format!("say {wanted}"))
        .subject(intent.id()),
    );
}

/// Reports a version that an engine cannot have; a warning where it may just be too new for klo.
pub(super) fn report_version(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    level: Level,
    message: String,
    known: &[&str],
) {
    let known = klo_diagnostics::list_of(known.iter().copied());
    lowering.report(
        Diagnostic::new(
            aws::UNKNOWN_VERSION,
            level,
            intent.span_of("version"),
            message,
        )
        .help(format!("klo knows {known}"))
        .subject(intent.id()),
    );
}

/// Whether `public` is left alone, for kinds that cannot be public.
pub(super) fn is_private(lowering: &mut Lowering<'_>, intent: &Intent, because: &str) -> bool {
    let public = intent.flag("public");
    if public {
        lowering.report(
            Diagnostic::error(
                aws::IMPOSSIBLE_PUBLIC,
                intent.span_of("public"),
                format!("`{}` cannot be public: {because}", intent.id()),
            )
            .help("leave out `public`, and let a service that is exposed stand before it")
            .subject(intent.id()),
        );
    }
    !public
}

/// Reports a setting outside what the service allows.
pub(super) fn report_range(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    attribute: &str,
    message: String,
    help: String,
) {
    lowering.report(
        Diagnostic::error(aws::OUT_OF_RANGE, intent.span_of(attribute), message)
            .help(help)
            .subject(intent.id()),
    );
}

/// The tags of an intent with a `Name`, for services whose console shows nothing else.
pub(super) fn named_tags(lowering: &Lowering<'_>, intent: &Intent, name: &str) -> Value {
    let mut entries = vec![("Name".to_owned(), Value::text(name))];
    if let Some(Value::Map(own)) = lowering.tags(intent) {
        entries.extend(own.into_iter().filter(|(key, _)| key != "Name"));
    }
    Value::map(entries)
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn plain_names_have_single_hyphens() {
        assert_eq!(plain_name("Shop-PR_12--orders"), "shop-pr-12-orders");
    }
}
