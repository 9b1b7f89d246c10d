//! Iterators over a value: what closures in a chain of adapters are called with, and what the chain
//! makes. Everywhere else a list is used as what it holds.

use klo_source::TextRange;
use syn::{Expr, ExprMethodCall};

use super::Builder;
use super::paths::name_of;
use crate::facts::{ExprId, ExprKind, Step};
use crate::knowledge::rust::{self, Adapter};

impl Builder<'_> {
    /// What a method of an iterator is worth; `None` where the receiver is not known to be one.
    pub(super) fn iterator_call(
        &mut self,
        found: &ExprMethodCall,
        name: &str,
        range: TextRange,
    ) -> Option<ExprId> {
        let adapter = rust::adapter(name, found.args.len())?;
        if !iterates(&found.receiver) {
            return None;
        }
        let values = self.expression(&found.receiver);
        let element = self.expr(ExprKind::Element(values), range);
        let first = found.args.first();
        Some(match adapter {
            Adapter::Same => {
                for argument in &found.args {
                    let argument = self.expression(argument);
                    self.step(Step::Do(argument));
                }
                values
            }
            Adapter::Chosen => {
                self.told(found, element, range);
                values
            }
            Adapter::One => {
                self.told(found, element, range);
                element
            }
            Adapter::Told => {
                self.told(found, element, range);
                self.expr(ExprKind::Opaque(Vec::new()), range)
            }
            Adapter::Mapped => self.called(found.args.last()?, vec![element], range),
            Adapter::Folded => {
                let start = self.expression(first?);
                self.called(found.args.last()?, vec![start, element], range)
            }
            Adapter::Numbered => {
                let number = self.expr(ExprKind::Opaque(Vec::new()), range);
                self.row_of(vec![number, element], range)
            }
            Adapter::Zipped => {
                let others = self.expression(first?);
                let other = self.expr(ExprKind::Element(others), range);
                self.row_of(vec![element, other], range)
            }
            Adapter::Chained => {
                let others = self.expression(first?);
                self.expr(ExprKind::Either(vec![values, others]), range)
            }
        })
    }

    /// Calls the closures of a call with an element.
    fn told(&mut self, found: &ExprMethodCall, element: ExprId, range: TextRange) {
        for argument in &found.args {
            let called = self.called(argument, vec![element], range);
            self.step(Step::Do(called));
        }
    }

    /// A list of such tuples.
    fn row_of(&mut self, parts: Vec<ExprId>, range: TextRange) -> ExprId {
        let tuple = self.expr(ExprKind::Sequence(parts), range);
        self.expr(ExprKind::Sequence(vec![tuple]), range)
    }
}

/// Whether an expression is an iterator by how it is written.
fn iterates(expr: &Expr) -> bool {
    let mut at = expr;
    loop {
        at = match at {
            Expr::MethodCall(found) => {
                let name = name_of(&found.method);
                if rust::begins_iterator(&name, found.args.len()) {
                    return true;
                }
                match rust::adapter(&name, found.args.len()) {
                    Some(adapter) if adapter.is_iterator() => &found.receiver,
                    _ => return false,
                }
            }
            Expr::Paren(found) => &found.expr,
            Expr::Reference(found) => &found.expr,
            _ => return false,
        };
    }
}
