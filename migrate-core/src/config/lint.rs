//! `[lint]`: the settings of lint.

use std::ops::Range;

use toml::de::DeValue;

use super::value::{Wrong, choice, number};
use crate::diagnostic::Code;
use crate::lint::{Level, LintSettings, rules};

/// The keys that are no rules.
const OTHERS: [&str; 3] = ["postgres-version", "small-table", "rows"];

/// The keys: the settings and the codes of all rules.
pub(super) fn keys() -> Vec<&'static str> {
    OTHERS.into_iter().chain(rules::ALL.iter().map(|rule| rule.code.as_str())).collect()
}

/// Reads the value of a known key, or returns the place of the mistake (`None` for the whole value)
/// and the correct form.
pub(super) fn set(
    settings: &mut LintSettings,
    name: &str,
    value: &DeValue<'_>,
) -> Result<(), (Option<Range<usize>>, Wrong)> {
    let whole = |help: Wrong| (None, help);
    match name {
        "postgres-version" => {
            settings.postgres_version = Some(number(name, value, 17).map_err(whole)?);
        }
        "small-table" => {
            settings.small_table =
                Some(number(name, value, LintSettings::SMALL_TABLE).map_err(whole)?);
        }
        "rows" => {
            let Some(table) = value.as_table() else {
                return Err((None, "write `[lint.rows]` and lines such as `users = 20000`".into()));
            };
            for (key, value) in table {
                let rows = number(key.get_ref(), value.get_ref(), 20_000)
                    .map_err(|help| (Some(value.span()), help))?;
                settings.rows.insert(key.get_ref().to_string(), rows);
            }
        }
        _ => {
            let Some(code) = Code::from_name(name) else { return Ok(()) };
            let choices = Level::ALL.map(|level| (level.word(), level));
            settings.levels.insert(code, choice(name, value, choices).map_err(whole)?);
        }
    }
    Ok(())
}
