//! Values of variables that a unit reads and does not use: they have the right form and reach nothing.

use klo_intent::{Binding, Field};

use super::program::LoadedFile;
use crate::declare::Declaration;
use crate::facts::{Argument, BindTarget, ExprId, ExprKind, FileFacts, Item, ItemKind, Step};
use crate::knowledge::conversions;

/// How deep a declared type or a conversion is looked into.
const MAX_DEPTH: u32 = 8;

/// A value of the right form that reaches nothing: `.invalid` never resolves (RFC 2606).
pub(crate) fn inert_value(binding: &Binding, read: Option<(&LoadedFile, &Declaration)>) -> String {
    match (binding.field, &binding.url) {
        (Field::Url, Some(form)) if form.scheme.starts_with("redis") => {
            format!("{}://unused.invalid:6379/0", form.scheme)
        }
        (Field::Url, Some(form)) => format!("{}://unused.invalid/unused", form.scheme),
        (Field::Url, None) => "https://unused.invalid/unused".to_owned(),
        (Field::Host, _) => "unused.invalid".to_owned(),
        (Field::Port, _) => "9".to_owned(),
        (Field::Arn, _) => "arn:aws:unused:::unused".to_owned(),
        (Field::Value, _) => read
            .and_then(|(file, declaration)| converted(&file.facts, &declaration.item))
            .unwrap_or_else(|| "unused".to_owned()),
        _ => "unused".to_owned(),
    }
}

/// A text that the declared type or the conversion of an annotated read takes; `None` for any text.
fn converted(facts: &FileFacts, item: &Item) -> Option<String> {
    let (value, annotation) = match item.kind {
        ItemKind::Assignment(value) => (Some(value), None),
        _ => (None, None),
    };
    let declared = item.name.as_ref().and_then(|name| {
        let mut steps = facts.scope(item.scope).steps.iter();
        steps.find_map(|step| match step {
            Step::Bind {
                target: BindTarget::Name(bound),
                annotation,
                ..
            } if bound == name => *annotation,
            _ => None,
        })
    });
    annotation
        .or(declared)
        .and_then(|declared| of_type(facts, declared, 0))
        .or_else(|| of_call(facts, value?, 0))
}

/// `EmailStr`, `int | None`, `Annotated[int, …]`, `Literal["a", "b"]`.
fn of_type(facts: &FileFacts, expr: ExprId, depth: u32) -> Option<String> {
    let kind = &facts.expr(expr).kind;
    if depth > MAX_DEPTH {
        return None;
    }
    match kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => {
            conversions::text_for_type(name).map(str::to_owned)
        }
        ExprKind::Index(base, inner) => match last_name(facts, *base) {
            Some("Literal") => first_text(facts, *inner),
            Some("Annotated" | "Optional" | "Union" | "Final" | "ClassVar") => {
                of_type(facts, *inner, depth + 1)
            }
            Some(name) => conversions::text_for_type(name).map(str::to_owned),
            None => None,
        },
        ExprKind::Sequence(parts) | ExprKind::Either(parts) | ExprKind::Opaque(parts) => {
            // What comes first decides, as it does for a union; text takes anything.
            let first = parts.first()?;
            of_type(facts, *first, depth + 1)
        }
        _ => None,
    }
}

/// `int(os.environ["N"])`, `env.bool("DEBUG")`, `config("N", cast=int)`.
fn of_call(facts: &FileFacts, expr: ExprId, depth: u32) -> Option<String> {
    let ExprKind::Call { callee, arguments } = &facts.expr(expr).kind else {
        return None;
    };
    if depth > MAX_DEPTH {
        return None;
    }
    let cast = arguments.iter().find_map(|argument| match argument {
        Argument::Keyword(name, value) if name == "cast" => of_type(facts, *value, 0),
        _ => None,
    });
    let by_name = || conversions::text_for_call(last_name(facts, *callee)?).map(str::to_owned);
    let inner = || of_call(facts, arguments.first()?.value(), depth + 1);
    cast.or_else(by_name).or_else(inner)
}

fn last_name(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match &facts.expr(expr).kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => Some(name),
        _ => None,
    }
}

fn first_text(facts: &FileFacts, expr: ExprId) -> Option<String> {
    match &facts.expr(expr).kind {
        ExprKind::Text(text) => Some(text.clone()),
        ExprKind::Sequence(items) => items.iter().find_map(|item| first_text(facts, *item)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        let facts = crate::python::facts(text);
        let item = facts.annotations.first().map(|found| found.item.clone());
        converted(&facts, &item?)
    }

    fn field(declared: &str) -> Option<String> {
        of(&format!(
            "class Settings(BaseSettings):\n    # @klo::config(name = \"x\")\n    X: {declared}\n"
        ))
    }

    fn read(value: &str) -> Option<String> {
        of(&format!("# @klo::config(name = \"x\")\nX = {value}\n"))
    }

    #[test]
    fn fields_get_what_their_type_takes() {
        assert_eq!(field("EmailStr").as_deref(), Some("unused@example.com"));
        assert_eq!(field("int | None").as_deref(), Some("1"));
        assert_eq!(field("Optional[bool]").as_deref(), Some("false"));
        assert_eq!(field("Annotated[float, Gt(0)]").as_deref(), Some("1"));
        assert_eq!(
            field("pydantic.HttpUrl").as_deref(),
            Some("https://unused.invalid/")
        );
        assert_eq!(field("list[str]").as_deref(), Some("[]"));
        assert_eq!(field("Literal['blue', 'green']").as_deref(), Some("blue"));
        assert_eq!(field("str"), None);
        assert_eq!(field("str | int"), None);
        assert_eq!(field("SecretStr = Field(min_length=1)"), None);
    }

    #[test]
    fn reads_get_what_their_conversion_takes() {
        assert_eq!(read("int(os.environ['N'])").as_deref(), Some("1"));
        assert_eq!(read("env.bool('DEBUG')").as_deref(), Some("false"));
        assert_eq!(read("config('N', cast=int)").as_deref(), Some("1"));
        assert_eq!(read("json.loads(os.environ['N'])").as_deref(), Some("{}"));
        assert_eq!(
            read("timedelta(float(os.environ['N']))").as_deref(),
            Some("1")
        );
        assert_eq!(read("os.environ['N']"), None);
    }
}
