//! Resources, locals, modules, moves and imports as blocks.

use klo_plan::{
    Block, Class, ImportBlock, LocalValue, ModuleCall, Moved, Output, Postcondition, Provider,
    Released, Resource, Variable, VariableType, Why,
};

use crate::escape::{quote, quoted};
use crate::expression::{expression, reference_text};
use crate::layout::{BlockText, Entry, comment, pad};

/// The provider configuration for what lives in `us-east-1`.
pub(crate) const GLOBAL_ALIAS: &str = "us_east_1";

/// A resource, data source or ephemeral, with what it is there for above it.
pub(crate) fn resource(resource: &Resource) -> String {
    let keyword = match resource.address.class {
        Class::Managed => "resource",
        Class::Data => "data",
        Class::Ephemeral => "ephemeral",
    };
    let mut head = String::from(keyword);
    for label in [resource.address.kind, &resource.address.name] {
        head.push(' ');
        quote(&mut head, label);
    }
    let mut block = BlockText::after(purpose(&resource.why), &head, 0);
    if resource.provider == Provider::Global {
        block = block.entries(&[Entry::raw("provider", format!("aws.{GLOBAL_ALIAS}"))]);
    }
    block = block.body(&resource.body);
    if let Some(lifecycle) = lifecycle(resource) {
        block = block.block(lifecycle);
    }
    if !resource.depends_on.is_empty() {
        let addresses = resource.depends_on.iter().map(ToString::to_string);
        block = block.entries(&[Entry::raw("depends_on", references(addresses, 1))]);
    }
    block.finish()
}

fn lifecycle(resource: &Resource) -> Option<BlockText> {
    let lifecycle = &resource.lifecycle;
    let mut entries = Vec::new();
    if lifecycle.create_before_destroy {
        entries.push(Entry::raw("create_before_destroy", "true"));
    }
    if lifecycle.prevent_destroy {
        entries.push(Entry::raw("prevent_destroy", "true"));
    }
    if !lifecycle.ignore_changes.is_empty() {
        let names = lifecycle.ignore_changes.iter().cloned();
        entries.push(Entry::raw("ignore_changes", references(names, 2)));
    }
    if !lifecycle.replace_triggered_by.is_empty() {
        let refs = lifecycle.replace_triggered_by.iter().map(reference_text);
        entries.push(Entry::raw("replace_triggered_by", references(refs, 2)));
    }
    if entries.is_empty() && lifecycle.postconditions.is_empty() {
        return None;
    }
    let block = BlockText::nested("lifecycle", 1).entries(&entries);
    let conditions = lifecycle.postconditions.iter().map(postcondition);
    Some(conditions.fold(block, BlockText::block))
}

fn postcondition(postcondition: &Postcondition) -> BlockText {
    let Postcondition {
        list,
        holds,
        message,
    } = postcondition;
    let condition = format!("contains(self.{list}, {})", quoted(holds));
    BlockText::nested("postcondition", 2).entries(&[
        Entry::raw("condition", condition),
        Entry::raw("error_message", quoted(message)),
    ])
}

/// A list of names that are no strings: on one line while it is short.
fn references(names: impl Iterator<Item = String>, indent: usize) -> String {
    let names: Vec<String> = names.collect();
    let whole = names.join(", ");
    if whole.len() <= 72 {
        return format!("[{whole}]");
    }
    let mut out = String::from("[\n");
    for name in names {
        pad(&mut out, indent + 1);
        out.push_str(&name);
        out.push_str(",\n");
    }
    pad(&mut out, indent);
    out.push(']');
    out
}

/// What a block is there for, as a comment; nothing where nobody said.
fn purpose(why: &Why) -> String {
    comment(&why.sentence(), 0)
}

/// The local values of one file in one block.
pub(crate) fn locals(values: &[&LocalValue]) -> String {
    let entries: Vec<Entry> = values
        .iter()
        .map(|local| Entry::new(local.name.as_str(), &local.value, 1).comment(&local.comment))
        .collect();
    BlockText::new("locals").entries(&entries).finish()
}

/// A call of a module.
pub(crate) fn module(call: &ModuleCall) -> String {
    let mut first = vec![Entry::raw("source", quoted(&call.source))];
    if let Some(version) = &call.version {
        first.push(Entry::raw("version", quoted(version)));
    }
    let head = format!("module {}", quoted(&call.name));
    BlockText::after(purpose(&call.why), &head, 0)
        .entries(&first)
        .body(&call.inputs)
        .finish()
}

/// A change of address.
pub(crate) fn moved(moved: &Moved) -> String {
    BlockText::new("moved")
        .entries(&[
            Entry::raw("from", moved.from.to_string()),
            Entry::raw("to", moved.to.to_string()),
        ])
        .finish()
}

/// The end of managing something that stays.
pub(crate) fn released(released: &Released) -> String {
    let lifecycle = Block::new().with("destroy", false);
    let reason = comment(
        "What klo made here before, if it did, is let go and not destroyed.",
        0,
    );
    BlockText::after(reason, "removed", 0)
        .entries(&[Entry::raw("from", released.from.to_string())])
        .body(&Block::new().block("lifecycle", lifecycle))
        .finish()
}

/// The adoption of something that is already there.
pub(crate) fn import(import: &ImportBlock) -> String {
    BlockText::new("import")
        .entries(&[
            Entry::raw("to", import.to.to_string()),
            Entry::raw("id", quoted(&import.id)),
        ])
        .finish()
}

/// An input variable.
pub(crate) fn variable(variable: &Variable) -> String {
    let ty = match variable.ty {
        VariableType::String => "string",
        VariableType::Number => "number",
        VariableType::StringMap => "map(string)",
    };
    let mut entries = vec![
        Entry::raw("description", quoted(&variable.description)),
        Entry::raw("type", ty),
    ];
    if let Some(default) = &variable.default {
        entries.push(Entry::raw("default", expression(default, 1)));
    }
    BlockText::new(&format!("variable {}", quoted(&variable.name)))
        .entries(&entries)
        .finish()
}

/// An output.
pub(crate) fn output(output: &Output) -> String {
    BlockText::new(&format!("output {}", quoted(&output.name)))
        .entries(&[
            Entry::raw("description", quoted(&output.description)),
            Entry::new("value", &output.value, 1),
        ])
        .finish()
}
