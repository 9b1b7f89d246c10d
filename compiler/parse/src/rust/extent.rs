//! Where parts of the syntax tree begin and end. The tree's own answer writes out every token of a
//! part, which for a chain of calls would be done again at each of its links.

use klo_source::TextRange;
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ImplItem, Item, TraitItem};

use super::Builder;

impl Builder<'_> {
    /// The range of an expression.
    pub(super) fn extent(&self, expr: &Expr) -> TextRange {
        self.between(first_of(expr), last_of(expr))
    }

    /// The range of an item, its attributes included.
    pub(super) fn item_extent(&self, item: &Item) -> TextRange {
        match item {
            Item::Fn(found) => {
                let first = first_attribute(&found.attrs).unwrap_or_else(|| {
                    let vis = self.visible(&found.vis);
                    vis.unwrap_or_else(|| signature_start(&found.sig))
                });
                self.between(first, found.block.brace_token.span.close())
            }
            Item::Impl(found) => {
                let first = first_attribute(&found.attrs);
                let first = first.unwrap_or(found.impl_token.span);
                self.between(first, found.brace_token.span.close())
            }
            Item::Trait(found) => {
                let first = first_attribute(&found.attrs);
                let first = first.or_else(|| self.visible(&found.vis));
                let first = first.unwrap_or(found.trait_token.span);
                self.between(first, found.brace_token.span.close())
            }
            Item::Mod(found) => {
                let first = first_attribute(&found.attrs);
                let first = first.or_else(|| self.visible(&found.vis));
                let first = first.unwrap_or(found.mod_token.span);
                let last = match (&found.content, &found.semi) {
                    (Some((brace, _)), _) => brace.span.close(),
                    (None, Some(semi)) => semi.span,
                    (None, None) => found.ident.span(),
                };
                self.between(first, last)
            }
            item => self.range(item),
        }
    }

    /// The range of a method or constant of an `impl` block.
    pub(super) fn member_extent(&self, item: &ImplItem) -> TextRange {
        match item {
            ImplItem::Fn(found) => {
                let first = first_attribute(&found.attrs).unwrap_or_else(|| {
                    let vis = self.visible(&found.vis);
                    vis.unwrap_or_else(|| signature_start(&found.sig))
                });
                self.between(first, found.block.brace_token.span.close())
            }
            item => self.range(item),
        }
    }

    /// The range of a method of a trait.
    pub(super) fn trait_extent(&self, item: &TraitItem) -> TextRange {
        match item {
            TraitItem::Fn(found) => {
                let first = first_attribute(&found.attrs);
                let first = first.unwrap_or_else(|| signature_start(&found.sig));
                let last = found.default.as_ref();
                let last =
                    last.map_or(found.sig.ident.span(), |body| body.brace_token.span.close());
                self.between(first, last)
            }
            item => self.range(item),
        }
    }

    /// The range of a `let`.
    pub(super) fn local_extent(&self, local: &syn::Local) -> TextRange {
        let first = first_attribute(&local.attrs).unwrap_or(local.let_token.span);
        self.between(first, local.semi_token.span)
    }

    fn visible(&self, visibility: &syn::Visibility) -> Option<Span> {
        match visibility {
            syn::Visibility::Inherited => None,
            found => Some(found.span()),
        }
    }

    fn between(&self, first: Span, last: Span) -> TextRange {
        self.span_of(self.range_of(first).start, self.range_of(last).end)
    }
}

/// Whether an attribute stands before its item, and not in the item's body as `#![…]` and `//!` do.
pub(super) fn is_outer(attribute: &syn::Attribute) -> bool {
    matches!(attribute.style, syn::AttrStyle::Outer)
}

fn first_attribute(attributes: &[syn::Attribute]) -> Option<Span> {
    // What is written inside of the braces comes after the item's first token.
    let mut outer = attributes.iter().filter(|found| is_outer(found));
    outer.next().map(|found| found.pound_token.span)
}

fn signature_start(signature: &syn::Signature) -> Span {
    let constness = signature.constness.as_ref().map(|token| token.span);
    let asyncness = signature.asyncness.as_ref().map(|token| token.span);
    let safety = match &signature.safety {
        syn::Safety::Unsafe(token) => Some(token.span),
        _ => None,
    };
    constness
        .or(asyncness)
        .or(safety)
        .unwrap_or(signature.fn_token.span)
}

/// The first token of an expression.
fn first_of(expr: &Expr) -> Span {
    let mut at = expr;
    loop {
        at = match at {
            Expr::MethodCall(found) => &found.receiver,
            Expr::Field(found) => &found.base,
            Expr::Call(found) => &found.func,
            Expr::Index(found) => &found.expr,
            Expr::Await(found) => &found.base,
            Expr::Try(found) => &found.expr,
            Expr::Binary(found) => &found.left,
            Expr::Cast(found) => &found.expr,
            Expr::Assign(found) => &found.left,
            found => return own_first(found),
        };
    }
}

