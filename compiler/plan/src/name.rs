use sha2::{Digest, Sha256};

/// A text whose first character is a capital, as a sentence or a title begins.
pub fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}

/// A name as an identifier in addresses: hyphens and dots become underscores.
pub fn symbol(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// The parts joined with hyphens; over `limit` bytes it is cut and ended with `-` and six
/// hexadecimal digits of the SHA-256 of the whole, so that long names stay apart.
pub fn physical_name(parts: &[&str], limit: usize) -> String {
    let whole = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    if whole.len() <= limit {
        return whole;
    }
    let digest = Sha256::digest(whole.as_bytes());
    let tail: String = digest
        .iter()
        .take(3)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut end = limit.saturating_sub(tail.len() + 1);
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{tail}", whole[..end].trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let one = physical_name(&["shop", "prod", &"a".repeat(60)], 32);
        let two = physical_name(&["shop", "prod", &"a".repeat(61)], 32);
        assert_eq!(one.len(), 32);
        assert_ne!(one, two);
        assert_eq!(
            physical_name(&["shop", "dev", "orders", ""], 63),
            "shop-dev-orders"
        );
    }
}
