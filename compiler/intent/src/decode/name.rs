//! Names of intents, apps and environments.

/// Longest name of an intent, app or environment.
pub const MAX_NAME: usize = 40;

/// What is wrong with a name, if anything: kebab-case, 1 to 40 characters, a letter first.
pub fn name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.len() > MAX_NAME {
        return Some("it has more than 40 characters");
    }
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("it does not start with a lower-case letter");
    }
    if !name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        return Some("it holds other characters than lower-case letters, digits and `-`");
    }
    if name.ends_with('-') || name.contains("--") {
        return Some("a `-` stands between letters or digits");
    }
    None
}

/// A way to write the name that was probably meant.
pub fn name_help(name: &str) -> String {
    let kebab = kebab(name);
    if name_fault(&kebab).is_none() {
        format!("write `\"{kebab}\"`")
    } else {
        "a name is 1 to 40 lower-case letters, digits and `-`, and starts with a letter".to_owned()
    }
}

/// A name in kebab-case: `OrderRepository` and `order_repository` are `order-repository`. What no
/// name can hold is left out, so the result may be empty or start with a digit.
pub fn kebab(name: &str) -> String {
    let mut out = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (index, c) in characters.iter().enumerate() {
        let upper = c.is_ascii_uppercase();
        if !(c.is_ascii_alphanumeric()) {
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
            continue;
        }
        let after_lower = index > 0
            && (characters[index - 1].is_ascii_lowercase()
                || characters[index - 1].is_ascii_digit());
        let before_lower = index > 0
            && characters[index - 1].is_ascii_uppercase()
            && characters
                .get(index + 1)
                .is_some_and(char::is_ascii_lowercase);
        if upper && (after_lower || before_lower) && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out.trim_end_matches('-').to_owned()
}
