//! Literals with others in them: lists, maps, objects, and types of which the first fits.

use indexmap::IndexMap;
use klo_diagnostics::did_you_mean;
use klo_source::TextRange;

use super::{Decoded, Decoder, Mistake, MistakeKind, describe, shorten, unknown_key, unsafe_text};
use crate::attribute::Type;
use crate::literal::{Literal, LiteralKind};
use crate::value::AttrValue;

/// Most entries of a list or map in a setting.
const MAX_ENTRIES: usize = 1000;

impl Decoder<'_> {
    pub(super) fn gpus(&self, items: &[Literal], literal: &Literal) -> Decoded {
        if items.is_empty() {
            return self.wrong(
                literal,
                "a list of GPU types cannot be empty",
                "name at least one type",
            );
        }
        self.list(&Type::Gpu, items, literal)
    }

    pub(super) fn list(&self, item: &Type, items: &[Literal], literal: &Literal) -> Decoded {
        if items.len() > MAX_ENTRIES {
            return self.too_many(literal);
        }
        let mut values = Vec::with_capacity(items.len());
        let mut mistakes = Vec::new();
        for literal in items {
            // A list of GPU types holds types, no lists of them.
            let decoded = match (item, &literal.kind) {
                (Type::Gpu, LiteralKind::List(_)) => self.mismatch(item, literal),
                _ => self.decode(item, literal),
            };
            match decoded {
                Ok(value) => values.push(value),
                Err(found) => mistakes.extend(found),
            }
        }
        finish(AttrValue::List(values), mistakes)
    }

    fn too_many(&self, literal: &Literal) -> Decoded {
        self.wrong(
            literal,
            format!("`{}` has more than {MAX_ENTRIES} entries", self.key),
            "",
        )
    }

    pub(super) fn map(
        &self,
        item: &Type,
        entries: &[(String, TextRange, Literal)],
        literal: &Literal,
    ) -> Decoded {
        if entries.len() > MAX_ENTRIES {
            return self.too_many(literal);
        }
        let mut values = IndexMap::new();
        let mut mistakes = Vec::new();
        for (key, range, literal) in entries {
            if let Some(fault) = unsafe_text(key) {
                mistakes.push(Mistake::value(*range, format!("this key {fault}"), ""));
                continue;
            }
            let inner = Decoder {
                key: &format!("{}.{key}", self.key),
                root: self.root,
            };
            match inner.decode(item, literal) {
                Ok(value) => {
                    values.insert(key.clone(), value);
                }
                Err(found) => mistakes.extend(found),
            }
        }
        finish(AttrValue::Map(values), mistakes)
    }

    pub(super) fn object(
        &self,
        keys: &[(&'static str, Type, bool)],
        entries: &[(String, TextRange, Literal)],
        literal: &Literal,
    ) -> Decoded {
        let mut mistakes = Vec::new();
        let mut values = IndexMap::new();
        for (key, range, _) in entries {
            if !keys.iter().any(|(known, _, _)| known == key) {
                mistakes.push(unknown_key(
                    &format!("`{}`", self.key),
                    key,
                    *range,
                    keys.iter().map(|(known, _, _)| *known),
                ));
            }
        }
        for (key, ty, required) in keys {
            let entry = entries.iter().find(|(name, _, _)| name == key);
            let Some((_, _, value)) = entry else {
                if *required {
                    mistakes.push(Mistake {
                        kind: MistakeKind::MissingKey,
                        range: literal.range,
                        message: format!("`{}` needs `{key}`", self.key),
                        help: format!("add `{key}`: {}", describe(ty)),
                    });
                }
                continue;
            };
            let inner = Decoder {
                key: &format!("{}.{key}", self.key),
                root: self.root,
            };
            match inner.decode(ty, value) {
                Ok(value) => {
                    values.insert((*key).to_owned(), value);
                }
                Err(found) => mistakes.extend(found),
            }
        }
        finish(AttrValue::Map(values), mistakes)
    }

    /// The first type that fits; else the mistakes of the one whose shape was written.
    pub(super) fn either(&self, types: &[Type], whole: &Type, literal: &Literal) -> Decoded {
        let mut nearest = None;
        for ty in types {
            match self.decode(ty, literal) {
                Ok(value) => return Ok(value),
                Err(mistakes) => {
                    let composite = matches!(ty, Type::Object(_) | Type::Map(_) | Type::List(_));
                    if composite && describe::shape_fits(ty, literal) {
                        nearest = Some(mistakes);
                    }
                }
            }
        }
        if let Some(mistakes) = nearest {
            return Err(mistakes);
        }
        if let LiteralKind::Str(text) = &literal.kind {
            if let Some(fault) = unsafe_text(text) {
                return self.wrong(literal, format!("`{}` {fault}", self.key), "");
            }
            let message = format!(
                "`{}` is `{}`, but takes {}",
                self.key,
                shorten(text),
                describe(whole)
            );
            let words = types.iter().filter_map(|ty| match ty {
                Type::Choice(words) => Some(words.iter().copied()),
                _ => None,
            });
            let help = did_you_mean(text, words.flatten())
                .map_or_else(String::new, |word| format!("did you mean `\"{word}\"`?"));
            return self.wrong(literal, message, help);
        }
        self.mismatch(whole, literal)
    }
}

fn finish(value: AttrValue, mistakes: Vec<Mistake>) -> Decoded {
    if mistakes.is_empty() {
        Ok(value)
    } else {
        Err(mistakes)
    }
}
