//! The text around what differs from image to image: templates beside the code, which askama
//! compiles and checks with it. A value gets into them only through the filter of the place that it
//! stands in.
//!
//! A tag on a line of its own takes the line break before it away (`{%- if … %}`), so that its line
//! is gone from what is printed; an empty comment keeps a blank line that stands before such a tag.

use askama::Template;

/// What `askama.toml` names for the escaper, and no [`askama::filters::Escaper`]: a template does
/// not compile that prints what no filter made.
pub(crate) struct Unprinted;

/// A template with its values, and the line break at its end, which askama leaves out.
pub(crate) fn render(values: &impl Template) -> String {
    // The filters never fail, and writing to a string does not either.
    let mut text = values
        .render()
        .unwrap_or_else(|error| unreachable!("printing failed: {error}"));
    text.push('\n');
    text
}

/// One filter per place that a value can stand in.
#[expect(
    unreachable_pub,
    reason = "a part of what `filter_fn` writes is public"
)]
pub(crate) mod filters {
    use std::borrow::Cow;
    use std::convert::Infallible;

    use askama::filters::Safe;
    use askama::{Values, filter_fn};

    use crate::escape;
    use crate::sources::Copy;

    /// Text that is in the form of its place.
    type Printed<T> = Result<Safe<T>, Infallible>;

    /// A number, in any place.
    #[filter_fn]
    pub(crate) fn number(number: &u16, _: &dyn Values) -> Printed<u16> {
        Ok(Safe(*number))
    }

    /// A word of an instruction.
    #[filter_fn]
    pub(crate) fn word<'a>(text: &'a str, _: &dyn Values) -> Printed<Cow<'a, str>> {
        Ok(Safe(escape::dockerfile_word(text)))
    }

    /// Variables of an `ENV` instruction, one a line.
    #[filter_fn]
    pub(crate) fn assignments<S: AsRef<str>>(pairs: &[S], _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::assignments(pairs)))
    }

    /// Sources and target of a `COPY` or `ADD` instruction.
    #[filter_fn]
    pub(crate) fn copy(copy: &Copy, _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::dockerfile_copy(&copy.sources, &copy.target)))
    }

    /// The words of a `CMD` or `ENTRYPOINT` instruction.
    #[filter_fn]
    pub(crate) fn json_array<S: AsRef<str>>(words: &[S], _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::json_array(words)))
    }

    /// A path in `.dockerignore` that is not ignored.
    #[filter_fn]
    pub(crate) fn ignore(path: &str, _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::ignore_exception(path)))
    }

    /// A word of a shell's command.
    #[filter_fn]
    pub(crate) fn sh<'a>(text: &'a str, _: &dyn Values) -> Printed<Cow<'a, str>> {
        Ok(Safe(escape::shell_word(text)))
    }

    /// Several words of a shell's command.
    #[filter_fn]
    pub(crate) fn sh_words<S: AsRef<str>>(words: &[S], _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::joined(words, " ", escape::shell_word)))
    }

    /// A string of Python.
    #[filter_fn]
    pub(crate) fn py(text: &str, _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::json_string(text)))
    }

    /// A tuple of strings of Python.
    #[filter_fn]
    pub(crate) fn py_tuple<S: AsRef<str>>(words: &[S], _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::python_tuple(words)))
    }

    /// A string of HCL.
    #[filter_fn]
    pub(crate) fn hcl(text: &str, _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::hcl_string(text)))
    }

    /// The text of a comment that stands on one line, after its sign.
    #[filter_fn]
    pub(crate) fn comment<'a>(text: &'a str, _: &dyn Values) -> Printed<Cow<'a, str>> {
        Ok(Safe(escape::comment(text)))
    }

    /// Comments of a line each, with their signs.
    #[filter_fn]
    pub(crate) fn comments<S: AsRef<str>>(lines: &[S], _: &dyn Values) -> Printed<String> {
        Ok(Safe(escape::comments(lines)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use klo_source::{DiskTree, Tree};

    /// What a value may go through last.
    const FILTERS: [&str; 13] = [
        "number",
        "word",
        "assignments",
        "copy",
        "json_array",
        "ignore",
        "sh",
        "sh_words",
        "py",
        "py_tuple",
        "hcl",
        "comment",
        "comments",
    ];

    /// The compiler sees to it as well, but for askama's own ways around: `safe`, another escaper by
    /// the file's name or in a tag, and blocks that print.
    #[test]
    fn every_value_goes_through_a_filter() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/templates");
        let tree = DiskTree::new(&folder).unwrap();
        let names = tree.files("").files;
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            let text = tree.read_text(&name).unwrap();
            assert!(name.ends_with(".jinja"), "{name} has another escaper");
            for tag in text.split("{{").skip(1) {
                let tag = tag.split("}}").next().unwrap_or_default();
                let inner = tag.trim_matches(['-', '~', '+']).trim();
                let is_macro = inner.starts_with("shared::") || inner.starts_with("copies(");
                let last = inner.rsplit_once('|').map(|(_, filter)| filter);
                assert!(
                    is_macro || last.is_some_and(|filter| FILTERS.contains(&filter)),
                    "{name}: {{{{{tag}}}}} has no filter"
                );
            }
            for tag in text.split("{%").skip(1) {
                let word = tag.trim_start_matches(['-', '~', '+']).trim_start();
                let word = word.split_whitespace().next().unwrap_or_default();
                assert!(
                    [
                        "if", "else", "endif", "for", "endfor", "import", "macro", "endmacro"
                    ]
                    .contains(&word),
                    "{name}: {{% {word} %}} may print what no filter made"
                );
            }
        }
    }
}
