//! What a program has to know from outside: what the bootstrap program put out, and the stack's
//! configuration.

use std::collections::{BTreeMap, BTreeSet};

use klo_plan::{Output, Plan, Root, Value, Variable, VariableType};

use crate::escape::quoted;
use crate::file::{File, Package, comment};
use crate::form::call;
use crate::layout::Doc;
use crate::program::Program;
use crate::project::{Part, folder, module, name, scalar, yaml_header};
use crate::rule::camel;
use crate::statement::constant;
use crate::value::Slot;

/// The variables of the main root that an output of the bootstrap root fills.
pub(crate) fn handed(output: &Output) -> Option<&indexmap::IndexMap<String, Value>> {
    if output.root != Root::Bootstrap || output.name != "tfvars" {
        return None;
    }
    match &output.value {
        Value::Json(inner) => match &**inner {
            Value::Map(entries) => Some(entries),
            _ => None,
        },
        _ => None,
    }
}

/// Variables that the bootstrap program fills.
pub(crate) fn from_bootstrap(plan: &Plan) -> BTreeSet<&str> {
    let handed = plan.outputs.iter().filter_map(handed);
    handed
        .flat_map(|entries| entries.keys().map(String::as_str))
        .collect()
}

/// Values from outside: what the bootstrap program put out, and the stack's configuration.
pub(crate) fn config(program: &Program<'_>) -> Option<Part> {
    let (plan, root) = (program.plan, program.root);
    let mut variables: Vec<&Variable> = plan.variables.iter().filter(|v| v.root == root).collect();
    if variables.is_empty() {
        return None;
    }
    variables.sort_by(|a, b| a.name.cmp(&b.name));
    let handed = match root {
        Root::Main => from_bootstrap(plan),
        Root::Bootstrap => BTreeSet::new(),
    };
    let file = File::new(program, None);
    let mut statements = Vec::new();
    let mut sources = String::new();
    let own = variables
        .iter()
        .any(|variable| !handed.contains(variable.name.as_str()));
    if own {
        let class = file.package(Package::Pulumi, "Config");
        sources.push_str(&format!("const config = new {class}();\n"));
    }
    if variables
        .iter()
        .any(|variable| handed.contains(variable.name.as_str()))
    {
        let class = file.package(Package::Pulumi, "StackReference");
        let project = name(plan, Root::Bootstrap);
        let stack = format!(
            "`${{pulumi.getOrganization()}}/{}/${{pulumi.getStack()}}`",
            crate::escape::template(&project)
        );
        let call = call(&format!("new {class}"), vec![Doc::text(stack)]);
        let line = Doc::all([Doc::text("const bootstrap = "), call, Doc::text(";")]);
        sources.push_str(&line.print());
        sources.push('\n');
    }
    statements.push(sources);
    for variable in variables {
        let doc = if handed.contains(variable.name.as_str()) {
            handed_over(&file, variable)
        } else {
            configured(&file, variable)
        };
        let above = comment(&variable.description, 0);
        let moves = variable.default.is_some();
        statements.push(constant(&above, &camel(&variable.name), doc, moves));
    }
    let about = "What has to be known from outside: values that the bootstrap program, the image \
                 build or a person hands over.";
    let content = module(plan, about, &file, &statements);
    Some((
        "config.ts".to_owned(),
        content,
        file.functions(),
        file.problems(),
    ))
}

fn handed_over(file: &File<'_>, variable: &Variable) -> Doc {
    let function = match variable.ty {
        VariableType::StringMap => "textsOf",
        VariableType::String => "textOf",
        VariableType::Number => {
            file.problem(format!("the number `{}` of another stack", variable.name));
            "textOf"
        }
    };
    let name = quoted(&camel(&variable.name));
    call(
        file.function(function),
        vec![Doc::text("bootstrap"), Doc::text(name)],
    )
}

fn configured(file: &File<'_>, variable: &Variable) -> Doc {
    let name = quoted(&camel(&variable.name));
    let required = variable.default.is_none();
    let method = match (variable.ty, required) {
        (VariableType::String, true) => "require",
        (VariableType::String, false) => "get",
        (VariableType::Number, true) => "requireNumber",
        (VariableType::Number, false) => "getNumber",
        (VariableType::StringMap, true) => "requireObject<Record<string, string>>",
        (VariableType::StringMap, false) => "getObject<Record<string, string>>",
    };
    let read = format!("config.{method}({name})");
    match &variable.default {
        None => Doc::text(read),
        Some(default) => {
            let default = file.value(default, &Slot::any(0));
            Doc::all([Doc::text(format!("{read} ?? ")), default])
        }
    }
}

/// The stack's configuration as it begins: Pulumi and people write into it from then on. Where and
/// what, as the program does not read it from here, is in providers.ts.
pub(crate) fn stack(plan: &Plan, root: Root) -> Option<(String, String)> {
    if !plan.uses(root) {
        return None;
    }
    let deployment = plan.graph.deployment();
    let about = "The stack's configuration as it began. Pulumi and people write here from now on: klo \
                 does not touch it again.";
    let mut out = yaml_header(plan, about);
    let handed = match root {
        Root::Main => from_bootstrap(plan),
        Root::Bootstrap => BTreeSet::new(),
    };
    let mut lines = BTreeMap::new();
    for variable in plan.variables.iter().filter(|v| v.root == root) {
        let default = match &variable.default {
            Some(Value::Int(number)) => scalar(&number.to_string()),
            Some(Value::Text(text)) => scalar(text),
            _ => continue,
        };
        if !handed.contains(variable.name.as_str()) {
            lines.insert(
                format!("{}:{}", name(plan, root), camel(&variable.name)),
                default,
            );
        }
    }
    // Every resource names its provider, whose region and account are in providers.ts: one that did not
    // would be made wherever a person's own settings say.
    out.push_str("\nconfig:\n  pulumi:disable-default-providers:\n    - aws\n");
    for (name, value) in lines {
        out.push_str(&format!("  {name}: {value}\n"));
    }
    let file = format!("{}/Pulumi.{}.yaml", folder(root), deployment.environment);
    Some((file, out))
}
