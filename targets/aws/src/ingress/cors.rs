//! Which origins browsers may call from, in the form that each front takes.

use klo_intent::AttrValue;
use klo_plan::{Block, Value};

use super::Way;

/// For how long browsers keep a preflight's answer without a stated age, in seconds.
const MAX_AGE: u64 = 3600;
/// What a browser may send where only origins are stated.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// The `cors` option of a way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cors {
    /// Origins; `*` for every one.
    pub(crate) origins: Vec<String>,
    /// Methods.
    pub(crate) methods: Vec<String>,
    /// Request headers; `*` for every one.
    pub(crate) headers: Vec<String>,
    /// Whether cookies and credentials may be sent.
    pub(crate) credentials: bool,
    /// Seconds for which an answer holds.
    pub(crate) max_age: u64,
}

impl Cors {
    /// What a way in states; `None` without.
    pub(crate) fn of(way: &Way<'_>) -> Option<Self> {
        let stated = way.option("cors");
        let texts = |value: Option<&AttrValue>| -> Vec<String> {
            value
                .map(AttrValue::items)
                .unwrap_or_default()
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect()
        };
        let or = |stated: Vec<String>, default: &[&str]| -> Vec<String> {
            if stated.is_empty() {
                default.iter().map(|text| (*text).to_owned()).collect()
            } else {
                stated
            }
        };
        let origins = match stated {
            AttrValue::Bool(true) => vec!["*".to_owned()],
            AttrValue::List(_) => texts(Some(stated)),
            AttrValue::Map(_) => texts(stated.get("origins")),
            _ => return None,
        };
        Some(Self {
            origins,
            methods: or(texts(stated.get("methods")), &METHODS),
            headers: or(texts(stated.get("headers")), &["*"]),
            credentials: stated
                .get("credentials")
                .and_then(AttrValue::as_bool)
                .unwrap_or(false),
            max_age: match stated.get("max_age") {
                Some(AttrValue::Duration(age)) => age.seconds(),
                _ => MAX_AGE,
            },
        })
    }

    /// Whether every origin is let in.
    pub(crate) fn is_open(&self) -> bool {
        self.origins.iter().any(|origin| origin == "*")
    }

    /// The block of an HTTP API.
    pub(crate) fn http_api(&self) -> Block {
        Block::new()
            .with("allow_origins", Value::list(&self.origins))
            .with("allow_methods", Value::list(&self.methods))
            .with("allow_headers", Value::list(&self.headers))
            .with("allow_credentials", self.credentials)
            .with("max_age", self.max_age)
    }

    /// The block of a CloudFront response-headers policy.
    pub(crate) fn cloudfront(&self) -> Block {
        let items = |of: &[String]| Block::new().with("items", Value::list(of));
        Block::new()
            .with("access_control_allow_credentials", self.credentials)
            .with("access_control_max_age_sec", self.max_age)
            .with("origin_override", true)
            .block("access_control_allow_origins", items(&self.origins))
            .block("access_control_allow_methods", items(&self.methods))
            .block("access_control_allow_headers", items(&self.headers))
    }

    /// The response parameters of a REST API's preflight. A fixed answer can name one origin.
    pub(crate) fn rest_api(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("Access-Control-Allow-Origin", self.origins.join(" ")),
            ("Access-Control-Allow-Methods", self.methods.join(",")),
            ("Access-Control-Allow-Headers", self.headers.join(",")),
            ("Access-Control-Max-Age", self.max_age.to_string()),
        ];
        if self.credentials {
            headers.push(("Access-Control-Allow-Credentials", "true".to_owned()));
        }
        headers
    }
}
