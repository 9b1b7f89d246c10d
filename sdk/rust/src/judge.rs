//! What klo's own parser says of the attributes of one item.

use std::sync::Mutex;

use klo_config::App;
use klo_diagnostics::{At, Diagnostic, Level};
use klo_intent::Kind;
use klo_parse::declare::{AppFile, Declaration, declare, finish_persist};
use klo_source::SourceMap;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use crate::text::Text;

/// The path that the item is judged under; none of klo's sentences shows it.
const PATH: &str = "src/main.rs";

/// What is wrong, with the spans of the first and last token of its place.
pub(crate) struct Fault {
    /// klo's sentence.
    pub(crate) message: String,
    /// klo's help; empty without one.
    pub(crate) help: String,
    /// The place.
    pub(crate) place: (Span, Span),
}

/// An item without its attributes of klo's, and beside it a `compile_error!` for each fault.
///
/// The first of an item's attributes is expanded first and is given the others, so it judges them
/// all, as klo does, and takes them away.
pub(crate) fn expand(capability: &str, arguments: TokenStream, item: TokenStream) -> TokenStream {
    // Which tokens are made is one setting for the whole process.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let (others, item) = split(item);
    let faults = faults(capability, arguments, &others, &item);
    let mut out = item;
    for fault in faults {
        out.extend(compile_error(&fault));
    }
    out
}

/// The contents of klo's attributes before an item, and the item without them.
pub(crate) fn split(item: TokenStream) -> (Vec<TokenStream>, TokenStream) {
    let mut others = Vec::new();
    let mut kept = TokenStream::new();
    let mut tokens = item.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        let content = match tokens.peek() {
            Some(TokenTree::Group(group)) if is_hash && group.delimiter() == Delimiter::Bracket => {
                group.stream()
            }
            // Attributes are over where the item itself begins.
            _ => {
                kept.extend([token]);
                kept.extend(tokens);
                break;
            }
        };
        if is_klos(&content) {
            tokens.next();
            others.push(content);
        } else {
            kept.extend([token]);
            kept.extend(tokens.next());
        }
    }
    (others, kept)
}

fn is_klos(content: &TokenStream) -> bool {
    let mut tokens = content.clone().into_iter();
    let is_name = matches!(tokens.next(), Some(TokenTree::Ident(name)) if name == "klo");
    is_name && matches!(tokens.next(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':')
}

/// What klo says of an item with these attributes.
pub(crate) fn faults(
    capability: &str,
    arguments: TokenStream,
    others: &[TokenStream],
    item: &TokenStream,
) -> Vec<Fault> {
    let mut text = Text::default();
    text.word(&format!("#[klo::{capability}"), Span::call_site());
    if !arguments.is_empty() {
        text.word("(", Span::call_site());
        text.tokens(arguments);
        text.word(")", Span::call_site());
    }
    text.word("]\n", Span::call_site());
    for other in others {
        text.word("#[", Span::call_site());
        text.tokens(other.clone());
        text.word("]\n", Span::call_site());
    }
    text.tokens(without_body(item));
    diagnostics(&text.text)
        .into_iter()
        .filter(|found| found.level == Level::Error)
        .map(|found| Fault {
            place: match found.at {
                At::Span(span) => text.spans(span.start as usize..span.end as usize),
                _ => (Span::call_site(), Span::call_site()),
            },
            message: found.message,
            help: found.help.unwrap_or_default(),
        })
        .collect()
}

/// What reading a file with this text and declaring what it annotates shows.
pub(crate) fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let mut sources = SourceMap::new();
    let id = sources.add(PATH, text);
    // Within a macro tokens are the compiler's, which knows no place in this text.
    proc_macro2::fallback::force();
    let facts = klo_parse::rust::facts(text);
    proc_macro2::fallback::unforce();
    let app = App::with_defaults("app", "");
    let file = AppFile {
        id,
        path: PATH,
        facts: &facts,
    };
    let (declarations, mut diagnostics) = declare(&app, &[file]);
    for declaration in &declarations {
        diagnostics.extend(of_kind(&app, declaration));
    }
    diagnostics
}

/// What is wrong with an intent of its kind. Where the code tells the kind, it is wrong if every kind
/// that it can be refuses it; the one with the fewest mistakes is meant.
fn of_kind(app: &App, declaration: &Declaration) -> Vec<Diagnostic> {
    let kinds: Vec<Kind> = match declaration.kind {
        Some(kind) => vec![kind],
        None => Kind::ALL
            .into_iter()
            .filter(|kind| kind.is_persisted())
            .collect(),
    };
    let mistakes = kinds
        .into_iter()
        .map(|kind| finish_persist(app, declaration, kind).1);
    mistakes.min_by_key(Vec::len).unwrap_or_default()
}

/// The item with its last block emptied: a function's body, or the members of a type or module. klo
/// judges annotations by what they stand on, not by what is in it.
fn without_body(item: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut()
        && body.delimiter() == Delimiter::Brace
    {
        let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
        empty.set_span(body.span());
        *body = empty;
    }
    tokens.into_iter().collect()
}

/// `::core::compile_error! { "…" }` at the place of a fault.
fn compile_error(fault: &Fault) -> TokenStream {
    let (first, last) = fault.place;
    let mut message = fault.message.clone();
    if !fault.help.is_empty() {
        message.push_str("\nhelp: ");
        message.push_str(&fault.help);
    }
    let punct = |c: char, spacing: Spacing| {
        let mut punct = Punct::new(c, spacing);
        punct.set_span(first);
        TokenTree::Punct(punct)
    };
    let mut literal = Literal::string(&message);
    literal.set_span(last);
    let mut group = Group::new(Delimiter::Brace, TokenTree::Literal(literal).into());
    group.set_span(last);
    [
        punct(':', Spacing::Joint),
        punct(':', Spacing::Alone),
        TokenTree::Ident(Ident::new("core", first)),
        punct(':', Spacing::Joint),
        punct(':', Spacing::Alone),
        TokenTree::Ident(Ident::new("compile_error", first)),
        punct('!', Spacing::Alone),
        TokenTree::Group(group),
    ]
    .into_iter()
    .collect()
}
