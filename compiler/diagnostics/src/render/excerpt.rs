//! The few lines of a file that a diagnostic shows. Cut out before they are drawn, so that neither
//! a large file nor a line without end makes a diagnostic slow or long.

use klo_source::{LineColumn, Location, SourceMap, Span};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::{Style, printable};

/// Lines longer than this many characters are cut around what matters.
const LINE: usize = 160;
/// Characters kept before what matters in a cut line.
const BEFORE: usize = 40;
/// Places at most this many lines apart share an excerpt.
const NEAR: u32 = 4;
/// Of a span over more lines, only the first line is marked.
const TALL: u32 = 6;

/// Source lines with the marks on them.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// Line of the file that the text begins with, from zero.
    first_line: usize,
    /// Where each mark stands in the file, by its offset in the text.
    positions: Vec<(usize, LineColumn)>,
    /// The marks.
    pub(super) labels: Vec<LabeledSpan>,
}

/// Whether a second place is shown in the same excerpt as the first.
pub(super) fn near(a: Span, b: Span, sources: &SourceMap) -> bool {
    let line = |span: Span| sources.location(span).start.line;
    a.file == b.file && line(a).abs_diff(line(b)) <= NEAR
}

impl Excerpt {
    /// The lines around `marks`, which are near each other; the first is what it is about.
    pub(super) fn new(
        marks: &[(Span, Option<String>)],
        sources: &SourceMap,
        style: &Style,
    ) -> Self {
        let file = sources.file(marks[0].0.file);
        let at: Vec<_> = marks
            .iter()
            .map(|(span, _)| sources.location(*span))
            .collect();
        let first = at.iter().map(|at| at.start.line).min().unwrap_or(1);
        let last = at.iter().map(last_line).max().unwrap_or(1);
        let skip = first.saturating_sub(2) as usize;
        let take = last as usize + 1 - skip;
        let mut excerpt = Self {
            name: printable(&style.file(file)),
            text: String::new(),
            first_line: skip,
            positions: Vec::new(),
            labels: Vec::new(),
        };
        for (index, line) in file.text().lines().enumerate().skip(skip).take(take) {
            let number = index as u32 + 1;
            let spans = marked(number, &at);
            excerpt.line(line, &spans, marks, &at);
        }
        if excerpt.text.is_empty() {
            excerpt.text.push('\n');
        }
        if excerpt.labels.is_empty() {
            // The place is past the last line: an empty file, or its end.
            let offset = excerpt.text.len() - 1;
            excerpt.positions.push((offset, at[0].start));
            excerpt.labels.push(LabeledSpan::new_primary_with_span(
                marks[0].1.clone(),
                SourceSpan::from((offset, 0)),
            ));
        }
        excerpt
    }

    fn line(
        &mut self,
        line: &str,
        spans: &[(usize, usize, usize)],
        marks: &[(Span, Option<String>)],
        at: &[Location],
    ) {
        let long = line.chars().nth(LINE).is_some();
        let begin = spans.iter().map(|(_, start, _)| *start).min().unwrap_or(0);
        let cut = if long {
            begin.saturating_sub(BEFORE)
        } else {
            0
        };
        if cut > 0 {
            self.text.push('…');
        }
        let base = self.text.len();
        let mut offsets = Vec::new();
        for c in line.chars().skip(cut).take(LINE) {
            offsets.push(self.text.len());
            match c {
                // A tab is one column wide everywhere in klo; drawn as one, marks stand right.
                '\t' => self.text.push(' '),
                c => self.text.push_str(&printable(c.encode_utf8(&mut [0; 4]))),
            }
        }
        let end_of_line = self.text.len();
        let offset = |column: usize| {
            let index = column.saturating_sub(cut);
            offsets.get(index).copied().unwrap_or(end_of_line).max(base)
        };
        for (mark, start, end) in spans {
            let (start, end) = (offset(*start), offset(*end));
            self.positions.push((start, at[*mark].start));
            let label = marks[*mark].1.clone();
            let span = SourceSpan::from((start, end.saturating_sub(start)));
            self.labels.push(if *mark == 0 {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            });
        }
        if long {
            self.text.push('…');
        }
        self.text.push('\n');
    }
}

/// The last line that a place needs to be shown with.
fn last_line(at: &Location) -> u32 {
    if at.end.line - at.start.line > TALL {
        at.start.line
    } else {
        at.end.line
    }
}

/// Columns that marks begin and end at in a line, from zero, by mark.
fn marked(number: u32, at: &[Location]) -> Vec<(usize, usize, usize)> {
    at.iter()
        .enumerate()
        .filter(|(_, at)| at.start.line == number)
        .map(|(mark, at)| {
            let end = if at.end.line == number {
                at.end.column as usize - 1
            } else {
                usize::MAX
            };
            (mark, at.start.column as usize - 1, end)
        })
        .collect()
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.read_span(span, before, after)?;
        let exact = self
            .positions
            .iter()
            .find(|(offset, _)| before == 0 && *offset == span.offset());
        // Miette counts columns in bytes; the file's own position says it in characters.
        let (line, column) = match exact {
            Some((_, at)) => (at.line as usize - 1, at.column as usize - 1),
            None => (self.first_line + inner.line(), inner.column()),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            line,
            column,
            inner.line_count(),
        )))
    }
}
