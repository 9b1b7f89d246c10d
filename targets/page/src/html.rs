//! The file: skeleton, style, script, pictures and data put together.

use sha2::{Digest, Sha256};

use crate::escape::{json, text};
use crate::model::{Page, View};
use crate::svg::svg;

const SKELETON: &str = include_str!("../assets/page.html");
const STYLE: &str = include_str!("../assets/page.css");
/// The parts of the script, in the order in which they stand in its one block.
const SCRIPT: [&str; 9] = [
    include_str!("../assets/script/base.js"),
    include_str!("../assets/script/picture.js"),
    include_str!("../assets/script/map.js"),
    include_str!("../assets/script/select.js"),
    include_str!("../assets/script/panel.js"),
    include_str!("../assets/script/pointer.js"),
    include_str!("../assets/script/keys.js"),
    include_str!("../assets/script/search.js"),
    include_str!("../assets/script/start.js"),
];
const ICONS: &str = include_str!("../assets/icons.svg");

/// The page as one file; the same page gives the same bytes.
///
/// Its policy lets it use its own style and script, each by its digest, and nothing else: whatever else
/// came in with the data would neither run nor load.
pub fn html(page: &Page) -> String {
    // As a browser reads them: it hashes what is between the tags.
    let style = format!("\n{STYLE}");
    let script = format!("\n\"use strict\";\n{{\n{}}}\n", SCRIPT.join("\n"));
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(&style),
        digest(&script)
    );
    let figures: Vec<String> = page.views.iter().enumerate().map(figure).collect();
    let parts = [
        ("policy", policy),
        ("title", text(&title(page))),
        ("app", text(page.views.first().map_or("", |view| &view.app))),
        ("style", format!("<style>{style}</style>")),
        ("icons", ICONS.to_owned()),
        ("views", options(page)),
        ("figures", figures.concat()),
        ("data", json(page)),
        ("script", format!("<script>{script}</script>")),
    ];
    filled(SKELETON, &parts)
}

fn title(page: &Page) -> String {
    let mut apps: Vec<&str> = page.views.iter().map(|view| view.app.as_str()).collect();
    apps.dedup();
    if apps.is_empty() {
        "Intent graph".to_owned()
    } else {
        format!("{}: intent graph", apps.join(", "))
    }
}

fn figure((number, view): (usize, &View)) -> String {
    format!(
        "<figure class=\"view\" data-view=\"{number}\">\n<figcaption>{}, {}</figcaption>\n{}</figure>\n",
        text(&view.app),
        text(&view.environment),
        svg(view, number)
    )
}

/// What there is to choose from, apps as groups where there are several.
fn options(page: &Page) -> String {
    let several = page.views.windows(2).any(|pair| pair[0].app != pair[1].app);
    let mut out = String::new();
    let mut open = "";
    for (number, view) in page.views.iter().enumerate() {
        if several && open != view.app {
            if !open.is_empty() {
                out.push_str("</optgroup>\n");
            }
            out.push_str(&format!("<optgroup label=\"{}\">\n", text(&view.app)));
            open = &view.app;
        }
        let environment = text(&view.environment);
        let name = if several {
            format!("{}, {environment}", text(&view.app))
        } else {
            environment
        };
        out.push_str(&format!("<option value=\"{number}\">{name}</option>\n"));
    }
    if !open.is_empty() {
        out.push_str("</optgroup>\n");
    }
    out
}

/// The skeleton with each `{{name}}` replaced; what is put in is not looked at again.
fn filled(skeleton: &str, parts: &[(&str, String)]) -> String {
    let mut out = String::new();
    let mut rest = skeleton;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, next) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(before);
        let part = parts.iter().find(|(known, _)| *known == name.trim());
        out.push_str(part.map_or("", |(_, value)| value));
        rest = next;
    }
    out.push_str(rest);
    out
}

/// A digest as a content security policy writes it (CSP level 3, "hash-source").
fn digest(of: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(of.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4 {
            if place <= chunk.len() {
                let letter = (number >> (18 - 6 * place)) & 63;
                out.push(char::from(LETTERS[letter as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let cases = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let written = cases.map(|case| base64(case.as_bytes()));
        assert_eq!(
            written,
            [
                "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"
            ]
        );
    }

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let parts = [("a", "{{b}}".to_owned()), ("b", "no".to_owned())];
        assert_eq!(filled("<{{a}}>{{ c }}|", &parts), "<{{b}}>|");
    }

    #[test]
    fn the_assets_close_no_element_of_theirs() {
        let script = SCRIPT.concat();
        assert!(!script.contains("</script") && !script.contains("<!--"));
        assert!(!STYLE.contains("</style"));
    }
}
