//! The text around what differs from image to image: Handlebars templates beside the code. A value
//! gets into them only through the helper of the place that it stands in.

use std::sync::OnceLock;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError,
    RenderErrorReason,
};
use serde::Serialize;

use crate::escape;

const TEMPLATES: [(&str, &str); 13] = [
    ("Dockerfile", include_str!("templates/Dockerfile.hbs")),
    ("rust", include_str!("templates/Dockerfile.rust.hbs")),
    ("own", include_str!("templates/Dockerfile.own.hbs")),
    ("ignore", include_str!("templates/dockerignore.hbs")),
    ("bake", include_str!("templates/docker-bake.hcl.hbs")),
    ("entry/event", include_str!("templates/entry/event.py.hbs")),
    (
        "entry/handler",
        include_str!("templates/entry/handler.py.hbs"),
    ),
    (
        "entry/program",
        include_str!("templates/entry/program.py.hbs"),
    ),
    ("entry/once", include_str!("templates/entry/once.py.hbs")),
    (
        "entry/handler-once",
        include_str!("templates/entry/handler-once.py.hbs"),
    ),
    (
        "entry/worker",
        include_str!("templates/entry/worker.py.hbs"),
    ),
    (
        "entry/application",
        include_str!("templates/entry/application.py.hbs"),
    ),
    (
        "entry/aiohttp",
        include_str!("templates/entry/aiohttp.py.hbs"),
    ),
];

/// One registry for each template, made when it is first printed: reading a template takes longer
/// than printing it, and an app needs a few of them.
static REGISTRIES: [OnceLock<Handlebars<'static>>; TEMPLATES.len()] =
    [const { OnceLock::new() }; TEMPLATES.len()];

/// Reads the templates that every image is made of, so that they are there once one is printed.
pub(crate) fn prepare() {
    for name in ["Dockerfile", "ignore", "bake"] {
        registry_of(name);
    }
}

/// A template with its values.
pub(crate) fn render(name: &str, values: &impl Serialize) -> String {
    // Templates and contexts are ours and every one is rendered by a test: a mismatch is a bug.
    registry_of(name)
        .render(name, values)
        .unwrap_or_else(|error| unreachable!("template {name}: {error}"))
}

fn registry_of(name: &str) -> &'static Handlebars<'static> {
    let Some(index) = TEMPLATES.iter().position(|(known, _)| *known == name) else {
        unreachable!("there is no template {name}");
    };
    REGISTRIES[index].get_or_init(|| registry(TEMPLATES[index]))
}

fn registry((name, text): (&str, &str)) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    // What is printed without a helper is a mistake in a template; it must not break out meanwhile.
    registry.register_escape_fn(|text| text.chars().filter(char::is_ascii_alphanumeric).collect());
    if let Err(error) = registry.register_template_string(name, text) {
        unreachable!("template {name}: {error}");
    }
    for (name, print) in HELPERS {
        registry.register_helper(name, Box::new(Print(print)));
    }
    registry
}

type Printed = Result<String, RenderError>;
type Printer = fn(&Helper<'_>) -> Printed;

/// One helper per place that a value can stand in.
const HELPERS: [(&str, Printer); 11] = [
    ("word", |h| Ok(escape::dockerfile_word(string(h, 0)?))),
    ("sh", |h| Ok(escape::shell_word(string(h, 0)?))),
    ("py", |h| Ok(escape::json_string(string(h, 0)?))),
    ("hcl", |h| Ok(escape::hcl_string(string(h, 0)?))),
    ("comment", |h| Ok(escape::comment(string(h, 0)?))),
    ("ignore", |h| Ok(escape::ignore_exception(string(h, 0)?))),
    ("copy", |h| {
        Ok(escape::dockerfile_copy(&strings(h, 0)?, string(h, 1)?))
    }),
    ("assignments", |h| {
        let pairs = strings(h, 0)?;
        let words = pairs.iter().map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            format!("{name}={}", escape::dockerfile_word(value))
        });
        Ok(words.collect::<Vec<_>>().join(" \\\n    "))
    }),
    ("json_array", |h| Ok(escape::json_array(&strings(h, 0)?))),
    ("sh_words", |h| {
        let words = strings(h, 0)?;
        let words: Vec<String> = words.iter().map(|word| escape::shell_word(word)).collect();
        Ok(words.join(" "))
    }),
    ("py_tuple", |h| {
        let words = strings(h, 0)?;
        let words: Vec<String> = words.iter().map(|word| escape::json_string(word)).collect();
        Ok(match words.as_slice() {
            [word] => format!("({word},)"),
            words => format!("({})", words.join(", ")),
        })
    }),
];

/// Writes what a function makes of the values, and nothing around it.
struct Print(Printer);

impl HelperDef for Print {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        out.write(&(self.0)(helper)?)?;
        Ok(())
    }
}

fn string<'a>(helper: &'a Helper<'_>, index: usize) -> Result<&'a str, RenderError> {
    helper
        .param(index)
        .and_then(|param| param.value().as_str())
        .ok_or_else(|| wrong_type(helper, "a string"))
}

fn strings(helper: &Helper<'_>, index: usize) -> Result<Vec<String>, RenderError> {
    helper
        .param(index)
        .and_then(|param| param.value().as_array())
        .and_then(|items| {
            items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        })
        .ok_or_else(|| wrong_type(helper, "a list of strings"))
}

fn wrong_type(helper: &Helper<'_>, wanted: &str) -> RenderError {
    RenderErrorReason::Other(format!("`{}` takes {wanted}", helper.name())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_goes_through_a_helper() {
        for (name, text) in TEMPLATES {
            assert!(!text.contains("{{{"), "{name} prints raw text");
            for tag in text.split("{{").skip(1) {
                let tag = tag.split("}}").next().unwrap_or_default();
                let is_block = tag.starts_with(['#', '/', '!', '~']) || tag == "else";
                assert!(
                    is_block || tag.contains(' '),
                    "{name}: {{{{{tag}}}}} has no helper"
                );
            }
        }
    }
}
