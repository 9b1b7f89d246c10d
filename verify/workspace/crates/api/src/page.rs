//! The page, which lies beside the program.

/// Its text.
pub fn read() -> String {
    std::fs::read_to_string("static/page.html").unwrap_or_default()
}
