//! Text in its place: what users wrote means nothing but itself there.

use serde::Serialize;

/// Text between tags, or in an attribute's double quotes. Control characters, which HTML and SVG cannot
/// hold, become what Unicode has for showing them; marks that turn the direction of what follows stay
/// inside by the page's isolation.
pub(crate) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    for character in raw.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            '\u{7f}' => out.push('\u{2421}'),
            '\u{0}'..='\u{1f}' => out.push(shown(character)),
            '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// The picture of a control character: `␀` for NUL.
fn shown(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{fffd}')
}

/// Data inside a script element: no `<`, so that nothing in it ends the element or opens a comment.
pub(crate) fn json(data: &impl Serialize) -> String {
    // Writing to memory fails on maps with keys that are no text, of which there are none.
    let plain = serde_json::to_string(data).unwrap_or_default();
    plain
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(
            text("</script><b a=\"1\" b='2'>&amp;"),
            "&lt;/script&gt;&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;"
        );
        assert_eq!(text("a\u{0}b\u{1b}c\u{7f}\u{85}"), "a␀b␛c␡\u{fffd}");
        assert_eq!(
            json(&"</script><!--\u{2028}&"),
            r#""\u003c/script\u003e\u003c!--\u2028\u0026""#
        );
    }

    proptest! {
        #[test]
        fn no_text_opens_a_tag_or_closes_a_quote(raw in any::<String>()) {
            let written = text(&raw);
            let escaped = ["<", ">", "\"", "'"];
            prop_assert!(escaped.iter().all(|mark| !written.contains(mark)));
        }

        #[test]
        fn data_reads_back_as_it_was(raw in any::<String>()) {
            let written = json(&raw);
            let plain = !written.contains(['<', '\u{2028}']);
            prop_assert!(plain, "{}", written);
            prop_assert_eq!(serde_json::from_str::<String>(&written).ok(), Some(raw));
        }
    }
}
