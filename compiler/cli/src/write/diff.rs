use similar::TextDiff;

use super::compare::Change;

/// A unified diff from what stands on disk to what klo writes, under the path as it is shown.
pub(crate) fn unified(change: &Change, shown: &str, color: bool) -> String {
    let old = change.old.as_deref().map(String::from_utf8_lossy);
    let new = change.new.as_deref().unwrap_or("");
    let name = |prefix: &str, exists: bool| {
        if exists {
            format!("{prefix}/{shown}")
        } else {
            "/dev/null".to_owned()
        }
    };
    let diff = TextDiff::from_lines(old.as_deref().unwrap_or(""), new);
    let text = diff
        .unified_diff()
        .header(
            &name("a", change.old.is_some()),
            &name("b", change.new.is_some()),
        )
        .to_string();
    let text = printable(&text);
    if color { paint(&text) } else { text }
}

/// What a person wrote into a file may hold characters that a terminal obeys.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && !matches!(c, '\n' | '\t') {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

fn paint(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let number = match line.as_bytes().first() {
            Some(b'+') => 32,
            Some(b'-') => 31,
            Some(b'@') => 36,
            _ => {
                out.push_str(line);
                continue;
            }
        };
        let bare = line.trim_end_matches('\n');
        out.push_str(&format!("\u{1b}[{number}m{bare}\u{1b}[0m\n"));
    }
    out
}
