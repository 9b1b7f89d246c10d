//! What derived traits define: `clap::Parser` reads arguments and variables into fields.

use klo_source::TextRange;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Field, Meta, Token};

use super::Builder;
use super::paths::name_of;
use crate::facts::{Argument, BindTarget, ExprId, ExprKind, ScopeKind, Step};
use crate::knowledge::rust;

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

    /// The keyword that says which command a case of an enumeration of commands is.
    pub(super) fn command_keyword(
        &mut self,
        enumeration: &[Attribute],
        variant: &syn::Variant,
        range: TextRange,
    ) -> Vec<(String, ExprId)> {
        let renamed = stated_option(enumeration, "rename_all").is_some();
        if renamed || !derives(enumeration, &["Subcommand", "StructOpt"]) {
            return Vec::new();
        }
        let stated = match stated_option(&variant.attrs, "name") {
            Some(Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(name),
                ..
            })) => Some(name.value()),
            Some(_) => return Vec::new(),
            None => None,
        };
        let name = stated.unwrap_or_else(|| klo_intent::kebab(&name_of(&variant.ident)));
        let name = self.expr(ExprKind::Text(name), range);
        vec![(rust::COMMAND.to_owned(), name)]
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
    for meta in told(attributes) {
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
    found
}

/// What clap's attributes say of an item.
fn told(attributes: &[Attribute]) -> impl Iterator<Item = Meta> {
    let own = attributes.iter().filter(|attribute| {
        ["arg", "clap", "command", "structopt"]
            .iter()
            .any(|name| attribute.path().is_ident(name))
    });
    own.flat_map(|attribute| {
        let list = Punctuated::<Meta, Token![,]>::parse_terminated;
        attribute.parse_args_with(list).unwrap_or_default()
    })
}

/// The value that clap's attributes give an option.
fn stated_option(attributes: &[Attribute], option: &str) -> Option<Expr> {
    told(attributes).find_map(|meta| match meta {
        Meta::NameValue(named) if named.path.is_ident(option) => Some(named.value),
        _ => None,
    })
}
