//! From the `cel` crate's tree to klo's: every part with the place that it takes in the text.

use super::super::data::Data;
use super::super::fault::Fault;
use super::super::lex::Token;
use super::super::tree::{Binary, Node, NodeKind};
use super::MAX_NODES;
use super::places::{around, bracket};
use ::cel::common::ast::{
    CallExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, LiteralValue, SelectExpr, SourceInfo,
};

pub(super) struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    places: &'a SourceInfo,
    nodes: usize,
}

impl<'a> Reader<'a> {
    /// Reads a tree of a text, by its words and the places that the crate tells.
    pub(super) fn new(text: &'a str, tokens: &'a [Token], places: &'a SourceInfo) -> Self {
        Self {
            text,
            tokens,
            places,
            nodes: 0,
        }
    }

    /// A part with all its parts.
    pub(super) fn node(&mut self, from: IdedExpr) -> Result<Node, Fault> {
        let at = self.token(from.id);
        self.count(at)?;
        match from.expr {
            Expr::Ident(name) => Ok(Node {
                range: self.tokens[at].range(),
                kind: NodeKind::Name(name),
            }),
            Expr::Literal(value) => self.literal(value, at),
            Expr::Select(select) => self.field(select, at),
            Expr::Call(call) => self.call(call, at),
            Expr::List(list) => {
                let items: Result<Vec<Node>, Fault> = list
                    .elements
                    .into_iter()
                    .map(|item| self.node(item))
                    .collect();
                Ok(Node {
                    range: bracket(self.tokens, at),
                    kind: NodeKind::List(items?),
                })
            }
            Expr::Map(map) => {
                let entries: Result<Vec<(Node, Node)>, Fault> = map
                    .entries
                    .into_iter()
                    .map(|entry| self.entry(entry))
                    .collect();
                Ok(Node {
                    range: bracket(self.tokens, at),
                    kind: NodeKind::Map(entries?),
                })
            }
            Expr::Struct(_) => Err(Fault::new(
                self.tokens[at].range(),
                "there are no messages in expressions",
                "write a map: `{\"key\": value}`",
            )),
            Expr::Comprehension(_) | Expr::Unspecified => Err(Fault::new(
                self.tokens[at].range(),
                "this part of the expression cannot be read",
                "write it in another way",
            )),
        }
    }

