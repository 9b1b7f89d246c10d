//! The plain part of CEL, which is what rules are written in, without the crate: its parser builds
//! tables on first use that take longer than everything else that is done with a pack. Whatever is
//! not plain (a sign, most escapes, a number with a point, a mistake) is left to the crate.

use std::borrow::Cow;

use klo_source::TextRange;

use super::super::data::Data;
use super::super::lex::{Token, TokenKind};
use super::super::tree::{Binary, Node, NodeKind};
use super::places::{around, bracket};
use super::{MAX_NODES, RESERVED};

/// The tree of a text, the same that the crate makes; nothing where the text is not plain.
pub(in super::super) fn read(text: &str, tokens: &[Token]) -> Option<Node> {
    let mut reader = Plain {
        text,
        tokens,
        at: 0,
        nodes: 0,
    };
    let node = reader.expression()?;
    (reader.at == tokens.len()).then_some(node)
}

struct Plain<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// The token that is read next.
    at: usize,
    nodes: usize,
}

impl<'a> Plain<'a> {
    fn node(&mut self, range: TextRange, kind: NodeKind) -> Option<Node> {
        self.nodes += 1;
        (self.nodes <= MAX_NODES).then_some(Node { range, kind })
    }

    fn word(&self, at: usize) -> &'a str {
        self.tokens
            .get(at)
            .map_or("", |token| &self.text[token.start..token.end])
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.word(self.at) == symbol;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Option<()> {
        self.take(symbol).then_some(())
    }

    /// `condition ? yes : no`, or what binds more tightly.
    fn expression(&mut self) -> Option<Node> {
        let condition = self.chain(Binary::Or)?;
        if !self.take("?") {
            return Some(condition);
        }
        let yes = self.chain(Binary::Or)?;
        self.expect(":")?;
        let no = self.expression()?;
        let range = around(self.tokens, condition.range, no.range);
        let kind = NodeKind::Conditional {
            condition: Box::new(condition),
            yes: Box::new(yes),
            no: Box::new(no),
        };
        self.node(range, kind)
    }

    /// `a || b || …` or `a && b && …`.
    fn chain(&mut self, operator: Binary) -> Option<Node> {
        let mut terms = Vec::new();
        loop {
            terms.push(match operator {
                Binary::Or => self.chain(Binary::And)?,
                _ => self.operation(0)?,
            });
            if !self.take(operator.symbol()) {
                break;
            }
        }
        let operators = terms.len() - 1;
        self.balanced(operator, &mut terms.into_iter(), operators)
    }

    /// A chain as a tree of little depth, as the crate builds it.
    fn balanced(
        &mut self,
        operator: Binary,
        terms: &mut std::vec::IntoIter<Node>,
        operators: usize,
    ) -> Option<Node> {
        if operators == 0 {
            return terms.next();
        }
        let before = operators / 2;
        let left = self.balanced(operator, terms, before)?;
        let right = self.balanced(operator, terms, operators - before - 1)?;
        self.binary(operator, left, right)
    }

    fn binary(&mut self, operator: Binary, left: Node, right: Node) -> Option<Node> {
        let range = around(self.tokens, left.range, right.range);
        let kind = NodeKind::Binary {
            operator,
            left: Box::new(left),
            right: Box::new(right),
        };
        self.node(range, kind)
    }

    /// Operators of one level and of those that bind more tightly: comparisons, sums, products.
    fn operation(&mut self, level: usize) -> Option<Node> {
        use Binary::*;
        const LEVELS: [&[Binary]; 3] = [
            &[Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual, In],
            &[Add, Subtract],
            &[Multiply, Divide, Remainder],
        ];
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.operation(level + 1)?;
        loop {
            let word = self.word(self.at);
            let Some(operator) = operators.iter().find(|one| one.symbol() == word) else {
                return Some(left);
            };
            self.at += 1;
            let right = self.operation(level + 1)?;
            left = self.binary(*operator, left, right)?;
        }
    }

    fn unary(&mut self) -> Option<Node> {
        let at = self.at;
        if !self.take("!") {
            return self.member();
        }
        let of = self.member()?;
        let range = around(self.tokens, self.tokens[at].range(), of.range);
        self.node(range, NodeKind::Not(Box::new(of)))
    }

