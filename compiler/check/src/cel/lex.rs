//! The words of an expression: for exact places, and for bounds that hold before the parser of the
//! `cel` crate, which recurses, sees the text.

use klo_source::TextRange;

use super::fault::Fault;

/// Most parts inside parts: brackets, operators of a chain and conditionals that are open at once.
const MAX_DEPTH: usize = 64;

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Name,
    Number,
    Text,
    Symbol,
}

/// One word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The other bracket's place in the list, for brackets.
    pub(super) partner: Option<usize>,
}

impl Token {
    /// Where it is.
    pub(super) fn range(&self) -> TextRange {
        TextRange::new(self.start, self.end)
    }
}

/// Cuts an expression into words and pairs its brackets.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at).copied() {
        let rest = &text[at..];
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (kind, length) = word(rest, at)?;
        tokens.push(Token {
            kind,
            start: at,
            end: at + length,
            partner: None,
        });
        at += length;
    }
    pair(text, &mut tokens)?;
    bound_depth(text, &tokens)?;
    Ok(tokens)
}

/// The first word of a text that begins at `at`, with its length.
fn word(rest: &str, at: usize) -> Result<(TokenKind, usize), Fault> {
    let first = rest.as_bytes()[0];
    let name = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let after_name = rest.as_bytes().get(name);
    if matches!(after_name, Some(b'"' | b'\'')) && name <= 2 {
        return match rest[..name].to_ascii_lowercase().as_str() {
            "" => text_literal(rest, 0, at).map(|length| (TokenKind::Text, length)),
            "r" => text_literal(rest, 1, at).map(|length| (TokenKind::Text, length)),
            "b" | "br" | "rb" => Err(Fault::new(
                TextRange::new(at, at + name + 1),
                "there are no bytes in expressions",
                "write the text in quotes without the letter before them",
            )),
            _ => Ok((TokenKind::Name, name)),
        };
    }
    if first.is_ascii_digit() || (first == b'.' && second(rest).is_ascii_digit()) {
        return number(rest, at).map(|length| (TokenKind::Number, length));
    }
    if name > 0 {
        return Ok((TokenKind::Name, name));
    }
    symbol(rest, at).map(|length| (TokenKind::Symbol, length))
}

fn second(rest: &str) -> u8 {
    rest.as_bytes().get(1).copied().unwrap_or(0)
}

fn symbol(rest: &str, at: usize) -> Result<usize, Fault> {
    const TWO: [&str; 6] = ["&&", "||", "==", "!=", "<=", ">="];
    if TWO.iter().any(|symbol| rest.starts_with(symbol)) {
        return Ok(2);
    }
    let first = rest.chars().next().unwrap_or(' ');
    if "<>+-*/%?:.,()[]{}!".contains(first) {
        return Ok(1);
    }
    let help = match first {
        '=' => "compare with `==`",
        '&' => "write `&&`",
        '|' => "write `||`",
        '`' | '$' => "a parameter is `params.name`, or `params['my-name']` for names with a dash",
        '“' | '”' | '‘' | '’' | '„' => "quote text with `\"` or `'`",
        _ => "remove it, or put it into quotes if it belongs to text",
    };
    Err(Fault::new(
        TextRange::new(at, at + first.len_utf8()),
        format!("`{}` is not part of an expression", first.escape_debug()),
        help,
    ))
}

