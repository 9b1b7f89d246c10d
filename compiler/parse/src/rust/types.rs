//! Types as expressions: the type itself, without what it is wrapped in.

use syn::{GenericArgument, PathArguments, Type, TypeParamBound};

use super::Builder;
use super::paths::name_of;
use crate::facts::{ExprId, ExprKind};
use crate::knowledge::rust;

impl Builder<'_> {
    /// The expression of a type. `Arc<dyn Repository>` is `Repository`: a value of either is used in
    /// the same way.
    pub(super) fn type_expr(&mut self, ty: &Type) -> ExprId {
        let range = self.range(ty);
        match ty {
            Type::Reference(found) => self.type_expr(&found.elem),
            Type::Paren(found) => self.type_expr(&found.elem),
            Type::Group(found) => self.type_expr(&found.elem),
            Type::Ptr(found) => self.type_expr(&found.elem),
            Type::Slice(found) => self.type_expr(&found.elem),
            Type::Array(found) => self.type_expr(&found.elem),
            Type::TraitObject(found) => self.bounds(found.bounds.iter(), range),
            Type::ImplTrait(found) => self.bounds(found.bounds.iter(), range),
            Type::Tuple(found) => {
                let parts: Vec<ExprId> = found.elems.iter().map(|ty| self.type_expr(ty)).collect();
                self.expr(ExprKind::Sequence(parts), range)
            }
            Type::Path(found) => {
                if let Some(last) = found.path.segments.last()
                    && rust::is_wrapper(&name_of(&last.ident))
                    && let PathArguments::AngleBracketed(arguments) = &last.arguments
                    && let Some(inner) = arguments.args.iter().find_map(|argument| match argument {
                        GenericArgument::Type(ty) => Some(ty),
                        _ => None,
                    })
                {
                    return self.type_expr(inner);
                }
                self.path(&found.path)
            }
            _ => self.expr(ExprKind::Opaque(Vec::new()), range),
        }
    }

    /// The traits of `dyn A + B` or `impl A + B`; the first that says something.
    fn bounds<'b>(
        &mut self,
        bounds: impl Iterator<Item = &'b TypeParamBound>,
        range: klo_source::TextRange,
    ) -> ExprId {
        let traits: Vec<&syn::Path> = bounds
            .filter_map(|bound| match bound {
                TypeParamBound::Trait(found) => Some(&found.path),
                _ => None,
            })
            .collect();
        match traits.first() {
            Some(path) => self.path(path),
            None => self.expr(ExprKind::Opaque(Vec::new()), range),
        }
    }
}
