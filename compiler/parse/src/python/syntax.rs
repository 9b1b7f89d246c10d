//! The grammar's node kinds and fields as enums, so that the walk compares small numbers and not
//! strings, and the bounded call of the parser.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use tree_sitter::{Language, ParseOptions, ParseState, Parser, Tree};

/// Declares an enum and the table from the grammar's names to it.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $table:ident: $($variant:ident = $text:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name {
            /// Any other.
            Other,
            $($variant),+
        }
        const $table: &[(&str, $name)] = &[$(($text, $name::$variant)),+];
    };
}

names! {
    /// Kinds of named nodes, and the few tokens that carry meaning.
    Kind, KINDS:
    Error = "ERROR",
    Comment = "comment",
    // Statements.
    ExpressionStatement = "expression_statement",
    Return = "return_statement",
    Import = "import_statement",
    ImportFrom = "import_from_statement",
    FutureImport = "future_import_statement",
    Print = "print_statement",
    Exec = "exec_statement",
    Assert = "assert_statement",
    Delete = "delete_statement",
    Raise = "raise_statement",
    Pass = "pass_statement",
    Break = "break_statement",
    Continue = "continue_statement",
    Global = "global_statement",
    Nonlocal = "nonlocal_statement",
    TypeAlias = "type_alias_statement",
    If = "if_statement",
    Elif = "elif_clause",
    Else = "else_clause",
    For = "for_statement",
    While = "while_statement",
    Try = "try_statement",
    Except = "except_clause",
    Finally = "finally_clause",
    With = "with_statement",
    WithItem = "with_item",
    Match = "match_statement",
    Case = "case_clause",
    Function = "function_definition",
    Class = "class_definition",
    Decorated = "decorated_definition",
    Decorator = "decorator",
    Block = "block",
    // Parts of statements.
    Assignment = "assignment",
    Augmented = "augmented_assignment",
    Parameters = "parameters",
    LambdaParameters = "lambda_parameters",
    DefaultParameter = "default_parameter",
    TypedParameter = "typed_parameter",
    TypedDefaultParameter = "typed_default_parameter",
    KeywordSeparator = "keyword_separator",
    TypeParameter = "type_parameter",
    DottedName = "dotted_name",
    AliasedImport = "aliased_import",
    RelativeImport = "relative_import",
    WildcardImport = "wildcard_import",
    CasePattern = "case_pattern",
    ClassPattern = "class_pattern",
    KeywordPattern = "keyword_pattern",
    UnionPattern = "union_pattern",
    SplatPattern = "splat_pattern",
    PatternList = "pattern_list",
    TuplePattern = "tuple_pattern",
    ListPattern = "list_pattern",
    ListSplatPattern = "list_splat_pattern",
    DictionarySplatPattern = "dictionary_splat_pattern",
    AsPattern = "as_pattern",
    AsPatternTarget = "as_pattern_target",
    // Expressions.
    Identifier = "identifier",
    Integer = "integer",
    Float = "float",
    True = "true",
    False = "false",
    None = "none",
    Ellipsis = "ellipsis",
    String = "string",
    StringStart = "string_start",
    StringContent = "string_content",
    StringEnd = "string_end",
    Concatenated = "concatenated_string",
    Interpolation = "interpolation",
    FormatExpression = "format_expression",
    FormatSpecifier = "format_specifier",
    Named = "named_expression",
    Not = "not_operator",
    Boolean = "boolean_operator",
    Binary = "binary_operator",
    Unary = "unary_operator",
    Comparison = "comparison_operator",
    Conditional = "conditional_expression",
    Lambda = "lambda",
    Yield = "yield",
    Await = "await",
    Attribute = "attribute",
    Subscript = "subscript",
    Slice = "slice",
    Call = "call",
    ArgumentList = "argument_list",
    KeywordArgument = "keyword_argument",
    ListSplat = "list_splat",
    DictionarySplat = "dictionary_splat",
    List = "list",
    Set = "set",
    Tuple = "tuple",
    ExpressionList = "expression_list",
    Dictionary = "dictionary",
    Pair = "pair",
    ListComprehension = "list_comprehension",
    SetComprehension = "set_comprehension",
    DictionaryComprehension = "dictionary_comprehension",
    Generator = "generator_expression",
    ForIn = "for_in_clause",
    IfClause = "if_clause",
    Parenthesized = "parenthesized_expression",
    // Types.
    Type = "type",
    GenericType = "generic_type",
    UnionType = "union_type",
    MemberType = "member_type",
    // Tokens.
    AsyncToken = "async",
    FromToken = "from",
    PlusToken = "+",
    MinusToken = "-",
    PercentToken = "%",
    PipeToken = "|",
    PlusAssignToken = "+=",
    PipeAssignToken = "|=",
}

names! {
    /// Fields of nodes.
    Field, FIELDS:
    Alias = "alias",
    Body = "body",
    Condition = "condition",
    Consequence = "consequence",
    Function = "function",
    Key = "key",
    Left = "left",
    ModuleName = "module_name",
    Name = "name",
    Parameters = "parameters",
    ReturnType = "return_type",
    Right = "right",
    Subject = "subject",
    Subscript = "subscript",
    Superclasses = "superclasses",
    Type = "type",
    Value = "value",
}

