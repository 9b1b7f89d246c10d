//! Secrets Manager: one call, tried a few times.

use std::env;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use ureq::Agent;

use crate::sign::{Credentials, Request, authorization, stamp};

/// Lambda gives a start ten seconds; these attempts end before.
const ATTEMPTS: u32 = 3;
const SECONDS: Duration = Duration::from_millis(2_500);

/// The whole value of a secret; the message never holds a value.
pub fn read(arn: &str, version: Option<&str>) -> Result<String, String> {
    let region = match arn.split(':').collect::<Vec<_>>().as_slice() {
        [_, _, _, region, _, _, _, ..] => *region,
        _ => return Err(format!("{arn} is not the ARN of a secret")),
    };
    let mut wanted = json!({ "SecretId": arn });
    if let Some(version) = version {
        wanted["VersionId"] = version.into();
    }
    let body = wanted.to_string();
    let mut message = String::new();
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            sleep(Duration::from_millis(100 << attempt));
        }
        match call(region, &body) {
            Ok(answer) => return text_of(&answer).ok_or_else(|| format!("{arn} holds no text")),
            Err(Failure::Final(why)) => return Err(format!("cannot read {arn}: {why}")),
            Err(Failure::Passing(why)) => message = why,
        }
    }
    Err(format!("cannot read {arn}: {message}"))
}

fn text_of(answer: &Value) -> Option<String> {
    answer.get("SecretString")?.as_str().map(str::to_owned)
}

enum Failure {
    /// Another attempt would end the same.
    Final(String),
    /// Another attempt may succeed.
    Passing(String),
}

fn call(region: &str, body: &str) -> Result<Value, Failure> {
    let address = endpoint(region);
    let (_, host) = address.split_once("://").unwrap_or(("https", &address));
    let variable = |name: &str| env::var(name).ok().filter(|text| !text.is_empty());
    let missing = |name: &str| Failure::Final(format!("{name} is not set"));
    let credentials = Credentials {
        key: variable("AWS_ACCESS_KEY_ID").ok_or_else(|| missing("AWS_ACCESS_KEY_ID"))?,
        secret: variable("AWS_SECRET_ACCESS_KEY")
            .ok_or_else(|| missing("AWS_SECRET_ACCESS_KEY"))?,
        token: variable("AWS_SESSION_TOKEN"),
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let time = stamp(now);
    let request = Request {
        host,
        region,
        service: "secretsmanager",
        target: "secretsmanager.GetSecretValue",
        body,
        time: &time,
    };
    send(&address, &request, &credentials)
}

fn endpoint(region: &str) -> String {
    let given = ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"]
        .into_iter()
        .find_map(|name| env::var(name).ok());
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    given.map_or_else(
        || format!("https://secretsmanager.{region}.amazonaws.com{suffix}"),
        |url| url.trim_end_matches('/').to_owned(),
    )
}

fn send(address: &str, request: &Request<'_>, credentials: &Credentials) -> Result<Value, Failure> {
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(SECONDS))
        .http_status_as_error(false)
        .build()
        .into();
    let mut call = agent
        .post(format!("{address}/"))
        .header("Content-Type", crate::sign::CONTENT_TYPE)
        .header("X-Amz-Date", request.time)
        .header("X-Amz-Target", request.target)
        .header("Authorization", authorization(request, credentials));
    if let Some(token) = &credentials.token {
        call = call.header("X-Amz-Security-Token", token);
    }
    let mut answer = call
        .send(request.body)
        .map_err(|error| Failure::Passing(error.to_string()))?;
    let status = answer.status().as_u16();
    let text = answer
        .body_mut()
        .read_to_string()
        .map_err(|error| Failure::Passing(error.to_string()))?;
    let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    if status == 200 {
        return Ok(body);
    }
    let name = body
        .get("__type")
        .and_then(Value::as_str)
        .unwrap_or("no reason");
    let name = name.rsplit('#').next().unwrap_or(name);
    let why = format!("{name} ({status})");
    let passes = status >= 500 || status == 429 || name.contains("Throttl");
    Err(if passes {
        Failure::Passing(why)
    } else {
        Failure::Final(why)
    })
}
