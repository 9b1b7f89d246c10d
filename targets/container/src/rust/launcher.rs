//! The program that fetches secrets before it becomes the command: its sources, which go into the
//! folder of the image that is built with it.

use std::collections::BTreeMap;

/// Where the launcher lies in images.
pub(crate) const PROGRAM: &str = "/opt/klo/launcher";

/// Names and texts, sorted.
pub(crate) const FILES: [(&str, &str); 5] = [
    ("launcher/Cargo.lock", include_str!("launcher/Cargo.lock")),
    ("launcher/Cargo.toml", include_str!("launcher/Cargo.toml")),
    ("launcher/src/main.rs", include_str!("launcher/src/main.rs")),
    (
        "launcher/src/manager.rs",
        include_str!("launcher/src/manager.rs"),
    ),
    ("launcher/src/sign.rs", include_str!("launcher/src/sign.rs")),
];

/// The words before the command, for variables and what holds the references to their values.
pub(crate) fn entrypoint(secrets: &BTreeMap<String, String>) -> Vec<String> {
    if secrets.is_empty() {
        return Vec::new();
    }
    let mut words = vec![PROGRAM.to_owned()];
    words.extend(
        secrets
            .iter()
            .map(|(variable, reference)| format!("{variable}={reference}")),
    );
    words.push("--".to_owned());
    words
}
