//! The share of rows that a sample takes.

use std::fmt;
use std::str::FromStr;

/// The share of the rows of each table that a rehearsal copies.
///
/// ```
/// use migrate_db::SampleRate;
/// assert_eq!("2.5%".parse::<SampleRate>().unwrap().percent(), 2.5);
/// assert!("250%".parse::<SampleRate>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleRate(f64);

impl SampleRate {
    /// Returns the share in percent: above 0, at most 100.
    #[must_use]
    pub const fn percent(self) -> f64 {
        self.0
    }
}

impl FromStr for SampleRate {
    type Err = SampleRateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_suffix('%').and_then(|number| number.trim().parse().ok());
        let percent = number.filter(|percent: &f64| *percent >= SMALLEST && *percent <= 100.0);
        percent.map(Self).ok_or(SampleRateError)
    }
}

/// The databases choose rows by random numbers with no more digits than this.
const SMALLEST: f64 = 0.0001;

impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// A text that is not a [`SampleRate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a share from 0.0001% to 100%, such as `1%`")]
pub struct SampleRateError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_written_in_percent() {
        for (text, percent) in [("1%", 1.0), ("0.1 %", 0.1), ("100%", 100.0), ("0.0001%", 0.0001)] {
            assert_eq!(text.parse(), Ok(SampleRate(percent)), "{text}");
        }
        for text in ["1", "0.01", "0%", "-1%", "101%", "NaN%", "inf%", "%", "one%", "0.00001%", ""]
        {
            assert_eq!(text.parse::<SampleRate>(), Err(SampleRateError), "{text}");
        }
        assert_eq!("2.50%".parse::<SampleRate>().unwrap().to_string(), "2.5%");
    }
}
