//! warp's filters (0.3): what each asks of a request, and what it hands to the function behind it.

/// What a filter asks of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    /// The next parts of its path, as the argument says them.
    Path,
    /// One part of its path, or the rest of it, which is handed on.
    Parameter,
    /// Its method.
    Method(&'static str),
    /// Something that is handed on.
    Extracts,
    /// Something that is not handed on, or nothing.
    Asks,
    /// A file of a folder, which answers it.
    Folder,
    /// A file, which answers it.
    File,
}

/// What stands for a parameter in the path of a [`Filter::Path`].
pub(crate) const HOLE: &str = "{}";

/// Two filters, of which both must fit.
pub(crate) const BOTH: &str = "warp.filter.and";
/// Several filters, of which one must fit.
pub(crate) const ONE_OF: &str = "warp.filter.or";
/// A filter with a function behind it, which is called with what the filter hands on.
pub(crate) const CALLS: &str = "warp.filter.then";
/// A filter that hands on the parts of a tuple one by one.
pub(crate) const UNPACKS: &str = "warp.filter.untuple_one";

/// The functions that call another with what they are given: methods by which values, futures,
/// iterators and filters alike are mapped. Each is called with the object and the function.
pub(crate) const PASSES_ON: [(&str, &str); 2] = [("map", "std.map"), ("and_then", "std.and_then")];

/// The filter that a function makes; `path` is without [`super::CRATE`].
pub(crate) fn filter(path: &str) -> Option<Filter> {
    let name = path.strip_prefix("warp.")?;
    Some(match name {
        "path" | "path.path" => Filter::Path,
        "path.param" | "path.tail" => Filter::Parameter,
        "get" | "method.get" => Filter::Method("GET"),
        "post" | "method.post" => Filter::Method("POST"),
        "put" | "method.put" => Filter::Method("PUT"),
        "patch" | "method.patch" => Filter::Method("PATCH"),
        "delete" | "method.delete" => Filter::Method("DELETE"),
        "head" | "method.head" => Filter::Method("HEAD"),
        "options" | "method.options" => Filter::Method("OPTIONS"),
        "any"
        | "any.any"
        | "path.end"
        | "body.content_length_limit"
        | "header.exact"
        | "header.exact_ignore_case"
        | "host.exact" => Filter::Asks,
        "fs.dir" => Filter::Folder,
        "fs.file" => Filter::File,
        "method" | "method.method" | "path.full" | "path.peek" | "query" | "header" | "cookie"
        | "ws" => Filter::Extracts,
        _ if [
            "body.",
            "query.",
            "header.",
            "cookie.",
            "addr.",
            "ext.",
            "multipart.",
            "ws.",
            "host.",
        ]
        .iter()
        .any(|module| name.starts_with(module)) =>
        {
            Filter::Extracts
        }
        _ => return None,
    })
}

/// Whether objects of a type are filters; the type is without [`super::CRATE`].
pub(crate) fn is_filter(ty: &str) -> bool {
    filter(ty).is_some() || matches!(ty, BOTH | ONE_OF | CALLS | UNPACKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_told_from_what_answers() {
        assert_eq!(filter("warp.body.json"), Some(Filter::Extracts));
        assert_eq!(filter("warp.body.content_length_limit"), Some(Filter::Asks));
        assert_eq!(filter("warp.method.put"), Some(Filter::Method("PUT")));
        for other in [
            "warp.reply.json",
            "warp.serve",
            "warp.log",
            "warp.redirect",
            "axum.get",
        ] {
            assert_eq!(filter(other), None, "{other}");
        }
    }
}
