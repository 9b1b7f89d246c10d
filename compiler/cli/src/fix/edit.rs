use klo_source::TextRange;

/// A replacement in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The bytes that go; none for an insertion.
    pub(super) range: TextRange,
    /// What comes in their place.
    pub(super) text: String,
}

/// A text with edits made; `None` where two of them overlap or one lies outside.
pub(super) fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    // Insertions at one place keep the order in which they were asked for.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0_usize;
    for edit in edits {
        let (start, end) = (edit.range.start as usize, edit.range.end as usize);
        out.push_str(text.get(done..start)?);
        text.get(start..end)?;
        out.push_str(&edit.text);
        done = end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit {
            range: TextRange::new(start, end),
            text: text.to_owned(),
        }
    }

    #[test]
    fn edits_in_any_order() {
        let edits = [edit(4, 5, "Z"), edit(0, 1, "A"), edit(2, 2, "-")];
        assert_eq!(apply("abcdef", &edits).as_deref(), Some("Ab-cdZf"));
        assert_eq!(apply("abc", &[edit(0, 2, ""), edit(1, 3, "")]), None);
        assert_eq!(apply("é", &[edit(1, 2, "")]), None);
        assert_eq!(apply("a", &[edit(0, 9, "")]), None);
    }
}
