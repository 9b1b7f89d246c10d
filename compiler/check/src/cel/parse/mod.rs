//! From text to a tree with exact places. The one place that knows the `cel` crate (0.15),
//! of which only the parser is used, without macros: `all(…)` stays the call it is. What CEL is
//! says the crate; [`plain`] only spares it what is read alike without it.

mod places;
pub(super) mod plain;
mod reader;

use ::cel::{Env, ParseErrors};
use klo_source::TextRange;

use super::fault::Fault;
use super::lex::{Token, TokenKind, lex};
use super::tree::Node;
use reader::Reader;

/// Longest text of an expression, in bytes.
pub(super) const MAX_BYTES: usize = 4096;
/// Most parts of one.
pub(super) const MAX_NODES: usize = 500;

/// Words that no variable may have as its name.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Parses an expression: its tree, or its first mistake.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let whole = TextRange::new(0, text.len());
    if text.len() > MAX_BYTES {
        return Err(Fault::new(
            whole,
            format!(
                "the expression has {} bytes, at most {MAX_BYTES} are allowed",
                text.len()
            ),
            "split it into several rules",
        ));
    }
    let tokens = lex(text)?;
    if tokens.is_empty() {
        return Err(Fault::new(
            whole,
            "the expression is empty",
            "write what must hold, such as `intent.encrypted == true`",
        ));
    }
    match plain::read(text, &tokens) {
        Some(tree) => Ok(tree),
        None => parse_by_crate(text, &tokens),
    }
}

/// Has the crate parse a text, whose words are known.
pub(super) fn parse_by_crate(text: &str, tokens: &[Token]) -> Result<Node, Fault> {
    let parser = Env::default()
        .with_optional_support(false)
        .parser()
        .error_recovery_limit(1);
    let (tree, places) = parser
        .parse_with_source_info(text)
        .map_err(|errors| syntax(text, tokens, &errors))?;
    Reader::new(text, tokens, &places).node(tree)
}

/// The first mistake that the parser found, in klo's words.
fn syntax(text: &str, tokens: &[Token], errors: &ParseErrors) -> Fault {
    let at = errors
        .errors
        .iter()
        .filter_map(|error| token_at(text, tokens, error.pos))
        .min();
    let Some(token) = at.and_then(|at| tokens.get(at)) else {
        let end = tokens.last().map_or(text.len(), |token| token.end);
        return Fault::new(
            TextRange::new(end.saturating_sub(1), end),
            "the expression ends too early",
            "add what the last operator stands before",
        );
    };
    let written = &text[token.start..token.end];
    let help = match written {
        "and" => "write `&&`",
        "or" => "write `||`",
        "not" => "write `!` before what must not hold",
        "is" => "compare with `==`",
        "=" => "compare with `==`",
        _ if token.kind == TokenKind::Number => "write a number that fits into 64 bits",
        _ => "look before it for an operator, a comma or an operand that is missing or too much",
    };
    if RESERVED.contains(&written) {
        return Fault::new(
            token.range(),
            format!("`{written}` is a word that CEL keeps for itself"),
            "give the variable another name",
        );
    }
    Fault::new(
        token.range(),
        format!("`{written}` is not expected here"),
        help,
    )
}

/// The token at a line and column, both from 1; the number of tokens for the text's end. Columns
/// may count bytes or characters: whichever meets a token.
fn token_at(text: &str, tokens: &[Token], (line, column): (isize, isize)) -> Option<usize> {
    let line = usize::try_from(line - 1).ok()?;
    let column = usize::try_from(column - 1).ok()?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &text[start..];
    let characters: usize = rest.chars().take(column).map(char::len_utf8).sum();
    let found = [start + column, start + characters]
        .into_iter()
        .find_map(|offset| tokens.iter().position(|token| token.start == offset));
    found.or(Some(tokens.len()))
}
