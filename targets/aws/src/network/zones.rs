//! Which availability zones the network spans.
//!
//! Zones are named by id (`euw1-az1`), which means the same place in every account, while a letter
//! (`eu-west-1a`) stands for another zone in each. So no data source has to be asked, and a plan
//! needs no credentials.

/// Regions whose zones are not simply the first three: zones that VPC links of HTTP APIs, RDS
/// proxies and new accounts have. Amazon API Gateway developer guide, "Set up VPC links for HTTP
/// APIs", availability by region; Amazon RDS user guide, "Quotas and limitations for RDS Proxy";
/// AWS global infrastructure, "Availability Zones"; all 2026-11.
const EXCEPTIONS: [(&str, &[u8], &str); 6] = [
    (
        "us-east-1",
        &[1, 2, 4],
        "use1-az3 has neither VPC links nor RDS proxies",
    ),
    (
        "us-west-1",
        &[1, 3],
        "an account has two zones in this region",
    ),
    (
        "ap-northeast-1",
        &[1, 2, 4],
        "apne1-az3 is closed to new accounts",
    ),
    ("ca-central-1", &[1, 2], "VPC links serve two zones there"),
    ("ap-east-1", &[2, 3], "VPC links serve two zones there"),
    ("cn-north-1", &[1, 2], "VPC links serve two zones there"),
];

/// The ids of the zones in a region that the network uses, at most `count`, and what was passed
/// over.
pub(super) fn zones(region: &str, count: usize) -> (Vec<String>, Option<&'static str>) {
    let prefix = prefix(region);
    let exception = EXCEPTIONS.iter().find(|(name, ..)| *name == region);
    let numbers = exception.map_or(&[1, 2, 3][..], |(_, numbers, _)| numbers);
    let ids = numbers
        .iter()
        .take(count)
        .map(|number| format!("{prefix}-az{number}"))
        .collect();
    (ids, exception.map(|(_, _, reason)| *reason))
}

/// A region as its zones' ids begin: `ap-northeast-1` is `apne1`.
fn prefix(region: &str) -> String {
    const DIRECTIONS: [(&str, &str); 9] = [
        ("northeast", "ne"),
        ("northwest", "nw"),
        ("southeast", "se"),
        ("southwest", "sw"),
        ("central", "c"),
        ("north", "n"),
        ("south", "s"),
        ("east", "e"),
        ("west", "w"),
    ];
    region
        .split('-')
        .map(|part| match part {
            "gov" => "g",
            other => DIRECTIONS
                .iter()
                .find(|(name, _)| *name == other)
                .map_or(other, |(_, short)| short),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_shortened_as_aws_does() {
        for (region, short) in [
            ("us-east-1", "use1"),
            ("us-gov-west-1", "usgw1"),
            ("eu-central-2", "euc2"),
            ("ap-northeast-3", "apne3"),
            ("ap-southeast-1", "apse1"),
            ("ap-south-2", "aps2"),
            ("sa-east-1", "sae1"),
            ("ca-west-1", "caw1"),
            ("me-south-1", "mes1"),
            ("il-central-1", "ilc1"),
            ("cn-northwest-1", "cnnw1"),
        ] {
            assert_eq!(prefix(region), short);
        }
    }

    #[test]
    fn zones_without_links_and_proxies_are_passed_over() {
        let (ids, reason) = zones("us-east-1", 3);
        assert_eq!(ids, ["use1-az1", "use1-az2", "use1-az4"]);
        assert!(reason.is_some());
        assert_eq!(zones("eu-west-1", 2).0, ["euw1-az1", "euw1-az2"]);
        assert_eq!(zones("us-west-1", 3).0.len(), 2);
    }
}
