//! The two streams and what they can show. Nothing else in klo prints.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::args::{ColorWhen, Common};

/// Columns that sentences are wrapped at.
pub(crate) const WIDTH: usize = 80;
/// Work shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(300);

/// Standard output and standard error.
#[derive(Debug)]
pub(crate) struct Terminal {
    /// Whether results may be coloured.
    pub(crate) out_color: bool,
    /// Whether diagnostics may be coloured.
    pub(crate) error_color: bool,
    /// Whether to draw with more than ASCII.
    pub(crate) unicode: bool,
    quiet: bool,
    progress: bool,
    shown: bool,
    since: Instant,
}

impl Terminal {
    /// As the flags, the environment and the streams say.
    pub(crate) fn new(common: &Common) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = |is_terminal: bool| match common.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => is_terminal && !no_color && !dumb,
        };
        let error_terminal = io::stderr().is_terminal();
        Self {
            out_color: color(io::stdout().is_terminal()),
            error_color: color(error_terminal),
            unicode: draws_unicode(),
            quiet: common.quiet,
            progress: error_terminal && !common.quiet && !dumb,
            shown: false,
            since: Instant::now(),
        }
    }

    /// Prints a result.
    pub(crate) fn result(&mut self, text: &str) {
        self.clear();
        // A reader that has seen enough closes the pipe; that is no fault of this run.
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Prints a remark about a result, which `--quiet` leaves out.
    pub(crate) fn remark(&mut self, text: &str) {
        if !self.quiet {
            self.result(text);
        }
    }

    /// Prints a remark where the result has to stay whole for whoever reads it.
    pub(crate) fn aside(&mut self, text: &str) {
        if !self.quiet {
            self.diagnostic(text);
        }
    }

    /// Prints a diagnostic.
    pub(crate) fn diagnostic(&mut self, text: &str) {
        self.clear();
        let mut out = io::stderr().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Says what is being done, on a terminal, when it has taken a while.
    pub(crate) fn progress(&mut self, what: &str) {
        if self.progress && self.since.elapsed() > PATIENCE {
            self.clear();
            let mut out = io::stderr().lock();
            let _ = write!(out, "{what} …").and_then(|()| out.flush());
            self.shown = true;
        }
    }

    /// Takes the progress line away.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let mut out = io::stderr().lock();
            let _ = out.write_all(b"\r\x1b[2K").and_then(|()| out.flush());
        }
    }
}

/// As the locale says; where none is set, today's terminals do.
fn draws_unicode() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .is_none_or(|locale| {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}
