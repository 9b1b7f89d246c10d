use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Prints the completion script of a shell.
pub(crate) fn run(shell: Shell, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "klo", &mut script);
    terminal.result(&String::from_utf8_lossy(&script));
    Ok(Exit::Fine)
}