    /// A value with the fields, calls and indices behind it.
    fn member(&mut self) -> Option<Node> {
        let mut of = self.primary()?;
        loop {
            if self.take(".") {
                let name = self.name()?;
                let at = self.tokens[self.at - 1].range();
                if self.word(self.at) == "(" {
                    of = self.call(name, at, Some(of))?;
                    continue;
                }
                let range = around(self.tokens, of.range, at);
                let of_node = Box::new(of);
                let kind = NodeKind::Field {
                    of: of_node,
                    name: name.to_owned(),
                    at,
                };
                of = self.node(range, kind)?;
            } else if self.word(self.at) == "[" {
                let whole = bracket(self.tokens, self.at);
                self.at += 1;
                let by = self.expression()?;
                self.expect("]")?;
                let range = around(self.tokens, of.range, whole);
                let (of_node, by) = (Box::new(of), Box::new(by));
                of = self.node(range, NodeKind::Index { of: of_node, by })?;
            } else {
                return Some(of);
            }
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let token = self.tokens.get(self.at)?;
        let word = self.word(self.at);
        let plain = token.kind == TokenKind::Name
            && !matches!(word, "in" | "true" | "false" | "null")
            && !RESERVED.contains(&word);
        self.at += 1;
        plain.then_some(word)
    }

    fn call(&mut self, name: &str, at: TextRange, target: Option<Node>) -> Option<Node> {
        let whole = bracket(self.tokens, self.at);
        self.at += 1;
        let arguments = self.list(")")?;
        let first = target.as_ref().map_or(at, |target| target.range);
        let range = around(self.tokens, first, whole);
        let kind = NodeKind::Call {
            name: name.to_owned(),
            at,
            target: target.map(Box::new),
            arguments,
        };
        self.node(range, kind)
    }

    /// Expressions with commas between them, up to a bracket.
    fn list(&mut self, end: &str) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        if self.take(end) {
            return Some(items);
        }
        loop {
            items.push(self.expression()?);
            if self.take(end) {
                return Some(items);
            }
            self.expect(",")?;
        }
    }

    fn map(&mut self) -> Option<Vec<(Node, Node)>> {
        let mut entries = Vec::new();
        if self.take("}") {
            return Some(entries);
        }
        loop {
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((key, self.expression()?));
            if self.take("}") {
                return Some(entries);
            }
            self.expect(",")?;
        }
    }

    fn primary(&mut self) -> Option<Node> {
        let at = self.at;
        let (range, kind) = (self.tokens.get(at)?.range(), self.tokens[at].kind);
        let word = self.word(at);
        let literal = match (kind, word) {
            (TokenKind::Text, _) => Data::text(&*plain_text(word)?),
            (TokenKind::Number, _) => Data::Int(plain_number(word)?),
            (TokenKind::Name, "true") => Data::Bool(true),
            (TokenKind::Name, "false") => Data::Bool(false),
            (TokenKind::Name, "null") => Data::Null,
            (TokenKind::Name, _) => {
                let name = self.name()?;
                if self.word(self.at) == "(" {
                    return self.call(name, range, None);
                }
                return self.node(range, NodeKind::Name(name.to_owned()));
            }
            (TokenKind::Symbol, _) => return self.bracketed(word),
        };
        self.at += 1;
        self.node(range, NodeKind::Literal(literal))
    }

    fn bracketed(&mut self, open: &str) -> Option<Node> {
        let whole = bracket(self.tokens, self.at);
        self.at += 1;
        match open {
            "(" => {
                let inner = self.expression()?;
                self.expect(")")?;
                Some(inner)
            }
            "[" => {
                let items = self.list("]")?;
                self.node(whole, NodeKind::List(items))
            }
            "{" => {
                let entries = self.map()?;
                self.node(whole, NodeKind::Map(entries))
            }
            _ => None,
        }
    }
}

/// What stands between single quotes, where its escapes are of quotes and backslashes only.
fn plain_text(word: &str) -> Option<Cow<'_, str>> {
    let quoted = word.trim_start_matches(['r', 'R']);
    let raw = quoted.len() < word.len();
    let inside = quoted.get(1..quoted.len().checked_sub(1)?)?;
    if ["\"\"\"", "'''"]
        .iter()
        .any(|triple| quoted.starts_with(triple))
    {
        return None;
    }
    if raw || !inside.contains('\\') {
        return Some(Cow::Borrowed(inside));
    }
    let mut text = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => letters.next().filter(|c| matches!(c, '\\' | '\'' | '"'))?,
            letter => letter,
        });
    }
    Some(Cow::Owned(text))
}

/// A whole number in decimals.
fn plain_number(word: &str) -> Option<i64> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| word.parse().ok()).flatten()
}
