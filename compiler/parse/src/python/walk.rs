//! One walk over the syntax tree, with a stack of its own: a chain of 2,000 calls is a tree 4,000
//! levels deep. Each node is finished after its children, whose results lie on a second stack.

use klo_diagnostics::codes::sources as codes;
use klo_source::TextRange;
use tree_sitter::{Node, Tree};

use super::syntax::{self, Field, Kind};
use crate::attach::{self, Comment, Statement};
use crate::facts::{
    Argument, BindTarget, Expr, ExprId, ExprKind, FileFacts, Language, Parameter, Problem, Scope,
    ScopeId, ScopeKind, Step,
};

/// What following values in Python depends on.
const LANGUAGE: Language = Language {
    compiled: false,
    calls_decorators: true,
    gives_by_type: false,
    iterates_by_methods: false,
    sees_through_guards: false,
};

/// Brackets and blocks inside one another that are still read.
const MAX_NESTING: u16 = 200;

/// How deep an expression may grow by other means than brackets (chains of calls, of operators).
/// What lies deeper is still evaluated, as a step of its own, but its value is not followed, so
/// that whoever walks expressions knows a bound.
const MAX_DEPTH: u16 = 6_000;

/// What a finished node is to the one around it.
#[derive(Debug, Default)]
pub(super) enum What {
    /// Nothing, or already taken.
    #[default]
    Nothing,
    /// An identifier, which its parent reads as a value or as a mere name.
    Word,
    /// `base.name`, which may be a value or a target.
    Attribute(ExprId, TextRange),
    /// `base[index]`, which may be a value or a target.
    Index(ExprId, ExprId),
    /// A value.
    Expr(ExprId),
    /// `*value`.
    Splat(ExprId),
    /// `**value`.
    KeywordSplat(ExprId),
    /// A target that can be nothing else.
    Target(BindTarget),
    /// An assignment that was recorded: its value and the name bound.
    Bound(Option<ExprId>, Option<String>),
    /// One parameter with a type or a default.
    Parameter(Parameter),
    /// Parameters of a function or lambda.
    Parameters(Vec<Parameter>),
    /// Arguments of a call or class statement.
    Arguments(Vec<Argument>),
    /// `key: value` in a dictionary.
    Pair(ExprId, ExprId),
    /// `name = value` in a call.
    Keyword(TextRange, ExprId),
    /// The body of a function, class or lambda.
    Body(ScopeId),
    /// A piece of a string that is taken as written, or its delimiters.
    Piece,
    /// `name as alias` in an import.
    Aliased(TextRange, TextRange),
}

/// A finished node.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) field: Field,
    pub(super) range: TextRange,
    pub(super) what: What,
}

impl Value {
    /// What it is, so that no one takes it twice.
    pub(super) fn take(&mut self) -> Self {
        Self {
            what: std::mem::take(&mut self.what),
            ..*self
        }
    }
}

/// A node whose children are being walked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) field: Field,
    pub(super) range: TextRange,
    /// Where the results of its children begin.
    pub(super) base: usize,
    nesting: u16,
    /// Whether it stands in a type, where strings hold code.
    pub(super) in_type: bool,
    /// Whether it stands under `if TYPE_CHECKING`.
    pub(super) types_only: bool,
    /// Whether the word `async` stands in it.
    pub(super) is_async: bool,
    /// The scope that it is the body of.
    opens: Option<ScopeId>,
}

/// What may carry an annotation, for messages.
const ITEMS: &str = "an assignment, a function, a class, a call or the `return` of a call";

/// The facts of one file while they are collected.
pub(super) struct Builder<'t> {
    pub(super) text: &'t str,
    pub(super) facts: FileFacts,
    /// For each expression, how deep it is.
    depths: Vec<u16>,
    pub(super) values: Vec<Value>,
    pub(super) frames: Vec<Frame>,
    /// Scopes that are open, the innermost last.
    pub(super) scopes: Vec<ScopeId>,
    /// Whether anything in the file may be an annotation; if not, items are not collected.
    pub(super) annotated: bool,
    pub(super) comments: Vec<Comment>,
    pub(super) statements: Vec<Statement>,
    too_deep: bool,
    broken: bool,
}

impl<'t> Builder<'t> {
    /// `comments` are those that the tree will not hold.
    pub(super) fn new(text: &'t str, comments: &[TextRange]) -> Self {
        let whole = TextRange::new(0, text.len());
        let module = Scope {
            kind: ScopeKind::Module,
            name: String::new(),
            qualified: String::new(),
            parent: None,
            decorators: Vec::new(),
            steps: Vec::new(),
            outer_names: Vec::new(),
            begins: std::collections::BTreeMap::new(),
            head: TextRange::new(0, 0),
            range: whole,
        };
        let annotated = attach::may_annotate(text);
        let comments = comments.iter().filter(|_| annotated);
        Self {
            text,
            facts: FileFacts {
                language: LANGUAGE,
                scopes: vec![module],
                ..FileFacts::default()
            },
            depths: Vec::new(),
            values: Vec::new(),
            frames: Vec::new(),
            scopes: vec![ScopeId(0)],
            annotated,
            comments: comments.map(|range| Comment::new(text, *range)).collect(),
            statements: Vec::new(),
            too_deep: false,
            broken: false,
        }
    }

