//! Reads a directory with the reader of its format.

use migrate_core::dialect::Dialect;

use super::collect::Collector;
use super::format::Format;
use super::model::{ForeignFile, Import};
use super::{diesel, directive, pairs, versioned};

/// Reads the files of a directory as the tool of `format` would, with the SQL of `dialect`.
///
/// The order of `files` does not matter. Mistakes are returned in [`Import::problems`].
#[must_use]
pub fn read(format: Format, dialect: Dialect, files: &[ForeignFile]) -> Import {
    let mut files: Vec<&ForeignFile> = files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut collector = Collector::new(format, dialect);
    match format {
        Format::Sqlx | Format::GolangMigrate => pairs::read(&files, &mut collector),
        Format::Diesel => diesel::read(&files, &mut collector),
        Format::Dbmate | Format::Goose => directive::read(&files, &mut collector),
        Format::Refinery | Format::Flyway => versioned::read(&files, &mut collector),
    }
    collector.finish()
}
