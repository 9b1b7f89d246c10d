//! What hands a value on unchanged: wrappers, conversions, methods of options and results.

/// The cell whose value a function makes when it is first used.
pub(crate) const LAZY: &str = "std.sync.LazyLock";
/// The cell that is filled once, by whoever comes first.
pub(crate) const ONCE: &str = "std.sync.OnceLock";
/// What makes one that is filled when it is first used.
pub(crate) const MAKES_LAZY: &str = "std.sync.LazyLock.new";

/// Types that are used as what they hold is, and tuple structs around a single value.
const WRAPPERS: &[&str] = &[
    "Arc",
    "Rc",
    "Box",
    "Option",
    "Result",
    "Mutex",
    "RwLock",
    "RefCell",
    "Cell",
    "Cow",
    "Pin",
    "OnceCell",
    "OnceLock",
    "LazyLock",
    "LazyCell",
    "Lazy",
    "State",
    "Data",
    "ThinData",
    "Extension",
    "Json",
    "Query",
    "Path",
    "Form",
    "Some",
    "Ok",
    "Secret",
    "SecretBox",
    "ReqData",
    "ArcSwap",
    "Vec",
    "Reverse",
    "Weak",
    "MutexGuard",
    "Ref",
    "WithRejection",
];

pub(crate) fn is_wrapper(name: &str) -> bool {
    WRAPPERS.contains(&name)
}

/// Associated functions that make one of [`WRAPPERS`], or a string, of their only argument.
const WRAPPING: &[&str] = &[
    "new",
    "pin",
    "from",
    "clone",
    "Borrowed",
    "Owned",
    "from_str",
    "from_pointee",
    "new_cyclic",
    "into_pin",
    "from_static",
    "const_new",
    "new_with",
];

/// Whether calling a path with one argument hands that on.
pub(crate) fn hands_on_call(names: &[&str]) -> bool {
    match names {
        [.., ty, function] if WRAPPING.contains(function) => {
            is_wrapper(ty)
                && !matches!(
                    *ty,
                    "OnceCell" | "OnceLock" | "LazyLock" | "LazyCell" | "Lazy" | "Path"
                )
                || matches!(
                    *ty,
                    "String" | "PathBuf" | "Path" | "SecretString" | "Duration" | "OsString"
                )
        }
        [.., "Url" | "Uri", "parse"] | [.., "Url", "try_from"] => true,
        [
            ..,
            "tokio" | "task" | "runtime" | "executor" | "rt" | "Handle",
            "spawn" | "block_on" | "spawn_local",
        ]
        | [.., "future" | "futures", "ready"] => true,
        [only] => matches!(
            *only,
            "Some" | "Ok" | "State" | "Extension" | "Json" | "Path" | "Query" | "Data"
        ),
        [.., "web", "Json" | "Path" | "Query"] | [.., "axum", "Extension" | "Json"] => true,
        _ => false,
    }
}

/// Whether a method returns what it is called on, whatever that is.
pub(crate) fn hands_on_method(name: &str, arguments: usize) -> bool {
    match arguments {
        0 => matches!(
            name,
            "clone"
                | "cloned"
                | "copied"
                | "to_owned"
                | "to_string"
                | "to_vec"
                | "into"
                | "try_into"
                | "as_ref"
                | "as_mut"
                | "as_str"
                | "as_slice"
                | "as_deref"
                | "as_deref_mut"
                | "as_bytes"
                | "unwrap"
                | "iter"
                | "iter_mut"
                | "into_iter"
                | "by_ref"
                | "boxed"
                | "boxed_local"
                | "leak"
                | "into_string"
                | "into_boxed_str"
                | "flatten"
                | "fuse"
                | "collect"
                | "parse"
                | "expose_secret"
                | "unwrap_or_log"
                | "to_str"
                | "into_response"
                | "shared"
                | "in_current_span"
        ),
        1 => matches!(
            name,
            "expect"
                | "context"
                | "with_context"
                | "map_err"
                | "ok_or"
                | "ok_or_else"
                | "wrap_err"
                | "wrap_err_with"
                | "change_context"
                | "instrument"
                | "inspect_err"
        ),
        _ => false,
    }
}

/// Methods of clients, locks and smart pointers that return the object itself, or a guard for it.
pub(crate) fn returns_itself(name: &str) -> bool {
    matches!(
        name,
        "lock"
            | "read"
            | "write"
            | "try_lock"
            | "blocking_lock"
            | "borrow"
            | "borrow_mut"
            | "get_ref"
            | "get_mut"
            | "into_inner"
            | "inner"
            | "deref"
            | "deref_mut"
            | "load"
            | "load_full"
            | "as_ref"
            | "read_owned"
            | "write_owned"
            | "lock_owned"
            | "force"
            | "upgrade"
            | "downgrade"
    )
}

/// Methods that return what they are called on and may keep their argument: Rocket keeps a fairing,
/// error-stack a text.
pub(crate) fn returns_and_keeps(name: &str) -> bool {
    name == "attach"
}

/// Methods whose argument stands in where there is no value.
pub(crate) fn has_default(name: &str) -> bool {
    matches!(
        name,
        "unwrap_or" | "unwrap_or_else" | "or" | "or_else" | "unwrap_or_default"
    )
}

/// Methods that call their last argument with what they are called on.
pub(crate) fn passes_itself(name: &str) -> bool {
    matches!(
        name,
        "map"
            | "and_then"
            | "map_ok"
            | "filter_map"
            | "flat_map"
            | "for_each"
            | "inspect"
            | "tap"
            | "is_some_and"
            | "try_for_each"
            | "map_or"
            | "map_or_else"
    )
}

/// Functions that do what the type asks for which they are called.
pub(crate) fn decides_by_type(name: &str) -> bool {
    matches!(
        name,
        "from_env" | "try_deserialize" | "deserialize" | "extract" | "from_iter"
    )
}

/// sqlx's macros, which make the queries that functions of the same names make.
pub(crate) fn is_query_macro(name: &str) -> bool {
    matches!(
        name,
        "query"
            | "query_as"
            | "query_scalar"
            | "query_file"
            | "query_file_as"
            | "query_file_scalar"
            | "query_unchecked"
            | "query_as_unchecked"
            | "query_scalar_unchecked"
    )
}
