//! Paths: `crate::db::connect`, `Self::new`, `<T as Trait>::method`.

use klo_source::TextRange;
use syn::{Ident, PathArguments};

use super::Builder;
use crate::facts::{ExprId, ExprKind};

/// An identifier without `r#`.
pub(super) fn name_of(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// The name under which something that paths begin with is bound: variables of the same name are
/// told from it by the language, so they are here.
pub(super) fn path_name(name: &str) -> String {
    format!("{name}::")
}

impl Builder<'_> {
    /// The expression of a path: its first name, then members.
    pub(super) fn path(&mut self, path: &syn::Path) -> ExprId {
        let range = self.range(path);
        let names = path.segments.iter().map(|s| name_of(&s.ident)).collect();
        self.names(names, path.leading_colon.is_some(), range)
    }

    /// The expression of a path's names; `is_root` where the first cannot be a variable.
    pub(super) fn names(
        &mut self,
        mut names: Vec<String>,
        is_root: bool,
        range: TextRange,
    ) -> ExprId {
        let supers = names.iter().take_while(|name| *name == "super").count();
        let several = names.len() > 1;
        let (first, used) = match names.first().map(String::as_str) {
            None => return self.expr(ExprKind::Opaque(Vec::new()), range),
            Some("super") => (self.above(supers), supers),
            Some("self") if several => (self.above(0), 1),
            Some("Self") => (self.own_type(), 1),
            Some(name) => (Some(name.to_owned()), 1),
        };
        let rest = names.split_off(used.min(names.len()));
        let mut rest = rest.into_iter();
        let first = match first {
            Some(first) if (several || is_root) && !first.starts_with(char::is_uppercase) => {
                self.roots.entry(first.clone()).or_insert(range);
                path_name(&first)
            }
            Some(first) => first,
            // A name that this file defines, seen from a module inside it.
            None => match rest.next() {
                Some(name) if rest.len() > 0 && !name.starts_with(char::is_uppercase) => {
                    path_name(&name)
                }
                Some(name) => name,
                None => return self.expr(ExprKind::Opaque(Vec::new()), range),
            },
        };
        let mut found = self.expr(ExprKind::Name(first), range);
        for name in rest {
            found = self.expr(ExprKind::Attribute(found, name), range);
        }
        found
    }

    /// The name that stands for the module `levels` above; `None` for one of this file, whose names
    /// are looked up as they are.
    fn above(&self, levels: usize) -> Option<String> {
        let inside = self.inline.len();
        if levels <= inside && inside > 0 {
            return None;
        }
        match levels - inside {
            0 => Some("self".to_owned()),
            above => Some(vec!["super"; above].join("::")),
        }
    }

    /// The name of the type that `Self` is here.
    fn own_type(&self) -> Option<String> {
        let mut at = Some(self.scope);
        while let Some(scope) = at {
            let found = &self.facts.scopes[scope.0 as usize];
            if matches!(found.kind, crate::facts::ScopeKind::Class { .. }) {
                return Some(found.name.clone());
            }
            at = found.parent;
        }
        Some("Self".to_owned())
    }

    /// The type between `::<` and `>` of a path's last part.
    pub(super) fn turbofish(&mut self, path: &syn::Path) -> Option<ExprId> {
        let arguments =
            path.segments
                .iter()
                .rev()
                .find_map(|segment| match &segment.arguments {
                    PathArguments::AngleBracketed(found) => Some(found),
                    _ => None,
                })?;
        self.type_argument(arguments)
    }

    /// The first type among generic arguments.
    pub(super) fn type_argument(
        &mut self,
        arguments: &syn::AngleBracketedGenericArguments,
    ) -> Option<ExprId> {
        arguments.args.iter().find_map(|argument| match argument {
            syn::GenericArgument::Type(syn::Type::Infer(_)) => None,
            syn::GenericArgument::Type(ty) => Some(self.type_expr(ty)),
            _ => None,
        })
    }
}