fn number(rest: &str, at: usize) -> Result<usize, Fault> {
    let bytes = rest.as_bytes();
    let digits = |from: usize| {
        bytes[from.min(bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut end = digits(0);
    if rest.starts_with("0x") {
        end = 2 + bytes[2..]
            .iter()
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
    } else {
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent > 0 {
                end += 1 + sign + exponent;
            }
        }
    }
    let tail = rest[end..]
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len() - end);
    if tail == 0 && !rest[..end].ends_with('x') {
        return Ok(end);
    }
    let written = &rest[..end + tail];
    let help = match &rest[end..end + tail] {
        "u" | "U" => "numbers are signed; remove the `u`".to_owned(),
        "Ki" | "Mi" | "Gi" | "Ti" => format!("write a size as `bytes(\"{written}\")`"),
        "s" | "m" | "h" | "d" => format!("write a duration as `seconds(\"{written}\")`"),
        _ => "write a whole number or one with a point, or quote it".to_owned(),
    };
    Err(Fault::new(
        TextRange::new(at, at + end + tail),
        format!("`{written}` is no number"),
        help,
    ))
}

/// The length of a text in quotes behind `prefix` bytes, its escapes checked.
fn text_literal(rest: &str, prefix: usize, at: usize) -> Result<usize, Fault> {
    let body = &rest[prefix..];
    let quote = &body[..1];
    let triple = quote.repeat(3);
    let quote = if body.starts_with(&triple) {
        triple.as_str()
    } else {
        quote
    };
    let raw = prefix > 0;
    let mut end = prefix + quote.len();
    loop {
        let left = &rest[end..];
        if left.starts_with(quote) {
            return Ok(end + quote.len());
        }
        let Some(next) = left.chars().next() else {
            break;
        };
        if quote.len() == 1 && matches!(next, '\n' | '\r') {
            break;
        }
        end += match next {
            '\\' if !raw => escape(left, at + end)?,
            next => next.len_utf8(),
        };
    }
    Err(Fault::new(
        TextRange::new(at, at + end),
        "the text is not closed",
        format!("end it with `{quote}`"),
    ))
}

/// The length of the escape that a text begins with.
fn escape(left: &str, at: usize) -> Result<usize, Fault> {
    let letter = left[1..].chars().next();
    let (length, radix) = match letter {
        Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' | '\'' | '"' | '`' | '?') => {
            return Ok(2);
        }
        Some('x' | 'X') => (4, 16),
        Some('u') => (6, 16),
        Some('U') => (10, 16),
        Some('0'..='3') => (4, 8),
        _ => (0, 10),
    };
    let skip = if radix == 8 { 1 } else { 2 };
    let code = left
        .get(skip..length)
        .filter(|digits| digits.chars().all(|c| c.is_digit(radix)))
        .and_then(|digits| u32::from_str_radix(digits, radix).ok())
        .and_then(char::from_u32);
    if code.is_some() {
        return Ok(length);
    }
    let written = letter.map_or(1, |letter| 1 + letter.len_utf8());
    Err(Fault::new(
        TextRange::new(at, at + written),
        format!("`{}` is no escape", left[..written].escape_debug()),
        "write `\\\\` for a backslash, or put `r` before the quotes: `r'\\d+'`",
    ))
}

/// Finds the other one of every bracket.
fn pair(text: &str, tokens: &mut [Token]) -> Result<(), Fault> {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..tokens.len() {
        let token = tokens[at];
        if token.kind != TokenKind::Symbol {
            continue;
        }
        match &text[token.start..token.end] {
            "(" | "[" | "{" => open.push(at),
            close @ (")" | "]" | "}") => {
                let Some(begin) = open.pop() else {
                    return Err(Fault::new(
                        token.range(),
                        format!("`{close}` closes nothing"),
                        "remove it, or open the bracket before",
                    ));
                };
                let wanted = closer(&text[tokens[begin].start..tokens[begin].end]);
                if wanted != close {
                    return Err(Fault::new(
                        token.range(),
                        format!("`{close}` stands where `{wanted}` is due"),
                        format!("close the bracket before with `{wanted}`"),
                    ));
                }
                tokens[begin].partner = Some(at);
                tokens[at].partner = Some(begin);
            }
            _ => {}
        }
    }
    match open.last() {
        Some(begin) => {
            let token = tokens[*begin];
            let bracket = &text[token.start..token.end];
            Err(Fault::new(
                token.range(),
                format!("`{bracket}` is not closed"),
                format!("add `{}`", closer(bracket)),
            ))
        }
        None => Ok(()),
    }
}

fn closer(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// Refuses what would nest deep in the tree. `&&` and `||` start over: their chains are flat.
fn bound_depth(text: &str, tokens: &[Token]) -> Result<(), Fault> {
    // For every open bracket: operators since the last comma or logical operator, conditionals.
    let mut levels: Vec<(usize, usize)> = vec![(0, 0)];
    let mut depth = 0;
    for token in tokens {
        let Some(level) = levels.last_mut() else {
            break;
        };
        match &text[token.start..token.end] {
            "(" | "[" | "{" => {
                level.0 += 1;
                depth += 1;
                levels.push((0, 0));
            }
            ")" | "]" | "}" => {
                depth -= level.0 + level.1;
                levels.pop();
            }
            "," => {
                depth -= level.0 + level.1;
                *level = (0, 0);
            }
            "&&" | "||" | ":" => {
                depth -= level.0;
                level.0 = 0;
            }
            "?" => {
                level.1 += 1;
                depth += 1;
            }
            "<" | "<=" | ">" | ">=" | "==" | "!=" | "in" | "+" | "-" | "*" | "/" | "%" | "." => {
                level.0 += 1;
                depth += 1;
            }
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Fault::new(
                token.range(),
                format!("the expression nests more than {MAX_DEPTH} parts in each other"),
                "split it into several rules",
            ));
        }
    }
    Ok(())
}
