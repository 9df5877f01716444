//! `[test]`: how revisions are tested on real databases.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use toml::de::DeValue;

use super::read::{Wrong, dialects, number, text, time};
use crate::dialect::Dialect;

/// How round trips are tested: on which databases, with which servers and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSettings {
    /// The databases to test on; none named means those of the project.
    pub dialects: Vec<Dialect>,
    /// Container images that were chosen, as `name:tag`; see [`TestSettings::image`].
    pub images: BTreeMap<Dialect, String>,
    /// Images for this run alone, which go before those of the environment.
    pub chosen: BTreeMap<Dialect, String>,
    /// How many rows each table is filled with; 0 leaves the tables empty.
    pub rows: u32,
    /// How long the statements of one test may take; nothing means without limit.
    pub time_limit: Duration,
    /// A file of SQL that each new test database begins with, relative to `migrate.toml`: extensions
    /// and tables that the history expects.
    pub prelude: Option<String>,
    /// What the rows are drawn from: the same seed gives the same rows.
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
    /// The container image of a database's server; `None` where it needs no server.
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

/// The keys, with those of the images of all databases that have one.
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

/// Takes one value of a known key, or says where it is wrong (`None`: all of it) and what would be
/// right.
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

/// Whether an image is told by a tag or a digest: without one it is another image every month.
/// A colon before the last slash is that of a port.
fn has_tag(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or_default();
    let told = last.split_once(':').is_some_and(|(name, tag)| !name.is_empty() && !tag.is_empty());
    told && !image.contains(char::is_whitespace)
}