    /// Keeps every statement that an annotation could stand on, though none does.
    pub(super) fn outlined(mut self, comments: &[TextRange]) -> Self {
        self.annotated = true;
        let comments = comments.iter();
        self.comments = comments
            .map(|range| Comment::new(self.text, *range))
            .collect();
        self
    }

    /// Walks the tree and returns what it says, and the statements that annotations could stand on.
    pub(super) fn read(mut self, tree: &Tree) -> (FileFacts, Vec<Statement>) {
        let root = tree.root_node();
        let check = root.has_error();
        let mut cursor = root.walk();
        loop {
            let node = cursor.node();
            let kind = syntax::kind(node.kind_id());
            if check && (kind == Kind::Error || node.is_missing()) {
                self.broken_at(node, kind);
            }
            let labelled = self
                .frames
                .last()
                .is_some_and(|around| around.kind.has_fields());
            let field = if labelled {
                syntax::field(cursor.field_id())
            } else {
                Field::Other
            };
            let entered = self.enter(node, kind, field);
            if entered && !kind.is_leaf() && cursor.goto_first_child() {
                continue;
            }
            if entered {
                self.finish();
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return self.end();
                }
                self.finish();
            }
        }
    }

    fn end(mut self) -> (FileFacts, Vec<Statement>) {
        if self.annotated {
            self.comments.sort_by_key(|comment| comment.range.start);
            self.statements
                .sort_by_key(|statement| statement.range.start);
            attach::attach(
                self.text,
                &self.comments,
                &self.statements,
                ITEMS,
                &mut self.facts,
            );
        }
        (self.facts, self.statements)
    }

    /// Opens a frame for a node; `false` for nodes that say nothing.
    fn enter(&mut self, node: Node<'_>, kind: Kind, field: Field) -> bool {
        let range = TextRange::new(node.start_byte(), node.end_byte());
        if kind == Kind::Other && !node.is_named() {
            return false;
        }
        if kind.is_token() {
            self.token(kind, field, range);
            return false;
        }
        if kind == Kind::Comment {
            if self.annotated {
                self.comments.push(Comment::new(self.text, range));
            }
            return false;
        }
        let mut frame = Frame {
            kind,
            field,
            range,
            base: self.values.len(),
            nesting: 0,
            in_type: kind == Kind::Type,
            types_only: false,
            is_async: false,
            opens: None,
        };
        if let Some(parent) = self.frames.last() {
            let nests =
                kind.nests() || (field == Field::Subscript && parent.kind == Kind::Subscript);
            frame.nesting = parent.nesting + u16::from(nests);
            frame.in_type |= parent.in_type && kind != Kind::ArgumentList;
            frame.types_only = parent.types_only || self.begins_types_only(parent, field);
            if frame.nesting > MAX_NESTING {
                self.nested_too_deep(range);
                self.values.push(Value {
                    kind,
                    field,
                    range,
                    what: What::Nothing,
                });
                return false;
            }
        }
        frame.opens = self.open_scope(&frame);
        self.frames.push(frame);
        true
    }

    fn token(&mut self, kind: Kind, field: Field, range: TextRange) {
        if kind == Kind::AsyncToken {
            if let Some(frame) = self.frames.last_mut() {
                frame.is_async = true;
            }
            return;
        }
        self.values.push(Value {
            kind,
            field,
            range,
            what: What::Nothing,
        });
    }

    /// Finishes the innermost node and leaves its result to the one around it.
    fn finish(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let mut what = self.result(&frame);
        self.values.truncate(frame.base);
        if let Some(scope) = frame.opens {
            what = self.close_scope(scope, &frame, what);
        }
        self.values.push(Value {
            kind: frame.kind,
            field: frame.field,
            range: frame.range,
            what,
        });
        if let Some(parent) = self.frames.last().copied() {
            self.after_child(&parent);
        }
    }

    /// Adds an expression.
    pub(super) fn push(&mut self, kind: ExprKind, range: TextRange) -> ExprId {
        let depth = 1 + self.deepest(&kind);
        let (kind, depth) = if depth > MAX_DEPTH {
            self.cut(&kind);
            (ExprKind::Opaque(Vec::new()), 1)
        } else {
            (kind, depth)
        };
        let id = ExprId(self.facts.exprs.len() as u32);
        let scope = self.scope();
        self.facts.exprs.push(Expr { kind, range, scope });
        self.depths.push(depth);
        id
    }

    /// Makes an expression longer to the right, which keeps chains of one operator flat.
    pub(super) fn extend(&mut self, id: ExprId, part: ExprId, end: u32) {
        let depth = self.depths[part.0 as usize].saturating_add(1);
        let at = id.0 as usize;
        self.facts.exprs[at].range.end = end;
        self.depths[at] = self.depths[at].max(depth);
        if let ExprKind::Concat(parts) | ExprKind::Either(parts) | ExprKind::Opaque(parts) =
            &mut self.facts.exprs[at].kind
        {
            parts.push(part);
        }
    }

    /// Makes the last expression stand in the place of another.
    pub(super) fn move_last_to(&mut self, id: ExprId) {
        if let (Some(expr), Some(depth)) = (self.facts.exprs.pop(), self.depths.pop()) {
            self.facts.exprs[id.0 as usize] = expr;
            self.depths[id.0 as usize] = depth;
        }
    }

    /// Forgets expressions that nothing refers to, and the steps that were made with them.
    pub(super) fn forget_after(&mut self, (exprs, steps): (usize, usize)) {
        self.facts.exprs.truncate(exprs);
        self.depths.truncate(exprs);
        self.steps().truncate(steps);
    }

    fn deepest(&self, kind: &ExprKind) -> u16 {
        let mut deepest = 0;
        kind.for_each_part(|part| deepest = deepest.max(self.depths[part.0 as usize]));
        deepest
    }

    fn cut(&mut self, kind: &ExprKind) {
        let mut parts = Vec::new();
        kind.for_each_part(|part| parts.push(part));
        self.steps().extend(parts.into_iter().map(Step::Do));
    }

    /// The scope in which things happen now.
    pub(super) fn scope(&self) -> ScopeId {
        self.scopes.last().copied().unwrap_or(ScopeId(0))
    }

    /// What happens in that scope.
    pub(super) fn steps(&mut self) -> &mut Vec<Step> {
        let scope = self.scope();
        &mut self.facts.scopes[scope.0 as usize].steps
    }

    /// The text of a range.
    pub(super) fn slice(&self, range: TextRange) -> &'t str {
        self.text
            .get(range.start as usize..range.end as usize)
            .unwrap_or("")
    }

    /// Takes the first result of a field.
    pub(super) fn take(&mut self, frame: &Frame, field: Field) -> Option<Value> {
        self.values[frame.base..]
            .iter_mut()
            .find(|value| value.field == field && !matches!(value.what, What::Nothing))
            .map(Value::take)
    }

    /// Takes a field as an expression.
    pub(super) fn take_expr(&mut self, frame: &Frame, field: Field) -> Option<ExprId> {
        let value = self.take(frame, field)?;
        self.expr(value)
    }

    /// Takes every result that is a value, in order.
    pub(super) fn take_exprs(&mut self, frame: &Frame) -> Vec<ExprId> {
        (frame.base..self.values.len())
            .filter_map(|at| {
                let value = self.values[at].take();
                self.expr(value)
            })
            .collect()
    }

    /// Reports the first place that is not Python.
    fn broken_at(&mut self, node: Node<'_>, kind: Kind) {
        if self.broken {
            return;
        }
        self.broken = true;
        let start = node.start_byte();
        let (message, end) = if kind == Kind::Error {
            // The parser gives up whole stretches; the line on which one begins is enough to see.
            let line = self.text[start..].lines().next().unwrap_or("").trim_end();
            let end = node.end_byte().min(start + line.len());
            ("this is not valid Python".to_owned(), end)
        } else {
            (
                format!("`{}` is missing here", node.kind()),
                node.end_byte(),
            )
        };
        self.facts.problems.push(Problem {
            code: codes::SYNTAX.id().to_owned(),
            error: true,
            range: TextRange::new(start, end),
            message,
            help: "correct the syntax; `python -m py_compile` on the file says more".to_owned(),
            related: Vec::new(),
        });
    }

    /// Reports the first place that is nested deeper than is read.
    pub(super) fn nested_too_deep(&mut self, range: TextRange) {
        if self.too_deep {
            return;
        }
        self.too_deep = true;
        self.facts.problems.push(Problem {
            code: codes::TOO_DEEP.id().to_owned(),
            error: true,
            range: TextRange {
                start: range.start,
                end: range.end.min(range.start + 1),
            },
            message: format!("this is nested more than {MAX_NESTING} brackets and blocks deep"),
            help: "give the inner part a name of its own, so that it is nested less deep"
                .to_owned(),
            related: Vec::new(),
        });
    }
}
