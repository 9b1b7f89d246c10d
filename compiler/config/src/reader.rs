use klo_diagnostics::codes::config as codes;
use klo_diagnostics::{Code, Diagnostic};
use klo_intent::{AttrValue, Literal, LiteralKind, Mistake, MistakeKind, decode, unknown_key};
use klo_source::{EntryKind, FileId, Span, TextRange, Tree, normalize};

/// What reading a `klo.yaml` needs, and the mistakes found so far.
pub(crate) struct Reader<'a> {
    pub(crate) tree: &'a dyn Tree,
    pub(crate) file: FileId,
    /// The app's folder, relative to the repository's root.
    pub(crate) root: &'a str,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Entries of a map in the order written.
pub(crate) type Entries = [(String, TextRange, Literal)];

impl Reader<'_> {
    pub(crate) fn span(&self, range: TextRange) -> Span {
        range.in_file(self.file)
    }

    pub(crate) fn error(
        &mut self,
        code: Code,
        range: TextRange,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::error(code, self.span(range), message).help(help);
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn mistake(&mut self, found: Mistake) {
        let code = match found.kind {
            MistakeKind::Value => codes::WRONG_SETTING,
            MistakeKind::UnknownKey => codes::UNKNOWN_SETTING,
            MistakeKind::MissingKey => codes::MISSING_SETTING,
        };
        self.error(code, found.range, found.message, found.help);
    }

    /// The entries of a map; anything else is reported and empty. Nothing at all is an empty map.
    pub(crate) fn map<'l>(&mut self, what: &str, literal: &'l Literal) -> &'l Entries {
        match &literal.kind {
            LiteralKind::Map(entries) => entries,
            LiteralKind::Null => &[],
            _ => {
                self.error(
                    codes::WRONG_SETTING,
                    literal.range,
                    format!("{what} is a map, not {}", literal.noun()),
                    "write `key: value` lines below it, or `{ key: value }`",
                );
                &[]
            }
        }
    }

    pub(crate) fn unknown<'k>(
        &mut self,
        owner: &str,
        key: &str,
        range: TextRange,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        self.mistake(unknown_key(owner, key, range, known));
    }

    /// A value by its type; mistakes are reported.
    pub(crate) fn typed(
        &mut self,
        ty: &klo_intent::Type,
        key: &str,
        literal: &Literal,
    ) -> Option<AttrValue> {
        match decode(ty, literal, key, self.root) {
            Ok(value) => Some(value),
            Err(mistakes) => {
                for mut found in mistakes {
                    let name = found.kind == MistakeKind::Value && *ty == klo_intent::Type::Name;
                    let path = found.message.starts_with("the path ");
                    if name || path {
                        let code = if name {
                            codes::BAD_SETTING_NAME
                        } else {
                            codes::BAD_PATH
                        };
                        self.error(code, found.range, found.message, found.help);
                        continue;
                    }
                    found.help = account_help(key, literal, found.help);
                    self.mistake(found);
                }
                None
            }
        }
    }

    /// A path of the app, relative to the repository's root; reported where it leads out of it or
    /// nothing of the kind wanted is there.
    pub(crate) fn path(
        &mut self,
        text: &str,
        range: TextRange,
        wanted: &[EntryKind],
    ) -> Option<String> {
        let Some(path) = normalize(self.root, text) else {
            self.error(
                codes::BAD_PATH,
                range,
                format!(
                    "the path `{}` leads out of the repository",
                    text.escape_debug()
                ),
                "paths are relative to the folder of klo.yaml and stay inside the repository",
            );
            return None;
        };
        if wanted.is_empty() || wanted.contains(&self.tree.kind(&path)) {
            return Some(path);
        }
        let what = match wanted {
            [EntryKind::File] => "file",
            [EntryKind::Directory] => "folder",
            _ => "file or folder",
        };
        self.error(
            codes::BAD_PATH,
            range,
            format!("there is no {what} `{}`", text.escape_debug()),
            "paths are relative to the folder of klo.yaml",
        );
        None
    }
}

/// An account id that lost its quotes is the one number for which the help can be exact.
fn account_help(key: &str, literal: &Literal, help: String) -> String {
    match &literal.kind {
        LiteralKind::Int(number) if key == "account" => format!("write `\"{number:012}\"`"),
        _ => help,
    }
}
