//! What decoding a pack or a waiver file shares: places, mistakes, fields by name, parameters.

use indexmap::IndexMap;
use jiff::civil::Date;
use klo_config::yaml::YamlProblem;
use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{At, Code, Diagnostic};
use klo_intent::{
    AttrValue, Literal, LiteralKind, Mistake, MistakeKind, Type, decode, unknown_key,
};
use klo_source::{FileId, TextRange};

/// A parameter's value and where it stands; one that a child pack sets has the child's file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Param {
    /// The value in effect.
    pub(crate) literal: Literal,
    /// Where the value in effect is written.
    pub(crate) at: At,
    /// The value that the pack itself gives.
    pub(crate) own: Literal,
    /// Where the pack gives it.
    pub(crate) own_at: At,
}

/// Longest text of a pack or of waivers, in bytes: findings repeat reasons, a thousand times over.
const MOST_TEXT: usize = 4096;
/// Most bytes of text that parameters put in the place of `$name` in one pack.
const MOST_REPEATED: usize = 16 * 1024 * 1024;

/// Parameters by name, in the order written.
pub(crate) type Params = IndexMap<String, Param>;

/// A file that is being decoded, and the mistakes found so far.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    /// The file.
    pub(crate) file: FileId,
    /// The pack's parameters.
    pub(crate) params: &'a Params,
    /// Mistakes.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Bytes of text that parameters have repeated.
    pub(crate) repeated: usize,
}

/// The entries of a map whose keys are known.
#[derive(Debug)]
pub(crate) struct Fields<'l> {
    entries: &'l [(String, TextRange, Literal)],
    /// The map's own range.
    pub(crate) range: TextRange,
}

impl<'l> Fields<'l> {
    /// The value of a key that has one.
    pub(crate) fn get(&self, key: &str) -> Option<&'l Literal> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The range of a key, and its value.
    pub(crate) fn entry(&self, key: &str) -> Option<(TextRange, &'l Literal)> {
        let found = self.entries.iter().find(|(name, _, _)| name == key);
        found.map(|(_, range, value)| (*range, value))
    }
}

impl<'a> Reader<'a> {
    /// A file, of which nothing has been read.
    pub(crate) fn new(file: FileId, params: &'a Params) -> Self {
        Self {
            file,
            params,
            diagnostics: Vec::new(),
            repeated: 0,
        }
    }

    /// A place in the file.
    pub(crate) fn at(&self, range: TextRange) -> At {
        At::Span(range.in_file(self.file))
    }

    /// Reports a mistake.
    pub(crate) fn error(
        &mut self,
        code: Code,
        range: TextRange,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::error(code, self.at(range), message).help(help);
        self.diagnostics.push(diagnostic);
    }

    /// Reports a value that does not fit.
    pub(crate) fn wrong(
        &mut self,
        range: TextRange,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.error(codes::WRONG_IN_PACK, range, message, help);
    }

    /// Reports a word that nothing goes by.
    pub(crate) fn unknown(
        &mut self,
        range: TextRange,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.error(codes::UNKNOWN_IN_PACK, range, message, help);
    }

    /// Reports what decoding a value found.
    pub(crate) fn mistakes(&mut self, found: impl IntoIterator<Item = Mistake>) {
        for mistake in found {
            let code = match mistake.kind {
                MistakeKind::UnknownKey => codes::UNKNOWN_IN_PACK,
                MistakeKind::Value | MistakeKind::MissingKey => codes::WRONG_IN_PACK,
            };
            self.error(code, mistake.range, mistake.message, mistake.help);
        }
    }

    /// Reports what is wrong with the YAML itself.
    pub(crate) fn problems(&mut self, problems: Vec<YamlProblem>) {
        for problem in problems {
            let mut diagnostic = Diagnostic::error(
                codes::WRONG_IN_PACK,
                self.at(problem.range),
                problem.message,
            )
            .help(problem.help);
            if let Some(first) = problem.duplicate {
                diagnostic = diagnostic.related(self.at(first), "first here");
            }
            self.diagnostics.push(diagnostic);
        }
    }

