//! Web frameworks, Lambda's runtime and AWS's SDK.

use super::CRATE;

/// Attributes that state a route.
pub(crate) fn is_route_attribute(name: &str) -> bool {
    matches!(
        name,
        "get"
            | "post"
            | "put"
            | "delete"
            | "patch"
            | "head"
            | "options"
            | "connect"
            | "trace"
            | "route"
    )
}

/// Web applications and what handlers are given to, with the framework of those that are served.
pub(crate) fn framework(ty: &str) -> Option<&'static str> {
    Some(match ty {
        "axum.Router" => "axum",
        "actix_web.App" => "actix-web",
        "rocket.Rocket" => "rocket",
        "tonic.transport.Server" => "tonic",
        "poem.Route" => "poem",
        "warp.serve" => "warp",
        _ if super::is_filter(ty) => "warp",
        _ => return None,
    })
}

/// Objects that hold routes and are no application themselves.
pub(crate) fn is_group(ty: &str) -> bool {
    matches!(
        ty,
        "actix_web.scope" | "actix_web.resource" | "actix_web.Scope" | "actix_web.Resource"
    )
}

/// Objects that stand for the methods of one route.
pub(crate) fn is_route(ty: &str) -> bool {
    let method = ty
        .strip_prefix("axum.routing.")
        .or_else(|| ty.strip_prefix("actix_web."))
        .or_else(|| ty.strip_prefix("rocket."))
        .or_else(|| ty.strip_prefix("poem."));
    method.is_some_and(|name| http_method(name).is_some() || name == "route" || name == "on")
}

/// The HTTP method that a function, method or attribute is named after.
pub(crate) fn http_method(name: &str) -> Option<&'static str> {
    Some(match name {
        "get" | "get_service" => "GET",
        "post" | "post_service" => "POST",
        "put" | "put_service" => "PUT",
        "patch" | "patch_service" => "PATCH",
        "delete" | "delete_service" => "DELETE",
        "head" => "HEAD",
        "options" => "OPTIONS",
        "trace" => "TRACE",
        "connect" => "CONNECT",
        "any" | "any_service" | "route" => "ANY",
        _ => return None,
    })
}

/// Functions that keep the functions they are given, and whose object runs them later.
pub(crate) fn keeps_handlers(path: &str) -> bool {
    is_route(path) || runs_application(path) || path == "axum.middleware.from_fn_with_state"
}

/// Functions that run the application they are given, or that a function they are given makes.
pub(crate) fn runs_application(path: &str) -> bool {
    matches!(
        path,
        "axum.serve"
            | "actix_web.HttpServer.new"
            | "warp.serve"
            | "warp.service"
            | "hyper.server.conn.http1.Builder.new"
            | "axum_server.bind"
            | "lambda_http.run"
            | "poem.Server.new"
    )
}

/// The service that a client of AWS's SDK speaks to, as botocore calls it.
pub(crate) fn aws_service(ty: &str) -> Option<&str> {
    let service = ty.strip_prefix("aws_sdk_")?.strip_suffix(".Client")?;
    Some(service)
}

/// Methods of the SDK's operations that name the resource. Names are those of the service models
/// (aws-sdk-rust 1, November 2026).
pub(crate) fn names_resource(method: &str) -> bool {
    matches!(
        method.strip_prefix("set_").unwrap_or(method),
        "bucket"
            | "table_name"
            | "queue_url"
            | "topic_arn"
            | "target_arn"
            | "secret_id"
            | "name"
            | "names"
            | "function_name"
            | "copy_source"
            | "queue_name"
            | "request_items"
            | "transact_items"
    )
}

/// The member of an entry that a builder of AWS's SDK was told, by the path of the builder's product:
/// `TransactWriteItem::builder().put(…).build()`. `None` for what is no such entry, nothing inside for
/// a builder that was told none.
pub(crate) fn entry_member(ty: &str) -> Option<Option<&str>> {
    let told = ty.strip_prefix("aws_sdk_dynamodb.types.TransactWriteItem.builder")?;
    let mut calls = told.split('.').filter(|call| !call.is_empty());
    let member = calls.find(|call| *call != "build()");
    Some(member.map(|call| {
        let name = call.trim_end_matches("()");
        name.strip_prefix("set_").unwrap_or(name)
    }))
}

/// The crate that speaks to Lambda, where a function is one of its own that start a program.
pub(crate) fn lambda_runtime(path: &str) -> Option<&'static str> {
    match path {
        "lambda_runtime.run" | "lambda_runtime.Runtime" => Some("lambda_runtime"),
        "lambda_http.run" | "lambda_http.run_with_streaming_response" => Some("lambda_http"),
        _ => None,
    }
}

/// Types of sockets that listen at the address they were made with, with [`CRATE`].
pub(crate) fn is_listener(ty: &str) -> bool {
    let Some(ty) = ty.strip_prefix(CRATE) else {
        return false;
    };
    matches!(
        ty,
        "tokio.net.TcpListener" | "std.net.TcpListener" | "std.net.SocketAddr"
    ) || ty.starts_with("actix_web.HttpServer") && ty.ends_with(".bind()")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_entries_are_what_their_builders_were_told() {
        let entry = |rest: &str| {
            let ty = format!("aws_sdk_dynamodb.types.TransactWriteItem.builder{rest}");
            entry_member(&ty).map(|member| member.map(str::to_owned))
        };
        let told = |member: &str| Some(Some(member.to_owned()));
        assert_eq!(entry(".put().build()"), told("put"));
        assert_eq!(
            entry(".set_condition_check().build()"),
            told("condition_check")
        );
        assert_eq!(entry(".build()"), Some(None));
        assert_eq!(
            entry_member("aws_sdk_dynamodb.types.Put.builder.build()"),
            None
        );
    }
}
