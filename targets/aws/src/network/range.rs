//! The network's IPv4 range and the subnets carved out of it. The places depend on the range alone,
//! so that a zone or a tier that comes later moves nothing that is there.

use std::fmt;
use std::net::Ipv4Addr;

/// A range in CIDR notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    base: u32,
    prefix: u8,
}

/// What a subnet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// A route to and from the internet.
    Public,
    /// Units.
    Private,
    /// Data stores, without a route out of the network.
    Data,
}

impl Tier {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Data => "data",
        }
    }
}

impl Range {
    /// Reads a range that a network of three tiers in up to four zones fits in: a prefix from 16,
    /// the largest VPC, to 24, below which subnets would be under AWS's least of `/28`. Amazon VPC
    /// user guide, "VPC CIDR blocks" and "Subnet CIDR blocks", 2026-11.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (address, prefix) = text
            .split_once('/')
            .ok_or_else(|| "it has no `/` with the length of its prefix".to_owned())?;
        let base: Ipv4Addr = address
            .parse()
            .map_err(|_| format!("`{address}` is no IPv4 address"))?;
        let prefix: u8 = prefix
            .parse()
            .map_err(|_| format!("`/{prefix}` is no length of a prefix"))?;
        if !(16..=24).contains(&prefix) {
            return Err(format!("`/{prefix}` is not between `/16` and `/24`"));
        }
        let base = u32::from(base);
        let range = Self { base, prefix };
        if base & (range.size() - 1) != 0 {
            let start = Self {
                base: base & !(range.size() - 1),
                prefix,
            };
            return Err(format!(
                "it has bits set behind its prefix: `{start}` has none"
            ));
        }
        Ok(range)
    }

    fn size(self) -> u32 {
        1 << (32 - self.prefix)
    }

    /// The subnet of a tier in a zone, counted from 0, at most 3.
    ///
    /// Of sixteen slots the first four are the private subnets'. Public and data subnets, which hold
    /// few addresses, share a slot each, where that leaves them at least a `/28`; in smaller ranges
    /// they have four slots each.
    pub(super) fn subnet(self, tier: Tier, zone: u32) -> Self {
        let slot = self.size() / 16;
        let shared = self.prefix <= 22;
        let (offset, prefix) = match (tier, shared) {
            (Tier::Private, _) => (zone * slot, self.prefix + 4),
            (Tier::Public, true) => (4 * slot + zone * slot / 4, self.prefix + 6),
            (Tier::Data, true) => (5 * slot + zone * slot / 4, self.prefix + 6),
            (Tier::Public, false) => ((4 + zone) * slot, self.prefix + 4),
            (Tier::Data, false) => ((8 + zone) * slot, self.prefix + 4),
        };
        Self {
            base: self.base + offset,
            prefix,
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.base), self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_lie_inside_and_apart() {
        for prefix in 16..=24 {
            let range = Range::parse(&format!("10.20.0.0/{prefix}")).unwrap();
            let mut subnets: Vec<Range> = [Tier::Public, Tier::Private, Tier::Data]
                .into_iter()
                .flat_map(|tier| (0..4).map(move |zone| range.subnet(tier, zone)))
                .collect();
            subnets.sort_unstable();
            for pair in subnets.windows(2) {
                assert!(pair[0].base + pair[0].size() <= pair[1].base, "{range}");
            }
            for subnet in subnets {
                assert!(subnet.prefix <= 28, "{range} {subnet}");
                assert_eq!(subnet.base % subnet.size(), 0, "{range} {subnet}");
                assert!(subnet.base + subnet.size() <= range.base + range.size());
            }
        }
    }

    #[test]
    fn the_usual_range() {
        let range = Range::parse("10.0.0.0/16").unwrap();
        assert_eq!(range.subnet(Tier::Private, 1).to_string(), "10.0.16.0/20");
        assert_eq!(range.subnet(Tier::Public, 0).to_string(), "10.0.64.0/22");
        assert_eq!(range.subnet(Tier::Data, 2).to_string(), "10.0.88.0/22");
    }

    #[test]
    fn wrong_ranges() {
        for wrong in [
            "",
            "10.0.0.0",
            "10.0.0.0/15",
            "10.0.0.0/25",
            "10.0.0.1/24",
            "10.0.0/24",
            "10.0.0.0/x",
            "10.0.0.0/-1",
            "255.255.255.255/16",
            "::/16",
        ] {
            assert!(Range::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            Range::parse("10.0.3.0/22").map_err(|e| e.contains("10.0.0.0/22")),
            Err(true)
        );
    }
}
