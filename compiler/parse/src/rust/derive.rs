//! What derived traits define: `clap::Parser` reads arguments and variables into fields.

use klo_source::TextRange;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Field, Meta, Token};

use super::Builder;
use super::paths::name_of;
use crate::facts::{Argument, BindTarget, ExprId, ExprKind, ScopeKind, Step};

/// What `#[arg(…)]` says of a field.
#[derive(Default)]
struct Options {
    /// The variable; an empty name for one that follows the field's.
    env: Option<String>,
    default: Option<Expr>,
    flatten: bool,
}

impl Builder<'_> {
    /// Defines what a structure's derived traits do, into its open scope.
    pub(super) fn derived(&mut self, attributes: &[Attribute], name: &str, fields: &[&Field]) {
        if !derives(attributes, &["Parser", "Args", "StructOpt"]) {
            return;
        }
        let range = TextRange::new(0, 0);
        let range = attributes.first().map_or(range, |found| self.range(found));
        let kind = ScopeKind::Function {
            parameters: Vec::new(),
            returns: None,
            is_async: false,
            is_generator: false,
        };
        let scope = self.within(kind, "parse", range, range, |builder| {
            let callee = builder.expr(ExprKind::Name(name.to_owned()), range);
            let mut arguments = Vec::new();
            for field in fields {
                let Some(ident) = &field.ident else { continue };
                let field_name = name_of(ident);
                if let Some(value) = builder.argument_value(field, &field_name) {
                    arguments.push(Argument::Keyword(field_name, value));
                }
            }
            let value = builder.expr(ExprKind::Call { callee, arguments }, range);
            builder.step(Step::Return(value));
        });
        self.step(Step::Define(scope));
        for other in ["try_parse", "from_args", "parse_from"] {
            let value = self.expr(ExprKind::Lambda(scope), range);
            self.step(Step::Bind {
                target: BindTarget::Name(other.to_owned()),
                value: Some(value),
                annotation: None,
                range,
            });
        }
    }

    /// The variable that a field is read from, or its default.
    fn argument_value(&mut self, field: &Field, name: &str) -> Option<ExprId> {
        let range = self.range(field);
        let options = options(&field.attrs);
        if options.flatten {
            let ty = self.type_expr(&field.ty);
            let callee = self.expr(ExprKind::Attribute(ty, "parse".to_owned()), range);
            let arguments = Vec::new();
            return Some(self.expr(ExprKind::Call { callee, arguments }, range));
        }
        let default = options.default.map(|default| self.expression(&default));
        let Some(variable) = options.env else {
            return default;
        };
        let variable = if variable.is_empty() {
            name.to_uppercase()
        } else {
            variable
        };
        let path = ["std", "env", "var"].map(str::to_owned).to_vec();
        let callee = self.names(path, true, range);
        let variable = self.expr(ExprKind::Text(variable), range);
        let arguments = vec![Argument::Positional(variable)];
        let read = self.expr(ExprKind::Call { callee, arguments }, range);
        Some(match default {
            Some(default) => self.expr(ExprKind::Either(vec![read, default]), range),
            None => read,
        })
    }
}

/// Whether one of `traits` is derived.
pub(super) fn derives(attributes: &[Attribute], traits: &[&str]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("derive")
            && attribute
                .parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated)
                .is_ok_and(|paths| {
                    paths.iter().any(|path| {
                        path.segments
                            .last()
                            .is_some_and(|last| traits.iter().any(|name| last.ident == name))
                    })
                })
    })
}

fn options(attributes: &[Attribute]) -> Options {
    let mut found = Options::default();
    for attribute in attributes {
        let path = attribute.path();
        if !["arg", "clap", "command", "structopt"]
            .iter()
            .any(|name| path.is_ident(name))
        {
            continue;
        }
        let list = Punctuated::<Meta, Token![,]>::parse_terminated;
        for meta in attribute.parse_args_with(list).unwrap_or_default() {
            match meta {
                Meta::Path(path) if path.is_ident("env") => found.env = Some(String::new()),
                Meta::Path(path) if path.is_ident("flatten") => found.flatten = true,
                Meta::NameValue(named) if named.path.is_ident("env") => {
                    if let Expr::Lit(syn::ExprLit {
                        lit: syn::Lit::Str(text),
                        ..
                    }) = &named.value
                    {
                        found.env = Some(text.value());
                    }
                }
                Meta::NameValue(named)
                    if named.path.is_ident("default_value")
                        || named.path.is_ident("default_value_t") =>
                {
                    found.default = Some(named.value);
                }
                _ => {}
            }
        }
    }
    found
}
