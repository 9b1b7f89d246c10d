use crate::attribute::Type;
use crate::literal::{Literal, LiteralKind};
use crate::units::{Duration, Size};

/// What to write instead of a literal of another type; empty where nothing is obvious.
pub(super) fn instead(ty: &Type, literal: &Literal) -> String {
    match (ty, &literal.kind) {
        (Type::Int(..), LiteralKind::Str(text)) if text.parse::<i64>().is_ok() => {
            format!("write `{text}` without quotes")
        }
        (Type::Int(..), LiteralKind::Str(text)) if text.replace('_', "").parse::<i64>().is_ok() => {
            format!("write `{}`", text.replace('_', ""))
        }
        (Type::Number(..), LiteralKind::Str(text)) if text.parse::<f64>().is_ok() => {
            format!("write `{text}` without quotes")
        }
        (Type::Bool, LiteralKind::Str(text)) => match text.to_lowercase().as_str() {
            "true" | "yes" | "on" => "write `true` without quotes".to_owned(),
            "false" | "no" | "off" => "write `false` without quotes".to_owned(),
            _ => String::new(),
        },
        (Type::Bool, LiteralKind::Int(0)) => "write `false`".to_owned(),
        (Type::Bool, LiteralKind::Int(1)) => "write `true`".to_owned(),
        (Type::Size, LiteralKind::Int(number)) if *number >= 0 => {
            // Small numbers are meant as gibibytes, large ones as mebibytes; the reader decides.
            let unit = if *number < 64 { "Gi" } else { "Mi" };
            format!("write the unit, as in `\"{number}{unit}\"`")
        }
        (Type::Duration, LiteralKind::Int(number)) if *number >= 0 => {
            format!("write the unit, as in `\"{number}s\"`")
        }
        (Type::Text | Type::Name | Type::Choice(_) | Type::Path, LiteralKind::Int(number)) => {
            format!("write it in quotes: `\"{number}\"`")
        }
        (Type::Text | Type::Name | Type::Choice(_) | Type::Path, LiteralKind::Bool(flag)) => {
            format!("write it in quotes: `\"{flag}\"`")
        }
        // A number with a point has lost how it was written: 16.10 and 16.1 are the same.
        (Type::Text, LiteralKind::Float(_)) => "write it in quotes".to_owned(),
        (Type::List(_), LiteralKind::Str(text)) if text.len() < 60 => {
            format!("write a list: `[\"{}\"]`", text.escape_debug())
        }
        (Type::Int(..), LiteralKind::Float(_)) => "write it without a point".to_owned(),
        _ => String::new(),
    }
}

/// The number and unit of a measure as people write it, in lower case.
fn parts(text: &str) -> Option<(&str, String)> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    (digits > 0).then(|| (&text[..digits], text[digits..].trim().to_lowercase()))
}

/// How a size was probably meant.
pub(super) fn size_help(text: &str) -> String {
    let meant = parts(text).and_then(|(number, unit)| {
        let unit = match unit.as_str() {
            "k" | "kb" | "kib" | "ki" => "Ki",
            "m" | "mb" | "mib" | "mi" | "" => "Mi",
            "g" | "gb" | "gib" | "gi" => "Gi",
            "t" | "tb" | "tib" | "ti" => "Ti",
            _ => return None,
        };
        Some(format!("{number}{unit}")).filter(|meant| Size::parse(meant).is_ok())
    });
    match meant {
        Some(meant) => format!("write `\"{meant}\"`"),
        None => format!(
            "a size is a whole number with {}, such as `\"512Mi\"`",
            Size::UNITS
        ),
    }
}

/// How a duration was probably meant.
pub(super) fn duration_help(text: &str) -> String {
    let meant = parts(text).and_then(|(number, unit)| {
        let unit = match unit.as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" | "" => "s",
            "m" | "min" | "mins" | "minute" | "minutes" => "m",
            "h" | "hr" | "hrs" | "hour" | "hours" => "h",
            "d" | "day" | "days" => "d",
            _ => return None,
        };
        Some(format!("{number}{unit}")).filter(|meant| Duration::parse(meant).is_ok())
    });
    match meant {
        Some(meant) => format!("write `\"{meant}\"`"),
        None => format!(
            "a duration is a whole number with {}, such as `\"30s\"`",
            Duration::UNITS
        ),
    }
}
