//! Formulas over settings that more than one phase needs.

/// Batches over this size need a time for which they are gathered (Lambda developer guide, "Using
/// Lambda with Amazon SQS", 2026-11).
const BATCH_WITHOUT_WINDOW: i64 = 10;

/// Seconds for which Lambda gathers a batch of messages; ten are the default.
pub const fn batch_window(batch: Option<i64>) -> u64 {
    match batch {
        Some(batch) if batch > BATCH_WITHOUT_WINDOW => 5,
        _ => 0,
    }
}

/// Seconds for which a message must stay hidden from others while a consumer has it: six times the
/// consumer's timeout (same page), and the time for which its batch is gathered.
pub const fn visibility_seconds(timeout: u64, window: u64) -> u64 {
    timeout.saturating_mul(6).saturating_add(window)
}

/// Longest time for which SQS hides a message, in seconds (SQS API reference, 2026-11).
pub const MOST_VISIBILITY: u64 = 43_200;

/// Longest time that Lambda lets a call take, in seconds (Lambda quotas, 2026-11).
pub const LAMBDA_SECONDS: u64 = 900;

/// Most memory of a Lambda function, in bytes (same page).
pub const LAMBDA_BYTES: u64 = 10 << 30;

/// Requests at once that so many users make (language.md §1, "Units"): each makes one every 10 seconds, and one takes 0.2
/// seconds, so it is a fiftieth of the users, rounded up.
pub fn concurrent_requests(users: i64) -> i64 {
    let users = users.max(0);
    users / 50 + i64::from(users % 50 != 0)
}

/// Lambda: concurrency that is reserved, twice what is expected at once.
pub fn reserved_concurrency(users: i64) -> i64 {
    2 * concurrent_requests(users)
}

/// Containers: the least number of instances, one per 40 requests at once; two at least where cold
/// starts matter, so that one can fail.
pub fn least_instances(users: i64, low_latency: bool) -> i64 {
    let needed = (concurrent_requests(users) + 39) / 40;
    needed.max(if low_latency { 2 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formula_of_the_contract() {
        assert_eq!(concurrent_requests(10_000), 200);
        assert_eq!(concurrent_requests(51), 2);
        assert_eq!(concurrent_requests(0), 0);
        assert_eq!(reserved_concurrency(10_000), 400);
        assert_eq!(least_instances(10_000, false), 5);
        assert_eq!(least_instances(100, false), 1);
        assert_eq!(least_instances(100, true), 2);
        assert_eq!(least_instances(1_000_000_000, true), 500_000);
        assert_eq!(visibility_seconds(30, batch_window(Some(11))), 185);
        assert_eq!(batch_window(None), 0);
    }
}
