//! The forms that some attributes ask for beyond their type, by name: what would otherwise be
//! refused only by the cloud, long after `klo compile`.

use klo_source::TextRange;

use crate::decode::Mistake;
use crate::literal::{Literal, LiteralKind};
use crate::value::AttrValue;

/// What is wrong with the form of a value whose type is right.
pub fn check_form(key: &str, value: &AttrValue, literal: &Literal) -> Vec<Mistake> {
    match key {
        "env" => keys(value, literal, environment_variable),
        "tags" => tags(value, literal),
        "packages" => elements(value, literal, package),
        "health" | "path" => one(value, literal, url_path),
        "domain" => one(value, literal, domain),
        "zone" => one(value, literal, zone),
        "instance" => one(value, literal, plain_word),
        "version" => one(value, literal, plain_word),
        "existing" => existing(value, literal),
        "key" | "sort_key" => one(value, literal, key_attribute),
        "command" if value.items().is_empty() => vec![Mistake::value(
            literal.range,
            "`command` is empty",
            "name the program and its arguments, such as `[\"python\", \"worker.py\"]`",
        )],
        _ => Vec::new(),
    }
}

/// What is wrong with a text, and how it should look.
type Fault = Option<(String, String)>;

fn fault(message: impl Into<String>, help: impl Into<String>) -> Fault {
    Some((message.into(), help.into()))
}

fn one(value: &AttrValue, literal: &Literal, test: fn(&str) -> Fault) -> Vec<Mistake> {
    let found = value.as_str().and_then(test);
    found
        .map(|(message, help)| Mistake::value(literal.range, message, help))
        .into_iter()
        .collect()
}

fn elements(value: &AttrValue, literal: &Literal, test: fn(&str) -> Fault) -> Vec<Mistake> {
    let LiteralKind::List(literals) = &literal.kind else {
        return Vec::new();
    };
    value
        .items()
        .iter()
        .zip(literals)
        .flat_map(|(value, literal)| one(value, literal, test))
        .collect()
}

fn keys(value: &AttrValue, literal: &Literal, test: fn(&str) -> Fault) -> Vec<Mistake> {
    let (AttrValue::Map(_), LiteralKind::Map(entries)) = (value, &literal.kind) else {
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|(key, range, _)| {
            test(key).map(|(message, help)| Mistake::value(*range, message, help))
        })
        .collect()
}

/// Whether a text can name an environment variable.
pub fn is_variable(name: &str) -> bool {
    name.len() <= 256
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn environment_variable(name: &str) -> Fault {
    if is_variable(name) {
        return None;
    }
    fault(
        format!(
            "`{}` is no name of an environment variable",
            name.escape_debug()
        ),
        "a name holds letters, digits and `_`, and does not start with a digit",
    )
}

/// AWS's limits on tags: keys of 1 to 128 and values of up to 256 characters, letters, digits,
/// spaces and `_ . : / = + - @`, no key that starts with `aws:` (AWS General Reference, "Tagging AWS
/// resources", read 2025-10).
fn tags(value: &AttrValue, literal: &Literal) -> Vec<Mistake> {
    let LiteralKind::Map(entries) = &literal.kind else {
        return Vec::new();
    };
    let allowed = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c))
    };
    let mut mistakes = Vec::new();
    let mut add = |range: TextRange, message: String| {
        mistakes.push(Mistake::value(
            range,
            message,
            "AWS takes keys of 1 to 128 and values of up to 256 letters, digits, spaces and `_.:/=+-@`",
        ));
    };
    for (key, range, literal) in entries {
        if key.is_empty() || key.chars().count() > 128 || !allowed(key) {
            add(
                *range,
                format!("`{}` is no key that a tag can have", key.escape_debug()),
            );
        } else if key.to_lowercase().starts_with("aws:") {
            add(
                *range,
                format!("`{key}` starts with `aws:`, which AWS keeps for itself"),
            );
        }
        if let Some(text) = value.get(key).and_then(AttrValue::as_str)
            && (text.chars().count() > 256 || !allowed(text))
        {
            add(
                literal.range,
                format!(
                    "the tag `{}` has a value that AWS refuses",
                    key.escape_debug()
                ),
            );
        }
    }
    mistakes
}

