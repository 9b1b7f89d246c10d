//! Keeps text from the parser on which it would take quadratic time or more memory than it has.
//!
//! The grammar's scanner looks for the indentation of the next statement by reading over all
//! comments before it, and does so again at each of them; and it keeps the open blocks in a buffer
//! of 1,024 bytes, two for each (tree-sitter-python 0.25, `scanner.c`). So long runs of comments are
//! taken out beforehand, and lines that stand deeper than any real code.

use std::borrow::Cow;

use klo_source::TextRange;

/// Comment lines in a row that the parser may see.
const MAX_RUN: usize = 50;

/// Different indentations that a file may have. Each open block has its own, so that this bounds
/// the blocks; it leaves room for the limit on nesting to be found by the walk, with its place.
const MAX_INDENTATIONS: usize = 350;

/// Open brackets and signs before a value beyond which a text is not given to the parser, which
/// takes 240 bytes for each. The walk finds deep nesting with its place long before, and Python
/// itself reads 200 brackets; this counts also what stands in strings and comments, so it is wide.
const MAX_OPEN: usize = 100_000;

/// Text that the parser can read, at the same offsets.
pub(super) struct Guarded<'t> {
    /// The text; what was taken out is blank.
    pub(super) text: Cow<'t, str>,
    /// Comments that were taken out.
    pub(super) comments: Vec<TextRange>,
}

/// What a line holds.
enum Line {
    Blank,
    Code,
    /// A comment from this offset on.
    Comment(usize),
    /// A lone backslash.
    Continuation,
}

/// Where a text is nested deeper than the parser has memory for.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let (mut open, mut signs) = (0_usize, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'-' | b'+' | b'~' => signs += 1,
            b' ' | b'\t' => {}
            _ => signs = 0,
        }
        if open + signs > MAX_OPEN {
            return Some(at);
        }
    }
    None
}

/// Takes out of `text` what would hurt the parser.
pub(super) fn guard(text: &str) -> Guarded<'_> {
    let bytes = text.as_bytes();
    let mut seen = Indentations::default();
    let mut runs: Vec<TextRange> = Vec::new();
    let mut run_start = 0;
    let mut run_length = 0;
    for (start, end) in lines(bytes) {
        let (indentation, line) = classify(bytes, start, end);
        match line {
            Line::Blank => {}
            Line::Comment(_) | Line::Continuation => {
                if run_length == 0 {
                    run_start = start;
                }
                run_length += 1;
                if run_length > MAX_RUN {
                    let run = TextRange::new(run_start, end);
                    match runs.last_mut().filter(|last| last.start == run.start) {
                        Some(last) => *last = run,
                        None => runs.push(run),
                    }
                }
            }
            Line::Code => {
                run_length = 0;
                seen.add(indentation);
            }
        }
    }
    let deepest = seen.deepest_allowed();
    if runs.is_empty() && deepest.is_none() {
        return Guarded {
            text: Cow::Borrowed(text),
            comments: Vec::new(),
        };
    }
    take_out(text, &runs, deepest)
}

fn take_out<'t>(text: &'t str, runs: &[TextRange], deepest: Option<u16>) -> Guarded<'t> {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut comments = Vec::new();
    for run in runs {
        let run = run.start as usize..run.end as usize;
        for (start, end) in lines(&bytes[run.clone()]) {
            let (start, end) = (run.start + start, run.start + end);
            if let (_, Line::Comment(at)) = classify(bytes, start, end) {
                comments.push(TextRange::new(at, end));
            }
            out[start..end].fill(b' ');
        }
    }
    if let Some(deepest) = deepest {
        for (start, end) in lines(bytes) {
            if classify(bytes, start, end).0 > deepest {
                out[start..end].fill(b' ');
            }
        }
    }
    Guarded {
        // Whole lines became blanks, so that it is still text.
        text: String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned),
        comments,
    }
}

/// Where lines begin and end, without their line feeds.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut start = 0;
    memchr::memchr_iter(b'\n', bytes)
        .chain(std::iter::once(bytes.len()))
        .map(move |end| (std::mem::replace(&mut start, end + 1), end))
}

/// The indentation of a line, counted as the scanner does, and what it holds.
fn classify(bytes: &[u8], start: usize, end: usize) -> (u16, Line) {
    let mut indentation: u16 = 0;
    for at in start..end {
        match bytes[at] {
            b' ' => indentation = indentation.wrapping_add(1),
            b'\t' => indentation = indentation.wrapping_add(8),
            b'\r' | b'\x0c' => indentation = 0,
            b'#' => return (indentation, Line::Comment(at)),
            b'\\' if bytes[at + 1..end].iter().all(|byte| *byte == b'\r') => {
                return (indentation, Line::Continuation);
            }
            _ => return (indentation, Line::Code),
        }
    }
    (indentation, Line::Blank)
}

/// The indentations of a file's lines.
struct Indentations {
    seen: Vec<bool>,
    count: usize,
}

impl Default for Indentations {
    fn default() -> Self {
        Self {
            seen: vec![false; 1 + usize::from(u16::MAX)],
            count: 0,
        }
    }
}

impl Indentations {
    fn add(&mut self, indentation: u16) {
        let seen = &mut self.seen[usize::from(indentation)];
        self.count += usize::from(!*seen);
        *seen = true;
    }

    /// The deepest indentation to keep, if not all can be.
    fn deepest_allowed(&self) -> Option<u16> {
        if self.count <= MAX_INDENTATIONS {
            return None;
        }
        let seen = self.seen.iter().enumerate().filter(|(_, seen)| **seen);
        seen.map(|(indentation, _)| indentation as u16)
            .nth(MAX_INDENTATIONS - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_writes_is_too_deep() {
        assert_eq!(too_deep(&"[()] - -1\n".repeat(100_000)), None);
        assert_eq!(too_deep(&"[".repeat(MAX_OPEN + 1)), Some(MAX_OPEN));
        assert_eq!(too_deep(&"- ".repeat(MAX_OPEN + 1)), Some(2 * MAX_OPEN));
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        let text = "# a\n# b\nif x:\n    pass\n".repeat(200);
        assert!(matches!(guard(&text).text, Cow::Borrowed(_)));
    }

    #[test]
    fn long_runs_of_comments_are_taken_out_and_returned() {
        let text = format!(
            "x = 1\n{}\n{}y = 2",
            "  # é\r\n".repeat(60),
            "\\\n".repeat(60)
        );
        let guarded = guard(&text);
        assert_eq!(guarded.text.len(), text.len());
        assert_eq!(guarded.comments.len(), 60);
        let first = guarded.comments[0];
        assert_eq!(&text[first.start as usize..first.end as usize], "# é\r");
        let words: Vec<&str> = guarded.text.split_whitespace().collect();
        assert_eq!(words, ["x", "=", "1", "y", "=", "2"]);
    }

    #[test]
    fn deeper_lines_than_the_scanner_can_hold_are_taken_out() {
        let text: String = (0..600)
            .map(|n| format!("{}if x:\n", " ".repeat(n)))
            .collect();
        let kept = guard(&text)
            .text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .count();
        assert_eq!(kept, MAX_INDENTATIONS);
    }
}
