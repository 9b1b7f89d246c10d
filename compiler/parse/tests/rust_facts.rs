//! What one Rust file says, for each file of the fixture folder.
#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

mod facts_dump;

#[test]
fn fixtures() {
    insta::glob!("fixtures/rust-facts/*.rs", |path| {
        let text = std::fs::read_to_string(path).expect("the fixture is text");
        let facts = klo_parse::rust::facts(&text);
        insta::assert_snapshot!(facts_dump::dump(&text, &facts));
    });
}
