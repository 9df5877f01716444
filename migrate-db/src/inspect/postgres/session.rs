//! The session in which the catalog is read: what its settings were, what they must be meanwhile.
//!
//! The database writes definitions in the light of some settings (names that the search path finds
//! are written without their namespace, times in the session's zone), which a revision may change.
//! They are the same for every reading, and as they were behind it.

use crate::driver::Cells;

use super::queries::Of;
use super::row::literal;

/// The settings, and what they are while the catalog is read. The last ones are for questions about
/// few relations: to scan a catalog for them would take longer than to look them up.
const SETTINGS: [(&str, &str); 11] = [
    ("search_path", ""),
    ("jit", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("quote_all_identifiers", "off"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
    ("enable_hashjoin", "off"),
    ("enable_seqscan", "off"),
];

/// How many of them are for few relations only.
const FOR_FEW: usize = 2;

pub(super) struct Session {
    /// As `server_version_num` tells it: 150004.
    pub(super) version: u32,
    /// The namespace in which new tables are made; the search path may name none that exists.
    pub(super) home: Option<String>,
    /// Who connected.
    pub(super) user: String,
    /// The oldest transaction that goes on, or the next one.
    pub(super) horizon: String,
    /// Whether the transaction around has written something that it may still undo.
    pub(super) writes: bool,
    settings: Vec<String>,
}

impl Session {
    /// The question whose answer [`Session::read`] takes.
    pub(super) fn question() -> String {
        let setting = |name| format!("pg_catalog.current_setting('{name}')");
        let settings = SETTINGS.map(|(name, _)| setting(name)).join(", ");
        let version = setting("server_version_num");
        format!(
            "SELECT {version}, pg_catalog.current_schema(), session_user, \
             pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot()) % 4294967296, \
             pg_catalog.txid_current_if_assigned() IS NOT NULL, {settings}"
        )
    }

    pub(super) fn read(answer: Cells) -> Self {
        let mut cells = answer.into_iter();
        let mut next = || cells.next().flatten();
        Self {
            version: next().and_then(|version| version.parse().ok()).unwrap_or_default(),
            home: next(),
            user: next().unwrap_or_default(),
            horizon: next().unwrap_or_default(),
            writes: next().is_none_or(|answer| answer.starts_with('t')),
            settings: SETTINGS.iter().map(|_| next().unwrap_or_default()).collect(),
        }
    }

    /// The statements between settings that are made and put back. Sent as one text they are in
    /// one transaction, the caller's or their own: the settings go with it at the latest.
    pub(super) fn around(&self, of: Of, statements: &str) -> String {
        let home = self.home.as_ref().map(|home| format!(", \"{}\"", home.replace('"', "\"\"")));
        // Temporary tables would come first, were they not named last.
        let path = format!("pg_catalog{}, pg_temp", home.unwrap_or_default());
        let set = |name: &str, value: &str| {
            format!(", pg_catalog.set_config('{name}', {}, true)", literal(value))
        };
        let (mut during, mut after) = (String::new(), String::new());
        let count = match of {
            Of::All => SETTINGS.len() - FOR_FEW,
            Of::Some => SETTINGS.len(),
        };
        for ((name, value), before) in SETTINGS.iter().zip(&self.settings).take(count) {
            let value = if *name == "search_path" { &path } else { *value };
            if value != before {
                during += &set(name, value);
                after += &set(name, before);
            }
        }
        format!("SELECT NULL{during};\n{statements}SELECT NULL{after}")
    }
}
