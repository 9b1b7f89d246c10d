//! Tokens as text that remembers where each of them came from.

use std::ops::Range;

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};

/// Text made of tokens.
#[derive(Default)]
pub(crate) struct Text {
    /// The text.
    pub(crate) text: String,
    /// Ranges of it with the spans of their tokens, in order.
    places: Vec<(Range<usize>, Span)>,
    /// Where the last token ended in its file.
    last: Option<Span>,
    /// Whether it is a sign that belongs to what follows it.
    joint: bool,
}

impl Text {
    /// Adds text that no token stands for; what is wrong with it is shown at `span`.
    pub(crate) fn word(&mut self, word: &str, span: Span) {
        let start = self.text.len();
        self.text.push_str(word);
        self.places.push((start..self.text.len(), span));
        self.last = None;
    }

    /// Adds tokens, one blank between those that do not touch.
    pub(crate) fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.token(open, group.span_open());
                    self.tokens(group.stream());
                    self.token(close, group.span_close());
                }
                TokenTree::Punct(punct) => {
                    self.token(&punct.to_string(), punct.span());
                    self.joint = punct.spacing() == Spacing::Joint;
                }
                other => self.token(&other.to_string(), other.span()),
            }
        }
    }

    fn token(&mut self, token: &str, span: Span) {
        if token.is_empty() {
            return;
        }
        let touches = self.last.is_some_and(|last| {
            let (end, start) = (last.end(), span.start());
            (end.line, end.column) == (start.line, start.column)
        });
        let touches = touches || std::mem::take(&mut self.joint);
        if !touches && !self.text.is_empty() && !self.text.ends_with(['(', '[', '\n']) {
            self.text.push(' ');
        }
        self.word(token, span);
        self.last = Some(span);
    }

    /// The spans of the first and the last token of a range of the text.
    pub(crate) fn spans(&self, range: Range<usize>) -> (Span, Span) {
        let touched = |place: &&(Range<usize>, Span)| {
            place.0.start < range.end.max(range.start + 1) && place.0.end > range.start
        };
        let first = self.places.iter().find(touched);
        let last = self.places.iter().rev().find(touched);
        // A range of blanks belongs to the token before it.
        let mut before = self.places.iter().rev();
        let before = before.find(|(at, _)| at.start <= range.start);
        let or_before = |place: Option<_>| {
            place
                .or(before)
                .map_or_else(Span::call_site, |(_, span): &(Range<usize>, Span)| *span)
        };
        (or_before(first), or_before(last))
    }
}
