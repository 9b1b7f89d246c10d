//! Rust: source text to facts, and what its packages say about themselves.

pub mod cargo;
mod derive;
mod exprs;
mod extent;
mod items;
mod iterators;
mod lex;
mod macros;
pub mod modules;
mod paths;
mod patterns;
mod serde_options;
mod statements;
mod types;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use klo_diagnostics::codes::sources as codes;
use klo_source::TextRange;

use crate::attach;
use crate::facts::{
    BindTarget, Expr, ExprId, ExprKind, FileFacts, Import, ImportNames, Language, Problem, Scope,
    ScopeId, ScopeKind, Step,
};

/// What following values in Rust depends on.
const LANGUAGE: Language = Language {
    compiled: true,
    calls_decorators: false,
    gives_by_type: true,
    iterates_by_methods: true,
    sees_through_guards: true,
};

/// What may carry an annotation, for messages.
const ITEMS: &str = "a `let`, a `static` or `const`, an assignment, a function, a type, a call or the \
                     last expression of a function";

/// Stack for reading a file of no size, in bytes.
const STACK: usize = 8 * 1024 * 1024;
/// Stack for each byte of a file, in bytes, up to [`MAX_STACK`]: a chain of calls is as deep as it is
/// long.
const STACK_PER_BYTE: usize = 1024;
/// Stack for the longest chains that are read, in bytes.
const MAX_STACK: usize = 512 * 1024 * 1024;

/// What a Rust file says. It never fails: what is no Rust is a problem of the file.
pub fn facts(text: &str) -> FileFacts {
    read(text, false).0
}

/// The same with every statement that an annotation could stand on, in order.
pub(crate) fn outline(text: &str) -> (FileFacts, Vec<attach::Statement>) {
    read(text, true)
}

fn read(text: &str, outline: bool) -> (FileFacts, Vec<attach::Statement>) {
    let lexed = lex::lex(text);
    let mut builder = Builder::new(text, &lexed.comments);
    builder.annotated |= outline;
    if let Some(at) = lexed.too_deep {
        builder.problem(
            codes::TOO_DEEP.id(),
            builder.text_range(at, at + 1),
            format!(
                "code is nested more than {} levels deep here",
                lex::MAX_DEPTH
            ),
            "split it into functions of its own",
        );
        return builder.finish();
    }
    // A thread with a stack for the deepest tree that a text of this length can hold.
    let size = STACK + (STACK_PER_BYTE * text.len()).min(MAX_STACK);
    let read = std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(size);
        let worker = worker.spawn_scoped(scope, || {
            builder.read();
            builder.finish()
        });
        worker.ok().and_then(|worker| worker.join().ok())
    });
    read.unwrap_or_else(|| {
        let mut builder = Builder::new(text, &[]);
        builder.problem(
            codes::UNREADABLE_FILE.id(),
            builder.text_range(0, text.lines().next().unwrap_or("").len()),
            "this file holds more code than klo reads of one file".to_owned(),
            "split it, or exclude it with `.gitignore` or `sources`; annotations in it are not seen",
        );
        (builder.facts, Vec::new())
    })
}

