//! Items: what a file or block defines.

use klo_source::TextRange;
use syn::{Attribute, FnArg, ImplItem, Item, ReturnType, TraitItem, UseTree};

use super::Builder;
use super::paths::{name_of, path_name};
use crate::facts::{
    BindTarget, ExprId, ExprKind, Import, ImportNames, ItemKind, Parameter, ParameterKind,
    ScopeKind, Step,
};

/// A function's signature as far as it counts.
pub(super) struct Callable<'a> {
    name: String,
    signature: &'a syn::Signature,
    attributes: &'a [Attribute],
    body: Option<&'a syn::Block>,
    range: TextRange,
}

impl Builder<'_> {
    pub(super) fn item(&mut self, item: &Item) {
        let range = self.item_extent(item);
        match item {
            Item::Fn(found) => self.function(&Callable {
                name: name_of(&found.sig.ident),
                signature: &found.sig,
                attributes: &found.attrs,
                body: Some(&found.block),
                range,
            }),
            Item::Static(found) => {
                self.value_item(&found.attrs, &found.ident, &found.ty, &found.expr, range);
            }
            Item::Const(found) => {
                self.value_item(&found.attrs, &found.ident, &found.ty, &found.expr, range);
            }
            Item::Struct(found) => self.structure(found, range),
            Item::Enum(found) => self.enumeration(found, range),
            Item::Trait(found) => self.trait_item(found, range),
            Item::Impl(found) => self.implementation(found, range),
            Item::Mod(found) => self.module(found, range),
            Item::Use(found) => {
                self.stands_not(&found.attrs, range, "a `use`");
                self.use_tree(&mut Vec::new(), &found.tree, range);
            }
            Item::ExternCrate(found) => {
                let name = name_of(&found.ident);
                let alias = found
                    .rename
                    .as_ref()
                    .map_or_else(|| name.clone(), |(_, n)| name_of(n));
                self.import(
                    0,
                    vec![name],
                    ImportNames::Module { alias: Some(alias) },
                    range,
                );
            }
            Item::Type(found) => {
                self.stands_not(&found.attrs, range, "a type alias");
                let value = self.type_expr(&found.ty);
                self.bind_item(&name_of(&found.ident), value, range);
            }
            Item::Macro(found) => self.macro_item(found, range),
            _ => self.stands_not(&[], range, "this item"),
        }
    }

    pub(super) fn import(
        &mut self,
        level: u32,
        module: Vec<String>,
        names: ImportNames,
        range: TextRange,
    ) {
        self.step(Step::Import(Import {
            level,
            module,
            names,
            range,
            types_only: false,
        }));
    }

    /// Binds a module to its name, as a value and as what paths begin with.
    fn bind_module(&mut self, level: u32, module: Vec<String>, name: &str, range: TextRange) {
        for alias in [name.to_owned(), path_name(name)] {
            let names = ImportNames::Module { alias: Some(alias) };
            self.import(level, module.clone(), names, range);
        }
    }

    pub(super) fn bind_item(&mut self, name: &str, value: ExprId, range: TextRange) {
        self.begins_at_once(name);
        self.step(Step::Bind {
            target: BindTarget::Name(name.to_owned()),
            value: Some(value),
            annotation: None,
            range,
        });
    }

    /// `static NAME: T = value;` and `const`.
    pub(super) fn value_item(
        &mut self,
        attributes: &[Attribute],
        name: &syn::Ident,
        ty: &syn::Type,
        value: &syn::Expr,
        range: TextRange,
    ) {
        let name = name_of(name);
        let declared = self.type_expr(ty);
        let value = self.typed_expression(value, Some(declared));
        self.bind_item(&name, value, range);
        let item = self.item_of(ItemKind::Assignment(value), Some(name), range);
        self.stands_on(attributes, item, range);
    }

    pub(super) fn function(&mut self, callable: &Callable<'_>) {
        let head_end = callable.body.map_or(callable.range.end, |body| {
            self.range_of(body.brace_token.span.open()).start
        });
        let head = self.head(callable.attributes, callable.range, head_end);
        let decorators = self.route_attributes(callable.attributes);
        let parameters = self.parameters(callable.signature);
        let returns = match &callable.signature.output {
            ReturnType::Type(_, ty) => Some(self.type_expr(ty)),
            ReturnType::Default => None,
        };
        let kind = ScopeKind::Function {
            parameters,
            returns,
            is_async: callable.signature.asyncness.is_some(),
            is_generator: false,
        };
        let scope = self.within(kind, &callable.name, head, callable.range, |builder| {
            builder.unpack_parameters(callable.signature);
            if let Some(body) = callable.body {
                let value = builder.block(body, returns);
                if let Some(value) = value {
                    builder.step(Step::Return(value));
                }
            }
        });
        self.facts.scopes[scope.0 as usize].decorators = decorators;
        self.step(Step::Define(scope));
        let item = self.item_of(ItemKind::Function(scope), Some(callable.name.clone()), head);
        self.stands_on(callable.attributes, item, head);
    }

    fn parameters(&mut self, signature: &syn::Signature) -> Vec<Parameter> {
        let mut found = Vec::new();
        for (index, input) in signature.inputs.iter().enumerate() {
            let (name, annotation) = match input {
                FnArg::Receiver(_) => ("self".to_owned(), None),
                FnArg::Typed(typed) => {
                    let name = match &*typed.pat {
                        syn::Pat::Ident(ident) => name_of(&ident.ident),
                        _ => format!("#{index}"),
                    };
                    (name, Some(self.type_expr(&typed.ty)))
                }
            };
            found.push(Parameter {
                name,
                kind: ParameterKind::Plain,
                annotation,
                default: None,
            });
        }
        found
    }

    /// `State(pool): State<PgPool>`: names inside a parameter's pattern.
    fn unpack_parameters(&mut self, signature: &syn::Signature) {
        for (index, input) in signature.inputs.iter().enumerate() {
            let FnArg::Typed(typed) = input else { continue };
            if matches!(&*typed.pat, syn::Pat::Ident(_)) {
                continue;
            }
            let range = self.range(&typed.pat);
            let value = self.expr(ExprKind::Name(format!("#{index}")), range);
            self.bind_pattern(&typed.pat, Some(value));
        }
    }

    fn structure(&mut self, found: &syn::ItemStruct, range: TextRange) {
        let name = name_of(&found.ident);
        let fields = found.fields.iter().collect::<Vec<_>>();
        let kind = ScopeKind::Class {
            bases: Vec::new(),
            keywords: self.serde_keywords(&found.attrs, &fields),
        };
        let brace = match &found.fields {
            syn::Fields::Named(fields) => self.range_of(fields.brace_token.span.open()).start,
            _ => range.end,
        };
        let head = self.head(&found.attrs, range, brace);
        let scope = self.within(kind, &name, head, range, |builder| {
            builder.fields(&fields);
            builder.derived(&found.attrs, &name, &fields);
        });
        self.step(Step::Define(scope));
        let item = self.item_of(ItemKind::Class(scope), Some(name), head);
        self.stands_on(&found.attrs, item, head);
    }

    /// Fields of a structure: declarations without a value.
    pub(super) fn fields(&mut self, fields: &[&syn::Field]) {
        for (index, field) in fields.iter().enumerate() {
            let range = self.range(*field);
            let name = field
                .ident
                .as_ref()
                .map_or_else(|| index.to_string(), name_of);
            let annotation = Some(self.type_expr(&field.ty));
            self.step(Step::Bind {
                target: BindTarget::Name(name.clone()),
                value: None,
                annotation,
                range,
            });
            let item = self.item_of(ItemKind::Declaration, Some(name), range);
            self.stands_on(&field.attrs, item, range);
        }
    }

    fn enumeration(&mut self, found: &syn::ItemEnum, range: TextRange) {
        let name = name_of(&found.ident);
        let head = self.head(
            &found.attrs,
            range,
            self.range_of(found.brace_token.span.open()).start,
        );
        let scope = self.within(class(Vec::new()), &name, head, range, |builder| {
            for variant in &found.variants {
                let range = builder.range(variant);
                let base = builder.expr(ExprKind::Name(name.clone()), range);
                let own = name_of(&variant.ident);
                let fields: Vec<&syn::Field> = variant.fields.iter().collect();
                let kind = ScopeKind::Class {
                    bases: vec![base],
                    keywords: builder.command_keyword(&found.attrs, variant, range),
                };
                let inner = builder.within(kind, &own, range, range, |builder| {
                    builder.fields(&fields);
                });
                builder.step(Step::Define(inner));
            }
        });
        self.step(Step::Define(scope));
        let item = self.item_of(ItemKind::Class(scope), Some(name), head);
        self.stands_on(&found.attrs, item, head);
    }

    fn trait_item(&mut self, found: &syn::ItemTrait, range: TextRange) {
        let bases: Vec<ExprId> = found
            .supertraits
            .iter()
            .filter_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => Some(self.path(&bound.path)),
                _ => None,
            })
            .collect();
        let head = self.head(
            &found.attrs,
            range,
            self.range_of(found.brace_token.span.open()).start,
        );
        self.stands_not(&found.attrs, head, "a trait");
        let name = name_of(&found.ident);
        let scope = self.within(class(bases), &name, head, range, |builder| {
            for item in &found.items {
                let range = builder.trait_extent(item);
                if let TraitItem::Fn(item) = item
                    && let Some(body) = &item.default
                {
                    builder.function(&Callable {
                        name: name_of(&item.sig.ident),
                        signature: &item.sig,
                        attributes: &item.attrs,
                        body: Some(body),
                        range,
                    });
                }
            }
        });
        self.step(Step::Define(scope));
    }

    /// `impl Trait for Type`: more of a type, wherever that is defined.
    fn implementation(&mut self, found: &syn::ItemImpl, range: TextRange) {
        let target = self.type_expr(&found.self_ty);
        let bases: Vec<ExprId> = found
            .trait_
            .iter()
            .map(|(path, _)| self.path(path))
            .collect();
        let head = self.head(
            &found.attrs,
            range,
            self.range_of(found.brace_token.span.open()).start,
        );
        self.stands_not(&found.attrs, head, "an `impl` block");
        let name = match &*found.self_ty {
            syn::Type::Path(ty) => ty.path.segments.last().map(|last| name_of(&last.ident)),
            _ => None,
        };
        let name = name.unwrap_or_else(|| "impl".to_owned());
        let scope = self.within(class(bases), &name, head, range, |builder| {
            for item in &found.items {
                let range = builder.member_extent(item);
                match item {
                    ImplItem::Fn(item) => builder.function(&Callable {
                        name: name_of(&item.sig.ident),
                        signature: &item.sig,
                        attributes: &item.attrs,
                        body: Some(&item.block),
                        range,
                    }),
                    ImplItem::Const(item) => {
                        builder.value_item(&item.attrs, &item.ident, &item.ty, &item.expr, range);
                    }
                    _ => {}
                }
            }
        });
        self.step(Step::Extend { target, scope });
    }

    fn module(&mut self, found: &syn::ItemMod, range: TextRange) {
        let name = name_of(&found.ident);
        let Some((brace, items)) = &found.content else {
            self.stands_not(&found.attrs, range, "a `mod`");
            let mut module = self.inline.clone();
            module.push(stated_path(&found.attrs).unwrap_or_else(|| name.clone()));
            self.bind_module(1, module, &name, range);
            return;
        };
        let head = self.head(&found.attrs, range, self.range_of(brace.span.open()).start);
        self.stands_not(&found.attrs, head, "a `mod`");
        if only_in_tests(&found.attrs) {
            return;
        }
        self.inline.push(name.clone());
        let scope = self.within(ScopeKind::Namespace, &name, head, range, |builder| {
            for item in items {
                builder.item(item);
            }
        });
        self.inline.pop();
        self.step(Step::Define(scope));
        let value = self.expr(ExprKind::Name(name.clone()), head);
        self.bind_item(&path_name(&name), value, head);
    }

    fn use_tree(&mut self, before: &mut Vec<String>, tree: &UseTree, range: TextRange) {
        match tree {
            UseTree::Path(found) => {
                before.push(name_of(&found.ident));
                self.use_tree(before, &found.tree, range);
                before.pop();
            }
            UseTree::Group(found) => {
                for tree in &found.items {
                    self.use_tree(before, tree, range);
                }
            }
            UseTree::Name(found) => {
                let name = name_of(&found.ident);
                let bound = match (name.as_str(), before.last()) {
                    ("self", Some(last)) => last.clone(),
                    _ => name.clone(),
                };
                self.use_name(before, &name, &bound, range);
            }
            UseTree::Rename(found) => {
                let (name, bound) = (name_of(&found.ident), name_of(&found.rename));
                if bound != "_" {
                    self.use_name(before, &name, &bound, range);
                }
            }
            UseTree::Glob(_) => self.use_all(before, range),
        }
    }

    fn use_name(&mut self, before: &[String], name: &str, bound: &str, range: TextRange) {
        let mut names = before.to_vec();
        if name != "self" || names.is_empty() {
            names.push(name.to_owned());
        }
        if names.len() == 1 && bound == names[0] {
            // `use serde;`: the crate is found by its name anyway.
            self.roots.entry(names.remove(0)).or_insert(range);
            return;
        }
        let value = self.names(names, true, range);
        self.bind_item(bound, value, range);
        if !bound.starts_with(char::is_uppercase) {
            self.bind_item(&path_name(bound), value, range);
        }
    }

    /// `use path::*`.
    fn use_all(&mut self, before: &[String], range: TextRange) {
        let supers = before.iter().take_while(|name| *name == "super").count();
        let inside = self.inline.len();
        let (level, around, rest) = match before.first().map(String::as_str) {
            Some("super") => {
                let above = supers.saturating_sub(inside) as u32;
                (1 + above, inside.saturating_sub(supers), &before[supers..])
            }
            Some("self") => (1, inside, &before[1..]),
            _ => (0, 0, before),
        };
        let module = [&self.inline[..around], rest].concat();
        self.import(level, module, ImportNames::Star, range);
    }
}

fn class(bases: Vec<ExprId>) -> ScopeKind {
    ScopeKind::Class {
        bases,
        keywords: Vec::new(),
    }
}

/// What `#[path = "…"]` says of a module's file, as a name that no module has.
fn stated_path(attributes: &[Attribute]) -> Option<String> {
    attributes
        .iter()
        .find_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(named) if named.path.is_ident("path") => match &named.value {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(path),
                    ..
                }) => Some(format!("{}{}", super::modules::PATH, path.value())),
                _ => None,
            },
            _ => None,
        })
}

/// Whether `#[cfg(test)]` stands on an item.
pub(super) fn only_in_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|name| name == "test")
    })
}
