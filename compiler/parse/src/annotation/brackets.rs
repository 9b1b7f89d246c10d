use klo_diagnostics::codes::annotations as codes;
use klo_source::MARKER;

use super::Parser;

/// What became of one item of a bracketed list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was read to its end.
    Read,
    /// It was not understood; the reader stands somewhere in it.
    Lost,
    /// Its line ended inside a string.
    LineLost,
}

impl Parser<'_> {
    /// Reads separated items from an opening bracket to its closing one.
    pub(super) fn items(&mut self, close: char, mut item: impl FnMut(&mut Self) -> Outcome) {
        let open = self.cursor.here();
        let bracket = self.cursor.bump().unwrap_or('(');
        self.brackets.push((bracket, open));
        let depth = self.brackets.len();
        let mut line = self.cursor.line();
        loop {
            self.cursor.skip_space();
            if self.closed(close) {
                break;
            }
            if self.cursor.line() != line && self.prose_follows(close) {
                self.unterminated();
                break;
            }
            let outcome = item(self);
            line = self.cursor.line();
            match outcome {
                Outcome::Read => {}
                Outcome::Lost => self.recover(),
                Outcome::LineLost => continue,
            }
            if self.abandoned || !self.separated(close) {
                break;
            }
        }
        self.brackets.truncate(depth - 1);
    }

    /// Whether the list ends here: its bracket closes, or the annotation cannot go on. Brackets that
    /// close nothing are reported and passed.
    fn closed(&mut self, close: char) -> bool {
        loop {
            if self.abandoned || self.cursor.eat(close) {
                return true;
            }
            if self.cursor.at_end() || self.marker_follows() {
                self.unterminated();
                return true;
            }
            let stray = self.cursor.peek().filter(|c| matches!(c, ')' | ']' | '}'));
            let Some(stray) = stray else {
                return false;
            };
            let range = self.cursor.here();
            let open = self.brackets.last().map_or('(', |(open, _)| *open);
            self.problem(
                codes::MALFORMED,
                range,
                format!("`{stray}` does not close `{open}`"),
                &format!("write `{close}` here, or remove it"),
            );
            let outer = self.brackets.len().saturating_sub(1);
            if self.brackets[..outer]
                .iter()
                .any(|(open, _)| closing(*open) == stray)
            {
                return true;
            }
            self.cursor.bump();
            self.cursor.skip_space();
        }
    }

    pub(super) fn marker_follows(&self) -> bool {
        self.cursor.at_line_start() && self.cursor.rest().starts_with(MARKER)
    }

    /// Whether a new line begins with words instead of an item: a bracket was left open above it.
    fn prose_follows(&self, close: char) -> bool {
        let rest = self.cursor.rest();
        let letter = rest.starts_with(char::is_alphabetic);
        match close {
            ']' => letter && !rest.starts_with("true") && !rest.starts_with("false"),
            _ => letter && !self.cursor.key_follows(),
        }
    }

    /// Reports the innermost open bracket and gives up on the rest of the annotation.
    fn unterminated(&mut self) {
        if let Some((open, range)) = self.brackets.last().copied()
            && !self.string_was_cut
        {
            self.problem(
                codes::UNTERMINATED,
                range,
                format!("`{open}` is not closed in this comment block"),
                &format!(
                    "close it with `{}`; an annotation runs on only over adjacent comment lines",
                    closing(open)
                ),
            );
        }
        self.abandoned = true;
    }

    /// Passes a separator; `false` when the list ended instead.
    fn separated(&mut self, close: char) -> bool {
        let line = self.cursor.line();
        self.cursor.skip_space();
        if self.cursor.eat(',') {
            return true;
        }
        if self.closed(close) {
            return false;
        }
        if self.cursor.line() != line && self.prose_follows(close) {
            self.unterminated();
            return false;
        }
        let range = self.cursor.here();
        let found = self.shown();
        self.problem(
            codes::MALFORMED,
            range,
            format!("expected `,` or `{close}`, found `{found}`"),
            "separate arguments and elements by commas",
        );
        if matches!(self.cursor.peek(), Some(';' | '|' | '&')) {
            self.cursor.bump();
            self.cursor.skip_space();
        }
        if !(self.cursor.key_follows() || self.cursor.rest().starts_with(['"', '[', '{'])) {
            self.recover();
            self.cursor.skip_space();
            if !self.cursor.eat(',') && self.closed(close) {
                return false;
            }
        }
        true
    }

    /// Passes what is left of an item: up to a comma or closing bracket that is not its own.
    fn recover(&mut self) {
        let mut depth = 0_usize;
        while !self.cursor.at_end() && !self.marker_follows() {
            let Some(next) = self.cursor.peek() else {
                self.cursor.next_line();
                continue;
            };
            match next {
                '"' => {
                    self.cursor.bump();
                    self.pass_string();
                    continue;
                }
                ',' if depth == 0 => return,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => return,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            self.cursor.bump();
        }
    }

    /// Passes a string's characters and its closing quote, if the line has one.
    fn pass_string(&mut self) {
        while let Some(next) = self.cursor.bump() {
            match next {
                '"' => return,
                '\\' => {
                    self.cursor.bump();
                }
                _ => {}
            }
        }
    }
}

fn closing(open: char) -> char {
    match open {
        '[' => ']',
        '{' => '}',
        _ => ')',
    }
}
