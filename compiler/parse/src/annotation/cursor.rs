use klo_source::TextRange;

use super::CommentLine;

/// A position in a comment block, which knows each character's offset in the file.
pub(super) struct Cursor<'a> {
    lines: &'a [CommentLine<'a>],
    line: usize,
    at: usize,
    /// The file offset behind the last character that was taken.
    last_end: u32,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(lines: &'a [CommentLine<'a>]) -> Self {
        let last_end = lines.first().map_or(0, |line| line.start);
        Self {
            lines,
            line: 0,
            at: 0,
            last_end,
        }
    }

    pub(super) fn at_end(&self) -> bool {
        self.line >= self.lines.len()
    }

    /// The number of the line.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Whether nothing of the line is taken yet.
    pub(super) fn at_line_start(&self) -> bool {
        self.at == 0
    }

    /// What is left of the line.
    pub(super) fn rest(&self) -> &'a str {
        self.lines
            .get(self.line)
            .map_or("", |line| &line.text[self.at..])
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The file offset of the next character; at the end, the one behind the last line.
    pub(super) fn offset(&self) -> u32 {
        match self.lines.get(self.line) {
            Some(line) => line.start + self.at as u32,
            None => self
                .lines
                .last()
                .map_or(0, |line| line.start + line.text.len() as u32),
        }
    }

    /// The file offset behind the last character that was taken.
    pub(super) fn last_end(&self) -> u32 {
        self.last_end
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
        self.last_end = self.offset();
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.advance(next.len_utf8());
        Some(next)
    }

    /// Takes the character if it is this one.
    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn next_line(&mut self) {
        self.line += 1;
        self.at = 0;
    }

    /// The range from a file offset to behind the last character taken.
    pub(super) fn range_from(&self, start: u32) -> TextRange {
        TextRange {
            start,
            end: self.last_end.max(start),
        }
    }

    /// The range of the next character, or the empty one at a line's end.
    pub(super) fn here(&self) -> TextRange {
        let start = self.offset();
        TextRange {
            start,
            end: start + self.peek().map_or(0, |c| c.len_utf8() as u32),
        }
    }

    /// Passes blanks in the line.
    pub(super) fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Passes blanks and line ends.
    pub(super) fn skip_space(&mut self) {
        loop {
            self.skip_blanks();
            if !self.rest().is_empty() || self.at_end() {
                return;
            }
            self.next_line();
        }
    }

    /// Takes `[A-Za-z_][A-Za-z0-9_-]*`.
    pub(super) fn word(&mut self) -> Option<String> {
        let length = word_length(self.rest());
        if length == 0 {
            return None;
        }
        let word = self.rest()[..length].to_owned();
        self.advance(length);
        Some(word)
    }

    /// Takes characters while they fit.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.advance(length);
        &rest[..length]
    }

    /// Whether arguments follow behind blanks, so that a bracket after a blank is no prose.
    pub(super) fn arguments_follow(&self) -> bool {
        let Some(inside) = self.rest().trim_start().strip_prefix('(') else {
            return false;
        };
        let inside = inside.trim_start();
        let key = word_length(inside);
        key > 0 && inside[key..].trim_start().starts_with('=')
    }

    /// Whether the next characters are a key with `=` or `:` behind it.
    pub(super) fn key_follows(&self) -> bool {
        let rest = self.rest();
        let key = word_length(rest);
        key > 0 && rest[key..].trim_start().starts_with(['=', ':'])
    }
}

/// The length of the word at the text's start.
fn word_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
        .unwrap_or(text.len())
}
