//! The session in which the catalog is read: what its settings were, what they must be meanwhile.
//!
//! The database writes definitions in the light of some settings (names that the search path finds
//! are written without their namespace, times in the session's zone), which a revision may change.
//! They are the same for every reading, and as they were behind it.

use crate::driver::Cells;

use super::row::literal;

/// The settings, and what they are while the catalog is read.
const SETTINGS: [(&str, &str); 8] = [
    ("search_path", ""),
    ("jit", "off"),
    ("quote_all_identifiers", "off"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
];

pub(super) struct Session {
    /// As `server_version_num` tells it: 150004.
    pub(super) version: u32,
    /// The namespace in which new tables are made; the search path may name none that exists.
    pub(super) home: Option<String>,
    /// Who connected.
    pub(super) user: String,
    settings: Vec<String>,
}

impl Session {
    /// The question whose answer [`Session::read`] takes.
    pub(super) fn question() -> String {
        let setting = |name| format!("pg_catalog.current_setting('{name}')");
        let settings = SETTINGS.map(|(name, _)| setting(name)).join(", ");
        let version = setting("server_version_num");
        format!("SELECT {version}, pg_catalog.current_schema(), session_user, {settings}")
    }

    pub(super) fn read(answer: Vec<Cells>) -> Self {
        let mut cells = answer.into_iter().flatten();
        let mut next = || cells.next().flatten();
        Self {
            version: next().and_then(|version| version.parse().ok()).unwrap_or_default(),
            home: next(),
            user: next().unwrap_or_default(),
            settings: SETTINGS.iter().map(|_| next().unwrap_or_default()).collect(),
        }
    }

    /// The statements between settings that are made and put back. Sent as one text they are in
    /// one transaction, the caller's or their own: the settings go with it at the latest.
    pub(super) fn around(&self, statements: &str) -> String {
        let home = self.home.as_ref().map(|home| format!(", \"{}\"", home.replace('"', "\"\"")));
        // Temporary tables would come first, were they not named last.
        let path = format!("pg_catalog{}, pg_temp", home.unwrap_or_default());
        let set = |name: &str, value: &str| {
            format!("pg_catalog.set_config('{name}', {}, true)", literal(value))
        };
        let during = SETTINGS.map(|(name, value)| match name {
            "search_path" => set(name, &path),
            _ => set(name, value),
        });
        let names = SETTINGS.iter().map(|(name, _)| name);
        let after: Vec<String> =
            names.zip(&self.settings).map(|(name, value)| set(name, value)).collect();
        format!(
            "SELECT NULL, {};\n{statements}SELECT NULL, {}",
            during.join(", "),
            after.join(", ")
        )
    }
}
