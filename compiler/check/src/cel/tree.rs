use klo_source::TextRange;

use super::data::Data;

/// A part of an expression as written.
#[derive(Debug)]
pub(super) struct Node {
    /// Where, brackets around it not counted.
    pub(super) range: TextRange,
    /// What.
    pub(super) kind: NodeKind,
}

/// The shapes of [`Node`].
#[derive(Debug)]
pub(super) enum NodeKind {
    /// `1`, `"a"`, `true`, `null`.
    Literal(Data),
    /// A variable.
    Name(String),
    /// `of.name`.
    Field {
        of: Box<Node>,
        name: String,
        at: TextRange,
    },
    /// `of[by]`.
    Index { of: Box<Node>, by: Box<Node> },
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{a: b}`.
    Map(Vec<(Node, Node)>),
    /// `!a`.
    Not(Box<Node>),
    /// `-a`.
    Negate(Box<Node>),
    /// Two operands.
    Binary {
        operator: Binary,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `condition ? yes : no`.
    Conditional {
        condition: Box<Node>,
        yes: Box<Node>,
        no: Box<Node>,
    },
    /// `name(…)` or `target.name(…)`, macros included.
    Call {
        name: String,
        at: TextRange,
        target: Option<Box<Node>>,
        arguments: Vec<Node>,
    },
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Binary {
    /// As it is written.
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::And => "&&",
            Self::Or => "||",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}
