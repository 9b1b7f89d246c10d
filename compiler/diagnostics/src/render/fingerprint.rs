use std::collections::BTreeMap;

use klo_source::SourceMap;
use sha2::{Digest, Sha256};

use super::id;
use crate::{At, Diagnostic};

/// What a service knows each diagnostic again by: from its app, id and subject, or where it has no
/// subject from its file and the text that it stands on; so that it stays when code moves or its
/// message is put otherwise. Those that would be equal are told apart by their order.
pub(super) fn fingerprints(diagnostics: &[Diagnostic], sources: &SourceMap) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    diagnostics
        .iter()
        .map(|diagnostic| {
            let own = own(diagnostic, sources);
            let count = seen.entry(own.clone()).or_default();
            *count += 1;
            match count {
                1 => own,
                count => hash(&[&own, &count.to_string()]),
            }
        })
        .collect()
}

fn own(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let named = [diagnostic.app.as_str(), id(diagnostic)];
    match (&diagnostic.subject, &diagnostic.at) {
        (Some(subject), _) => hash(&[named[0], named[1], "subject", subject]),
        (None, At::Span(span)) => {
            let text: Vec<&str> = sources.text(*span).split_whitespace().collect();
            let path = sources.path(span.file);
            hash(&[named[0], named[1], "text", path, &text.join(" ")])
        }
        (None, At::File(path)) => hash(&[named[0], named[1], "file", path]),
        (None, At::Nowhere) => hash(&named),
    }
}

/// Half of the SHA-256 of the parts, in hexadecimal digits.
fn hash(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // The length before each part keeps `ab`, `c` and `a`, `bc` apart.
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    let digest = digest.finalize();
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
