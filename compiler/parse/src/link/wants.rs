//! Variables and fields whose values nothing shows: their declared types decide, once everything else
//! is known, and only where one value alone fits.

use std::collections::BTreeSet;

use super::machine::Machine;
use super::value::{FrameIx, Site, Sym, Tag, Value, ValueId, Values};
use crate::facts::{ExprId, Step};
use crate::knowledge::clients;

/// How deep the fields of an object are looked into for what it holds.
const MAX_DEPTH: usize = 3;

/// Something of a declared type whose value is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Want {
    /// `let pool: PgPool = context.get()`.
    Variable {
        frame: FrameIx,
        name: Sym,
        value: ExprId,
        ty: ExprId,
    },
    /// A field of an instance that nothing of the project fills.
    Field {
        instance: ValueId,
        name: Sym,
        /// The body of the class, in which the type is named.
        body: FrameIx,
        ty: ExprId,
    },
}

impl Machine<'_> {
    /// Notes that a variable's declared type is all that may tell its value.
    pub(crate) fn want_variable(
        &mut self,
        frame: FrameIx,
        name: &str,
        (value, ty): (ExprId, ExprId),
        values: &Values,
    ) {
        if self
            .program
            .file(self.frame(frame).file)
            .language()
            .gives_by_type
            && self.tell_nothing(values)
        {
            let name = self.values.sym(name);
            self.wants.insert(Want::Variable {
                frame,
                name,
                value,
                ty,
            });
        }
    }

    /// Notes the same of a field that has no value.
    pub(crate) fn want_field(&mut self, class: ValueId, instance: ValueId, name: &str) {
        let Value::Class { file, scope, body } = *self.values.get(self.values.untagged(class))
        else {
            return;
        };
        let loaded = self.program.file(file);
        let declared = loaded.fields[scope.0 as usize].get(name);
        let step = declared.map(|at| &loaded.scope(scope).steps[*at as usize]);
        if let (
            true,
            Some(Step::Bind {
                annotation: Some(ty),
                ..
            }),
        ) = (loaded.language().gives_by_type, step)
        {
            let name = self.values.sym(name);
            self.wants.insert(Want::Field {
                instance,
                name,
                body,
                ty: *ty,
            });
        }
    }

    /// Whether values say nothing of what they are: what libraries make of what klo does not see.
    fn tell_nothing(&self, values: &Values) -> bool {
        values.iter().all(|value| {
            self.values.tags(*value).is_empty()
                && match self.values.get(self.values.untagged(*value)) {
                    Value::Unknown => true,
                    Value::Object { .. } | Value::Member { .. } => {
                        let path = self.values.path(*value).unwrap_or_default();
                        !clients::is_client_type(&path)
                    }
                    _ => false,
                }
        })
    }

    /// Gives what is wanted where it is sure; whether anything was given.
    pub(crate) fn decide(&mut self) -> bool {
        let mut given = false;
        for want in self.wants.clone() {
            let (frame, ty) = match want {
                Want::Variable { frame, ty, .. } => (frame, ty),
                Want::Field { body, ty, .. } => (body, ty),
            };
            if !self.is_open(want) {
                continue;
            }
            let fitting: Values = self
                .expr(frame, ty)
                .into_iter()
                .flat_map(|ty| self.carriers(ty, frame))
                .collect();
            if fitting.is_empty() {
                continue;
            }
            self.wants.remove(&want);
            let one = self.is_one(&fitting);
            match want {
                Want::Variable { frame, name, .. } if one => self.pass(frame, name, fitting),
                Want::Field { instance, name, .. } if one => {
                    self.grow_field(instance, name, fitting);
                }
                _ => {
                    let tags: BTreeSet<Tag> = fitting
                        .iter()
                        .flat_map(|value| self.carried(*value, 0))
                        .collect();
                    let at = self.place_of_want(want);
                    self.undecided.insert((self.span(at), tags));
                }
            }
            given |= one;
        }
        given
    }

    /// Whether nothing gave it a value since.
    fn is_open(&self, want: Want) -> bool {
        let known = match want {
            Want::Variable { frame, name, .. } => self.frame(frame).vars.get(&name),
            Want::Field { instance, name, .. } => self.fields.get(&(instance, name)),
        };
        known.is_none_or(|values| self.tell_nothing(values))
    }

    fn place_of_want(&self, want: Want) -> Site {
        let (frame, expr) = match want {
            Want::Variable { frame, value, .. } => (frame, value),
            Want::Field { body, ty, .. } => (body, ty),
        };
        Site {
            file: self.frame(frame).file,
            expr,
        }
    }

    /// Values of a type that stand for annotated resources, or hold some.
    fn carriers(&mut self, ty: ValueId, reader: FrameIx) -> Values {
        let inner = self.values.untagged(ty);
        let may_carry = match self.values.get(inner) {
            Value::Class { .. } => true,
            Value::External(path) => clients::is_client_type(self.values.text(*path)),
            _ => false,
        };
        if !may_carry {
            return Values::new();
        }
        let found = self.of_type(ty, reader).into_iter();
        found
            .filter(|value| !self.carried(*value, 0).is_empty())
            .collect()
    }

    /// Whether values are one and the same as far as resources go, or implement one trait: a call
    /// through that is one of each.
    fn is_one(&self, values: &Values) -> bool {
        let kinds: BTreeSet<Option<ValueId>> = values
            .iter()
            .map(
                |value| match self.values.get(self.values.untagged(*value)) {
                    Value::Instance { class, .. } => Some(*class),
                    _ => None,
                },
            )
            .collect();
        let carried = values.iter().map(|value| self.carried(*value, 0));
        let carried: BTreeSet<BTreeSet<Tag>> = carried.collect();
        carried.len() <= 1 || kinds.len() == values.len()
    }

    /// The resources that a value stands for, its fields' among them.
    fn carried(&self, value: ValueId, depth: usize) -> BTreeSet<Tag> {
        let mut found: BTreeSet<Tag> = self.values.tags(value).into_iter().collect();
        let inner = self.values.untagged(value);
        let holds = matches!(
            self.values.get(inner),
            Value::Instance { .. } | Value::Container { .. }
        );
        if holds && depth < MAX_DEPTH {
            for name in self.field_names.get(&inner).into_iter().flatten() {
                let held = self.fields.get(&(inner, *name));
                for value in held.into_iter().flatten() {
                    found.extend(self.carried(*value, depth + 1));
                }
            }
        }
        found.retain(|tag| !self.is_read_by_value(*tag));
        found
    }
}
