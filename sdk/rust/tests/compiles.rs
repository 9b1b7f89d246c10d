//! Annotated items, compiled with the attribute as an application has it.

use std::sync::LazyLock;

/// Its documentation stays.
#[klo::persist(name = "orders", kind = "database", bind = { url = "DATABASE_URL" })]
#[allow(dead_code, reason = "another attribute between")]
static DATABASE: LazyLock<String> = LazyLock::new(|| "sqlite::memory:".to_owned());

#[klo::secret(name = "payment-key")]
const VARIABLE: &str = "PAYMENT_KEY";

struct Reports;

impl Reports {
    #[klo::job(schedule = "0 3 * * *", timeout = "15m")]
    fn nightly(&self, days: u32) -> u32 {
        days + 1
    }
}

#[klo::service(name = "orders-api", users = 10_000, latency = "low")]
#[klo::expose(to = "internet")]
#[klo::trigger(queue = "orders")]
fn serve<T, const N: usize>(name: [T; N]) -> String
where
    T: Into<String> + Clone,
{
    let words: Vec<String> = name.iter().cloned().map(Into::into).collect();
    words.join(", ")
}

#[test]
fn items_are_what_they_were() {
    assert_eq!(DATABASE.as_str(), "sqlite::memory:");
    assert_eq!(VARIABLE, "PAYMENT_KEY");
    assert_eq!(Reports.nightly(2), 3);
    assert_eq!(serve(["a", "b"]), "a, b");
}
