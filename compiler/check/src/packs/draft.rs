//! The heads of packs: what has to be known of all of them before any rule is decoded.

use klo_config::yaml::read_yaml;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Literal, LiteralKind};
use klo_source::{FileId, TextRange};

use super::reader::{Params, Reader};
use super::tiers::Tiers;

/// The format's version.
const FORMAT: i64 = 1;
const KEYS: [&str; 11] = [
    "klo-rules",
    "pack",
    "version",
    "extends",
    "tiers",
    "params",
    "choose",
    "defaults",
    "rules",
    "exceptions",
    "tests",
];

/// A pack whose head has been read.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) file: FileId,
    /// Where its name stands.
    pub(crate) at: At,
    pub(crate) extends: Vec<Extend>,
    pub(crate) tiers: Tiers,
    /// Its own parameters.
    pub(crate) params: Vec<(String, TextRange, Literal)>,
    /// The whole file.
    pub(crate) literal: Literal,
}

/// An entry of `extends`: `klo/baseline@1`.
#[derive(Debug, Clone)]
pub(crate) struct Extend {
    /// A pack's name, or the path of its file.
    pub(crate) name: String,
    /// The beginning of the version that is meant.
    pub(crate) version: Option<String>,
    pub(crate) at: At,
}

impl Extend {
    /// Whether it names a file and not a pack.
    pub(crate) fn is_path(&self) -> bool {
        self.name.starts_with('.') || self.name.ends_with(".yaml") || self.name.ends_with(".yml")
    }

    /// Whether a version begins as this asks.
    pub(crate) fn accepts(&self, version: &str) -> bool {
        self.version.as_deref().is_none_or(|wanted| {
            version
                .strip_prefix(wanted)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// The head of a pack; `None` where it has none. Packs that come with klo, which are `shipped`, have
/// names that no other may have.
pub(crate) fn draft(file: FileId, text: &str, shipped: bool) -> (Option<Draft>, Vec<Diagnostic>) {
    let params = Params::new();
    let mut reader = Reader::new(file, &params);
    let (literal, problems) = read_yaml(text);
    let unread = !problems.is_empty() && literal.is_none();
    reader.problems(problems);
    let draft = match literal {
        Some(literal) => head(&mut reader, literal, shipped),
        None => {
            if !unread {
                reader.wrong(
                    TextRange::default(),
                    "this file is empty, and a rule pack was asked for",
                    "a pack begins with `klo-rules: 1` and `pack: acme/platform`",
                );
            }
            None
        }
    };
    (draft, reader.diagnostics)
}

fn head(reader: &mut Reader<'_>, literal: Literal, shipped: bool) -> Option<Draft> {
    let needed = ["klo-rules", "pack", "version"];
    let fields = reader.fields("a rule pack", &literal, &KEYS, &needed)?;
    let format = fields.get("klo-rules")?;
    if format.kind != LiteralKind::Int(FORMAT) {
        let help = "this klo reads version 1; write `klo-rules: 1`";
        reader.wrong(
            format.range,
            "klo does not know this version of rule packs",
            help,
        );
        return None;
    }
    let at = fields.get("pack")?;
    let name = pack_name(reader, at, shipped)?;
    let version = match fields.get("version") {
        Some(version) => pack_version(reader, version)?,
        None => return None,
    };
    let extends = match fields.get("extends") {
        Some(list) => extends(reader, list),
        None => Vec::new(),
    };
    let tiers = fields
        .get("tiers")
        .map(|tiers| reader.tiers(tiers))
        .unwrap_or_default();
    let params = fields
        .get("params")
        .map(|params| parameters(reader, params))
        .unwrap_or_default();
    let at = reader.at(at.range);
    Some(Draft {
        name,
        version,
        file: reader.file,
        at,
        extends,
        tiers,
        params,
        literal,
    })
}

/// `acme/platform`: lower-case words, with `/` between them.
fn pack_name(reader: &mut Reader<'_>, literal: &Literal, shipped: bool) -> Option<String> {
    let name = reader.text("pack", literal)?;
    let fine = |part: &str| klo_intent::name_fault(part).is_none();
    if name.split('/').all(fine) && name.contains('/') {
        if name.starts_with("klo/") && !shipped {
            let message = format!("`{name}` is a name of klo's own packs");
            reader.wrong(
                literal.range,
                message,
                "begin it with your organization's name, as in `acme/platform`",
            );
            return None;
        }
        return Some(name.to_owned());
    }
    let message = format!("`{}` is no name of a pack", name.escape_debug());
    reader.wrong(
        literal.range,
        message,
        "write your organization and what the pack is for: `acme/platform`",
    );
    None
}

/// `1.4.0`; YAML reads `1.4` as a number, which has lost how it was written.
fn pack_version(reader: &mut Reader<'_>, literal: &Literal) -> Option<String> {
    let text = match &literal.kind {
        LiteralKind::Int(number) => number.to_string(),
        LiteralKind::Str(text) => text.clone(),
        _ => {
            reader.wrong(
                literal.range,
                "a pack's version is no text",
                "write three numbers, `1.4.0`, or put it in quotes",
            );
            return None;
        }
    };
    let fine = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if text.len() <= 40 && text.split('.').all(fine) {
        return Some(text);
    }
    let message = format!("`{}` is no version", text.escape_debug());
    reader.wrong(literal.range, message, "write three numbers: `1.4.0`");
    None
}

fn extends(reader: &mut Reader<'_>, literal: &Literal) -> Vec<Extend> {
    let mut found = Vec::new();
    for item in reader.list("`extends`", literal) {
        if let Some(text) = reader.text("extends", item) {
            let (name, version) = match text.rsplit_once('@') {
                Some((name, version)) => (name, Some(version.to_owned())),
                None => (text, None),
            };
            found.push(Extend {
                name: name.to_owned(),
                version,
                at: reader.at(item.range),
            });
        }
    }
    found
}

/// Parameters: plain values, and lists of them.
fn parameters(reader: &mut Reader<'_>, literal: &Literal) -> Vec<(String, TextRange, Literal)> {
    let mut found = Vec::new();
    for (name, range, value) in reader.map("`params`", literal).unwrap_or_default() {
        let plain = |literal: &Literal| {
            !matches!(
                literal.kind,
                LiteralKind::List(_) | LiteralKind::Map(_) | LiteralKind::Null
            )
        };
        let fine = match &value.kind {
            LiteralKind::List(items) => items.iter().all(plain),
            _ => plain(value),
        };
        let named = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !named || name.is_empty() {
            let message = format!("`{}` is no name of a parameter", name.escape_debug());
            reader.wrong(*range, message, "write letters, digits, `-` and `_`");
        } else if fine {
            found.push((name.clone(), *range, value.clone()));
        } else {
            let message = format!("the parameter `{name}` is {}", value.noun());
            reader.wrong(
                value.range,
                message,
                "a parameter is a number, a string, a flag or a list of them",
            );
        }
    }
    found
}
