//! A duration for people: `<1 ms`, `12 ms`, `1.5 s`.

use std::fmt;
use std::time::Duration;

/// Formats a duration.
pub(crate) struct HumanDuration(pub(crate) Duration);

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            0 => f.write_str("<1 ms"),
            ms @ ..10_000 => write!(f, "{ms} ms"),
            _ => write!(f, "{:.1} s", self.0.as_secs_f64()),
        }
    }
}
