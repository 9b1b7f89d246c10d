use std::fmt;

use jiff::civil::Date;

/// What a finding of a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is reported; everything goes on.
    Warn,
    /// Nothing is written unless it is waived.
    Deny,
    /// Nothing is written, waived or not.
    Forbid,
}

impl Level {
    /// Every level, the mildest first.
    pub const ALL: [Self; 3] = [Self::Warn, Self::Deny, Self::Forbid];

    /// `deny`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Deny => "deny",
            Self::Forbid => "forbid",
        }
    }

    /// The level of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A level that rises on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ramp {
    /// The level until then.
    pub level: Level,
    /// The level afterwards, and its first day.
    pub then: Option<(Level, Date)>,
}

impl Ramp {
    /// The level on a day.
    pub fn on(&self, today: Date) -> Level {
        match self.then {
            Some((level, from)) if today >= from => level,
            _ => self.level,
        }
    }

    /// The level that it reaches in the end.
    pub fn last(&self) -> Level {
        self.then.map_or(self.level, |(level, _)| level)
    }

    /// Whether this is at no time milder than another.
    pub fn is_at_least(&self, other: &Self) -> bool {
        let days = [self, other]
            .into_iter()
            .filter_map(|ramp| ramp.then.map(|(_, from)| from));
        let fine = |day: Date| self.on(day) >= other.on(day);
        fine(Date::MIN) && days.into_iter().all(fine)
    }
}

/// `warn`, or `warn, deny from 2027-01-01`: the same on every day.
impl fmt::Display for Ramp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.level.fmt(f)?;
        match self.then {
            Some((level, from)) => write!(f, ", {level} from {from}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_ramp_rises_on_its_day() {
        let ramp = Ramp {
            level: Level::Warn,
            then: Some((Level::Deny, date(2027, 1, 1))),
        };
        assert_eq!(ramp.on(date(2026, 12, 31)), Level::Warn);
        assert_eq!(ramp.on(date(2027, 1, 1)), Level::Deny);
        assert_eq!(ramp.to_string(), "warn, deny from 2027-01-01");
    }

    #[test]
    fn ramps_are_compared_on_every_day() {
        let ramp = |level, then| Ramp { level, then };
        let rising = ramp(Level::Warn, Some((Level::Deny, date(2027, 1, 1))));
        let later = ramp(Level::Warn, Some((Level::Deny, date(2027, 2, 1))));
        let deny = ramp(Level::Deny, None);
        let warn = ramp(Level::Warn, None);
        assert!(deny.is_at_least(&rising) && rising.is_at_least(&later));
        assert!(!later.is_at_least(&rising) && !warn.is_at_least(&rising));
        assert!(rising.is_at_least(&warn) && !rising.is_at_least(&deny));
    }
}
