//! Comments, which the syntax tree leaves out, and how deep brackets nest: found by a lexer of its
//! own, which knows strings, characters and lifetimes and nothing else of Rust.

use klo_source::TextRange;

use crate::attach::Comment;

/// Brackets, and signs before a value, that may be open at a time.
pub(super) const MAX_DEPTH: usize = 200;

/// Angle brackets that may be open at a time: comparisons look like them, so it is wide.
const MAX_ANGLES: usize = 1_000;

/// Tokens without a comma, semicolon or brace between them: each may nest the next.
const MAX_CHAIN: usize = 20_000;

/// Branches of one `if` after another, in a whole file.
const MAX_ELSE: usize = 20_000;

/// What the lexer saw.
pub(super) struct Lexed {
    /// Comments in order; one of several lines is one for each line.
    pub(super) comments: Vec<Comment>,
    /// Where nesting goes past what is read.
    pub(super) too_deep: Option<usize>,
}

/// Reads the comments and the depth of a text.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        comments: Vec::new(),
        open: 0,
        signs: 0,
        angles: 0,
        chain: 0,
        branches: 0,
        too_deep: None,
    };
    while lexer.at < lexer.bytes.len() {
        lexer.token();
    }
    Lexed {
        comments: lexer.comments,
        too_deep: lexer.too_deep,
    }
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    comments: Vec<Comment>,
    open: usize,
    signs: usize,
    angles: usize,
    chain: usize,
    branches: usize,
    too_deep: Option<usize>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn token(&mut self) {
        match self.peek(0) {
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'"' => self.string(),
            b'\'' => self.quote(),
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => self.word(),
            byte => {
                self.depth(byte);
                self.at += 1;
            }
        }
    }

    fn depth(&mut self, byte: u8) {
        match byte {
            b'(' | b'[' | b'{' => {
                self.open += 1;
                self.signs = 0;
            }
            b')' | b']' | b'}' => {
                self.open = self.open.saturating_sub(1);
                self.signs = 0;
            }
            b'-' | b'!' | b'&' | b'*' | b'|' => self.signs += 1,
            b'<' => self.angles += 1,
            b'>' => self.angles = self.angles.saturating_sub(1),
            b' ' | b'\t' | b'\n' | b'\r' => return,
            _ => self.signs = 0,
        }
        if matches!(byte, b';' | b'{' | b'}') {
            self.angles = 0;
        }
        if matches!(byte, b';' | b',' | b'{' | b'}') {
            self.chain = 0;
        }
        self.linked();
    }

    /// One more token.
    fn linked(&mut self) {
        self.chain += 1;
        let deep = self.open + self.signs > MAX_DEPTH
            || self.angles > MAX_ANGLES
            || self.chain > MAX_CHAIN
            || self.branches > MAX_ELSE;
        if deep && self.too_deep.is_none() {
            self.too_deep = Some(self.at);
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let end =
            memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |n| start + n);
        let end_of_text = end - usize::from(end > start && self.bytes[end - 1] == b'\r');
        self.comment(start, end_of_text);
        self.at = end;
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        break;
                    }
                }
                _ => self.at += 1,
            }
        }
        let mut line = start;
        for end in memchr::memchr_iter(b'\n', &self.bytes[start..self.at])
            .map(|end| start + end)
            .chain([self.at])
        {
            let blank = self.bytes[line..end]
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count();
            let stop = end - usize::from(end > line && self.bytes[end - 1] == b'\r');
            self.comment((line + blank).min(stop), stop);
            line = end + 1;
        }
    }

    fn comment(&mut self, start: usize, end: usize) {
        self.comments
            .push(Comment::new(self.text, TextRange::new(start, end)));
    }

    /// A string whose escapes are skipped.
    fn string(&mut self) {
        self.signs = 0;
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
    }

    /// A raw string: as many signs behind it as before it.
    fn raw_string(&mut self) {
        let signs = self.bytes[self.at..]
            .iter()
            .take_while(|byte| **byte == b'#')
            .count();
        if self.peek(signs) != b'"' {
            // A raw identifier.
            self.at += signs;
            return;
        }
        self.at += signs + 1;
        while self.at < self.bytes.len() {
            let closes = self.peek(0) == b'"'
                && self.bytes[self.at + 1..]
                    .iter()
                    .take(signs)
                    .filter(|byte| **byte == b'#')
                    .count()
                    == signs;
            self.at += 1;
            if closes {
                self.at += signs;
                return;
            }
        }
    }

    /// A character, or a lifetime.
    fn quote(&mut self) {
        self.signs = 0;
        let rest = &self.text[self.at + 1..];
        let mut characters = rest.char_indices();
        match characters.next() {
            Some((_, '\\')) => {
                self.at += 3;
                let end = memchr::memchr(b'\'', &self.bytes[self.at.min(self.bytes.len())..]);
                self.at = end.map_or(self.bytes.len(), |end| self.at + end + 1);
            }
            Some((_, _)) => match characters.next() {
                Some((after, '\'')) => self.at += 1 + after + 1,
                _ => self.at += 1,
            },
            None => self.at += 1,
        }
    }

    /// An identifier, or the prefix of a string.
    fn word(&mut self) {
        self.signs = 0;
        let start = self.at;
        while self.at < self.bytes.len() {
            let byte = self.peek(0);
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80) {
                break;
            }
            self.at += 1;
        }
        self.branches += usize::from(&self.bytes[start..self.at] == b"else");
        self.linked();
        match (&self.bytes[start..self.at], self.peek(0)) {
            (b"r" | b"br" | b"cr", b'"' | b'#') => self.raw_string(),
            (b"b" | b"c", b'"') => self.string(),
            (b"b", b'\'') => self.quote(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str) -> Vec<&str> {
        let found = lex(text).comments.into_iter();
        found
            .map(|comment| &text[comment.range.start as usize..comment.range.end as usize])
            .collect()
    }

    #[test]
    fn comments_are_told_from_strings_characters_and_lifetimes() {
        let text = "let a = \"// no\"; // yes\nlet b = r#\"/* no */\"#; /* one\n   two */\n\
                    let c = '\"'; let d = '\\''; fn e<'a>(x: &'a str) {} /// doc\n b\"// no\" r#type";
        assert_eq!(comments(text), ["// yes", "/* one", "two */", "/// doc"]);
    }

    #[test]
    fn block_comments_nest() {
        assert_eq!(
            comments("/* a /* b */ c */ d // e"),
            ["/* a /* b */ c */", "// e"]
        );
    }

    #[test]
    fn depth_counts_brackets_and_signs() {
        assert_eq!(lex(&"[".repeat(MAX_DEPTH + 1)).too_deep, Some(MAX_DEPTH));
        assert_eq!(
            lex(&"- ".repeat(MAX_DEPTH + 1)).too_deep,
            Some(2 * MAX_DEPTH)
        );
        assert_eq!(lex(&"{} ".repeat(1_000)).too_deep, None);
        assert_eq!(
            lex(&"Vec<".repeat(2_000)).too_deep,
            Some(4 * MAX_ANGLES + 3)
        );
    }
}
