//! Annotations as lines above items, and the texts and trees that hold them.

use std::collections::BTreeMap;

use klo_source::{EntryKind, Listing, ReadError, Tree};

use super::candidates::Place;

/// Lines above one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Insertion {
    pub(super) path: String,
    pub(super) place: Place,
    /// Annotations without their comment leaders, in order.
    pub(super) lines: Vec<String>,
}

/// A text with insertions made, and for each of them the bytes that it has become.
pub(super) fn apply(
    path: &str,
    text: &str,
    insertions: &[&Insertion],
) -> (String, Vec<(u32, u32)>) {
    let leader = if path.ends_with(".rs") { "//" } else { "#" };
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut order: Vec<usize> = (0..insertions.len()).collect();
    order.sort_by_key(|at| insertions[*at].place.at);
    let mut out = String::with_capacity(text.len() + 64 * insertions.len());
    let mut ranges = vec![(0, 0); insertions.len()];
    let mut done = 0;
    for at in order {
        let insertion = insertions[at];
        let upto = insertion.place.at as usize;
        out.push_str(text.get(done..upto).unwrap_or_default());
        done = done.max(upto);
        let start = out.len() as u32;
        for line in &insertion.lines {
            out.push_str(&format!(
                "{}{leader} {line}{ending}",
                insertion.place.indent
            ));
        }
        ranges[at] = (start, out.len() as u32);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    (out, ranges)
}

/// A tree in which some files have other contents.
pub(super) struct Overlay<'a> {
    pub(super) below: &'a dyn Tree,
    pub(super) texts: BTreeMap<String, String>,
}

impl Tree for Overlay<'_> {
    fn files(&self, dir: &str) -> Listing {
        self.below.files(dir)
    }

    fn kind(&self, path: &str) -> EntryKind {
        self.below.kind(path)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.below.read(path),
        }
    }

    fn mentions(&self, path: &str, needle: &[u8]) -> bool {
        match self.texts.get(path) {
            Some(text) => memchr::memmem::find(text.as_bytes(), needle).is_some(),
            None => self.below.mentions(path, needle),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insertion(at: u32, indent: &str, lines: &[&str]) -> Insertion {
        Insertion {
            path: "a.py".to_owned(),
            place: Place {
                at,
                indent: indent.to_owned(),
            },
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    #[test]
    fn lines_keep_indentation_and_endings() {
        let text = "class A:\r\n\tx: str\r\n";
        let first = insertion(10, "\t", &["@klo::secret"]);
        let (new, ranges) = apply("a.py", text, &[&first]);
        assert_eq!(new, "class A:\r\n\t# @klo::secret\r\n\tx: str\r\n");
        assert_eq!(ranges, [(10, 27)]);
    }

    #[test]
    fn insertions_come_in_order_of_place() {
        let text = "a = 1\nb = 2\n";
        let (late, early) = (insertion(6, "", &["@b"]), insertion(0, "", &["@a", "@c"]));
        let (new, ranges) = apply("a.rs", text, &[&late, &early]);
        assert_eq!(new, "// @a\n// @c\na = 1\n// @b\nb = 2\n");
        assert_eq!(ranges, [(18, 24), (0, 12)]);
    }
}
