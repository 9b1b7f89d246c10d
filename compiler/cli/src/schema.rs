use crate::args::{Schema, SchemaOf};
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Prints the JSON Schema of a file that people write, or of what programs read.
pub(crate) fn run(args: &Schema, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let schema = match args.of {
        SchemaOf::Config => klo_config::schema(),
        SchemaOf::Rules => klo_check::pack_schema(),
        SchemaOf::Waivers => klo_check::waiver_schema(),
        SchemaOf::Diff => klo_diff::schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    terminal.result(&text);
    Ok(Exit::Fine)
}
