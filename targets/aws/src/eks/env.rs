//! What manifests have to know and Terraform alone does: lines of `terraform.env`.

use klo_plan::kubernetes::{ENV_OUTPUT, Text};
use klo_plan::{Output, Root, Target, Value, symbol};

use super::because;
use crate::context::Lowering;

/// A value as manifests take it: as it is where it is known now, else as a line of the file.
pub(crate) fn text(lowering: &mut Lowering<'_>, name: &str, value: Value) -> Text {
    if let Some(text) = known(&value) {
        return Text::Known(text);
    }
    match &value {
        // Outside of AWS variables are lines that the build and people tell.
        Value::Ref(reference) if lowering.is_plain() => match &reference.target {
            Target::Variable(told) => Text::Output(told.clone()),
            _ => line(lowering, name, value),
        },
        _ => line(lowering, name, value),
    }
}

/// A line of the file. A name that another value has already gets a number.
pub(crate) fn line(lowering: &mut Lowering<'_>, name: &str, value: Value) -> Text {
    let wished = symbol(name).to_uppercase();
    let mut name = wished.clone();
    let mut number = 1;
    while lowering
        .cluster_env
        .get(&name)
        .is_some_and(|other| *other != value)
    {
        number += 1;
        name = format!("{wished}_{number}");
    }
    lowering.cluster_env.insert(name.clone(), value);
    Text::Output(name)
}

/// The text of a value that refers to nothing.
fn known(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Commented(_, inner) => known(inner),
        Value::Concat(parts) => parts.iter().map(known).collect(),
        _ => None,
    }
}

/// Adds the output that holds the lines.
pub(super) fn lower(lowering: &mut Lowering<'_>) {
    let mut parts = Vec::new();
    for (name, value) in &lowering.cluster_env {
        parts.push(Value::Text(format!("{name}=")));
        parts.push(value.clone());
        parts.push(Value::text("\n"));
    }
    let why = because(lowering, "the manifests read it");
    lowering.plan.outputs.push(Output {
        name: ENV_OUTPUT.to_owned(),
        root: Root::Main,
        description: "The lines of kubernetes/terraform.env".to_owned(),
        value: Value::Concat(parts),
        why,
    });
}