/// Debian's rule for package names (Debian Policy 5.6.1), with an optional `=version`.
fn package(name: &str) -> Fault {
    let (bare, version) = name
        .split_once('=')
        .map_or((name, None), |(name, version)| (name, Some(version)));
    let fine = bare.len() >= 2
        && bare.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && bare
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c))
        && version.is_none_or(|version| {
            !version.is_empty()
                && version
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+.-~:".contains(c))
        });
    if fine {
        return None;
    }
    fault(
        format!("`{}` is no name of a Debian package", name.escape_debug()),
        "write the package's name, such as `\"ffmpeg\"`",
    )
}

fn url_path(path: &str) -> Fault {
    let fine = path.starts_with('/')
        && path
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%{}".contains(c));
    if fine {
        return None;
    }
    let help = if path.starts_with('/') {
        "write other characters percent-encoded".to_owned()
    } else {
        format!("write `\"/{}\"`", path.escape_debug())
    };
    fault(
        format!("`{}` is no path of a URL", path.escape_debug()),
        help,
    )
}

fn domain(name: &str) -> Fault {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if name.len() <= 253 && name.contains('.') && name.split('.').all(label) {
        return None;
    }
    fault(
        format!("`{}` is no domain name", name.escape_debug()),
        "write it in lower case without scheme or path, such as `\"shop.example.com\"`",
    )
}

fn zone(id: &str) -> Fault {
    let fine =
        id.starts_with('Z') && id.len() <= 32 && id.chars().all(|c| c.is_ascii_alphanumeric());
    if fine {
        return None;
    }
    fault(
        format!("`{}` is no id of a Route 53 hosted zone", id.escape_debug()),
        "the id stands in the console beside the zone, such as `\"Z0123456789ABCDEFGHIJ\"`",
    )
}

fn plain_word(text: &str) -> Fault {
    let fine = !text.is_empty()
        && text.len() <= 64
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
    if fine {
        return None;
    }
    fault(
        format!(
            "`{}` holds characters that no such value has",
            text.escape_debug()
        ),
        "write letters, digits, `.` and `-`",
    )
}

fn key_attribute(text: &str) -> Fault {
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    if !name.is_empty() && name.len() <= 255 {
        return None;
    }
    fault(
        "a key names an attribute of 1 to 255 characters",
        "write `\"id\"`, or `\"id:number\"` for a key that is a number",
    )
}

fn existing(value: &AttrValue, literal: &Literal) -> Vec<Mistake> {
    let text = |key: &str| value.get(key).and_then(AttrValue::as_str);
    let range = |key: &str| literal.get(key).map_or(literal.range, |found| found.range);
    let mut mistakes = Vec::new();
    for key in ["arn", "secret"] {
        // On any cluster a secret is the name of an entry, which only the platform can tell.
        let is_name = |text: &str| {
            key == "secret"
                && !text.is_empty()
                && !text.starts_with("arn:")
                && !text.contains(char::is_whitespace)
        };
        if let Some(arn) = text(key)
            && !is_name(arn)
            && !(arn.starts_with("arn:")
                && arn.split(':').count() >= 6
                && !arn.contains(char::is_whitespace))
        {
            mistakes.push(Mistake::value(
                range(key),
                format!("`{}` is no ARN", arn.escape_debug()),
                "an ARN has six parts: `arn:aws:service:region:account:resource`",
            ));
        }
    }
    if let Some(group) = text("security_group")
        && !is_aws_id(group, "sg-")
    {
        mistakes.push(Mistake::value(
            range("security_group"),
            format!("`{}` is no id of a security group", group.escape_debug()),
            "an id looks like `sg-0123456789abcdef0`",
        ));
    }
    if ["arn", "id", "endpoint"]
        .iter()
        .all(|key| text(key).is_none())
    {
        mistakes.push(Mistake::value(
            literal.range,
            "`existing` names nothing that is there",
            "give its `arn`, `id` or `endpoint`",
        ));
    }
    mistakes
}

/// Whether a text looks like an id of EC2 with this prefix.
pub fn is_aws_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        (8..=17).contains(&rest.len()) && rest.chars().all(|c| c.is_ascii_hexdigit())
    })
}
