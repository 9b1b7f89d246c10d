//! One table for both readers: what klo says of a file with an attribute, and what the attribute
//! says of itself.

use std::str::FromStr;

use klo_diagnostics::{At, Level};
use klo_parse::declare::Capability;
use proc_macro2::{Span, TokenStream};

use crate::NAMES;
use crate::judge::{diagnostics, expand, faults};

/// Attributes that both take.
const GOOD: &[&str] = &[
    "#[klo::service] fn main() {}",
    "#[klo::service(name = \"api\", users = 10_000, latency = \"low\", cpu = 0.5)] async fn main() -> Result<(), E> { run().await }",
    "#[klo::service(tags = { cost-center = \"4410\" }, env = { LOG_LEVEL = \"debug\" }, gpu = [\"l4\", \"a10g\"],)] fn main() {}",
    "#[klo::service] #[klo::expose(to = \"internet\", waf = true)] fn main() {}",
    "#[klo::function(timeout = \"30s\", memory = \"512Mi\")] #[klo::trigger(queue = \"orders\")] fn main() {}",
    "#[klo::job(schedule = \"0 3 * * *\")] #[tokio::main] async fn main() {}",
    "#[klo::persist(name = \"orders\", kind = \"database\", backup_days = 7)] static DB: Pool = Pool::new();",
    "#[klo::persist(bind = { url = \"DATABASE_URL\" })] const DB: &str = \"\";",
    "#[klo::queue(name = \"jobs\", fifo = true)] pub static JOBS: LazyLock<String> = LazyLock::new(|| url());",
    "#[klo::secret(name = \"key\")] static KEY: &str = \"\\u{e9}\";",
];

/// Attributes that both refuse.
const BAD: &[&str] = &[
    "#[klo::job(schedul = \"0 3 * * *\")] fn tidy() {}",
    "#[klo::job(schedule = 3)] fn tidy() {}",
    "#[klo::job(schedule = \"0 3 * *\")] fn tidy() {}",
    "#[klo::job(timeout = \"5 parsecs\")] fn tidy() {}",
    "#[klo::job(timeout = \"512Mi\")] fn tidy() {}",
    "#[klo::job(timeout = \"5m\", timeout = \"6m\")] fn tidy() {}",
    "#[klo::job(\"tidy\")] fn tidy() {}",
    "#[klo::job(name: \"tidy\")] fn tidy() {}",
    "#[klo::job(name = 'x')] fn tidy() {}",
    "#[klo::job(name = tidy)] fn tidy() {}",
    "#[klo::job(name = \"Tidy Up\")] fn tidy() {}",
    "#[klo::job(max = 1 retries = 2)] fn tidy() {}",
    "#[klo::job(spot = \"yes\")] fn tidy() {}",
    "#[klo::job] #[klo::job] fn tidy() {}",
    "#[klo::job] #[klo::service] fn tidy() {}",
    "#[klo::job] struct Tidy { a: u8 }",
    "#[klo::service(latency = \"fast\")] fn main() {}",
    "#[klo::service(gpu = \"z9\")] fn main() {}",
    "#[klo::service(memory = \"10s\")] fn main() {}",
    "#[klo::service] #[klo::expose] fn main() {}",
    "#[klo::service] #[klo::expose(to = \"mars\")] fn main() {}",
    "#[klo::service] #[klo::exposed(to = \"internet\")] fn main() {}",
    "#[klo::expose(to = \"internet\")] fn main() {}",
    "#[klo::function] #[klo::trigger] fn main() {}",
    "#[klo::function] #[klo::trigger(queue = \"a\", topic = \"b\")] fn main() {}",
    "#[klo::persist(name = \"orders\")] fn orders() {}",
    "#[klo::persist(kind = \"database\", fifo = true)] static DB: &str = \"\";",
    "#[klo::persist(backup_days = \"seven\")] static DB: &str = \"\";",
    "#[klo::persist(kind = \"cache\", bind = { table = \"X\" })] static DB: &str = \"\";",
    "#[klo::queue(visibility = 30)] static Q: &str = \"\";",
    "#[klo::queue(fifo = \"true\")] static Q: &str = \"\";",
    "#[klo::topic(existing = { arn = 3 })] static T: &str = \"\";",
    "#[klo::uses(to = 3)] #[klo::job] fn tidy() {}",
];

