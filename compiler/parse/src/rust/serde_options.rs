//! What `#[serde(…)]` says of a structure's fields, kept as keywords of its class: under which name a
//! field is read, and whether it may be missing.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Field, Lit, Meta, Token, Type};

use super::Builder;
use super::derive::derives;
use super::paths::name_of;
use crate::facts::{ExprId, ExprKind};
use crate::knowledge::rust;

impl Builder<'_> {
    /// The keywords of a structure that serde reads.
    pub(super) fn serde_keywords(
        &mut self,
        attributes: &[Attribute],
        fields: &[&Field],
    ) -> Vec<(String, ExprId)> {
        let mut found = Vec::new();
        if !derives(attributes, &["Deserialize"]) {
            return found;
        }
        let all_default = metas(attributes)
            .iter()
            .any(|meta| meta.path().is_ident("default"));
        for field in fields {
            let Some(ident) = &field.ident else { continue };
            let range = self.range(*field);
            let mut add = |option: &str, kind: ExprKind| {
                let value = self.expr(kind, range);
                found.push((rust::field_keyword(&name_of(ident), option), value));
            };
            let metas = metas(&field.attrs);
            let has = |name: &str| metas.iter().any(|meta| meta.path().is_ident(name));
            if let Some(name) = metas.iter().find_map(renamed) {
                add(rust::RENAMED, ExprKind::Text(name));
            }
            if all_default || has("default") || is_option(&field.ty) {
                add(rust::OPTIONAL, ExprKind::Bool(true));
            }
            if has("flatten") {
                add(rust::FLATTENED, ExprKind::Bool(true));
            }
            if has("skip") || has("skip_deserializing") {
                add(rust::SKIPPED, ExprKind::Bool(true));
            }
        }
        found
    }
}

/// What stands in `#[serde(…)]`.
fn metas(attributes: &[Attribute]) -> Vec<Meta> {
    let list = Punctuated::<Meta, Token![,]>::parse_terminated;
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .flat_map(|attribute| attribute.parse_args_with(list).unwrap_or_default())
        .collect()
}

/// `rename = "name"`, `rename(deserialize = "name")`.
fn renamed(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(named) if named.path.is_ident("rename") => text_of(&named.value),
        Meta::List(list) if list.path.is_ident("rename") => {
            let inner = Punctuated::<Meta, Token![,]>::parse_terminated;
            let inner = list.parse_args_with(inner).ok()?;
            inner.iter().find_map(|meta| match meta {
                Meta::NameValue(named) if named.path.is_ident("deserialize") => {
                    text_of(&named.value)
                }
                _ => None,
            })
        }
        _ => None,
    }
}

fn text_of(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(syn::ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Option"),
        _ => false,
    }
}
