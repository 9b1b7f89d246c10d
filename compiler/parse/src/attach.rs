//! Which item an annotation stands on (language.md §1), for any host language that has told where
//! its comments and statements are.

use klo_diagnostics::Code;
use klo_diagnostics::codes::{annotations as codes, sources};
use klo_source::{MARKER, TextRange};

use crate::annotation::{CommentLine, parse_block};
use crate::facts::{Annotation, AttachedAnnotation, FileFacts, Item, Problem};

/// A comment.
#[derive(Debug, Clone, Copy)]
pub struct Comment {
    /// From its first character to its last.
    pub range: TextRange,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

impl Comment {
    /// The comment at `range` of `text`.
    pub fn new(text: &str, range: TextRange) -> Self {
        let before = &text[line_start(text, range.start)..range.start as usize];
        Self {
            range,
            own_line: before.trim().is_empty(),
        }
    }
}

/// A statement, or the head of one that holds others.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its characters; of a statement that holds others, those before its body.
    pub range: TextRange,
    /// What an annotation above it does.
    pub stands: Stands,
}

/// What an annotation above a statement does.
#[derive(Debug, Clone)]
pub enum Stands {
    /// It stands on this item.
    On(Item),
    /// It goes on to the next statement: decorators, attributes.
    Skipped,
    /// It is a mistake; the statement is called this, with its article.
    Not(&'static str),
}

/// What begins an annotation in the form of a Rust attribute.
pub const ATTRIBUTE: &str = "klo::";

/// Other annotations of a block that a problem shows.
const MAX_RELATED: usize = 5;

/// Whether a text may hold an annotation, or something that was meant to be one.
pub fn may_annotate(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'@', bytes).any(|at| {
        bytes
            .get(at + 1..at + 4)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"klo"))
    })
}

/// Reads the annotations in `comments` and adds them to `facts` with the items they stand on.
/// `comments` and `statements` are sorted by where they begin; `items` says what may carry one.
pub fn attach(
    text: &str,
    comments: &[Comment],
    statements: &[Statement],
    items: &str,
    facts: &mut FileFacts,
) {
    // Around a syntax error statements are missing, so that what follows is not known.
    let broken = facts
        .problems
        .iter()
        .any(|problem| problem.code == sources::SYNTAX.id());
    let mut rest = comments;
    while let Some((first, others)) = rest.split_first() {
        if !first.own_line {
            trailing(text, *first, facts);
            rest = others;
            continue;
        }
        let length = 1 + rest
            .windows(2)
            .take_while(|pair| pair[1].own_line && adjacent(text, pair[0], pair[1]))
            .count();
        let (block, others) = rest.split_at(length);
        rest = others;
        attach_block(text, block, statements, (items, broken), facts);
    }
    facts
        .problems
        .sort_by_key(|problem| (problem.range.start, problem.range.end));
}

fn attach_block(
    text: &str,
    block: &[Comment],
    statements: &[Statement],
    (items, broken): (&str, bool),
    facts: &mut FileFacts,
) {
    let lines: Vec<CommentLine<'_>> = block
        .iter()
        .map(|comment| CommentLine {
            text: slice(text, comment.range),
            start: comment.range.start,
        })
        .collect();
    if !lines.iter().any(|line| may_annotate(line.text)) {
        return;
    }
    let (annotations, problems) = parse_block(&lines);
    facts.problems.extend(problems);
    let (Some(first), Some(last)) = (block.first(), block.last()) else {
        return;
    };
    let found = item_below(text, *first, *last, statements);
    match found {
        Ok(item) => {
            let attached = annotations
                .into_iter()
                .map(|annotation| AttachedAnnotation {
                    annotation,
                    item: item.clone(),
                });
            facts.annotations.extend(attached);
        }
        Err(mistake) if !broken => facts.problems.extend(mistake.problem(&annotations, items)),
        Err(_) => {}
    }
}