/// Capability, arguments, and the rest of a line of the tables.
fn parts(line: &str) -> (&str, TokenStream, TokenStream) {
    let inner = line.trim_start_matches("#[klo::");
    let name = inner.find(['(', ']']).unwrap_or(0);
    let (mut depth, mut end, mut quoted) = (0, name, false);
    for (at, c) in inner.char_indices().skip(name) {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ']' if !quoted && depth == 0 => {
                end = at;
                break;
            }
            ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    let arguments = inner[name..end].trim_start_matches('(');
    let arguments = arguments.strip_suffix(')').unwrap_or(arguments);
    let tokens = |text: &str| TokenStream::from_str(text).expect("the table holds tokens");
    (&inner[..name], tokens(arguments), tokens(&inner[end + 1..]))
}

/// Message and help of each fault that klo finds in a file, with the text that it points at.
fn by_klo(line: &str) -> Vec<(String, String, String)> {
    let found = diagnostics(line).into_iter();
    found
        .filter(|found| found.level == Level::Error)
        .map(|found| {
            let at = match found.at {
                At::Span(span) => line[span.start as usize..span.end as usize].to_owned(),
                _ => String::new(),
            };
            (found.message, found.help.unwrap_or_default(), at)
        })
        .collect()
}

#[test]
fn one_attribute_for_each_capability() {
    assert_eq!(NAMES, Capability::ALL.map(Capability::name));
}

#[test]
fn what_klo_takes_compiles_and_is_left_alone() {
    for line in GOOD {
        assert_eq!(by_klo(line), [], "{line}");
        let (name, arguments, item) = parts(line);
        let expanded = expand(name, arguments, item.clone()).to_string();
        let is_klos = |part: &&str| part.starts_with("klo::");
        let attributes = line.split("#[").filter(is_klos).count();
        assert!(!expanded.contains("klo"), "{line}");
        assert!(!expanded.contains("compile_error"), "{line}: {expanded}");
        if attributes == 1 {
            assert_eq!(expanded, item.to_string());
        }
    }
}

#[test]
fn what_klo_refuses_is_refused_with_the_same_sentences() {
    for line in BAD {
        let expected = by_klo(line);
        assert!(!expected.is_empty(), "klo takes {line}");
        let (name, arguments, item) = parts(line);
        let (others, rest) = crate::judge::split(item.clone());
        let found = faults(name, arguments.clone(), &others, &rest);
        let sentences = |found: &[(String, String, String)]| -> Vec<(String, String)> {
            let pairs = found.iter();
            pairs
                .map(|(message, help, _)| (message.clone(), help.clone()))
                .collect()
        };
        let told: Vec<(String, String)> = found
            .iter()
            .map(|f| (f.message.clone(), f.help.clone()))
            .collect();
        assert_eq!(told, sentences(&expected), "{line}");
        let expanded = expand(name, arguments, item).to_string();
        assert!(expanded.contains("compile_error"), "{line}: {expanded}");
    }
}

/// The tokens of the attribute's arguments that a fault points at.
fn place(name: &str, arguments: &str, item: &str) -> Vec<String> {
    let arguments = TokenStream::from_str(arguments).expect("tokens");
    let item = TokenStream::from_str(item).expect("tokens");
    let text = |span: Span| span.source_text().unwrap_or_default();
    faults(name, arguments, &[], &item)
        .iter()
        .map(|fault| format!("{} .. {}", text(fault.place.0), text(fault.place.1)))
        .collect()
}

#[test]
fn faults_point_at_their_tokens() {
    let tidy = "fn tidy() {}";
    assert_eq!(
        place("job", "schedul = \"0 3 * * *\"", tidy),
        ["schedul .. schedul"]
    );
    assert_eq!(
        place("job", "retries = 1, timeout = \"5 parsecs\"", tidy),
        ["\"5 parsecs\" .. \"5 parsecs\""]
    );
    assert_eq!(
        place("service", "env = { A = [1] }", "fn main() {}"),
        ["[ .. ]"]
    );
}
