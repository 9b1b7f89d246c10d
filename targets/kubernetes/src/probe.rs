//! How a server is asked whether it has started, takes requests and is alive, and how it stops.

use k8s_openapi::api::core::v1::{
    HTTPGetAction, Lifecycle, LifecycleHandler, Probe, SleepAction, TCPSocketAction,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use klo_plan::kubernetes::Server;

use crate::text::literal;

/// The name of a server's port.
pub(crate) const PORT: &str = "http";

/// Seconds between two questions while a server starts.
const STARTING: u32 = 5;

/// The three questions.
pub(crate) struct Probes {
    /// Until it answers, the others are not asked.
    pub(crate) startup: Probe,
    /// While it does not answer, it is sent nothing.
    pub(crate) readiness: Probe,
    /// When it does not answer for a minute, it is started anew.
    pub(crate) liveness: Probe,
}

/// The questions to a server.
pub(crate) fn probes(server: &Server) -> Probes {
    let tries = server.start.div_ceil(STARTING).max(1);
    Probes {
        startup: Probe {
            period_seconds: Some(STARTING as i32),
            timeout_seconds: Some(STARTING as i32),
            failure_threshold: Some(i32::try_from(tries).unwrap_or(i32::MAX)),
            ..question(server)
        },
        readiness: Probe {
            period_seconds: Some(10),
            timeout_seconds: Some(5),
            failure_threshold: Some(2),
            ..question(server)
        },
        liveness: Probe {
            period_seconds: Some(10),
            timeout_seconds: Some(5),
            failure_threshold: Some(6),
            ..question(server)
        },
    }
}

fn question(server: &Server) -> Probe {
    let port = IntOrString::String(PORT.to_owned());
    match &server.health {
        Some(path) => Probe {
            http_get: Some(HTTPGetAction {
                path: Some(literal(path)),
                port,
                ..HTTPGetAction::default()
            }),
            ..Probe::default()
        },
        None => Probe {
            tcp_socket: Some(TCPSocketAction {
                port,
                ..TCPSocketAction::default()
            }),
            ..Probe::default()
        },
    }
}

/// Seconds that a server goes on serving once it is to stop, since who calls it learns of that
/// later than it does; a load balancer of AWS later than a Service.
pub(crate) fn notice(server: &Server) -> i64 {
    if server.target_groups.is_empty() {
        5
    } else {
        15
    }
}

/// What happens before it is told to stop.
pub(crate) fn lifecycle(server: &Server) -> Lifecycle {
    Lifecycle {
        pre_stop: Some(LifecycleHandler {
            sleep: Some(SleepAction {
                seconds: notice(server),
            }),
            ..LifecycleHandler::default()
        }),
        ..Lifecycle::default()
    }
}
