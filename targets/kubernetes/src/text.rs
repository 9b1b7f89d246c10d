//! Text that is known, and text that `terraform.env` tells once Terraform has run.
//!
//! While objects are built, an output stands in a string as its name between two marks; whatever
//! comes from source or configuration goes through [`literal`], so that no text of a user's is ever
//! taken for an output. [`settle`] turns a finished string into what is written.

use klo_plan::kubernetes::Text;

const MARK: char = '\0';

/// What stands in an object for a text.
pub(crate) fn text(text: &Text) -> String {
    match text {
        Text::Known(known) => literal(known),
        Text::Output(name) => format!("{MARK}{name}{MARK}"),
    }
}

/// What stands in an object for text that is itself.
pub(crate) fn literal(text: &str) -> String {
    let doubled: String = [MARK, MARK].iter().collect();
    text.replace(MARK, &doubled)
}

/// A place in a string that an output fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hole {
    /// The output's name.
    pub(crate) output: String,
    /// Where it fills a part: what parts are split by, and which of them it is.
    pub(crate) part: Option<(char, usize)>,
}

enum Piece {
    Literal(String),
    Output(String),
}

/// A string as it is written, where `<NAME>` stands for an output, and its holes.
pub(crate) fn settle(raw: &str) -> (String, Vec<Hole>) {
    let pieces = pieces(raw);
    let mut written = String::new();
    let mut holes = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(text) => written.push_str(text),
            Piece::Output(name) => {
                let part = beside(&pieces, index, &written);
                holes.push(Hole {
                    output: name.clone(),
                    part,
                });
                written.push_str(&format!("<{name}>"));
            }
        }
    }
    (written, holes)
}

/// The character that sets an output off from its neighbours, and how many of it stand before.
fn beside(pieces: &[Piece], index: usize, before: &str) -> Option<(char, usize)> {
    let next = match pieces.get(index + 1) {
        Some(Piece::Literal(text)) => text.chars().next(),
        _ => None,
    };
    let by = before.chars().next_back().or(next)?;
    Some((by, before.matches(by).count()))
}

fn pieces(raw: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find(MARK) {
        plain.push_str(&rest[..at]);
        rest = &rest[at + MARK.len_utf8()..];
        if let Some(after) = rest.strip_prefix(MARK) {
            plain.push(MARK);
            rest = after;
            continue;
        }
        let name = rest.split_once(MARK).filter(|(name, _)| is_output(name));
        let Some((name, after)) = name else {
            plain.push(MARK);
            continue;
        };
        if !plain.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Output(name.to_owned()));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Literal(plain));
    }
    pieces
}

fn is_output(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.chars().all(plain)
}

/// The value of a variable of a container that Kubernetes hands over as exactly this text: it
/// replaces `$(NAME)`, and takes `$$` for one `$`.
pub(crate) fn unexpanded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        if c == '$' && matches!(rest.peek(), Some('$' | '(')) {
            out.push('$');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hole(output: &str, part: Option<(char, usize)>) -> Hole {
        Hole {
            output: output.to_owned(),
            part,
        }
    }

    #[test]
    fn outputs_are_parts_or_the_whole() {
        let output = |name: &str| text(&Text::Output(name.to_owned()));
        assert_eq!(
            settle(&output("ARN")),
            ("<ARN>".to_owned(), vec![hole("ARN", None)])
        );
        let handle = format!("{}::{}", output("FILES"), output("POINT"));
        let holes = vec![hole("FILES", Some((':', 0))), hole("POINT", Some((':', 2)))];
        assert_eq!(settle(&handle), ("<FILES>::<POINT>".to_owned(), holes));
        let name = format!("a.b.{}", output("VERSION"));
        let holes = vec![hole("VERSION", Some(('.', 2)))];
        assert_eq!(settle(&name), ("a.b.<VERSION>".to_owned(), holes));
    }

    proptest! {
        #[test]
        fn no_literal_is_taken_for_an_output(raw in "(\0|A|B|_|\\.|.){0,12}") {
            prop_assert_eq!(settle(&literal(&raw)), (raw, vec![]));
        }

        #[test]
        fn variables_are_handed_over_as_they_are(raw in "[$()AB ]{0,12}") {
            prop_assert_eq!(expanded(&unexpanded(&raw)), raw);
        }
    }

    /// Kubernetes' rule for references in variables, with none defined: `$$` is `$`, a closed
    /// reference to nothing stays.
    fn expanded(value: &str) -> String {
        let mut out = String::new();
        let mut rest = value;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if rest.starts_with('(') && rest.contains(')') {
                out.push_str("EXPANDED");
                rest = &rest[1..];
            } else {
                out.push('$');
            }
        }
        out + rest
    }
}
