use memchr::memmem;

/// What every annotation begins with, in any host language.
pub const MARKER: &str = "@klo::";

/// Whether the bytes may hold an annotation, or something that was meant to be one (`@klo:service`),
/// which is a mistake to be told of.
pub fn has_marker(bytes: &[u8]) -> bool {
    memmem::find(bytes, b"@klo").is_some()
}

/// Byte offsets of every marker.
pub fn find_marker(text: &str) -> impl Iterator<Item = usize> + '_ {
    memmem::find_iter(text.as_bytes(), MARKER.as_bytes())
}
