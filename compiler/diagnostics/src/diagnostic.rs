use std::sync::Arc;

use klo_source::Span;
use serde::Serialize;

use crate::Code;

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing is written.
    Error,
    /// Reported; everything goes on.
    Warning,
    /// Worth knowing.
    Note,
}

/// What a diagnostic points at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// Characters of a file that was read.
    Span(Span),
    /// A file that could not be read as text, or a folder.
    File(Arc<str>),
    /// Nothing in a file: the command line, the machine.
    Nowhere,
}

impl From<Span> for At {
    fn from(span: Span) -> Self {
        Self::Span(span)
    }
}

/// A second place that explains the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// What is there.
    pub message: String,
    /// Where.
    pub at: At,
}

/// The rule a finding comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RuleRef {
    /// `ACME-DB-001`.
    pub id: String,
    /// `acme/platform`.
    pub pack: String,
    /// `warn`, `deny` or `forbid`.
    pub level: String,
    /// Named after the violation: `short-backup-retention`.
    #[serde(skip)]
    pub name: String,
    /// Why the organization has the rule.
    #[serde(skip)]
    pub why: String,
    /// Where it says more about it.
    #[serde(skip)]
    pub url: Option<String>,
}

/// The waiver that covers a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaiverRef {
    /// Why the finding is let pass.
    pub reason: String,
    /// Who said so.
    pub approver: String,
    /// The last day that it holds: `2026-12-31`.
    pub until: String,
    /// The entry in the file of waivers.
    pub at: At,
}

/// One thing to tell the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// How grave it is.
    pub level: Level,
    /// A plain sentence, without a full stop at its end.
    pub message: String,
    /// What would fix it.
    pub help: Option<String>,
    /// The place.
    pub at: At,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// Intent id or resource address that it is about.
    pub subject: Option<String>,
    /// The app; filled in by whoever runs the pipeline.
    pub app: String,
    /// The environments in which it holds; empty when it does not depend on one.
    pub environments: Vec<String>,
    /// The rule it is a finding of.
    pub rule: Option<RuleRef>,
    /// The waiver that covers it.
    pub waiver: Option<WaiverRef>,
    /// Whether `klo fix` can mend it.
    pub fixable: bool,
}

impl Diagnostic {
    /// A diagnostic of any level.
    pub fn new(code: Code, level: Level, at: impl Into<At>, message: impl Into<String>) -> Self {
        Self {
            code,
            level,
            message: bounded(message.into()),
            help: None,
            at: at.into(),
            related: Vec::new(),
            subject: None,
            app: String::new(),
            environments: Vec::new(),
            rule: None,
            waiver: None,
            fixable: false,
        }
    }

    /// An error.
    pub fn error(code: Code, at: impl Into<At>, message: impl Into<String>) -> Self {
        Self::new(code, Level::Error, at, message)
    }

    /// A warning.
    pub fn warning(code: Code, at: impl Into<At>, message: impl Into<String>) -> Self {
        Self::new(code, Level::Warning, at, message)
    }

    /// A note.
    pub fn note(code: Code, at: impl Into<At>, message: impl Into<String>) -> Self {
        Self::new(code, Level::Note, at, message)
    }

    /// Says what would fix it; an empty text says nothing.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        let help = bounded(help.into());
        self.help = (!help.is_empty()).then_some(help);
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, at: impl Into<At>, message: impl Into<String>) -> Self {
        self.related.push(Related {
            message: message.into(),
            at: at.into(),
        });
        self
    }

    /// Names what it is about.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Whether a waiver covers it.
    pub fn waived(&self) -> bool {
        self.waiver.is_some()
    }

    /// Whether it keeps klo from writing.
    pub fn blocks(&self) -> bool {
        self.level == Level::Error && !self.waived()
    }
}

/// A text with its end left out where input made it longer than anybody reads.
fn bounded(mut text: String) -> String {
    const LONGEST: usize = 2000;
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(at);
        text.push('…');
    }
    text
}
