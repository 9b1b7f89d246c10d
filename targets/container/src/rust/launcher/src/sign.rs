//! AWS Signature Version 4 of a `POST /` with a JSON body (AWS General Reference, "Create a signed
//! AWS API request").

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What the body is.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Who asks.
pub struct Credentials {
    /// The access key's id.
    pub key: String,
    /// The access key.
    pub secret: String,
    /// The session's token, of temporary credentials.
    pub token: Option<String>,
}

/// What is asked.
pub struct Request<'a> {
    /// Host and port, as the `Host` header says them.
    pub host: &'a str,
    /// The region.
    pub region: &'a str,
    /// The service.
    pub service: &'a str,
    /// `X-Amz-Target`.
    pub target: &'a str,
    /// The body.
    pub body: &'a str,
    /// The time as [`stamp`] writes it.
    pub time: &'a str,
}

/// The `Authorization` header.
pub fn authorization(request: &Request<'_>, credentials: &Credentials) -> String {
    let mut headers = vec![
        ("content-type", CONTENT_TYPE),
        ("host", request.host),
        ("x-amz-date", request.time),
    ];
    if let Some(token) = &credentials.token {
        headers.push(("x-amz-security-token", token));
    }
    headers.push(("x-amz-target", request.target));
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let body = hex(&Sha256::digest(request.body));
    let canonical = format!("POST\n/\n\n{lines}\n{names}\n{body}");
    let day = &request.time[..8];
    let scope = format!("{day}/{}/{}/aws4_request", request.region, request.service);
    let digest = hex(&Sha256::digest(canonical));
    let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{digest}", request.time);
    let mut key = format!("AWS4{}", credentials.secret).into_bytes();
    for part in [day, request.region, request.service, "aws4_request"] {
        key = hmac(&key, part);
    }
    let signature = hex(&hmac(&key, &text));
    let id = &credentials.key;
    format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
}

/// Seconds since 1970 as `20260102T030405Z`. The date is by Howard Hinnant's algorithm for days of
/// the Gregorian calendar.
pub fn stamp(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day + 2) / 153;
    let date = day - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}{month:02}{date:02}T{hour:02}{minute:02}{second:02}Z")
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length is allowed.
    let mut mac = <Hmac<Sha256>>::new_from_slice(key).expect("HMAC takes any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::stamp;

    #[test]
    fn times() {
        assert_eq!(stamp(0), "19700101T000000Z");
        assert_eq!(stamp(951_826_554), "20000229T121554Z");
        assert_eq!(stamp(1_798_761_599), "20261231T235959Z");
    }
}
