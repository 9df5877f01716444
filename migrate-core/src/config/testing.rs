//! `[test]`: the settings of round-trip tests.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use toml::de::DeValue;

use super::value::{Wrong, dialects, number, text, time};
use crate::dialect::Dialect;

/// The settings of round-trip tests: databases, servers and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSettings {
    /// The databases to test on; empty for those of the project.
    pub dialects: Vec<Dialect>,
    /// Configured container images, as `name:tag`; see [`TestSettings::image`].
    pub images: BTreeMap<Dialect, String>,
    /// Images of this run, which override those of the environment.
    pub chosen: BTreeMap<Dialect, String>,
    /// The number of generated rows per table; 0 leaves the tables empty.
    pub rows: u32,
    /// The time limit for the statements of one test; `None` for no limit.
    pub time_limit: Duration,
    /// A file of SQL that is executed in each new test database, relative to `migrate.toml`:
    /// extensions and tables that the history requires.
    pub prelude: Option<String>,
    /// The seed of the generated rows.
    pub seed: u64,
}

impl Default for TestSettings {
    fn default() -> Self {
        Self {
            dialects: Vec::new(),
            images: BTreeMap::new(),
            chosen: BTreeMap::new(),
            rows: 5,
            time_limit: Duration::from_mins(1),
            prelude: None,
            seed: 1,
        }
    }
}

impl TestSettings {
    /// Returns the container image of a database's server; `None` where no server is needed.
    ///
    /// ```
    /// use migrate_core::{config::TestSettings, dialect::Dialect};
    /// let mut settings = TestSettings::default();
    /// assert_eq!(settings.image(Dialect::Postgres), Some("postgres:18"));
    /// settings.images.insert(Dialect::Postgres, "postgis/postgis:16-3.4".into());
    /// assert_eq!(settings.image(Dialect::Postgres), Some("postgis/postgis:16-3.4"));
    /// assert_eq!(settings.image(Dialect::Sqlite), None);
    /// ```
    #[must_use]
    pub fn image(&self, dialect: Dialect) -> Option<&str> {
        self.images.get(&dialect).map(String::as_str).or(dialect.admin().test_image)
    }
}

/// The keys, including the image keys of all databases with an image.
pub(super) fn keys() -> Vec<String> {
    let images = Dialect::ALL.into_iter().filter(|d| d.admin().test_image.is_some()).map(image_key);
    ["dialects", "rows", "seed", "time-limit", "prelude"]
        .into_iter()
        .map(str::to_owned)
        .chain(images)
        .collect()
}

fn image_key(dialect: Dialect) -> String {
    format!("{}-image", dialect.name())
}

/// Reads the value of a known key, or returns the place of the mistake (`None` for the whole value)
/// and the correct form.
pub(super) fn set(
    settings: &mut TestSettings,
    name: &str,
    value: &DeValue<'_>,
) -> Result<(), (Option<Range<usize>>, Wrong)> {
    let whole = |help: Wrong| (None, help);
    match name {
        "dialects" => settings.dialects = dialects(value)?,
        "rows" => settings.rows = number(name, value, settings.rows).map_err(whole)?,
        "time-limit" => settings.time_limit = time(name, value).map_err(whole)?,
        "prelude" => settings.prelude = Some(text(name, value, "prelude.sql").map_err(whole)?),
        "seed" => settings.seed = number(name, value, settings.seed).map_err(whole)?,
        _ => {
            let dialect = Dialect::ALL.into_iter().find(|dialect| image_key(*dialect) == name);
            let example = dialect.and_then(|dialect| dialect.admin().test_image);
            let (Some(dialect), Some(example)) = (dialect, example) else { return Ok(()) };
            let image = text(name, value, example).map_err(whole)?;
            if !has_tag(&image) {
                return Err((None, format!("name the version too: `{name} = \"{example}\"`")));
            }
            settings.images.insert(dialect, image);
        }
    }
    Ok(())
}

/// Returns `true` if an image has a tag or a digest. Without one, the image changes over time. A
/// colon before the last slash belongs to a port.
fn has_tag(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or_default();
    let told = last.split_once(':').is_some_and(|(name, tag)| !name.is_empty() && !tag.is_empty());
    told && !image.contains(char::is_whitespace)
}
