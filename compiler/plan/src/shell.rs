/// A word that a POSIX shell takes as exactly this text.
pub fn shell_word(raw: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
    if !raw.is_empty() && raw.chars().all(plain) {
        raw.to_owned()
    } else {
        format!("'{}'", raw.replace('\'', r"'\''"))
    }
}
