//! What Pulumi calls the AWS provider's types and what is in them.
//!
//! `cargo xtask pulumi-types FOLDER` takes the folder of a `@pulumi/aws` package and writes
//! `targets/pulumi/data/aws.txt`: for every type that lowerings name, its class, and the arguments whose
//! property is another than the rules of `klo_pulumi::rule` make of them. Every argument and every
//! attribute, at every depth, is looked up in the package's own type declarations: the rules say
//! nothing that the package does not.

mod declarations;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;

use klo_plan::Class;
use klo_plan::provider::{Field, FieldType, Fields, ResourceType};
use klo_pulumi::rule::{Holds, camel, pascal, plural, property};

use declarations::{Declarations, Interface, Property};

/// Where the table lies.
const OUTPUT: &str = "targets/pulumi/data/aws.txt";
/// Where the types stand that klo can emit.
const LOWERINGS: &str = "targets/aws/src";

/// Modules of types whose name does not begin with one, and of those that lie in another than it
/// says: the beginning of the name, what stands for it, and the module.
const MODULES: &[(&str, &str, &str)] = &[
    ("autoscaling_group_tag", "tag", "autoscaling"),
    ("db_", "", "rds"),
    ("default_security_group", "default_security_group", "ec2"),
    ("eip", "eip", "ec2"),
    ("flow_log", "flow_log", "ec2"),
    ("internet_gateway", "internet_gateway", "ec2"),
    ("nat_gateway", "nat_gateway", "ec2"),
    ("route_table_association", "route_table_association", "ec2"),
    ("route_table", "route_table", "ec2"),
    ("security_group", "security_group", "ec2"),
    (
        "sqs_queue_redrive_allow_policy",
        "redrive_allow_policy",
        "sqs",
    ),
    ("subnet", "subnet", "ec2"),
    ("vpc_endpoint", "vpc_endpoint", "ec2"),
    ("caller_identity", "caller_identity", ""),
];
/// Types of one word, which would be the beginning of others.
const WORDS: &[(&str, &str, &str)] = &[
    ("lb", "load_balancer", "lb"),
    ("route", "route", "ec2"),
    ("vpc", "vpc", "ec2"),
];

/// Properties whose name is no form of the argument's: the package's own renames.
const RENAMED: &[(&str, &str)] = &[
    ("aws_api_gateway_base_path_mapping.api_id", "restApi"),
    ("aws_api_gateway_deployment.rest_api_id", "restApi"),
    ("aws_api_gateway_integration.rest_api_id", "restApi"),
    (
        "aws_api_gateway_integration_response.rest_api_id",
        "restApi",
    ),
    ("aws_api_gateway_method.rest_api_id", "restApi"),
    ("aws_api_gateway_method_response.rest_api_id", "restApi"),
    ("aws_api_gateway_method_settings.rest_api_id", "restApi"),
    ("aws_api_gateway_resource.rest_api_id", "restApi"),
    ("aws_api_gateway_stage.rest_api_id", "restApi"),
    ("aws_api_gateway_stage.deployment_id", "deployment"),
    ("aws_cloudwatch_metric_alarm.alarm_name", "name"),
    ("aws_lambda_function.function_name", "name"),
    ("aws_lambda_permission.function_name", "function"),
    ("aws_sns_topic_subscription.topic_arn", "topic"),
];

/// Writes the table of the repository at `root` from the package at `from`; with `check`, only
/// says whether it is as it would be written.
pub(crate) fn write(root: &Path, from: &str, check: bool) -> Result<()> {
    let package = Declarations::read(Path::new(from))?;
    let mut lines = BTreeMap::new();
    let mut wrong = Vec::new();
    for kind in emitted(root)? {
        if let Some(ty) = ResourceType::of(Class::Managed, &kind) {
            match class(&package, &ty) {
                Ok(line) => _ = lines.insert(kind.clone(), line),
                Err(error) => wrong.push(error.to_string()),
            }
        }
        if let Some(ty) = ResourceType::of(Class::Data, &kind)
            && let Some(line) = function(&package, &ty)
        {
            lines.insert(format!("data.{kind}"), line);
        }
    }
    if !wrong.is_empty() {
        return Err(Error::other(wrong.join("\n")));
    }
    let mut text = format!(
        "! Classes and functions of @pulumi/aws {} for what klo emits of hashicorp/aws 5.100.0,\n\
         ! written by `cargo xtask pulumi-types` from the package's type declarations (2026-11-29).\n\
         ! Behind the name: arguments whose property is another than the rules of src/rule.rs make of\n\
         ! them: path=name, with [] for a list, {{}} for the one in place of a list, and the type where\n\
         ! it is another; path=- where there is none.\n",
        package.version
    );
    for (kind, line) in &lines {
        let _ = writeln!(text, "{kind} {line}");
    }
    let file = root.join(OUTPUT);
    if check {
        let found = fs::read_to_string(&file)?;
        if found == text {
            return Ok(());
        }
        return Err(Error::other(format!("{OUTPUT} is not up to date")));
    }
    fs::write(&file, text)?;
    println!("wrote {OUTPUT}: {} types", lines.len());
    Ok(())
}

/// The types that lowerings name, sorted.
fn emitted(root: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.join(LOWERINGS)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(path)?;
                let words = text.split('"').filter(|word| word.starts_with("aws_"));
                found.extend(words.map(str::to_owned));
            }
        }
    }
    Ok(found)
}

