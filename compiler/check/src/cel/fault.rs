use klo_source::TextRange;

/// A mistake in an expression, found when it is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where, in bytes of the expression's text.
    pub(crate) range: TextRange,
    /// What is wrong, a sentence without a final stop.
    pub(crate) message: String,
    /// What fixes it.
    pub(crate) help: String,
}

impl Fault {
    /// A mistake at a place.
    pub(super) fn new(
        range: TextRange,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            range,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// The text of a range as a message quotes it: on one line, and not endless.
pub(super) fn quote(text: &str, range: TextRange) -> String {
    const LONGEST: usize = 100;
    let part = text
        .get(range.start as usize..range.end as usize)
        .unwrap_or(text);
    shorten(part, LONGEST)
}

/// A text on one line, cut where it is longer than `longest` characters.
pub(super) fn shorten(text: &str, longest: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
