//! Puts secrets into the environment and becomes the command.
//!
//! `klo-launcher VARIABLE=REFERENCE ... -- COMMAND ...`
//!
//! REFERENCE names an environment variable that holds `{"arn": ..., "key": ..., "version": ...}`:
//! the secret, the key in its JSON (null for the whole value) and the version (null for the current
//! one). It is linked statically, so that it needs nothing from the image that it starts in.

mod manager;
mod sign;

use std::collections::BTreeMap;
use std::env;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::thread;

use serde_json::Value;

/// Where a variable's value comes from.
#[derive(Clone)]
struct Reference {
    arn: String,
    key: Option<String>,
    version: Option<String>,
}

impl Reference {
    /// Reads what `variable` holds; the message never holds a value.
    fn read(variable: &str) -> Result<Self, String> {
        let text = env::var(variable).map_err(|_| format!("{variable} is not set"))?;
        let wrong = || format!("{variable} does not hold a reference to a secret");
        let given: Value = serde_json::from_str(&text).map_err(|_| wrong())?;
        let text_of = |key: &str| given.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            arn: text_of("arn").ok_or_else(wrong)?,
            key: text_of("key"),
            version: text_of("version"),
        })
    }

    /// The value that this reference means within a secret's text.
    fn value_in(&self, text: &str) -> Result<String, String> {
        let Some(key) = &self.key else {
            return Ok(text.to_owned());
        };
        let found: Option<Value> = serde_json::from_str::<Value>(text)
            .ok()
            .and_then(|all| all.get(key).cloned());
        match found {
            Some(Value::String(text)) => Ok(text),
            Some(other) => Ok(other.to_string()),
            None => Err(format!("{} holds no key {key:?}", self.arn)),
        }
    }
}

/// The variables to set with their references, and the command.
fn parse(mut arguments: Vec<String>) -> Result<(Vec<(String, String)>, Vec<String>), String> {
    let none = "no command after --";
    let at = arguments.iter().position(|word| word == "--").ok_or(none)?;
    let command = arguments.split_off(at + 1);
    arguments.pop();
    if command.is_empty() {
        return Err(none.to_owned());
    }
    let pair = |word: String| {
        word.split_once('=')
            .map(|(variable, source)| (variable.to_owned(), source.to_owned()))
            .ok_or_else(|| format!("{word} is no VARIABLE=REFERENCE"))
    };
    Ok((
        arguments.into_iter().map(pair).collect::<Result<_, _>>()?,
        command,
    ))
}

/// Values by variable. Each secret is read once, all of them at the same time.
fn resolve(wanted: Vec<(String, String)>) -> Result<Vec<(String, String)>, String> {
    let mut references = Vec::new();
    for (variable, source) in wanted {
        references.push((variable, Reference::read(&source)?));
    }
    let mut reads = BTreeMap::new();
    for (_, Reference { arn, version, .. }) in &references {
        let secret = (arn.clone(), version.clone());
        reads.entry(secret.clone()).or_insert_with(|| {
            let (arn, version) = secret;
            thread::spawn(move || manager::read(&arn, version.as_deref()))
        });
    }
    let mut texts = BTreeMap::new();
    for (secret, read) in reads {
        let text = read
            .join()
            .map_err(|_| format!("cannot read {}", secret.0))??;
        texts.insert(secret, text);
    }
    references
        .into_iter()
        .map(|(variable, reference)| {
            let secret = (reference.arn.clone(), reference.version.clone());
            let value = reference.value_in(&texts[&secret])?;
            Ok((variable, value))
        })
        .collect()
}

/// Becomes the command; answers why it could not.
fn run() -> Result<(), String> {
    let (wanted, command) = parse(env::args().skip(1).collect())?;
    let values = resolve(wanted)?;
    let error = Command::new(&command[0])
        .args(&command[1..])
        .envs(values)
        .exec();
    Err(format!("cannot start {}: {error}", command[0]))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("klo: {message}");
            ExitCode::FAILURE
        }
    }
}
