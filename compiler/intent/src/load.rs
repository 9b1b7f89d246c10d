//! The one formula that turns `users` into numbers (language.md §1, "Units").

/// Requests at once that so many users make: each makes one every 10 seconds, and one takes 0.2
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
    }
}
