//! Strings that are put together.

use super::machine::Machine;
use super::value::{FrameIx, Part, Value, Values};
use crate::facts::ExprId;

/// String variants that a concatenation is followed over.
const MAX_TEXTS: usize = 3;
/// Bytes up to which texts beside each other are one.
const MAX_MERGED: usize = 200;
/// Parts after which nothing more of a string is known. A URL has ten.
const MAX_PARTS: usize = 200;

impl Machine<'_> {
    pub(crate) fn eval_concat(&mut self, frame: FrameIx, parts: &[ExprId]) -> Values {
        let mut texts: Vec<Vec<Part>> = vec![Vec::new()];
        let mut tags = Vec::new();
        for part in parts {
            let values = self.expr(frame, *part);
            let mut options: Vec<Vec<Part>> = Vec::new();
            for value in &values {
                tags.extend(self.flowing_tags(*value));
                let inner = self.values.untagged(*value);
                match self.values.get(inner).clone() {
                    Value::Text(parts) => options.push(parts),
                    Value::Int(number) => {
                        let text = self.values.sym(&number.to_string());
                        options.push(vec![Part::Text(text)]);
                    }
                    Value::None => {}
                    _ => options.push(vec![Part::Unknown]),
                }
            }
            options.sort();
            options.dedup();
            if options.is_empty() {
                options.push(vec![Part::Unknown]);
            }
            texts = continued(texts, &options);
        }
        tags.sort_unstable();
        tags.dedup();
        let mut found = Values::new();
        for text in texts {
            let text = self.merged(text);
            let value = self.values.value(Value::Text(text));
            found.insert(self.values.tagged_all(value, &tags));
        }
        found
    }

    /// Parts with neighbouring texts as one, as long as that is short.
    fn merged(&mut self, parts: Vec<Part>) -> Vec<Part> {
        let mut found: Vec<Part> = Vec::with_capacity(parts.len());
        for part in parts {
            if let (Some(Part::Text(before)), Part::Text(text)) = (found.last(), &part) {
                let both = [self.values.text(*before), self.values.text(*text)].concat();
                if both.len() <= MAX_MERGED {
                    let both = self.values.sym(&both);
                    found.pop();
                    found.push(Part::Text(both));
                    continue;
                }
            }
            found.push(part);
        }
        found
    }
}

/// Texts, each with each of the options after it.
fn continued(texts: Vec<Vec<Part>>, options: &[Vec<Part>]) -> Vec<Vec<Part>> {
    if texts.iter().all(|text| text.len() > MAX_PARTS) {
        return texts;
    }
    let mut grown = Vec::new();
    for text in texts {
        if text.len() > MAX_PARTS {
            grown.push(text);
            continue;
        }
        for option in options.iter().take(MAX_TEXTS) {
            let mut whole = text.clone();
            whole.extend(option.iter().cloned());
            if whole.len() > MAX_PARTS {
                whole.truncate(MAX_PARTS);
                whole.push(Part::Unknown);
            }
            grown.push(whole);
        }
    }
    grown.truncate(MAX_TEXTS * MAX_TEXTS);
    grown
}