impl Kind {
    /// Whether it is a token and not a node: tokens are seen only where they carry meaning.
    pub(super) fn is_token(self) -> bool {
        matches!(
            self,
            Self::AsyncToken
                | Self::FromToken
                | Self::PlusToken
                | Self::MinusToken
                | Self::PercentToken
                | Self::PipeToken
                | Self::PlusAssignToken
                | Self::PipeAssignToken
        )
    }

    /// Whether it opens a bracket or a block, which are what the limit on nesting counts.
    pub(super) fn nests(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::Parenthesized
                | Self::ArgumentList
                | Self::Parameters
                | Self::List
                | Self::Set
                | Self::Tuple
                | Self::Dictionary
                | Self::ListComprehension
                | Self::SetComprehension
                | Self::DictionaryComprehension
                | Self::Generator
                | Self::TypeParameter
                | Self::TuplePattern
                | Self::ListPattern
                | Self::ClassPattern
                | Self::Interpolation
                | Self::FormatExpression
        )
    }

    /// Whether it matters which fields its children are.
    pub(super) fn has_fields(self) -> bool {
        matches!(
            self,
            Self::If
                | Self::Elif
                | Self::While
                | Self::For
                | Self::Except
                | Self::Match
                | Self::Function
                | Self::Class
                | Self::Lambda
                | Self::Assignment
                | Self::Augmented
                | Self::TypeAlias
                | Self::DefaultParameter
                | Self::TypedParameter
                | Self::TypedDefaultParameter
                | Self::ImportFrom
                | Self::AliasedImport
                | Self::AsPattern
                | Self::Named
                | Self::Subscript
                | Self::Call
                | Self::KeywordArgument
                | Self::Pair
                | Self::ListComprehension
                | Self::SetComprehension
                | Self::DictionaryComprehension
                | Self::Generator
                | Self::ForIn
        )
    }

    /// Whether its children say nothing that its text does not.
    pub(super) fn is_leaf(self) -> bool {
        matches!(
            self,
            Self::StringContent
                | Self::DottedName
                | Self::RelativeImport
                | Self::WildcardImport
                | Self::FutureImport
                | Self::Comment
        )
    }
}

/// The grammar with its ids translated.
struct Grammar {
    language: Language,
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let language = Language::new(tree_sitter_python::LANGUAGE);
    let kinds = (0..language.node_kind_count())
        .map(|id| {
            let id = id as u16;
            let name = language.node_kind_for_id(id).unwrap_or("");
            let named = language.node_kind_is_named(id);
            KINDS
                .iter()
                .find(|(text, kind)| *text == name && kind.is_token() != named)
                .map_or(Kind::Other, |(_, kind)| *kind)
        })
        .collect();
    let fields = (0..=language.field_count())
        .map(|id| {
            let name = language.field_name_for_id(id as u16).unwrap_or("");
            FIELDS
                .iter()
                .find(|(text, _)| *text == name)
                .map_or(Field::Other, |(_, field)| *field)
        })
        .collect();
    Grammar {
        language,
        kinds,
        fields,
    }
});

/// The kind of a node's id.
pub(super) fn kind(id: u16) -> Kind {
    // The error node's id is the largest there is and stands in no table.
    GRAMMAR
        .kinds
        .get(usize::from(id))
        .copied()
        .unwrap_or(Kind::Error)
}

/// The field of a field's id.
pub(super) fn field(id: Option<std::num::NonZeroU16>) -> Field {
    id.and_then(|id| GRAMMAR.fields.get(usize::from(id.get())).copied())
        .unwrap_or(Field::Other)
}

/// Rounds of work that the parser may spend on a file, and those after the first mistake in it.
///
/// The parser reports after every hundred operations, and a round leaves up to 4.5 KB of tree. Most
/// source takes 0.006 rounds a byte, so that 4 MiB of it take 25,000; the densest files of the
/// standard library of Python 3.13 take 0.022, lists of one-digit numbers 0.05 (2026-11). Recovering
/// from mistakes can cost fifty times more a round.
const MAX_ROUNDS: usize = 30_000;
const RECOVERY_ROUNDS: usize = 500;

/// Why the parser was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// The text holds too much.
    TooMuch,
    /// The text is no Python from about this byte on.
    Broken(usize),
}

/// The syntax tree of `text`, or why parsing it was given up. The limits count work and not time, so
/// that the same input always gives the same answer.
pub(super) fn parse(text: &str) -> Result<Tree, GivenUp> {
    let mut parser = Parser::new();
    let mut given_up = GivenUp::Broken(0);
    if parser.set_language(&GRAMMAR.language).is_err() {
        return Err(given_up);
    }
    let (mut rounds, mut recovering) = (0, 0);
    let mut progress = |state: &ParseState| {
        rounds += 1;
        if state.has_error() {
            if recovering == 0 {
                given_up = GivenUp::Broken(state.current_byte_offset());
            }
            recovering += 1;
        }
        if rounds > MAX_ROUNDS {
            given_up = GivenUp::TooMuch;
        }
        if rounds > MAX_ROUNDS || recovering > RECOVERY_ROUNDS {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    let tree = parser.parse_with_options(
        &mut |at, _| bytes.get(at..).unwrap_or_default(),
        None,
        Some(options),
    );
    tree.ok_or(given_up)
}