    /// A map's entries by their known keys; unknown and missing ones are reported.
    pub(crate) fn fields<'l>(
        &mut self,
        owner: &str,
        literal: &'l Literal,
        known: &[&str],
        needed: &[&str],
    ) -> Option<Fields<'l>> {
        let entries = self.map(owner, literal)?;
        for (key, range, _) in entries {
            if !known.contains(&key.as_str()) {
                let mistake = unknown_key(owner, key, *range, known.iter().copied());
                self.mistakes([mistake]);
            }
        }
        let fields = Fields {
            entries,
            range: literal.range,
        };
        for key in needed {
            if fields.get(key).is_none() {
                let range = entries
                    .first()
                    .map_or(literal.range, |(_, range, _)| *range);
                self.wrong(
                    range,
                    format!("{owner} needs `{key}`"),
                    format!("add `{key}: …`"),
                );
            }
        }
        Some(fields)
    }

    /// The entries of a map.
    pub(crate) fn map<'l>(
        &mut self,
        owner: &str,
        literal: &'l Literal,
    ) -> Option<&'l [(String, TextRange, Literal)]> {
        match &literal.kind {
            LiteralKind::Map(entries) => Some(entries),
            _ => {
                let message = format!("{owner} is a map, not {}", literal.noun());
                self.wrong(
                    literal.range,
                    message,
                    "write `key: value` lines, or `{ key: value }`",
                );
                None
            }
        }
    }

    /// The items of a list.
    pub(crate) fn list<'l>(&mut self, owner: &str, literal: &'l Literal) -> &'l [Literal] {
        match &literal.kind {
            LiteralKind::List(items) => items,
            _ => {
                let message = format!("{owner} is a list, not {}", literal.noun());
                self.wrong(literal.range, message, "write `- …` lines, or `[ … ]`");
                &[]
            }
        }
    }

    /// A text that is not empty.
    pub(crate) fn text<'l>(&mut self, key: &str, literal: &'l Literal) -> Option<&'l str> {
        match literal.as_str() {
            Some(text) if text.len() > MOST_TEXT => {
                let message = format!(
                    "`{key}` is {} bytes long, more than {MOST_TEXT}",
                    text.len()
                );
                self.wrong(literal.range, message, "say it in fewer words");
                None
            }
            Some(text) if !text.trim().is_empty() => Some(text),
            Some(_) => {
                self.wrong(
                    literal.range,
                    format!("`{key}` is empty"),
                    "say it in a few words",
                );
                None
            }
            None => {
                let message = format!("`{key}` takes a string, not {}", literal.noun());
                self.wrong(literal.range, message, "write it in quotes");
                None
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, key: &str, literal: &Literal) -> Option<bool> {
        self.typed(&Type::Bool, key, literal)?.as_bool()
    }

    /// A day: `2026-12-31`.
    pub(crate) fn date(&mut self, key: &str, literal: &Literal) -> Option<Date> {
        let text = literal.as_str().unwrap_or_default();
        let date = super::date(text);
        if date.is_none() {
            let message = match literal.kind {
                LiteralKind::Str(_) => {
                    format!("`{key}` is `{}`, which is no day", text.escape_debug())
                }
                _ => format!("`{key}` takes a day, not {}", literal.noun()),
            };
            self.wrong(
                literal.range,
                message,
                "write year, month and day: `2026-12-31`",
            );
        }
        date
    }

    /// A value by its type, with parameters in their places.
    pub(crate) fn typed(&mut self, ty: &Type, key: &str, literal: &Literal) -> Option<AttrValue> {
        let literal = self.resolved(literal)?;
        match decode(ty, &literal, key, "") {
            Ok(value) => Some(value),
            Err(mistakes) => {
                self.mistakes(mistakes);
                None
            }
        }
    }

    /// A literal with parameters in the place of `$name`; `None` after a report.
    pub(crate) fn resolved(&mut self, literal: &Literal) -> Option<Literal> {
        let kind = match &literal.kind {
            LiteralKind::Str(text) => return self.parameter(text, literal),
            LiteralKind::List(items) => {
                let items: Vec<Option<Literal>> =
                    items.iter().map(|item| self.resolved(item)).collect();
                LiteralKind::List(items.into_iter().collect::<Option<_>>()?)
            }
            LiteralKind::Map(entries) => {
                let entries: Vec<Option<_>> = entries
                    .iter()
                    .map(|(key, range, value)| Some((key.clone(), *range, self.resolved(value)?)))
                    .collect();
                LiteralKind::Map(entries.into_iter().collect::<Option<_>>()?)
            }
            other => other.clone(),
        };
        Some(Literal {
            kind,
            range: literal.range,
        })
    }

    fn parameter(&mut self, text: &str, literal: &Literal) -> Option<Literal> {
        let plain = |text: &str| Literal {
            kind: LiteralKind::Str(text.to_owned()),
            range: literal.range,
        };
        let Some(name) = text.strip_prefix('$') else {
            return Some(plain(text));
        };
        if name.starts_with('$') {
            return Some(plain(name));
        }
        if let Some(param) = self.params.get(name) {
            self.repeated += param.literal.text_bytes();
            if self.repeated > MOST_REPEATED {
                let message =
                    format!("parameters repeat more than {MOST_REPEATED} bytes in this pack");
                self.wrong(literal.range, message, "shorten the parameter's value");
                return None;
            }
            return Some(moved(&param.literal, literal.range));
        }
        let known = || self.params.keys().map(String::as_str);
        let help = match klo_diagnostics::did_you_mean(name, known()) {
            Some(nearest) => format!("did you mean `${nearest}`?"),
            None if self.params.is_empty() => {
                "add it under `params`; a text that begins with `$` is written `$$`".to_owned()
            }
            None => format!("there is {}", klo_diagnostics::list_of(known())),
        };
        let message = format!("the pack has no parameter `{}`", name.escape_debug());
        self.unknown(literal.range, message, help);
        None
    }
}

/// The parameter that a literal is, if it is one as a whole.
pub(crate) fn parameter_name(literal: &Literal) -> Option<&str> {
    let name = literal.as_str()?.strip_prefix('$')?;
    (!name.starts_with('$')).then_some(name)
}

/// A literal with another range throughout: mistakes in a parameter's value are told where it is used.
fn moved(literal: &Literal, range: TextRange) -> Literal {
    let kind = match &literal.kind {
        LiteralKind::List(items) => {
            LiteralKind::List(items.iter().map(|item| moved(item, range)).collect())
        }
        LiteralKind::Map(entries) => LiteralKind::Map(
            entries
                .iter()
                .map(|(key, _, value)| (key.clone(), range, moved(value, range)))
                .collect(),
        ),
        other => other.clone(),
    };
    Literal { kind, range }
}
