use klo_config::App;
use klo_diagnostics::codes::annotations as codes;
use klo_diagnostics::{Diagnostic, list_of};
use klo_intent::{
    AttrValue, Attribute, Field, Kind, Literal, LiteralKind, Mistake, MistakeKind, Type,
    attributes, decode_attribute, is_variable, unknown_key,
};
use klo_source::{FileId, TextRange};

use super::capability::Capability;
use super::{Bind, Declaration, Values, mistake};
use crate::facts::Annotation;

/// Keys that are no attributes of a kind and are taken out of the values.
const PROPERTIES: [&str; 4] = ["name", "was", "bind", "kind"];

/// The arguments of one annotation, decoded.
#[derive(Default)]
pub(super) struct Arguments {
    /// Attributes, or the keys of an edge.
    pub(super) values: Values,
    /// `name`, with the range of its value.
    pub(super) name: Option<(String, TextRange)>,
    /// Whether a `name` is written that is none.
    pub(super) name_failed: bool,
    /// `was`.
    pub(super) was: Option<String>,
    /// `kind`.
    pub(super) kind: Option<Kind>,
    /// `bind`.
    pub(super) bind: Vec<Bind>,
    /// Attributes of a `persist`, undecoded.
    pub(super) raw: Vec<(String, TextRange, Literal)>,
}

/// Decodes the arguments of an annotation against its capability's table. What is wrong with a value
/// that was not read whole (`malformed_at`, sorted) is said already.
pub(super) fn decode_arguments(
    app: &App,
    file: FileId,
    capability: Capability,
    annotation: &Annotation,
    malformed_at: &[u32],
    diagnostics: &mut Vec<Diagnostic>,
) -> Arguments {
    let table = capability.keys();
    let mut arguments = Arguments::default();
    for (key, range, literal) in &annotation.arguments {
        let Some(attribute) = table.iter().find(|attribute| attribute.name == key) else {
            let found = unknown_key(
                &format!("`{capability}`"),
                key,
                *range,
                table.iter().map(|attribute| attribute.name),
            );
            diagnostics.push(diagnostic(file, found));
            continue;
        };
        let first = malformed_at.partition_point(|start| *start <= literal.range.start);
        let broken = malformed_at
            .get(first)
            .is_some_and(|start| *start < literal.range.end);
        if capability == Capability::Persist && !PROPERTIES.contains(&attribute.name) {
            if !broken {
                arguments.raw.push((key.clone(), *range, literal.clone()));
            }
            continue;
        }
        match decode_attribute(attribute, literal, &app.root) {
            Ok(value) => place(&mut arguments, file, attribute, value, literal, diagnostics),
            Err(mistakes) => {
                arguments.name_failed |= attribute.name == "name";
                if broken {
                    continue;
                }
                diagnostics.extend(mistakes.into_iter().map(|found| {
                    let code = code_of(attribute, found.kind);
                    mistake(code, found.range.in_file(file), found.message, found.help)
                }));
            }
        }
    }
    arguments
}

fn code_of(attribute: &Attribute, kind: MistakeKind) -> klo_diagnostics::Code {
    match (attribute.ty, kind) {
        (Type::Name, _) => codes::BAD_NAME,
        (_, MistakeKind::Value) => codes::WRONG_TYPE,
        (_, MistakeKind::UnknownKey) => codes::UNKNOWN_KEY,
        (_, MistakeKind::MissingKey) => codes::MISSING_KEY,
    }
}

fn diagnostic(file: FileId, found: Mistake) -> Diagnostic {
    let code = match found.kind {
        MistakeKind::Value => codes::WRONG_TYPE,
        MistakeKind::UnknownKey => codes::UNKNOWN_KEY,
        MistakeKind::MissingKey => codes::MISSING_KEY,
    };
    mistake(code, found.range.in_file(file), found.message, found.help)
}

/// Puts a decoded value where it belongs.
fn place(
    arguments: &mut Arguments,
    file: FileId,
    attribute: &Attribute,
    value: AttrValue,
    literal: &Literal,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let text = value.as_str().map(str::to_owned);
    match attribute.name {
        "name" => arguments.name = text.map(|name| (name, literal.range)),
        "was" => arguments.was = text,
        "kind" => arguments.kind = text.as_deref().and_then(Kind::from_name),
        "bind" => arguments.bind = binds(file, literal, diagnostics),
        name => {
            let at = literal.range.in_file(file);
            arguments.values.insert(name, (value, at));
        }
    }
}

/// The entries of `bind`.
fn binds(file: FileId, literal: &Literal, diagnostics: &mut Vec<Diagnostic>) -> Vec<Bind> {
    let LiteralKind::Map(entries) = &literal.kind else {
        return Vec::new();
    };
    let mut binds = Vec::new();
    for (key, range, value) in entries {
        let Some(field) = Field::from_name(key) else {
            let known = Field::ALL.iter().map(|field| field.name());
            diagnostics.push(diagnostic(file, unknown_key("`bind`", key, *range, known)));
            continue;
        };
        let variable = value.as_str().unwrap_or_default();
        let at = value.range.in_file(file);
        if is_variable(variable) {
            binds.push(Bind {
                field,
                variable: variable.to_owned(),
                at,
            });
        } else {
            diagnostics.push(mistake(
                codes::WRONG_TYPE,
                at,
                format!(
                    "`{}` is no name of an environment variable",
                    variable.escape_debug()
                ),
                format!(
                    "write the name of the variable that the code reads: `{key} = \"DB_HOST\"`"
                ),
            ));
        }
    }
    binds
}

/// A field that the kind does not have.
pub(super) fn foreign_field(kind: Kind, bind: &Bind) -> Diagnostic {
    let fields = Field::of(kind);
    let help = if fields.is_empty() {
        format!("remove it: nothing of a {kind} is bound to a variable")
    } else {
        format!(
            "the fields are {}",
            list_of(fields.iter().map(|field| field.name()))
        )
    };
    mistake(
        codes::UNKNOWN_KEY,
        bind.at,
        format!("a {kind} has no field `{}` to bind", bind.field),
        help,
    )
}

/// The attributes of a `persist` by the table of its kind.
pub(super) fn decode_persist(
    app: &App,
    declaration: &Declaration,
    kind: Kind,
    diagnostics: &mut Vec<Diagnostic>,
) -> Values {
    let mut values = Values::new();
    for (key, range, literal) in &declaration.raw {
        let found = attributes(kind)
            .iter()
            .find(|attribute| attribute.annotated && attribute.name == key);
        let Some(attribute) = found else {
            let known = attributes(kind)
                .iter()
                .filter(|attribute| attribute.annotated)
                .map(|attribute| attribute.name);
            diagnostics.push(diagnostic(
                declaration.file,
                unknown_key(&format!("a {kind}"), key, *range, known),
            ));
            continue;
        };
        match decode_attribute(attribute, literal, &app.root) {
            Ok(value) => {
                let at = literal.range.in_file(declaration.file);
                values.insert(attribute.name, (value, at));
            }
            Err(mistakes) => diagnostics.extend(
                mistakes
                    .into_iter()
                    .map(|found| diagnostic(declaration.file, found)),
            ),
        }
    }
    values
}
