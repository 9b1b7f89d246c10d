//! Versions of engines, and the ranges that rules allow.

use std::cmp::Ordering;
use std::fmt;

/// A version of dotted numbers: `16`, `8.4.2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version(Vec<u64>);

/// Most numbers of a version.
const MOST_PARTS: usize = 6;

impl Version {
    /// The version of a text; `None` for anything but dotted numbers.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let part = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|_| digits)
        };
        let parts: Option<Vec<u64>> = text.split('.').map(part).collect();
        parts.filter(|parts| parts.len() <= MOST_PARTS).map(Self)
    }

    /// The order of the parts that `other` names: 16.2 is equal to 16.
    fn compare(&self, other: &Self) -> Ordering {
        let own = self.0.iter().copied().chain(std::iter::repeat(0));
        own.take(other.0.len()).cmp(other.0.iter().copied())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u64::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    Other,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Relation {
    /// Longer signs first, so that `>=` is not read as `>`.
    const SIGNS: [(&'static str, Self); 6] = [
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        ("!=", Self::Other),
        (">", Self::More),
        ("<", Self::Less),
        ("=", Self::Equal),
    ];

    fn sign(self) -> &'static str {
        let found = Self::SIGNS.iter().find(|(_, relation)| *relation == self);
        found.map_or("=", |(sign, _)| *sign)
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Other => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// Versions between bounds: `>= 15, < 18`. A bound is compared by the parts that it names, so
/// `<= 16` allows 16.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VersionRange(Vec<(Relation, Version)>);

impl VersionRange {
    /// The range of a text; `None` where it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bound = |bound: &str| {
            let bound = bound.trim();
            let signed = Relation::SIGNS.into_iter().find_map(|(sign, relation)| {
                let rest = bound.strip_prefix(sign)?;
                Some((relation, rest))
            });
            let (relation, rest) = signed.unwrap_or((Relation::Equal, bound));
            Some((relation, Version::parse(rest.trim())?))
        };
        text.split(',').map(bound).collect::<Option<_>>().map(Self)
    }

    /// Whether a version lies in it.
    pub(crate) fn allows(&self, version: &Version) -> bool {
        let mut bounds = self.0.iter();
        bounds.all(|(relation, bound)| relation.holds(version.compare(bound)))
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bounds = self.0.iter();
        let bounds: Vec<String> = bounds
            .map(|(relation, version)| format!("{} {version}", relation.sign()))
            .collect();
        f.write_str(&bounds.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(range: &str, version: &str) -> bool {
        let range = VersionRange::parse(range).expect("a range");
        range.allows(&Version::parse(version).expect("a version"))
    }

    #[test]
    fn ranges() {
        assert!(allows(">= 15, < 18", "17.2") && !allows(">= 15, < 18", "18"));
        assert!(allows("16", "16.4") && !allows("16.4", "16"));
        assert!(allows("<= 16", "16.9") && !allows("> 16", "16.9") && allows("> 16", "17"));
        assert!(allows("!= 8.0", "8.4") && !allows("!= 8.0", "8.0.36"));
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "x",
            "1.",
            ".1",
            "1..2",
            "+1",
            "1.2.3.4.5.6.7",
            "99999999999999999999",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        for text in ["", ">=", "~> 1", ">= 1,", "=> 1"] {
            assert_eq!(VersionRange::parse(text), None, "{text}");
        }
    }
}
