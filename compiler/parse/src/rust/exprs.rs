//! Expressions. What hands a value on unchanged (references, `?`, `await`, `clone`) is looked
//! through, so that a value is followed by what it is.

use klo_source::TextRange;
use syn::{Expr, Lit, UnOp};

use super::Builder;
use super::paths::name_of;
use crate::facts::{
    Argument, BindTarget, Branch, ExprId, ExprKind, Parameter, ParameterKind, ScopeKind, Step,
};
use crate::knowledge::rust;

/// The keyword under which a call's type argument stands among its arguments.
const TYPE_ARGUMENT: &str = rust::TYPE_ARGUMENT;

impl Builder<'_> {
    pub(super) fn expression(&mut self, expr: &Expr) -> ExprId {
        self.typed_expression(expr, None)
    }

    /// An expression whose type is stated where its value goes.
    pub(super) fn typed_expression(&mut self, expr: &Expr, declared: Option<ExprId>) -> ExprId {
        let range = self.extent(expr);
        match expr {
            Expr::Paren(found) => self.typed_expression(&found.expr, declared),
            Expr::Group(found) => self.typed_expression(&found.expr, declared),
            Expr::Reference(found) => self.typed_expression(&found.expr, declared),
            Expr::Try(found) => self.typed_expression(&found.expr, declared),
            Expr::Cast(found) => self.expression(&found.expr),
            Expr::Await(found) => self.typed_expression(&found.base, declared),
            Expr::Unary(found) if matches!(found.op, UnOp::Deref(_)) => {
                self.expression(&found.expr)
            }
            Expr::Unary(found) => self.negated(found, range),
            Expr::Lit(found) => self.literal(&found.lit, range),
            Expr::Path(found) => self.path(&found.path),
            Expr::Field(found) => {
                let base = self.expression(&found.base);
                let name = self.member_name(&found.member);
                self.expr(ExprKind::Attribute(base, name), range)
            }
            Expr::Index(found) => {
                let base = self.expression(&found.expr);
                let index = self.expression(&found.index);
                self.expr(ExprKind::Index(base, index), range)
            }
            Expr::Call(found) => self.call(found, declared, range),
            Expr::MethodCall(found) => self.method_call(found, declared, range),
            Expr::Macro(found) => self.macro_call(&found.mac, range),
            Expr::Struct(found) => self.structure_value(found, range),
            Expr::Array(found) => self.sequence(found.elems.iter(), range),
            Expr::Tuple(found) => self.sequence(found.elems.iter(), range),
            Expr::Closure(found) => self.closure(found, range),
            Expr::Binary(found) => self.binary(found, range),
            Expr::Return(found) => {
                let value = self.part(found.expr.as_deref(), range);
                self.step(Step::Return(value));
                value
            }
            Expr::Break(found) => self.part(found.expr.as_deref(), range),
            Expr::Assign(found) => self.assignment(found, range),
            _ => self.control(expr, declared, range),
        }
    }

    /// Blocks, branches and loops: all of them run.
    fn control(&mut self, expr: &Expr, declared: Option<ExprId>, range: TextRange) -> ExprId {
        match expr {
            Expr::Block(found) => self.block_value(&found.block, declared, range),
            Expr::Unsafe(found) => self.block_value(&found.block, declared, range),
            Expr::Async(found) => self.block_value(&found.block, declared, range),
            Expr::Const(found) => self.block_value(&found.block, declared, range),
            Expr::TryBlock(found) => self.block_value(&found.block, declared, range),
            Expr::Loop(found) => self.block_value(&found.body, None, range),
            Expr::If(found) => {
                let condition = self.expression(&found.cond);
                self.step(Step::Do(condition));
                let mut options = vec![self.block_value(&found.then_branch, declared, range)];
                if let Some((_, otherwise)) = &found.else_branch {
                    let then = self.range_of(found.then_branch.brace_token.span.join());
                    let branches = [then, self.extent(otherwise)];
                    let branches = branches.map(|range| Branch { range, case: None });
                    self.facts.choices.push(branches.to_vec());
                    options.push(self.typed_expression(otherwise, declared));
                }
                self.expr(ExprKind::Either(options), range)
            }
            Expr::While(found) => {
                let condition = self.expression(&found.cond);
                self.step(Step::Do(condition));
                self.block_value(&found.body, None, range)
            }
            Expr::Let(found) => {
                let value = self.expression(&found.expr);
                self.bind_pattern(&found.pat, Some(value));
                self.expr(ExprKind::Opaque(vec![value]), range)
            }
            Expr::ForLoop(found) => {
                let values = self.expression(&found.expr);
                let of = self.extent(&found.expr);
                let element = self.expr(ExprKind::Element(values), of);
                self.bind_pattern(&found.pat, Some(element));
                self.block_value(&found.body, None, range)
            }
            Expr::Match(found) => {
                let value = self.expression(&found.expr);
                let branches = found.arms.iter().map(|arm| Branch {
                    range: self.extent(&arm.body),
                    case: case_of(&arm.pat),
                });
                let branches: Vec<Branch> = branches.collect();
                self.facts.choices.push(branches);
                let mut options = Vec::new();
                for arm in &found.arms {
                    self.bind_pattern(&arm.pat, Some(value));
                    options.push(self.typed_expression(&arm.body, declared));
                }
                self.expr(ExprKind::Either(options), range)
            }
            Expr::Range(found) => {
                let ends = [&found.start, &found.end];
                let ends: Vec<&Expr> = ends.into_iter().flatten().map(|end| &**end).collect();
                self.opaque(ends.into_iter(), range)
            }
            Expr::Repeat(found) => self.sequence(std::iter::once(&*found.expr), range),
            Expr::RawAddr(found) => self.expression(&found.expr),
            Expr::Yield(found) => self.part(found.expr.as_deref(), range),
            _ => self.expr(ExprKind::Opaque(Vec::new()), range),
        }
    }

    fn part(&mut self, value: Option<&Expr>, range: TextRange) -> ExprId {
        match value {
            Some(value) => self.expression(value),
            None => self.expr(ExprKind::None, range),
        }
    }

    fn block_value(
        &mut self,
        block: &syn::Block,
        declared: Option<ExprId>,
        range: TextRange,
    ) -> ExprId {
        match self.block(block, declared) {
            Some(value) => value,
            None => self.expr(ExprKind::Opaque(Vec::new()), range),
        }
    }

    pub(super) fn sequence<'e>(
        &mut self,
        items: impl Iterator<Item = &'e Expr>,
        range: TextRange,
    ) -> ExprId {
        let items: Vec<ExprId> = items.map(|item| self.expression(item)).collect();
        self.expr(ExprKind::Sequence(items), range)
    }

    pub(super) fn opaque<'e>(
        &mut self,
        parts: impl Iterator<Item = &'e Expr>,
        range: TextRange,
    ) -> ExprId {
        let parts: Vec<ExprId> = parts.map(|part| self.expression(part)).collect();
        self.expr(ExprKind::Opaque(parts), range)
    }

    fn negated(&mut self, found: &syn::ExprUnary, range: TextRange) -> ExprId {
        let value = self.expression(&found.expr);
        match (&found.op, &self.facts.expr(value).kind) {
            (UnOp::Neg(_), ExprKind::Int(number)) => {
                let number = number.saturating_neg();
                self.expr(ExprKind::Int(number), range)
            }
            _ => self.expr(ExprKind::Opaque(vec![value]), range),
        }
    }

    pub(super) fn literal(&mut self, literal: &Lit, range: TextRange) -> ExprId {
        let kind = match literal {
            Lit::Str(text) => ExprKind::Text(text.value()),
            Lit::ByteStr(text) => {
                ExprKind::Text(String::from_utf8_lossy(&text.value()).into_owned())
            }
            Lit::Int(number) => match number.base10_parse() {
                Ok(number) => ExprKind::Int(number),
                Err(_) => ExprKind::Opaque(Vec::new()),
            },
            Lit::Float(number) => match number.base10_parse() {
                Ok(number) => ExprKind::Float(number),
                Err(_) => ExprKind::Opaque(Vec::new()),
            },
            Lit::Bool(flag) => ExprKind::Bool(flag.value),
            _ => ExprKind::Opaque(Vec::new()),
        };
        self.expr(kind, range)
    }

    fn binary(&mut self, found: &syn::ExprBinary, range: TextRange) -> ExprId {
        let left = self.expression(&found.left);
        let right = self.expression(&found.right);
        let kind = match found.op {
            syn::BinOp::Add(_) => ExprKind::Concat(vec![left, right]),
            _ => ExprKind::Opaque(vec![left, right]),
        };
        self.expr(kind, range)
    }

    fn assignment(&mut self, found: &syn::ExprAssign, range: TextRange) -> ExprId {
        let value = self.expression(&found.right);
        let target = match &*found.left {
            Expr::Path(path) if path.path.get_ident().is_some() => path
                .path
                .get_ident()
                .map(|name| BindTarget::Name(name_of(name))),
            Expr::Field(field) => {
                let base = self.expression(&field.base);
                Some(BindTarget::Attribute(base, self.member_name(&field.member)))
            }
            Expr::Index(index) => {
                let base = self.expression(&index.expr);
                let key = self.expression(&index.index);
                Some(BindTarget::Index(base, key))
            }
            _ => None,
        };
        self.step(Step::Bind {
            target: target.unwrap_or(BindTarget::Ignored),
            value: Some(value),
            annotation: None,
            range,
        });
        value
    }

    /// A call of a path. Those that only wrap their argument are looked through.
    fn call(
        &mut self,
        found: &syn::ExprCall,
        declared: Option<ExprId>,
        range: TextRange,
    ) -> ExprId {
        let path = match &*found.func {
            Expr::Path(path) => Some(&path.path),
            _ => None,
        };
        let names: Vec<String> = path
            .iter()
            .flat_map(|path| path.segments.iter().map(|part| name_of(&part.ident)))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let (true, Some(only)) = (found.args.len() == 1, found.args.first()) {
            if rust::hands_on_call(&names) {
                return self.typed_expression(only, declared);
            }
            if names == ["Err"] {
                let value = self.expression(only);
                return self.expr(ExprKind::Opaque(vec![value]), range);
            }
        }
        let callee = self.expression(&found.func);
        let mut arguments: Vec<Argument> = found
            .args
            .iter()
            .map(|argument| Argument::Positional(self.expression(argument)))
            .collect();
        let stated = path.and_then(|path| self.turbofish(path));
        self.type_of_call(&names, stated, declared, &mut arguments);
        self.expr(ExprKind::Call { callee, arguments }, range)
    }

    /// The type that a call was asked for, where it decides what the call does.
    fn type_of_call(
        &mut self,
        names: &[&str],
        stated: Option<ExprId>,
        declared: Option<ExprId>,
        arguments: &mut Vec<Argument>,
    ) {
        let typed = names.last().is_some_and(|name| rust::decides_by_type(name));
        if let Some(ty) = stated.or(declared.filter(|_| typed)) {
            arguments.push(Argument::Keyword(TYPE_ARGUMENT.to_owned(), ty));
        }
    }

    fn method_call(
        &mut self,
        found: &syn::ExprMethodCall,
        declared: Option<ExprId>,
        range: TextRange,
    ) -> ExprId {
        let name = name_of(&found.method);
        if rust::hands_on_method(&name, found.args.len()) {
            let value = self.typed_expression(&found.receiver, declared);
            // What an error becomes runs all the same.
            for argument in &found.args {
                let argument = self.expression(argument);
                self.step(Step::Do(argument));
            }
            return value;
        }
        if name == "ok" && found.args.is_empty() {
            let value = self.typed_expression(&found.receiver, declared);
            let none = self.expr(ExprKind::None, range);
            return self.expr(ExprKind::Either(vec![value, none]), range);
        }
        if rust::has_default(&name) {
            let value = self.typed_expression(&found.receiver, declared);
            let mut options = vec![value];
            for argument in &found.args {
                options.push(match argument {
                    Expr::Closure(_) => self.called(argument, Vec::new(), range),
                    argument => self.expression(argument),
                });
            }
            return self.expr(ExprKind::Either(options), range);
        }
        if let Some(value) = self.iterator_call(found, &name, range) {
            return value;
        }
        let receiver = self.expression(&found.receiver);
        if rust::passes_itself(&name)
            && let Some(last) = found.args.last()
        {
            let passes_on = rust::PASSES_ON.iter().find(|(known, _)| *known == name);
            let called = match passes_on {
                Some((_, path)) => {
                    let function = self.expression(last);
                    let path = path.split('.').map(str::to_owned).collect();
                    let callee = self.names(path, true, range);
                    let arguments = [receiver, function].map(Argument::Positional).to_vec();
                    self.expr(ExprKind::Call { callee, arguments }, range)
                }
                None => self.called(last, vec![receiver], range),
            };
            return match name.as_str() {
                "inspect" | "for_each" => {
                    self.expr(ExprKind::Either(vec![receiver, called]), range)
                }
                _ => called,
            };
        }
        let callee_range = self.span_of(range.start, self.range(&found.method).end);
        let callee = self.expr(ExprKind::Attribute(receiver, name.clone()), callee_range);
        let mut arguments: Vec<Argument> = found
            .args
            .iter()
            .map(|argument| Argument::Positional(self.expression(argument)))
            .collect();
        let stated = match &found.turbofish {
            Some(found) => self.type_argument(found),
            None => None,
        };
        self.type_of_call(&[name.as_str()], stated, declared, &mut arguments);
        let call = self.expr(ExprKind::Call { callee, arguments }, range);
        if rust::returns_and_keeps(&name) {
            return self.expr(ExprKind::Either(vec![receiver, call]), range);
        }
        call
    }

    /// A function or closure, called with values.
    pub(super) fn called(&mut self, callee: &Expr, with: Vec<ExprId>, range: TextRange) -> ExprId {
        let callee = self.expression(callee);
        let arguments = with.into_iter().map(Argument::Positional).collect();
        self.expr(ExprKind::Call { callee, arguments }, range)
    }

    /// `Type { field: value, ..rest }`.
    fn structure_value(&mut self, found: &syn::ExprStruct, range: TextRange) -> ExprId {
        let callee = self.path(&found.path);
        let mut arguments = Vec::new();
        for field in &found.fields {
            let name = self.member_name(&field.member);
            let value = self.expression(&field.expr);
            arguments.push(Argument::Keyword(name, value));
        }
        if let Some(rest) = &found.rest {
            let rest = self.expression(rest);
            arguments.push(Argument::KeywordSpread(rest));
        }
        self.expr(ExprKind::Call { callee, arguments }, range)
    }

    fn closure(&mut self, found: &syn::ExprClosure, range: TextRange) -> ExprId {
        let parameters = found
            .inputs
            .iter()
            .enumerate()
            .map(|(index, pattern)| {
                let (pattern, annotation) = match pattern {
                    syn::Pat::Type(typed) => (&*typed.pat, Some(self.type_expr(&typed.ty))),
                    pattern => (pattern, None),
                };
                let name = match pattern {
                    syn::Pat::Ident(name) => name_of(&name.ident),
                    _ => format!("#{index}"),
                };
                Parameter {
                    name,
                    kind: ParameterKind::Plain,
                    annotation,
                    default: None,
                }
            })
            .collect();
        let kind = ScopeKind::Function {
            parameters,
            returns: None,
            is_async: found.asyncness.is_some(),
            is_generator: false,
        };
        let scope = self.within(kind, "<closure>", range, range, |builder| {
            for (index, pattern) in found.inputs.iter().enumerate() {
                let pattern = match pattern {
                    syn::Pat::Type(typed) => &*typed.pat,
                    pattern => pattern,
                };
                if !matches!(pattern, syn::Pat::Ident(_)) {
                    let at = builder.range(pattern);
                    let value = builder.expr(ExprKind::Name(format!("#{index}")), at);
                    builder.bind_pattern(pattern, Some(value));
                }
            }
            let value = builder.expression(&found.body);
            builder.step(Step::Return(value));
        });
        self.expr(ExprKind::Lambda(scope), range)
    }
}

/// The enumeration and the case of it that a pattern stands for: `Command::Serve { .. }`.
fn case_of(pattern: &syn::Pat) -> Option<(String, String)> {
    let path = match pattern {
        syn::Pat::Path(found) => &found.path,
        // `Some(Command::Serve)`: what is inside decides.
        syn::Pat::TupleStruct(found) if found.path.is_ident("Some") => {
            return case_of(found.elems.first()?);
        }
        syn::Pat::TupleStruct(found) => &found.path,
        syn::Pat::Struct(found) => &found.path,
        syn::Pat::Paren(found) => return case_of(&found.pat),
        syn::Pat::Reference(found) => return case_of(&found.pat),
        _ => return None,
    };
    let mut names = path.segments.iter().rev().map(|part| name_of(&part.ident));
    let (case, ty) = (names.next()?, names.next()?);
    Some((ty, case))
}
