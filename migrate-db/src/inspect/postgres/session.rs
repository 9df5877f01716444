//! The session in which the catalog is read: what its settings were, what they must be meanwhile.
//!
//! The database writes definitions in the light of some settings (names that the search path finds
//! are written without their namespace, times in the session's zone), which a revision may change.
//! They are the same for every reading, and as they were behind it.

use crate::driver::Cells;

/// The settings, and what they are while the catalog is read, as SQL. The parameter is for the last
/// ones: to scan a catalog for few relations would take longer than to look them up.
const SETTINGS: [(&str, &str); 12] = [
    // Temporary tables would come first, were they not named last.
    (
        "search_path",
        "pg_catalog.concat_ws(', ', 'pg_catalog', \
         pg_catalog.quote_ident(pg_catalog.current_schema()), 'pg_temp')",
    ),
    ("jit", "'off'"),
    ("max_parallel_workers_per_gather", "'0'"),
    ("plan_cache_mode", "'force_generic_plan'"),
    ("quote_all_identifiers", "'off'"),
    ("DateStyle", "'ISO, MDY'"),
    ("IntervalStyle", "'postgres'"),
    ("TimeZone", "'UTC'"),
    ("bytea_output", "'hex'"),
    ("extra_float_digits", "'1'"),
    ("enable_hashjoin", "$1"),
    ("enable_seqscan", "$1"),
];

#[derive(Clone)]
pub(super) struct Session {
    /// As `server_version_num` tells it: 150004.
    pub(super) version: u32,
    /// The namespace in which new tables are made; the search path may name none that exists.
    pub(super) default_schema: Option<String>,
    /// Who connected.
    pub(super) user: String,
    /// The oldest transaction that goes on, or the next one.
    pub(super) xmin_horizon: String,
    /// Whether the transaction around has written something that it may still undo.
    pub(super) writes: bool,
}

impl Session {
    /// The query whose answer [`Session::read`] takes. It notes the settings where [`leave`] finds
    /// them until the transaction ends.
    pub(super) fn note() -> String {
        let [path, settings @ ..] = SETTINGS.map(|(name, _)| setting(name));
        let settings = settings.join(", ");
        format!(
            "SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_schema(), session_user, \
             pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot()) % 4294967296, \
             pg_catalog.txid_current_if_assigned() IS NOT NULL, \
             pg_catalog.set_config('{PATH}', {path}, true), \
             pg_catalog.set_config('{NOTED}', pg_catalog.concat_ws(' | ', {settings}), true)"
        )
    }

    pub(super) fn read(answer: Cells) -> Self {
        let mut cells = answer.into_iter();
        let mut next = || cells.next().flatten();
        Self {
            version: next().and_then(|version| version.parse().ok()).unwrap_or_default(),
            default_schema: next(),
            user: next().unwrap_or_default(),
            xmin_horizon: next().unwrap_or_default(),
            writes: next().is_none_or(|answer| answer.starts_with('t')),
        }
    }
}

/// Under which names the search path is noted, in which anything may stand, and the others.
const PATH: &str = "migrate.path";
const NOTED: &str = "migrate.settings";

/// Makes the settings what they are to be. In one text with what follows, they are of one
/// transaction, the caller's or their own: they go with it at the latest. The parameter is `on` or
/// `off`, see [`SETTINGS`].
pub(super) fn enter() -> String {
    format!("SELECT {}", SETTINGS.map(|(name, value)| set(name, value)).join(", "))
}

/// Makes the settings what they were when they were noted.
pub(super) fn leave() -> String {
    let mut part = 0;
    let back = SETTINGS.map(|(name, _)| {
        let value = match part {
            0 => setting(PATH),
            _ => format!("pg_catalog.split_part({}, ' | ', {part})", setting(NOTED)),
        };
        part += 1;
        set(name, &value)
    });
    format!("SELECT {}", back.join(", "))
}

fn setting(name: &str) -> String {
    format!("pg_catalog.current_setting('{name}')")
}

/// Changes a setting where it is another: that takes longer than to look.
fn set(name: &str, value: &str) -> String {
    format!(
        "CASE WHEN {} <> {value} THEN pg_catalog.set_config('{name}', {value}, true) END",
        setting(name)
    )
}
