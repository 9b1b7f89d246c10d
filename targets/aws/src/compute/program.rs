//! Where a compiled program can run: what it speaks is linked into it.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{EntryCall, Intent, Kind};

use crate::context::{Compute, Lowering};

/// How a compiled program takes its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// From Lambda's runtime, by a library in it.
    Events,
    /// Over HTTP.
    Requests,
    /// By itself: it ends, or has a loop of its own.
    Nothing,
}

/// How a unit's program takes its work; `None` where it is not compiled.
pub(crate) fn takes(unit: &Intent) -> Option<Takes> {
    match &unit.code.as_ref()?.entry.call {
        EntryCall::Binary { runtime, .. } if !runtime.is_empty() => Some(Takes::Events),
        EntryCall::Binary { serves: true, .. } => Some(Takes::Requests),
        EntryCall::Binary { .. } => Some(Takes::Nothing),
        _ => None,
    }
}

const SILENT: &str = "its program neither answers requests nor calls `lambda_runtime::run`";

/// What keeps the program of a job or service from running on Lambda. A function's is no reason to
/// take another platform: `function` says that Lambda calls it, so [`check`] reports it.
pub(super) fn obstacle(unit: &Intent) -> Option<String> {
    let is_silent = takes(unit) == Some(Takes::Nothing);
    (is_silent && unit.kind != Kind::Function).then(|| SILENT.to_owned())
}

/// Reports a program that cannot run where it is to run.
pub(super) fn check(lowering: &mut Lowering<'_>, unit: &Intent, compute: Compute) {
    let (message, help) = match (takes(unit), compute) {
        (Some(Takes::Nothing), Compute::Lambda) if unit.kind == Kind::Function => (
            format!("`{}` cannot run on Lambda: {SILENT}", unit.id()),
            "hand its handler to `lambda_runtime::run` in `main`, or make it a `job` if it ends and \
             a `service` if it has a loop of its own",
        ),
        (Some(Takes::Events), elsewhere) if elsewhere != Compute::Lambda => (
            format!(
                "`{}` cannot run on {}: its program takes its events from Lambda alone",
                unit.id(),
                if elsewhere.is_eks() {
                    lowering.cluster_kind()
                } else {
                    "Fargate"
                }
            ),
            match unit.kind {
                Kind::Job => "make it a `function`, or take `lambda_runtime` out of its `main`",
                Kind::Service => "say `run_on = \"lambda\"`, or serve without `lambda_http`",
                _ => {
                    "keep it within Lambda's limits and without another `run_on`, or take \
                     `lambda_runtime` out of its `main`"
                }
            },
        ),
        _ => return,
    };
    let error = Diagnostic::error(aws::IMPOSSIBLE_PLATFORM, unit.span_of("run_on"), message);
    lowering.report(error.help(help).subject(unit.id()));
}
