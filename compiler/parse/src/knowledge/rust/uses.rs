//! Which calls reach a resource.

use super::returns_itself;

/// Methods and functions that reach nothing, though a client is handed to them: they make, keep or
/// describe.
const KEEPS: &[&str] = &[
    "new",
    "from",
    "into",
    "with_state",
    "with",
    "layer",
    "route_layer",
    "manage",
    "app_data",
    "data",
    "wrap",
    "add_service",
    "route",
    "nest",
    "nest_service",
    "merge",
    "service",
    "clone",
    "default",
    "builder",
    "build",
    "config",
    "max_size",
    "max_connections",
    "create_pool",
    "set",
    "insert",
    "push",
    "get_or_init",
    "get_or_try_init",
    "spawn",
    "fallback",
    "fallback_service",
    "configure",
    "extension",
    "register_data",
    "attach",
    "mount",
    "manager",
    "runtime",
    "test_on_check_out",
    "serve",
    "bind",
    "and",
    "or",
    "any",
    "connect_lazy",
    "as_service",
    "into_make_service",
    "fmt",
    "eq",
    "drop",
    "type_name",
    "connect",
    "connect_with",
    "max_lifetime",
    "provide",
    "zip",
    "extend",
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "event",
    "span",
    "info_span",
    "debug_span",
    "anyhow",
    "bail",
    "ensure",
    "eyre",
    "json",
    "println",
    "eprintln",
    "pin",
    "assert_matches",
    "with_graceful_shutdown",
    "with_grpc",
    "into_router",
    "load_defaults",
    "try_from",
    "from_client",
];

/// Whether handing a client to a function or method of this name reaches the resource.
pub(crate) fn passing_is_use(name: &str) -> bool {
    !name.starts_with(char::is_uppercase) && !KEEPS.contains(&name) && !name.is_empty()
}

/// Functions whose result asks the store that they are handed at every request, whatever their name.
const ASKED_LATER: &[&str] = &[
    "actix_session.SessionMiddleware.new",
    "actix_session.SessionMiddleware.builder",
    "tower_sessions.SessionManagerLayer.new",
];

/// Whether what a function makes uses the store that it is handed; the path is the whole one.
pub(crate) fn puts_to_use(path: &str) -> bool {
    path.strip_prefix(super::CRATE)
        .is_some_and(|path| ASKED_LATER.contains(&path))
}

/// Whether making a client by a function or method of this name reaches its store already: drivers
/// and redis open a connection, r2d2's pool waits for its first ones. `path` is the whole one.
/// Documentation of the crates, November 2026.
pub(crate) fn opens_at_once(path: &str, name: &str) -> bool {
    match name {
        "connect"
        | "connect_with"
        | "establish"
        | "get_connection"
        | "get_async_connection"
        | "get_multiplexed_async_connection"
        | "get_multiplexed_tokio_connection"
        | "get_connection_manager" => true,
        "build" => path.contains("r2d2"),
        _ => false,
    }
}

/// Whether a method of a client reaches the resource.
pub(crate) fn is_use(name: &str) -> bool {
    !matches!(
        name,
        "close"
            | "is_closed"
            | "set_connect_options"
            | "size"
            | "num_idle"
            | "options"
            | "status"
            | "clone"
            | "state"
            | "timeouts"
            | "manager"
            | "resize"
            | "retain"
            | "wait_for_connect"
            | "with_credentials"
            | "config"
            | "into_inner"
            | "default"
            | "fmt"
            | "quit"
    ) && !returns_itself(name)
        && !name.starts_with(char::is_uppercase)
}
