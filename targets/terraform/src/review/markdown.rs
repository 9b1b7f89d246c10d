//! Text from source and configuration as Markdown and HTML that mean nothing but themselves.

/// Text as a run of Markdown that means nothing but itself, in a table's cell too.
pub fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    for c in raw.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A sentence of klo's, in which backticks stand around what is code.
pub(super) fn prose(raw: &str) -> String {
    let parts: Vec<&str> = raw.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(raw);
    }
    let parts = parts.iter().enumerate().map(|(index, part)| {
        if index.is_multiple_of(2) {
            text(part)
        } else {
            code(part)
        }
    });
    parts.collect()
}

/// Text as a run of code, in a table's cell too.
pub fn code(raw: &str) -> String {
    if raw
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'`' | b'|'))
    {
        return ["`", raw, "`"].concat();
    }
    let clean: String = raw
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let longest = clean
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    let clean = clean.replace('|', "\\|");
    format!("{fence}{space}{clean}{space}{fence}")
}

/// Text as HTML, where Markdown is not read: in a `summary`.
pub(super) fn html(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    for c in raw.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A part that opens on a click: its title as HTML, and Markdown that ends with a line break.
pub(super) fn details(title: &str, body: &str) -> String {
    // Markdown is read again after an empty line.
    let body = body.trim_start_matches('\n');
    format!("\n<details>\n<summary>{title}</summary>\n\n{body}\n</details>\n")
}

/// `1 resource`, `3 resources`.
pub(super) fn count(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}
