//! Statements, and what an annotation above each of them stands on.

use klo_source::TextRange;
use syn::{Attribute, Block, Expr, Stmt};

use super::Builder;
use super::extent::is_outer;
use super::paths::name_of;
use crate::annotation::{CommentLine, parse_block};
use crate::attach::{Stands, Statement};
use crate::facts::{AttachedAnnotation, ExprId, Item, ItemKind, Step};

impl Builder<'_> {
    /// Reads a block into the open scope; the value of its last expression.
    pub(super) fn block(&mut self, block: &Block, declared: Option<ExprId>) -> Option<ExprId> {
        self.blocks
            .insert(self.range_of(block.brace_token.span.open()).start);
        self.statements_of(&block.stmts, declared)
    }

    /// The same of statements that no braces stand around.
    pub(super) fn statements_of(
        &mut self,
        statements: &[Stmt],
        declared: Option<ExprId>,
    ) -> Option<ExprId> {
        let last = statements.len().checked_sub(1);
        let mut value = None;
        for (index, statement) in statements.iter().enumerate() {
            let is_tail = Some(index) == last;
            match statement {
                Stmt::Local(local) => self.local(local),
                Stmt::Item(item) => self.item(item),
                Stmt::Expr(expr, semicolon) => {
                    let tail = is_tail && semicolon.is_none();
                    let found = self.statement(expr, tail, declared);
                    if tail {
                        value = Some(found);
                    }
                }
                Stmt::Macro(found) => {
                    let range = self.range(found);
                    self.stands_not(&found.attrs, range, "a macro call");
                    let parts = self.macro_call(&found.mac, range);
                    if is_tail && found.semi_token.is_none() {
                        value = Some(parts);
                    } else {
                        self.step(Step::Do(parts));
                    }
                }
            }
        }
        value
    }

    fn local(&mut self, local: &syn::Local) {
        let range = self.local_extent(local);
        let declared = match &local.pat {
            syn::Pat::Type(typed) => Some(self.type_expr(&typed.ty)),
            _ => None,
        };
        let value = local
            .init
            .as_ref()
            .map(|init| self.typed_expression(&init.expr, declared));
        if let Some((_, otherwise)) = local.init.as_ref().and_then(|init| init.diverge.as_ref()) {
            let otherwise = self.expression(otherwise);
            self.step(Step::Do(otherwise));
        }
        self.bind_pattern(&local.pat, value);
        let name = match &local.pat {
            syn::Pat::Ident(found) => Some(name_of(&found.ident)),
            syn::Pat::Type(found) => match &*found.pat {
                syn::Pat::Ident(found) => Some(name_of(&found.ident)),
                _ => None,
            },
            _ => None,
        };
        let kind = match value {
            Some(value) => ItemKind::Assignment(value),
            None => ItemKind::Declaration,
        };
        let item = self.item_of(kind, name, range);
        self.stands_on(&local.attrs, item, range);
    }

    /// An expression that stands alone, or the last of a block.
    fn statement(&mut self, expr: &Expr, tail: bool, declared: Option<ExprId>) -> ExprId {
        let range = self.extent(expr);
        let value = self.typed_expression(expr, declared.filter(|_| tail));
        let (noun, calls) = match expr {
            Expr::Return(found) => (
                "a `return` without a call",
                found.expr.as_deref().is_some_and(is_call),
            ),
            Expr::Assign(_) => ("", true),
            Expr::If(_) => ("an `if`", false),
            Expr::Match(_) => ("a `match`", false),
            Expr::ForLoop(_) => ("a `for`", false),
            Expr::While(_) => ("a `while`", false),
            Expr::Loop(_) => ("a `loop`", false),
            Expr::Block(_) | Expr::Unsafe(_) | Expr::Async(_) => ("a block", false),
            expr => ("this expression", is_call(expr)),
        };
        let item = match expr {
            _ if !calls && !tail => None,
            Expr::Return(_) => Some(self.item_of(ItemKind::Return(value), None, range)),
            Expr::Assign(found) => {
                let name = match &*found.left {
                    Expr::Path(path) => path.path.get_ident().map(name_of),
                    _ => None,
                };
                Some(self.item_of(ItemKind::Assignment(value), name, range))
            }
            Expr::If(_) | Expr::Match(_) | Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => {
                None
            }
            _ if tail => Some(self.item_of(ItemKind::Return(value), None, range)),
            _ => Some(self.item_of(ItemKind::Call(value), None, range)),
        };
        match item {
            Some(item) => self.stands_on(&[], item, range),
            None => self.stands_not(&[], range, noun),
        }
        if !tail {
            self.step(Step::Do(value));
        }
        value
    }

    /// An item of the open scope.
    pub(super) fn item_of(&self, kind: ItemKind, name: Option<String>, range: TextRange) -> Item {
        let around = &self.facts.scopes[self.scope.0 as usize].qualified;
        let qualified = match (&name, around.is_empty()) {
            (Some(name), true) => name.clone(),
            (Some(name), false) => format!("{around}::{name}"),
            (None, _) => around.clone(),
        };
        Item {
            kind,
            name,
            qualified,
            scope: self.scope,
            range,
        }
    }

    /// Notes that annotations above stand on an item, and reads those that are attributes.
    pub(super) fn stands_on(&mut self, attributes: &[Attribute], mut item: Item, range: TextRange) {
        if !self.annotated {
            return;
        }
        let start = self
            .behind_attributes(attributes, range.start)
            .min(range.end);
        // What stands in its blocks is found by itself.
        let block = self.blocks.range(start..range.end).next();
        let end = block.copied().unwrap_or(range.end);
        item.range = self.span_of(start, end);
        self.attribute_statements(attributes);
        self.attribute_annotations(attributes, &item);
        self.statements.push(Statement {
            range: item.range,
            stands: Stands::On(item),
        });
    }

    /// Notes that an annotation above this is a mistake.
    pub(super) fn stands_not(
        &mut self,
        attributes: &[Attribute],
        range: TextRange,
        noun: &'static str,
    ) {
        if !self.annotated {
            return;
        }
        self.attribute_statements(attributes);
        let start = self.behind_attributes(attributes, range.start);
        let whole = self.span_of(start, range.end);
        let head = self.text[whole.start as usize..whole.end as usize]
            .find(['{', '\n'])
            .map_or(whole.end, |at| start + at as u32);
        self.statements.push(Statement {
            range: self.span_of(start, head),
            stands: Stands::Not(noun),
        });
    }

    /// The head of an item: what stands behind its attributes and before its body.
    pub(super) fn head(&self, attributes: &[Attribute], range: TextRange, body: u32) -> TextRange {
        self.span_of(self.behind_attributes(attributes, range.start), body)
    }

    /// Where an item begins whose attributes, and comments between them, begin at `start`.
    fn behind_attributes(&self, attributes: &[Attribute], start: u32) -> u32 {
        let outer = attributes.iter().filter(|found| is_outer(found));
        let last = outer.map(|found| self.range(found).end).max();
        let Some(last) = last.filter(|last| *last > start) else {
            return start;
        };
        let mut at = last as usize;
        loop {
            let rest = self.text[at..].trim_start();
            at = self.text.len() - rest.len();
            let before = self
                .comments
                .partition_point(|comment| comment.range.start as usize <= at);
            let around = before.checked_sub(1).map(|last| self.comments[last].range);
            match around.filter(|comment| at < comment.end as usize) {
                Some(comment) => at = comment.end as usize,
                None => return at as u32,
            }
        }
    }

    fn attribute_statements(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            // Doc comments are attributes to the parser.
            let range = self.range(attribute);
            if self.text[range.start as usize..].starts_with('#') {
                self.statements.push(Statement {
                    range,
                    stands: Stands::Skipped,
                });
            }
        }
    }

    /// `#[klo::persist(name = "orders")]`.
    fn attribute_annotations(&mut self, attributes: &[Attribute], item: &Item) {
        for attribute in attributes {
            let path = attribute.path();
            let is_ours = path.segments.len() == 2
                && path
                    .segments
                    .first()
                    .is_some_and(|first| first.ident == "klo");
            if !is_ours {
                continue;
            }
            let range = self.range(&attribute.meta);
            let mut start = range.start;
            let mut lines: Vec<(String, u32)> = Vec::new();
            let text = &self.text[range.start as usize..range.end as usize];
            for (index, line) in text.split('\n').enumerate() {
                // The marker's sign takes the place of the character before the path.
                lines.push(match index {
                    0 => (format!("@{line}"), start.saturating_sub(1)),
                    _ => (line.to_owned(), start),
                });
                start += line.len() as u32 + 1;
            }
            let lines: Vec<CommentLine<'_>> = lines
                .iter()
                .map(|(text, start)| CommentLine {
                    text,
                    start: *start,
                })
                .collect();
            let (annotations, problems) = parse_block(&lines);
            for mut problem in problems {
                // It may begin at the sign that stands for the character before the path.
                problem.range = self.span_of(problem.range.start, problem.range.end);
                self.facts.problems.push(problem);
            }
            for mut annotation in annotations {
                annotation.range.start += 1;
                self.facts.annotations.push(AttachedAnnotation {
                    annotation,
                    item: item.clone(),
                });
            }
        }
    }
}

/// Whether an expression is a call, through `?`, `await` and references.
fn is_call(expr: &Expr) -> bool {
    match expr {
        Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_) => true,
        Expr::Await(found) => is_call(&found.base),
        Expr::Try(found) => is_call(&found.expr),
        Expr::Reference(found) => is_call(&found.expr),
        Expr::Paren(found) => is_call(&found.expr),
        _ => false,
    }
}
