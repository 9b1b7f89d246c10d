/// The candidate that `word` was probably meant to be: equal but for case and `-`/`_`, or the
/// nearest within a third of its length.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // The distance takes memory for each pair of characters; nothing that long is a slip of the finger.
    const LONGEST: usize = 80;
    if word.len() > LONGEST {
        return None;
    }
    let fold = |text: &str| text.to_lowercase().replace('-', "_");
    let folded = fold(word);
    let limit = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&folded, &fold(candidate)),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `a, b and c`, each in backticks.
pub fn list_of<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| format!("`{item}`")).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        assert_eq!(
            did_you_mean("persists", ["queue", "persist"]),
            Some("persist")
        );
        assert_eq!(
            did_you_mean("backup-days", ["backup_days"]),
            Some("backup_days")
        );
        assert_eq!(did_you_mean("nmae", ["name", "tags"]), Some("name"));
        assert_eq!(did_you_mean("x", ["name", "tags"]), None);
        assert_eq!(did_you_mean(&"name".repeat(1_000_000), ["name"]), None);
    }

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(list_of(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(list_of(["a"]), "`a`");
    }
}
