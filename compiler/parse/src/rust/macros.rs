//! Macros whose arguments are ordinary code, or known to mean something.

use klo_source::TextRange;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Macro, Token};

use super::Builder;
use super::paths::name_of;
use crate::facts::{Argument, ExprId, ExprKind, ImportNames, ItemKind, ScopeKind, Step};
use crate::knowledge::rust;

impl Builder<'_> {
    /// What a macro call is worth.
    pub(super) fn macro_call(&mut self, found: &Macro, range: TextRange) -> ExprId {
        let name = found
            .path
            .segments
            .last()
            .map(|last| name_of(&last.ident))
            .unwrap_or_default();
        match name.as_str() {
            "format" | "concat" | "format_args" => self.formatted(&found.tokens, range),
            "vec" | "join" | "try_join" | "routes" | "catchers" => {
                let items = self.arguments(&found.tokens);
                self.expr(ExprKind::Sequence(items), range)
            }
            "select" => self.select(&found.tokens, range),
            "path" => self.path_macro(found, range),
            _ if rust::is_query_macro(&name) => {
                let callee = self.path(&found.path);
                let arguments = self.arguments(&found.tokens);
                let arguments = arguments.into_iter().map(Argument::Positional).collect();
                self.expr(ExprKind::Call { callee, arguments }, range)
            }
            _ if found.path.segments.len() > 1 => {
                // What a crate's macro makes is used as what its functions make.
                let callee = self.path(&found.path);
                let arguments = self.arguments(&found.tokens);
                let arguments = arguments.into_iter().map(Argument::Positional).collect();
                self.expr(ExprKind::Call { callee, arguments }, range)
            }
            _ => {
                let parts = self.arguments(&found.tokens);
                self.expr(ExprKind::Opaque(parts), range)
            }
        }
    }

    /// Expressions between commas, or statements; nothing where it is no code.
    fn arguments(&mut self, tokens: &TokenStream) -> Vec<ExprId> {
        let list = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(items) = list.parse2(tokens.clone()) {
            return items.iter().map(|item| self.argument(item)).collect();
        }
        let Ok(statements) = syn::Block::parse_within.parse2(tokens.clone()) else {
            return Vec::new();
        };
        self.statements_of(&statements, None).into_iter().collect()
    }

    /// `name = value` in a macro names an argument and assigns nothing.
    fn argument(&mut self, argument: &Expr) -> ExprId {
        match argument {
            Expr::Assign(found) => self.expression(&found.right),
            argument => self.expression(argument),
        }
    }

    /// `format!("{}://{host}", scheme)`: literal pieces with values between.
    fn formatted(&mut self, tokens: &TokenStream, range: TextRange) -> ExprId {
        let list = Punctuated::<Expr, Token![,]>::parse_terminated;
        let Ok(items) = list.parse2(tokens.clone()) else {
            return self.expr(ExprKind::Opaque(Vec::new()), range);
        };
        let mut items = items.iter();
        let text = match items.next() {
            Some(Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            })) => text.value(),
            first => {
                let parts: Vec<&Expr> = first.into_iter().chain(items).collect();
                let parts = parts.into_iter().map(|part| self.argument(part)).collect();
                return self.expr(ExprKind::Concat(parts), range);
            }
        };
        let mut named = Vec::new();
        let mut ordered = Vec::new();
        for item in items {
            match item {
                Expr::Assign(found) => {
                    let value = self.expression(&found.right);
                    if let Expr::Path(path) = &*found.left
                        && let Some(name) = path.path.get_ident()
                    {
                        named.push((name_of(name), value));
                    }
                }
                item => ordered.push(self.expression(item)),
            }
        }
        let mut next = ordered.iter().copied();
        let mut parts = Vec::new();
        for piece in pieces(&text) {
            let part = match piece {
                Piece::Text(text) => self.expr(ExprKind::Text(text), range),
                Piece::Hole(name) if name.is_empty() => match next.next() {
                    Some(value) => value,
                    None => continue,
                },
                Piece::Hole(name) => {
                    let known = named.iter().find(|(known, _)| *known == name);
                    let by_place = name.parse::<usize>().ok().and_then(|at| ordered.get(at));
                    match known.map(|(_, value)| *value).or(by_place.copied()) {
                        Some(value) => value,
                        None => self.expr(ExprKind::Name(name), range),
                    }
                }
            };
            parts.push(part);
        }
        self.expr(ExprKind::Concat(parts), range)
    }

    /// `select! { value = future => body, … }`.
    fn select(&mut self, tokens: &TokenStream, range: TextRange) -> ExprId {
        let mut options = Vec::new();
        let arms = |input: syn::parse::ParseStream<'_>| {
            let mut arms = Vec::new();
            if input.peek(syn::Ident) && input.peek2(Token![;]) {
                input.parse::<syn::Ident>()?;
                input.parse::<Token![;]>()?;
            }
            while !input.is_empty() {
                if input.peek(Token![else]) {
                    input.parse::<Token![else]>()?;
                    input.parse::<Token![=>]>()?;
                    arms.push((None, None, input.parse::<Expr>()?));
                } else {
                    let pattern = syn::Pat::parse_multi(input)?;
                    input.parse::<Token![=]>()?;
                    let future = input.parse::<Expr>()?;
                    if input.peek(Token![,]) && input.peek2(Token![if]) {
                        input.parse::<Token![,]>()?;
                        input.parse::<Token![if]>()?;
                        input.parse::<Expr>()?;
                    }
                    input.parse::<Token![=>]>()?;
                    arms.push((Some(pattern), Some(future), input.parse::<Expr>()?));
                }
                if input.peek(Token![,]) {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(arms)
        };
        for (pattern, future, body) in arms.parse2(tokens.clone()).unwrap_or_default() {
            if let (Some(pattern), Some(future)) = (pattern, future) {
                let value = self.expression(&future);
                self.bind_pattern(&pattern, Some(value));
            }
            options.push(self.expression(&body));
        }
        self.expr(ExprKind::Either(options), range)
    }

    /// warp's `path!("orders" / u64)`: the path that it matches.
    fn path_macro(&mut self, found: &Macro, range: TextRange) -> ExprId {
        let callee = match found.path.segments.len() {
            1 => self.names(vec!["warp".to_owned(), "path".to_owned()], true, range),
            _ => self.path(&found.path),
        };
        let path: String = path_parts(&found.tokens)
            .iter()
            .map(|part| format!("/{}", part.as_deref().unwrap_or(rust::HOLE)))
            .collect();
        let path = self.expr(ExprKind::Text(path), range);
        let arguments = vec![Argument::Positional(path)];
        self.expr(ExprKind::Call { callee, arguments }, range)
    }

    /// A macro that defines items.
    pub(super) fn macro_item(&mut self, found: &syn::ItemMacro, range: TextRange) {
        self.stands_not(&found.attrs, range, "a macro call");
        let name = found
            .mac
            .path
            .segments
            .last()
            .map(|last| name_of(&last.ident));
        match name.as_deref() {
            Some("lazy_static") => self.lazy_statics(&found.mac.tokens),
            Some("thread_local") => {
                let statics = |input: syn::parse::ParseStream<'_>| {
                    let mut items = Vec::new();
                    while !input.is_empty() {
                        items.push(input.parse::<syn::ItemStatic>()?);
                    }
                    Ok(items)
                };
                for item in statics.parse2(found.mac.tokens.clone()).unwrap_or_default() {
                    let range = self.range(&item);
                    self.value_item(&item.attrs, &item.ident, &item.ty, &item.expr, range);
                }
            }
            Some(
                "include_proto" | "include" | "include_file_descriptor_set" | "include_modules",
            ) => {
                // What a build script wrote has names of its own.
                let module = rust::GENERATED.map(str::to_owned).to_vec();
                self.import(0, module, ImportNames::Star, range);
            }
            Some("macro_rules") | None => {}
            Some(_) => {
                // `cfg_if! { … }` and the like hold items.
                let items = |input: syn::parse::ParseStream<'_>| {
                    let mut items = Vec::new();
                    while !input.is_empty() {
                        items.push(input.parse::<syn::Item>()?);
                    }
                    Ok(items)
                };
                for item in items.parse2(found.mac.tokens.clone()).unwrap_or_default() {
                    self.item(&item);
                }
            }
        }
    }

    /// `static ref NAME: T = value;`
    fn lazy_statics(&mut self, tokens: &TokenStream) {
        let statics = |input: syn::parse::ParseStream<'_>| {
            let mut found = Vec::new();
            while !input.is_empty() {
                let attributes = Attribute::parse_outer(input)?;
                input.parse::<syn::Visibility>()?;
                input.parse::<Token![static]>()?;
                input.parse::<Token![ref]>()?;
                let name = input.parse::<syn::Ident>()?;
                input.parse::<Token![:]>()?;
                let ty = input.parse::<syn::Type>()?;
                input.parse::<Token![=]>()?;
                let value = input.parse::<Expr>()?;
                input.parse::<Token![;]>()?;
                found.push((attributes, name, ty, value));
            }
            Ok(found)
        };
        for (attributes, name, ty, value) in statics.parse2(tokens.clone()).unwrap_or_default() {
            let start = self.range(&name).start;
            let end = self.extent(&value).end;
            let range = self.span_of(start, end);
            let name = name_of(&name);
            let declared = self.type_expr(&ty);
            let (cell, value) = self.lazy_cell(&value, declared, range);
            self.bind_item(&name, cell, range);
            let item = self.item_of(ItemKind::Assignment(value), Some(name), range);
            self.stands_on(&attributes, item, range);
        }
    }

    /// `LazyLock::new(|| value)`, and the value inside.
    fn lazy_cell(&mut self, value: &Expr, declared: ExprId, range: TextRange) -> (ExprId, ExprId) {
        let kind = ScopeKind::Function {
            parameters: Vec::new(),
            returns: None,
            is_async: false,
            is_generator: false,
        };
        let mut inside = declared;
        let scope = self.within(kind, "<closure>", range, range, |builder| {
            inside = builder.typed_expression(value, Some(declared));
            builder.step(Step::Return(inside));
        });
        let maker = self.expr(ExprKind::Lambda(scope), range);
        let path = rust::MAKES_LAZY.split('.').map(str::to_owned).collect();
        let callee = self.names(path, true, range);
        let arguments = vec![Argument::Positional(maker)];
        let cell = self.expr(ExprKind::Call { callee, arguments }, range);
        (cell, inside)
    }

    /// Attributes that a web framework reads: `#[get("/orders")]`, as calls.
    pub(super) fn route_attributes(&mut self, attributes: &[Attribute]) -> Vec<ExprId> {
        let mut found = Vec::new();
        for attribute in attributes {
            let name = attribute
                .path()
                .segments
                .last()
                .map(|last| name_of(&last.ident));
            if !name.is_some_and(|name| rust::is_route_attribute(&name)) {
                continue;
            }
            let range = self.range(attribute);
            let callee = self.path(attribute.path());
            let list = Punctuated::<Expr, Token![,]>::parse_terminated;
            let given = match &attribute.meta {
                syn::Meta::List(list_of)
                    if matches!(list_of.delimiter, syn::MacroDelimiter::Paren(_)) =>
                {
                    list.parse2(list_of.tokens.clone()).unwrap_or_default()
                }
                _ => Punctuated::new(),
            };
            let mut arguments = Vec::new();
            for argument in &given {
                match argument {
                    Expr::Assign(named) => {
                        let value = self.expression(&named.right);
                        let name = self.text_of(&named.left);
                        arguments.push(Argument::Keyword(name, value));
                    }
                    argument => {
                        let value = self.expression(argument);
                        arguments.push(Argument::Positional(value));
                    }
                }
            }
            found.push(self.expr(ExprKind::Call { callee, arguments }, range));
        }
        found
    }

    fn text_of(&self, expr: &Expr) -> String {
        let range = self.extent(expr);
        self.text[range.start as usize..range.end as usize].to_owned()
    }
}

