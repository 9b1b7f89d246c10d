use std::fmt;

use thiserror::Error;

/// A size or duration that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnitError {
    /// No number before the unit.
    #[error("it does not begin with a whole number")]
    NoNumber,
    /// A unit that is none of the known ones; empty when there is none.
    #[error("the unit is one of {allowed}")]
    WrongUnit {
        /// What was written.
        unit: String,
        /// The units that there are.
        allowed: &'static str,
    },
    /// More than fits.
    #[error("it is too large")]
    TooLarge,
}

/// An amount of memory or storage in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

const SIZES: [(&str, u64); 4] = [
    ("Ti", 1 << 40),
    ("Gi", 1 << 30),
    ("Mi", 1 << 20),
    ("Ki", 1 << 10),
];

impl Size {
    /// The units, for messages.
    pub const UNITS: &'static str = "`Ki`, `Mi`, `Gi` and `Ti`";

    /// `"512Mi"`.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        amount(text, &SIZES, Self::UNITS).map(Self)
    }

    /// Whole mebibytes, rounded up.
    pub fn mebibytes(self) -> u64 {
        self.0.div_ceil(1 << 20)
    }

    /// Whole gibibytes, rounded up.
    pub fn gibibytes(self) -> u64 {
        self.0.div_ceil(1 << 30)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, factor) in SIZES {
            if self.0 != 0 && self.0.is_multiple_of(factor) {
                return write!(f, "{}{name}", self.0 / factor);
            }
        }
        write!(f, "{}Ki", self.0.div_ceil(1 << 10))
    }
}

/// A span of time in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub u64);

const DURATIONS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

impl Duration {
    /// The units, for messages.
    pub const UNITS: &'static str = "`s`, `m`, `h` and `d`";

    /// `"15m"`.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        amount(text, &DURATIONS, Self::UNITS).map(Self)
    }

    /// Whole seconds.
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// Whole days, rounded up.
    pub fn days(self) -> u64 {
        self.0.div_ceil(86_400)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |factor: u64| self.0 != 0 && self.0.is_multiple_of(factor);
        let (name, factor) = DURATIONS
            .into_iter()
            .find(|(_, factor)| whole(*factor))
            .unwrap_or(("s", 1));
        write!(f, "{}{name}", self.0 / factor)
    }
}

/// A number with one of the units behind it, in the smallest; `allowed` names them.
fn amount(text: &str, units: &[(&str, u64)], allowed: &'static str) -> Result<u64, UnitError> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 {
        return Err(UnitError::NoNumber);
    }
    let number: u64 = text[..digits].parse().map_err(|_| UnitError::TooLarge)?;
    let unit = &text[digits..];
    let (_, factor) = units
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(|| UnitError::WrongUnit {
            unit: unit.to_owned(),
            allowed,
        })?;
    number.checked_mul(*factor).ok_or(UnitError::TooLarge)
}

/// When something runs by itself, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Every so often: a number and `minute`, `hour` or `day`.
    Rate {
        /// How many.
        every: u64,
        /// Of what, in the singular.
        unit: &'static str,
    },
    /// Five fields: minute, hour, day of month, month, day of week (0 or 7 is Sunday).
    Cron([String; 5]),
}

impl Schedule {
    /// `"rate(5 minutes)"` or `"0 3 * * *"`; the message says what is wrong and where in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(rate) = text
            .strip_prefix("rate(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return Self::parse_rate(rate);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        let fields: [&str; 5] = fields.as_slice().try_into().map_err(|_| {
            format!(
                "a cron expression has five fields (minute, hour, day of month, month, day of \
                 week); this has {}",
                fields.len()
            )
        })?;
        for (field, (name, low, high, names)) in fields.iter().zip(CRON_FIELDS) {
            check_cron_field(field, name, low, high, names)?;
        }
        Ok(Self::Cron(fields.map(str::to_uppercase)))
    }

    fn parse_rate(rate: &str) -> Result<Self, String> {
        let wrong = || "a rate is `rate(N minutes)`, `rate(N hours)` or `rate(N days)`".to_owned();
        let (number, unit) = rate.trim().split_once(' ').ok_or_else(wrong)?;
        let every: u64 = number.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?;
        let unit = match unit.trim() {
            "minute" | "minutes" => "minute",
            "hour" | "hours" => "hour",
            "day" | "days" => "day",
            _ => return Err(wrong()),
        };
        Ok(Self::Rate { every, unit })
    }
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const CRON_FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of month", 1, 31, &[]),
    ("month", 1, 12, &MONTHS),
    ("day of week", 0, 7, &DAYS),
];

fn check_cron_field(
    field: &str,
    name: &str,
    low: u32,
    high: u32,
    names: &[&str],
) -> Result<(), String> {
    let wrong =
        || format!("`{field}` is no {name}: it is `*` or {low} to {high}, with `-`, `,` and `/`");
    let value = |text: &str| -> Result<u32, String> {
        if let Some(at) = names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(text))
        {
            return Ok(at as u32 + u32::from(name == "month"));
        }
        text.parse()
            .ok()
            .filter(|n| (low..=high).contains(n))
            .ok_or_else(wrong)
    };
    for part in field.split(',') {
        let (range, step) = part
            .split_once('/')
            .map_or((part, None), |(r, s)| (r, Some(s)));
        if let Some(step) = step {
            step.parse::<u32>()
                .ok()
                .filter(|n| *n > 0)
                .ok_or_else(wrong)?;
        }
        match range.split_once('-') {
            _ if range == "*" => {}
            Some((from, to)) if value(from)? <= value(to)? => {}
            Some(_) => return Err(wrong()),
            None => {
                value(range)?;
            }
        }
    }
    Ok(())
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate { every: 1, unit } => write!(f, "rate(1 {unit})"),
            Self::Rate { every, unit } => write!(f, "rate({every} {unit}s)"),
            Self::Cron(fields) => f.write_str(&fields.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_canonical() {
        assert_eq!(Size::parse("1024Mi").unwrap().to_string(), "1Gi");
        assert_eq!(Size::parse("512Mi").unwrap().to_string(), "512Mi");
        assert!(matches!(
            Size::parse("512MB"),
            Err(UnitError::WrongUnit { .. })
        ));
        assert_eq!(Size::parse("Gi"), Err(UnitError::NoNumber));
        assert_eq!(Size::parse("99999999999Ti"), Err(UnitError::TooLarge));
    }

    #[test]
    fn durations_are_canonical() {
        assert_eq!(Duration::parse("900s").unwrap().to_string(), "15m");
        assert_eq!(Duration::parse("90d").unwrap().days(), 90);
        assert_eq!(Duration::parse("0s").unwrap().to_string(), "0s");
        assert!(Duration::parse("5min").is_err());
    }

    #[test]
    fn schedules() {
        assert_eq!(
            Schedule::parse("rate(5 minutes)").unwrap().to_string(),
            "rate(5 minutes)"
        );
        assert_eq!(
            Schedule::parse("0 3 * * mon-fri").unwrap().to_string(),
            "0 3 * * MON-FRI"
        );
        for wrong in [
            "rate(0 minutes)",
            "0 3 * *",
            "60 3 * * *",
            "0 3 * * 8",
            "0 5-3 * * *",
            "*/0 * * * *",
            "",
        ] {
            assert!(Schedule::parse(wrong).is_err(), "{wrong}");
        }
    }
}
