//! A plan as text that people can read in a snapshot.

use std::fmt::Write as _;

use klo_plan::{Block, ModuleCall, Plan, Resource, Root, Value};

/// Everything in a plan, in its order.
pub(crate) fn dump(plan: &Plan) -> String {
    let mut out = String::new();
    for root in [Root::Bootstrap, Root::Main] {
        let mut calls = plan.modules.iter().filter(|call| call.root == root);
        if plan.in_root(root).next().is_some() || calls.next().is_some() {
            let _ = writeln!(out, "=== {root:?}");
        }
        for variable in plan.variables.iter().filter(|v| v.root == root) {
            let default = variable.default.as_ref().map(render);
            let _ = writeln!(
                out,
                "var.{}: {:?} = {}",
                variable.name,
                variable.ty,
                default.unwrap_or_else(|| "required".to_owned())
            );
        }
        for resource in plan.in_root(root) {
            write_resource(&mut out, resource);
        }
        for call in plan.modules.iter().filter(|call| call.root == root) {
            write_call(&mut out, call);
        }
        for local in plan.locals.iter().filter(|local| local.root == root) {
            let _ = writeln!(out, "local.{} = {}", local.name, render(&local.value));
        }
        for output in plan.outputs.iter().filter(|output| output.root == root) {
            let _ = writeln!(out, "output.{} = {}", output.name, render(&output.value));
        }
    }
    for import in &plan.imports {
        let _ = writeln!(out, "import {} <- {}", import.to, import.id);
    }
    for moved in &plan.moved {
        let _ = writeln!(out, "moved {} -> {}", moved.from, moved.to);
    }
    for released in &plan.released {
        let _ = writeln!(out, "released {}", released.from);
    }
    for secret in &plan.empty_secrets {
        let _ = writeln!(out, "empty secret of {}: {}", secret.intent, secret.holder);
    }
    for decision in &plan.decisions {
        let cost = if decision.standing_cost { " $" } else { "" };
        let _ = writeln!(
            out,
            "decision {}{cost} [{}]: {}\n  because {}",
            decision.code, decision.subject, decision.chosen, decision.because
        );
        for passed in &decision.instead_of {
            let _ = writeln!(out, "  instead of {passed}");
        }
    }
    out
}

fn write_resource(out: &mut String, resource: &Resource) {
    let _ = writeln!(
        out,
        "{} ({}: {})",
        resource.address,
        resource.group.stem(),
        resource.why.purpose
    );
    write_block(out, &resource.body, 1);
    for address in &resource.depends_on {
        let _ = writeln!(out, "  after {address}");
    }
    let lifecycle = &resource.lifecycle;
    if lifecycle.prevent_destroy {
        out.push_str("  prevent_destroy\n");
    }
    if lifecycle.create_before_destroy {
        out.push_str("  create_before_destroy\n");
    }
    if !lifecycle.ignore_changes.is_empty() {
        let _ = writeln!(
            out,
            "  ignore_changes {}",
            lifecycle.ignore_changes.join(", ")
        );
    }
    for reference in &lifecycle.replace_triggered_by {
        let _ = writeln!(out, "  replace_triggered_by {reference}");
    }
}

fn write_call(out: &mut String, call: &ModuleCall) {
    let version = call.version.as_deref().unwrap_or("no version");
    let _ = writeln!(
        out,
        "module.{} ({}: {}) {} {version}",
        call.name,
        call.group.stem(),
        call.why.purpose,
        call.source
    );
    write_block(out, &call.inputs, 1);
}

fn write_block(out: &mut String, block: &Block, depth: usize) {
    let indent = "  ".repeat(depth);
    for (name, value) in &block.0 {
        match value {
            Value::Blocks(blocks) => {
                for inner in blocks {
                    let _ = writeln!(out, "{indent}{name}:");
                    write_block(out, inner, depth + 1);
                }
            }
            other => {
                let _ = writeln!(out, "{indent}{name} = {}", render(other));
            }
        }
    }
}

/// A value in one line, close to Terraform's spelling.
pub(crate) fn render(value: &Value) -> String {
    let join = |items: &[Value]| items.iter().map(render).collect::<Vec<_>>().join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", join(items)),
        Value::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{key}: {}", render(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Blocks(blocks) => {
            let blocks: Vec<String> = blocks
                .iter()
                .map(|block| render(&Value::Map(block.0.clone())))
                .collect();
            format!("blocks({})", blocks.join(", "))
        }
        Value::Ref(reference) => reference.to_string(),
        Value::Concat(parts) => {
            let parts: String = parts
                .iter()
                .map(|part| match part {
                    Value::Text(text) => text.clone(),
                    other => format!("${{{}}}", render(other)),
                })
                .collect();
            format!("\"{parts}\"")
        }
        Value::Json(inner) => format!("json({})", render(inner)),
        Value::Call(function, arguments) => format!("{}({})", function.name(), join(arguments)),
        Value::Commented(comment, inner) => format!("/* {comment} */ {}", render(inner)),
    }
}