fn own_first(expr: &Expr) -> Span {
    match expr {
        Expr::Closure(found) => {
            let constness = found.constness.as_ref().map(|token| token.span);
            let asyncness = found.asyncness.as_ref().map(|token| token.span);
            let capture = found.capture.as_ref().map(|token| token.span);
            let first = constness.or(asyncness).or(capture);
            first.unwrap_or(found.inputs_begin.span)
        }
        Expr::Async(found) => found.async_token.span,
        Expr::Block(found) => found.block.brace_token.span.open(),
        Expr::Unsafe(found) => found.unsafe_token.span,
        Expr::Const(found) => found.const_token.span,
        Expr::TryBlock(found) => found.try_token.span,
        Expr::If(found) => found.if_token.span,
        Expr::Match(found) => found.match_token.span,
        Expr::Loop(found) => found.loop_token.span,
        Expr::While(found) => found.while_token.span,
        Expr::ForLoop(found) => found.for_token.span,
        Expr::Let(found) => found.let_token.span,
        Expr::Return(found) => found.return_token.span,
        Expr::Break(found) => found.break_token.span,
        Expr::Reference(found) => found.and_token.span,
        Expr::Unary(found) => found.op.span(),
        Expr::Paren(found) => found.paren_token.span.open(),
        Expr::Tuple(found) => found.paren_token.span.open(),
        Expr::Array(found) => found.bracket_token.span.open(),
        Expr::Repeat(found) => found.bracket_token.span.open(),
        Expr::Struct(found) => found.path.span(),
        Expr::Macro(found) => found.mac.path.span(),
        Expr::Group(found) => first_of(&found.expr),
        Expr::Range(found) => match &found.start {
            Some(start) => first_of(start),
            None => found.limits.span(),
        },
        expr => expr.span(),
    }
}

/// The last token of an expression.
fn last_of(expr: &Expr) -> Span {
    let mut at = expr;
    loop {
        at = match at {
            Expr::Binary(found) => &found.right,
            Expr::Assign(found) => &found.right,
            Expr::Closure(found) => &found.body,
            Expr::Reference(found) => &found.expr,
            Expr::Unary(found) => &found.expr,
            Expr::Let(found) => &found.expr,
            Expr::Group(found) => &found.expr,
            Expr::Return(syn::ExprReturn {
                expr: Some(value), ..
            })
            | Expr::Break(syn::ExprBreak {
                expr: Some(value), ..
            })
            | Expr::Range(syn::ExprRange {
                end: Some(value), ..
            }) => value,
            Expr::If(found) => match &found.else_branch {
                Some((_, otherwise)) => otherwise,
                None => return found.then_branch.brace_token.span.close(),
            },
            found => return own_last(found),
        };
    }
}

fn own_last(expr: &Expr) -> Span {
    match expr {
        Expr::MethodCall(found) => found.paren_token.span.close(),
        Expr::Call(found) => found.paren_token.span.close(),
        Expr::Field(found) => found.member.span(),
        Expr::Index(found) => found.bracket_token.span.close(),
        Expr::Await(found) => found.await_token.span,
        Expr::Try(found) => found.question_token.span,
        Expr::Cast(found) => found.ty.span(),
        Expr::Async(found) => found.block.brace_token.span.close(),
        Expr::Block(found) => found.block.brace_token.span.close(),
        Expr::Unsafe(found) => found.block.brace_token.span.close(),
        Expr::Const(found) => found.block.brace_token.span.close(),
        Expr::TryBlock(found) => found.block.brace_token.span.close(),
        Expr::Match(found) => found.brace_token.span.close(),
        Expr::Loop(found) => found.body.brace_token.span.close(),
        Expr::While(found) => found.body.brace_token.span.close(),
        Expr::ForLoop(found) => found.body.brace_token.span.close(),
        Expr::Paren(found) => found.paren_token.span.close(),
        Expr::Tuple(found) => found.paren_token.span.close(),
        Expr::Array(found) => found.bracket_token.span.close(),
        Expr::Repeat(found) => found.bracket_token.span.close(),
        Expr::Struct(found) => found.brace_token.span.close(),
        Expr::Macro(found) => found.mac.delimiter.span().close(),
        Expr::Return(found) => found.return_token.span,
        Expr::Break(found) => found.break_token.span,
        Expr::Range(found) => found.limits.span(),
        expr => expr.span(),
    }
}