/// Why an annotation stands on nothing.
enum Mistake {
    /// Nothing follows in its block.
    NothingAfter,
    /// It stands between the parts of a statement.
    Inside,
    /// A statement follows that cannot carry it.
    On(&'static str, TextRange),
}

impl Mistake {
    /// One problem for all annotations of a block.
    fn problem(&self, annotations: &[Annotation], items: &str) -> Option<Problem> {
        let (first, others) = annotations.split_first()?;
        let capability = &first.capability;
        let (code, message, mut related) = match self {
            Self::NothingAfter => (
                codes::NOTHING_AFTER,
                format!("nothing follows `@klo::{capability}` that it could stand on"),
                Vec::new(),
            ),
            Self::Inside => (
                codes::MISPLACED_ITEM,
                format!("`@klo::{capability}` stands inside a statement, not above one"),
                Vec::new(),
            ),
            Self::On(noun, range) => (
                codes::MISPLACED_ITEM,
                format!("`@klo::{capability}` cannot stand on {noun}"),
                vec![(*range, "this is what follows it".to_owned())],
            ),
        };
        let others = others.iter().take(MAX_RELATED);
        related.extend(
            others.map(|other| (other.range, "the same holds for this annotation".to_owned())),
        );
        Some(problem(
            code,
            first.range,
            message,
            format!("put it directly above {items}"),
            related,
        ))
    }
}

/// The item on which annotations of the block from `first` to `last` stand.
fn item_below<'a>(
    text: &str,
    first: Comment,
    last: Comment,
    statements: &'a [Statement],
) -> Result<&'a Item, Mistake> {
    let next = statements.partition_point(|statement| statement.range.start < last.range.end);
    let inside = statements[..next]
        .last()
        .is_some_and(|before| before.range.end > first.range.start);
    if inside {
        return Err(Mistake::Inside);
    }
    let below = statements[next..]
        .iter()
        .find(|statement| !matches!(statement.stands, Stands::Skipped))
        .ok_or(Mistake::NothingAfter)?;
    // A comment that is indented deeper than what follows ends the block above.
    if column(text, first.range.start) > column(text, below.range.start) {
        return Err(Mistake::NothingAfter);
    }
    match &below.stands {
        Stands::On(item) => Ok(item),
        Stands::Not(noun) => Err(Mistake::On(noun, below.range)),
        Stands::Skipped => Err(Mistake::NothingAfter),
    }
}

/// An annotation behind code.
fn trailing(text: &str, comment: Comment, facts: &mut FileFacts) {
    let line = slice(text, comment.range);
    let body = line.trim_start_matches(['#', '/', '*', '!']).trim_start();
    if !body.starts_with(MARKER) {
        return;
    }
    let start = comment.range.end as usize - body.len();
    facts.problems.push(problem(
        codes::TRAILING_COMMENT,
        TextRange::new(start, start + body.trim_end().len()),
        "an annotation cannot stand behind code on the same line".to_owned(),
        "move it to a line of its own above the item".to_owned(),
        Vec::new(),
    ));
}

/// A problem for each line of a string in `range` that begins with an annotation.
pub fn in_docstring(text: &str, range: TextRange, facts: &mut FileFacts) {
    let content = slice(text, range);
    let mut line_before = None;
    for at in klo_source::find_marker(content) {
        // A line is looked at for its first marker alone: what follows that begins nothing.
        let seen = line_before.unwrap_or(0);
        let line = content[seen..at].rfind('\n').map(|end| seen + end + 1);
        let first = line_before.is_none() || line.is_some();
        line_before = Some(at);
        if !first || !content[line.unwrap_or(0)..at].trim().is_empty() {
            continue;
        }
        let start = range.start as usize + at;
        let written = content[at..].lines().next().unwrap_or("").trim_end();
        facts.problems.push(problem(
            codes::IN_DOCSTRING,
            TextRange::new(start, start + written.len()),
            "an annotation in a docstring has no effect".to_owned(),
            "move it to a comment line of its own above the item".to_owned(),
            Vec::new(),
        ));
    }
}

fn problem(
    code: Code,
    range: TextRange,
    message: String,
    help: String,
    related: Vec<(TextRange, String)>,
) -> Problem {
    Problem {
        code: code.id().to_owned(),
        error: true,
        range,
        message,
        help,
        related,
    }
}

fn slice(text: &str, range: TextRange) -> &str {
    text.get(range.start as usize..range.end as usize)
        .unwrap_or("")
}

fn line_start(text: &str, at: u32) -> usize {
    let before = &text.as_bytes()[..at as usize];
    memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)
}

fn column(text: &str, at: u32) -> usize {
    at as usize - line_start(text, at)
}

fn adjacent(text: &str, above: Comment, below: Comment) -> bool {
    let between = &text[above.range.end as usize..below.range.start as usize];
    between.trim().is_empty() && memchr::memchr_iter(b'\n', between.as_bytes()).count() == 1
}