    fn count(&mut self, at: usize) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        Err(Fault::new(
            self.tokens[at].range(),
            format!("the expression has more than {MAX_NODES} parts"),
            "split it into several rules",
        ))
    }

    fn entry(&mut self, entry: IdedEntryExpr) -> Result<(Node, Node), Fault> {
        let at = self.token(entry.id);
        match entry.expr {
            EntryExpr::MapEntry(entry) => Ok((self.node(entry.key)?, self.node(entry.value)?)),
            EntryExpr::StructField(_) => Err(Fault::new(
                self.tokens[at].range(),
                "there are no messages in expressions",
                "write a map: `{\"key\": value}`",
            )),
        }
    }

    fn literal(&self, value: LiteralValue, at: usize) -> Result<Node, Fault> {
        let mut range = self.tokens[at].range();
        let negative = |reader: &Self| {
            at.checked_sub(1)
                .map(|before| reader.tokens[before])
                .filter(|token| &reader.text[token.start..token.end] == "-")
        };
        let data = match value {
            LiteralValue::Null => Data::Null,
            LiteralValue::Boolean(flag) => Data::Bool(*flag.inner()),
            LiteralValue::Int(number) => {
                let number = *number.inner();
                if let Some(sign) = negative(self).filter(|_| number < 0) {
                    range.start = sign.range().start;
                }
                Data::Int(number)
            }
            LiteralValue::Double(number) => {
                let number = *number.inner();
                if let Some(sign) = negative(self).filter(|_| number.is_sign_negative()) {
                    range.start = sign.range().start;
                }
                Data::Float(number)
            }
            LiteralValue::String(text) => Data::text(text.inner()),
            LiteralValue::Bytes(_) | LiteralValue::UInt(_) => {
                return Err(Fault::new(
                    range,
                    "there are neither bytes nor unsigned numbers in expressions",
                    "write text in quotes, or a number without a letter",
                ));
            }
        };
        Ok(Node {
            range,
            kind: NodeKind::Literal(data),
        })
    }

    fn field(&mut self, select: SelectExpr, at: usize) -> Result<Node, Fault> {
        let of = self.node(*select.operand)?;
        let name = self.tokens[(at + 1).min(self.tokens.len() - 1)].range();
        Ok(Node {
            range: around(self.tokens, of.range, name),
            kind: NodeKind::Field {
                of: Box::new(of),
                name: select.field,
                at: name,
            },
        })
    }

    fn call(&mut self, call: CallExpr, at: usize) -> Result<Node, Fault> {
        if let Some(operator) = operator(&call.func_name) {
            return self.operation(operator, call, at);
        }
        let name = self.tokens[at.saturating_sub(1)].range();
        let target = match call.target {
            Some(target) => Some(Box::new(self.node(*target)?)),
            None => None,
        };
        let arguments: Result<Vec<Node>, Fault> = call
            .args
            .into_iter()
            .map(|argument| self.node(argument))
            .collect();
        let first = target.as_ref().map_or(name, |target| target.range);
        Ok(Node {
            range: around(self.tokens, first, bracket(self.tokens, at)),
            kind: NodeKind::Call {
                name: call.func_name,
                at: name,
                target,
                arguments: arguments?,
            },
        })
    }

    fn operation(&mut self, operator: Operator, call: CallExpr, at: usize) -> Result<Node, Fault> {
        let operands: Result<Vec<Node>, Fault> = call
            .args
            .into_iter()
            .map(|operand| self.node(operand))
            .collect();
        let mut operands = operands?.into_iter().map(Box::new);
        let token = self.tokens[at].range();
        let missing = || {
            Fault::new(
                token,
                "an operand is missing",
                "write what the operator works on",
            )
        };
        let first = operands.next().ok_or_else(missing)?;
        let mut next = || operands.next().ok_or_else(missing);
        let (range, kind) = match operator {
            Operator::Not => (
                around(self.tokens, token, first.range),
                NodeKind::Not(first),
            ),
            Operator::Negate => (
                around(self.tokens, token, first.range),
                NodeKind::Negate(first),
            ),
            Operator::Index => (
                around(self.tokens, first.range, bracket(self.tokens, at)),
                NodeKind::Index {
                    of: first,
                    by: next()?,
                },
            ),
            Operator::Conditional => {
                let (yes, no) = (next()?, next()?);
                let range = around(self.tokens, first.range, no.range);
                let condition = first;
                (range, NodeKind::Conditional { condition, yes, no })
            }
            Operator::Binary(operator) => {
                let (left, right) = (first, next()?);
                let range = around(self.tokens, left.range, right.range);
                (
                    range,
                    NodeKind::Binary {
                        operator,
                        left,
                        right,
                    },
                )
            }
        };
        Ok(Node { range, kind })
    }

    /// The token that a node of the crate's tree stands at; the last one if it does not say.
    fn token(&self, id: u64) -> usize {
        let start = self
            .places
            .offset_for(id)
            .map_or(0, |(start, _)| start as usize);
        self.tokens
            .partition_point(|token| token.end <= start)
            .min(self.tokens.len() - 1)
    }
}

enum Operator {
    Not,
    Negate,
    Index,
    Conditional,
    Binary(Binary),
}

/// The operator of a function name of the crate's tree (`common::ast::operators`).
fn operator(name: &str) -> Option<Operator> {
    use ::cel::common::ast::operators as names;
    let binary = match name {
        names::LOGICAL_NOT => return Some(Operator::Not),
        names::NEGATE => return Some(Operator::Negate),
        names::INDEX => return Some(Operator::Index),
        names::CONDITIONAL => return Some(Operator::Conditional),
        names::LOGICAL_AND => Binary::And,
        names::LOGICAL_OR => Binary::Or,
        names::EQUALS => Binary::Equal,
        names::NOT_EQUALS => Binary::NotEqual,
        names::LESS => Binary::Less,
        names::LESS_EQUALS => Binary::LessEqual,
        names::GREATER => Binary::Greater,
        names::GREATER_EQUALS => Binary::GreaterEqual,
        names::IN => Binary::In,
        names::ADD => Binary::Add,
        names::SUBSTRACT => Binary::Subtract,
        names::MULTIPLY => Binary::Multiply,
        names::DIVIDE => Binary::Divide,
        names::MODULO => Binary::Remainder,
        _ => return None,
    };
    Some(Operator::Binary(binary))
}