/// The facts of one file while they are collected.
struct Builder<'t> {
    text: &'t str,
    /// Every comment of the text, in order.
    comments: &'t [attach::Comment],
    facts: FileFacts,
    /// The scope that is open.
    scope: ScopeId,
    /// Names of the modules around, written in this file.
    inline: Vec<String>,
    /// First names of paths that may be crates, with the place of the first use.
    roots: BTreeMap<String, TextRange>,
    statements: Vec<attach::Statement>,
    /// Where blocks begin.
    blocks: BTreeSet<u32>,
    annotated: bool,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, comments: &'t [attach::Comment]) -> Self {
        let module = Scope {
            kind: ScopeKind::Module,
            name: String::new(),
            qualified: String::new(),
            parent: None,
            decorators: Vec::new(),
            steps: Vec::new(),
            outer_names: Vec::new(),
            begins: BTreeMap::new(),
            head: TextRange::new(0, 0),
            range: TextRange::new(0, text.len()),
        };
        Self {
            text,
            comments,
            facts: FileFacts {
                scopes: vec![module],
                language: LANGUAGE,
                ..FileFacts::default()
            },
            scope: ScopeId(0),
            inline: Vec::new(),
            roots: BTreeMap::new(),
            statements: Vec::new(),
            blocks: BTreeSet::new(),
            annotated: attach::may_annotate(text) || text.contains(attach::ATTRIBUTE),
        }
    }

    fn read(&mut self) {
        match syn::parse_file(&code_of(self.text)) {
            Ok(file) => {
                for item in &file.items {
                    self.item(item);
                }
                self.bind_roots();
            }
            Err(error) => {
                self.problem(
                    codes::SYNTAX.id(),
                    self.range_of(error.span()),
                    format!("this is no valid Rust: {error}"),
                    "correct the syntax, or exclude the file with `.gitignore` or `sources`",
                );
            }
        }
    }

    fn finish(mut self) -> (FileFacts, Vec<attach::Statement>) {
        if self.annotated {
            self.statements
                .sort_by_key(|statement| statement.range.start);
            attach::attach(
                self.text,
                self.comments,
                &self.statements,
                ITEMS,
                &mut self.facts,
            );
            self.facts
                .annotations
                .sort_by_key(|found| found.annotation.range.start);
        }
        (self.facts, self.statements)
    }

    fn problem(&mut self, code: &str, range: TextRange, message: String, help: &str) {
        self.facts.problems.push(Problem {
            code: code.to_owned(),
            error: true,
            range,
            message,
            help: help.to_owned(),
            related: Vec::new(),
        });
    }

    /// The range of a part of the syntax tree.
    fn range(&self, part: &impl syn::spanned::Spanned) -> TextRange {
        self.range_of(part.span())
    }

    fn range_of(&self, span: proc_macro2::Span) -> TextRange {
        let range = span.byte_range();
        self.text_range(range.start, range.end)
    }

    /// A range of the text, wherever its ends come from: in order, within the text, and cutting no
    /// character. Every range that the front end hands out is made here.
    fn text_range(&self, start: usize, end: usize) -> TextRange {
        let start = self.text.floor_char_boundary(start);
        let end = self.text.floor_char_boundary(end).max(start);
        TextRange::new(start, end)
    }

    /// The range between two places.
    fn span_of(&self, start: u32, end: u32) -> TextRange {
        self.text_range(start as usize, end as usize)
    }

    /// Adds an expression to the open scope.
    fn expr(&mut self, kind: ExprKind, range: TextRange) -> ExprId {
        let id = ExprId(self.facts.exprs.len() as u32);
        self.facts.exprs.push(Expr {
            kind,
            range,
            scope: self.scope,
        });
        id
    }

    /// Notes that a variable of the open scope begins at a place.
    fn begins(&mut self, name: &str, at: u32) {
        let scope = &mut self.facts.scopes[self.scope.0 as usize];
        let ScopeKind::Function { parameters, .. } = &scope.kind else {
            return;
        };
        if !parameters.iter().any(|parameter| parameter.name == name) {
            scope.begins.entry(name.to_owned()).or_insert(at);
        }
    }

    /// Notes that an item of the open scope is seen in all of it.
    fn begins_at_once(&mut self, name: &str) {
        let scope = &mut self.facts.scopes[self.scope.0 as usize];
        if matches!(scope.kind, ScopeKind::Function { .. }) {
            scope.begins.insert(name.to_owned(), 0);
        }
    }

    /// Adds a step to the open scope.
    fn step(&mut self, step: Step) {
        if let Step::Define(scope) = step {
            let name = self.facts.scope(scope).name.clone();
            self.begins_at_once(&name);
        }
        self.facts.scopes[self.scope.0 as usize].steps.push(step);
    }

    /// Opens a scope, does `work` in it, and closes it.
    fn within(
        &mut self,
        kind: ScopeKind,
        name: &str,
        head: TextRange,
        range: TextRange,
        work: impl FnOnce(&mut Self),
    ) -> ScopeId {
        let around = &self.facts.scopes[self.scope.0 as usize].qualified;
        let qualified = match (around.as_str(), name) {
            ("", name) => name.to_owned(),
            (around, name) => format!("{around}::{name}"),
        };
        let id = ScopeId(self.facts.scopes.len() as u32);
        self.facts.scopes.push(Scope {
            kind,
            name: name.to_owned(),
            qualified,
            parent: Some(self.scope),
            decorators: Vec::new(),
            steps: Vec::new(),
            outer_names: Vec::new(),
            begins: BTreeMap::new(),
            head,
            range,
        });
        let outer = std::mem::replace(&mut self.scope, id);
        work(self);
        self.scope = outer;
        id
    }

    /// Names that paths begin with and nothing in the file defines are crates.
    fn bind_roots(&mut self) {
        for (name, range) in std::mem::take(&mut self.roots) {
            let alias = paths::path_name(&name);
            if self.facts.scopes[0]
                .steps
                .iter()
                .any(|step| binds(step, &alias))
            {
                continue;
            }
            let (level, module) = match name.as_str() {
                "self" => (1, Vec::new()),
                _ if name.starts_with("super") => {
                    (1 + name.matches("super").count() as u32, Vec::new())
                }
                _ => (0, vec![name]),
            };
            self.facts.scopes[0].steps.push(Step::Import(Import {
                level,
                module,
                names: ImportNames::Module { alias: Some(alias) },
                range,
                types_only: false,
            }));
        }
    }
}

/// Whether a step binds a name.
fn binds(step: &Step, name: &str) -> bool {
    match step {
        Step::Bind {
            target: BindTarget::Name(bound),
            ..
        } => bound == name,
        Step::Import(Import {
            names: ImportNames::Module { alias: Some(alias) },
            ..
        }) => alias == name,
        _ => false,
    }
}

/// A text at whose beginning blanks stand for what is no code and what the parser would take out,
/// so that places stay what they are: a mark of the byte order, and a line for the shell.
fn code_of(text: &str) -> Cow<'_, str> {
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let rest = &text[mark..];
    let for_shell = rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[');
    let line = if for_shell {
        rest.find('\n').unwrap_or(rest.len())
    } else {
        0
    };
    match mark + line {
        0 => Cow::Borrowed(text),
        blank => Cow::Owned(format!("{}{}", " ".repeat(blank), &text[blank..])),
    }
}

#[cfg(test)]
mod tests;
