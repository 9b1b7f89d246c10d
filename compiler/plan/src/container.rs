use std::collections::BTreeMap;

use crate::resource::Why;

/// How the process in an image starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageCommand {
    /// As the unit's framework and server have it, or as its `command` says.
    Unit,
    /// The Lambda runtime interface client with the unit's handler, or its generated entry module.
    LambdaHandler,
    /// A server behind the Lambda Web Adapter.
    LambdaWeb,
    /// A loop that takes messages from a queue and calls the unit for each.
    QueueWorker,
}

/// One image to build: what the container target needs beside the unit's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The unit's intent id.
    pub unit: String,
    /// How it starts.
    pub command: ImageCommand,
    /// `linux/amd64` or `linux/arm64`.
    pub platform: &'static str,
    /// The port it listens on, for servers.
    pub port: Option<u16>,
    /// Path of the health check, for servers.
    pub health: Option<String>,
    /// Secrets that its entry fetches at start where the platform cannot inject them: the variable
    /// that receives the value, and the variable that holds `arn`, JSON key and version.
    pub fetched_secrets: BTreeMap<String, String>,
    /// Whether a database or cache client in it verifies TLS with klo's certificate bundle.
    pub ca_bundle: bool,
    /// The trigger kinds that its entry module must understand: `queue`, `schedule`, `topic`,
    /// `bucket`, `table`, `http`.
    pub events: Vec<&'static str>,
    /// Who asked for it.
    pub why: Why,
}

/// What an image and the platform that runs it agree on, beside [`Image`] itself.
impl Image {
    /// Set on a queue worker: the URLs of the queues that it takes messages from, separated by
    /// white space.
    pub const QUEUE_URLS: &'static str = "KLO_QUEUE_URLS";
    /// Set on a function that runs once as a job: the event to run it for, as JSON.
    pub const EVENT: &'static str = "KLO_EVENT";

    /// The target's name in the bake file, and the folder of its Dockerfile: `service-orders-api`.
    pub fn target(&self) -> String {
        self.unit.replace('.', "-")
    }
}
