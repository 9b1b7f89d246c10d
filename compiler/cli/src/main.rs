//! `klo`: one file per command. All reading of the environment, the clock and the terminal and all
//! writing of files happens here.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the one crate that touches clock, environment, terminal and disk"
)]

mod args;
mod compile;
mod completions;
mod diff;
mod explain;
mod fix;
mod git;
mod graph;
mod init;
mod lint;
mod neighbours;
mod outside;
mod pipeline;
mod policy;
mod project;
mod report;
mod rules;
mod schema;
mod terminal;
mod unsaid;
mod words;
mod write;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use terminal::Terminal;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Fine, warnings allowed.
    Fine,
    /// Errors, denials, or files that are out of date.
    Errors,
    /// Wrong usage, or configuration that cannot be read.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Fine => Self::SUCCESS,
            Exit::Errors => Self::from(1),
            Exit::Usage => Self::from(2),
        }
    }
}

/// A mistake on the command line; a sentence, and what would fix it.
#[derive(Debug)]
struct UsageError {
    message: String,
    help: Option<String>,
}

impl UsageError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut terminal = Terminal::new(&cli.common);
    let result = match &cli.command {
        Command::Compile(args) => compile::run(args, &mut terminal),
        Command::Lint(args) => lint::run(args, &mut terminal),
        Command::Fix(args) => fix::run(args, &mut terminal),
        Command::Init(args) => init::run(args, &mut terminal),
        Command::Graph(args) => graph::run(args, &mut terminal),
        Command::Diff(args) => diff::run(args, &mut terminal),
        Command::Explain(args) => explain::run(args, &mut terminal),
        Command::Rules(args) => rules::run(args, &mut terminal),
        Command::Schema(args) => schema::run(args, &mut terminal),
        Command::Completions { shell } => completions::run(*shell, &mut terminal),
    };
    terminal.clear();
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            let mut text = format!("error: {}\n", error.message);
            if let Some(help) = error.help {
                text.push_str(&format!("  help: {help}\n"));
            }
            terminal.diagnostic(&text);
            Exit::Usage.into()
        }
    }
}
