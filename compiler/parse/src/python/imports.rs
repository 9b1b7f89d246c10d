//! Import statements in all their forms.

use klo_source::TextRange;

use super::syntax::{Field, Kind};
use super::walk::{Builder, Frame, What};
use crate::facts::{Import, ImportNames, Step};

impl Builder<'_> {
    /// `import …` or `from … import …`; of `__future__` nothing is imported.
    pub(super) fn import(&mut self, frame: &Frame) {
        match frame.kind {
            Kind::Import => self.import_modules(frame),
            Kind::ImportFrom => self.import_names(frame),
            _ => {}
        }
    }

    pub(super) fn aliased_import(&mut self, frame: &Frame) -> What {
        let children = &self.values[frame.base..];
        let range = |field: Field| {
            children
                .iter()
                .find(|value| value.field == field)
                .map(|value| value.range)
        };
        match (range(Field::Name), range(Field::Alias)) {
            (Some(name), Some(alias)) => What::Aliased(name, alias),
            _ => What::Nothing,
        }
    }

    fn import_modules(&mut self, frame: &Frame) {
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            let (name, alias) = match value.what {
                What::Aliased(name, alias) => (name, Some(self.slice(alias).to_owned())),
                _ if value.kind == Kind::DottedName => (value.range, None),
                _ => continue,
            };
            let (level, module) = dotted(self.slice(name));
            self.push_import(frame, level, module, ImportNames::Module { alias });
        }
    }

    fn import_names(&mut self, frame: &Frame) {
        let mut from: Option<TextRange> = None;
        let mut names = Vec::new();
        let mut star = false;
        for at in frame.base..self.values.len() {
            let value = self.values[at].take();
            match value.what {
                _ if value.field == Field::ModuleName => from = Some(value.range),
                What::Aliased(name, alias) => {
                    names.push((self.slice(name).to_owned(), self.slice(alias).to_owned()));
                }
                _ if value.kind == Kind::WildcardImport => star = true,
                _ if value.kind == Kind::DottedName => {
                    let name = self.slice(value.range);
                    names.push((name.to_owned(), name.to_owned()));
                }
                _ => {}
            }
        }
        let (level, module) = dotted(from.map_or("", |from| self.slice(from)));
        let names = if star {
            ImportNames::Star
        } else {
            ImportNames::Names(names)
        };
        self.push_import(frame, level, module, names);
    }

    fn push_import(&mut self, frame: &Frame, level: u32, module: Vec<String>, names: ImportNames) {
        self.steps().push(Step::Import(Import {
            level,
            module,
            names,
            range: frame.range,
            types_only: frame.types_only,
        }));
    }
}

/// Leading dots and the parts after them; blanks and line ends may stand between.
fn dotted(text: &str) -> (u32, Vec<String>) {
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let begin = text.find(is_word).unwrap_or(text.len());
    let level = text[..begin].matches('.').count() as u32;
    let parts = text[begin..]
        .split('.')
        .map(|part| part.chars().filter(|c| is_word(*c)).collect())
        .filter(|part: &String| !part.is_empty())
        .collect();
    (level, parts)
}