/// The module and the name of a type, `rds` and `instance`.
fn place(kind: &str, package: &Declarations) -> Option<(String, String)> {
    let name = kind.strip_prefix("aws_")?;
    if let Some((_, word, module)) = WORDS.iter().find(|(word, ..)| *word == name) {
        return Some(((*module).to_owned(), (*word).to_owned()));
    }
    let special = MODULES.iter().find(|(begin, ..)| name.starts_with(begin));
    if let Some((begin, word, module)) = special {
        let rest = name.strip_prefix(begin).unwrap_or_default();
        return Some(((*module).to_owned(), format!("{word}{rest}")));
    }
    let ends = name.match_indices('_').map(|(at, _)| at);
    ends.map(|at| (name[..at].replace('_', ""), name[at + 1..].to_owned()))
        .find(|(module, _)| package.has_module(module))
}

fn class(package: &Declarations, ty: &ResourceType) -> Result<String> {
    let wrong = |what: &str| Error::other(format!("{}: {what}", ty.name));
    let (module, name) = place(ty.name, package).ok_or_else(|| wrong("no module is like it"))?;
    let name = pascal(&name);
    let path = format!("{module}.{name}");
    let class = package
        .class(&module, &name)
        .ok_or_else(|| wrong(&format!("there is no class {path}")))?;
    let mut walk = Walk::new(package, ty.name);
    let missing = walk.fields("", ty.fields, &class.arguments, &class.outputs);
    if !missing.is_empty() {
        let names = missing.join(", ");
        return Err(wrong(&format!("{path} has no {names}, which is required")));
    }
    Ok(finish(path, walk.found))
}

/// The function of a data source; nothing where the package has none that takes what is required.
fn function(package: &Declarations, ty: &ResourceType) -> Option<String> {
    let (module, name) = place(ty.name, package)?;
    let name = format!("get{}", pascal(&name));
    let (arguments, results) = package.function(&module, &name)?;
    let mut walk = Walk::new(package, ty.name);
    let missing = walk.fields("", ty.fields, &arguments, &results);
    let path = if module.is_empty() {
        name
    } else {
        format!("{module}.{name}")
    };
    missing.is_empty().then(|| finish(path, walk.found))
}

fn finish(path: String, mut found: Vec<String>) -> String {
    found.sort();
    found.insert(0, path);
    found.join(" ")
}

struct Walk<'a> {
    package: &'a Declarations,
    kind: &'a str,
    found: Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(package: &'a Declarations, kind: &'a str) -> Self {
        Self {
            package,
            kind,
            found: Vec::new(),
        }
    }

    /// Looks up every field below a path, in what can be given and in what comes back. The required
    /// ones that are nowhere.
    fn fields(
        &mut self,
        path: &str,
        fields: Fields,
        given: &Interface,
        back: &Interface,
    ) -> Vec<String> {
        let mut missing = Vec::new();
        for field in fields.iter() {
            let path = if path.is_empty() {
                field.name.to_owned()
            } else {
                format!("{path}.{}", field.name)
            };
            // Every resource has one, of its own type.
            if path == "id" {
                continue;
            }
            missing.extend(self.field(&path, &field, given, back));
        }
        missing
    }

    fn field(
        &mut self,
        path: &str,
        field: &Field,
        given: &Interface,
        back: &Interface,
    ) -> Vec<String> {
        let place = format!("{}.{path}", self.kind);
        let renamed = RENAMED.iter().find(|(from, _)| *from == place);
        let renamed = renamed.map(|(_, to)| *to);
        let inner = given
            .find(field, renamed)
            .or_else(|| back.find(field, renamed));
        let Some((name, property)) = inner else {
            self.found.push(format!("{path}=-"));
            return if field.required {
                vec![path.to_owned()]
            } else {
                Vec::new()
            };
        };
        let listed = matches!(
            field.ty,
            FieldType::Block(_) | FieldType::List(_) | FieldType::Set(_)
        );
        let holds = match (listed, property.many) {
            (false, _) => Holds::Plain,
            (true, true) => Holds::Many,
            (true, false) => Holds::One,
        };
        let ty = scalar(innermost(&field.ty))
            .zip(property.scalar)
            .filter(|(wanted, found)| wanted != found)
            .map(|(_, found)| found);
        if klo_pulumi::rule::property(field) != (name.clone(), holds) || ty.is_some() {
            let mark = match holds {
                Holds::Plain => "",
                Holds::Many => "[]",
                Holds::One => "{}",
            };
            let ty = ty.map_or(String::new(), |ty| format!(":{ty}"));
            self.found.push(format!("{path}={name}{mark}{ty}"));
        }
        let Some(fields) = field.ty.fields() else {
            return Vec::new();
        };
        let none = Interface::default();
        let of = |interface: &Interface, back| {
            let property = interface.properties.get(&name);
            property
                .and_then(|property| property.interface.as_deref())
                .and_then(|inner| self.package.interface(inner, back))
        };
        let (given, back) = (of(given, false), of(back, true));
        let missing = self.fields(path, fields, given.unwrap_or(&none), back.unwrap_or(&none));
        // What cannot be given at all needs nothing.
        if field.read_only() {
            Vec::new()
        } else {
            missing
        }
    }
}

impl Interface {
    /// The property of a field, by the name of the rules or by the other number.
    fn find(&self, field: &Field, renamed: Option<&str>) -> Option<(String, &Property)> {
        let one = camel(field.name);
        let names = [property(field).0, plural(&one), format!("{one}es"), one];
        let renamed = renamed.map(str::to_owned);
        renamed.into_iter().chain(names).find_map(|name| {
            let property = self.properties.get(&name)?;
            Some((name, property))
        })
    }
}

fn innermost(ty: &FieldType) -> &FieldType {
    match ty {
        FieldType::List(item) | FieldType::Set(item) | FieldType::Map(item) => innermost(item),
        other => other,
    }
}

fn scalar(ty: &FieldType) -> Option<&'static str> {
    match ty {
        FieldType::Bool => Some("boolean"),
        FieldType::Number => Some("number"),
        FieldType::Text => Some("string"),
        _ => None,
    }
}