/// The parts of a path between its slashes: texts, and types of parameters as `None`. Two dots at its
/// end say that more may follow.
fn path_parts(tokens: &TokenStream) -> Vec<Option<String>> {
    let mut parts: Vec<Option<String>> = Vec::new();
    let mut begins = true;
    for token in tokens.clone() {
        match token {
            TokenTree::Punct(sign) if sign.as_char() == '/' => begins = true,
            TokenTree::Punct(sign) if begins && sign.as_char() == '.' => begins = false,
            token if begins => {
                begins = false;
                let text = syn::parse2::<syn::LitStr>(token.into());
                parts.push(text.ok().map(|text| text.value()));
            }
            _ => {}
        }
    }
    parts
}

/// A part of a format string.
enum Piece {
    Text(String),
    /// `{}`, `{0}` or `{name}`, without what is behind a colon.
    Hole(String),
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut plain = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' if rest.peek() == Some(&'{') => {
                rest.next();
                plain.push('{');
            }
            '}' => {
                rest.next_if_eq(&'}');
                plain.push('}');
            }
            '{' => {
                if !plain.is_empty() {
                    found.push(Piece::Text(std::mem::take(&mut plain)));
                }
                let hole: String = rest.by_ref().take_while(|c| *c != '}').collect();
                let name = hole.split(':').next().unwrap_or("").trim().to_owned();
                found.push(Piece::Hole(name));
            }
            c => plain.push(c),
        }
    }
    if !plain.is_empty() {
        found.push(Piece::Text(plain));
    }
    found
}
