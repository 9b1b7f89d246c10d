use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Prints the JSON Schema of `klo.yaml`.
pub(crate) fn run(terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let mut text = serde_json::to_string_pretty(&klo_config::schema()).unwrap_or_default();
    text.push('\n');
    terminal.result(&text);
    Ok(Exit::Fine)
}
