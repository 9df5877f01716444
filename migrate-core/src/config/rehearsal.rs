//! `[rehearse]`: the limits of a rehearsal.

use std::ops::Range;
use std::time::Duration;

use toml::de::DeValue;

use super::value::{Wrong, time};

/// The limits of a rehearsal. One that is exceeded makes it fail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RehearsalSettings {
    /// How long a lock that blocks writes may be held or awaited.
    pub max_lock: Option<Duration>,
    /// How long one revision may take in one direction.
    pub max_step: Option<Duration>,
}

/// The keys.
pub(super) const KEYS: [&str; 2] = ["max-lock", "max-step"];

/// Reads the value of a known key, or returns the place of the mistake (`None` for the whole value)
/// and the correct form.
pub(super) fn set(
    settings: &mut RehearsalSettings,
    name: &str,
    value: &DeValue<'_>,
) -> Result<(), (Option<Range<usize>>, Wrong)> {
    let limit = Some(time(name, value).map_err(|help| (None, help))?);
    match name {
        "max-lock" => settings.max_lock = limit,
        _ => settings.max_step = limit,
    }
    Ok(())
}
