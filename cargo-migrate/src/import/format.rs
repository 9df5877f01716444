//! The supported tools, and how each orders its migrations.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::names;

/// A tool whose migrations can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// sqlx: `<int>_<name>.sql`, or `.up.sql` and `.down.sql`.
    Sqlx,
    /// diesel: `<version>_<name>/up.sql` and `down.sql`.
    Diesel,
    /// golang-migrate and its like: `<int>_<name>.up.sql` and `.down.sql`.
    GolangMigrate,
    /// dbmate: one file with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// goose: one file with `-- +goose Up` and `-- +goose Down`.
    Goose,
    /// refinery: `V<int>__<name>.sql`, `U` for migrations that may come late.
    Refinery,
    /// flyway: `V<version>__<name>.sql`, `U` to undo, `R` repeatable.
    Flyway,
}

impl Format {
    /// Every format, in the order in which they are always listed.
    pub const ALL: [Self; 7] = [
        Self::Sqlx,
        Self::Diesel,
        Self::GolangMigrate,
        Self::Dbmate,
        Self::Goose,
        Self::Refinery,
        Self::Flyway,
    ];

    /// The name as written after `--from`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::GolangMigrate => "golang-migrate",
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
            Self::Refinery => "refinery",
            Self::Flyway => "flyway",
        }
    }

    /// How the version table writes a version that a file name has.
    pub(super) fn key(self, version: &str) -> String {
        match self {
            Self::Diesel | Self::Dbmate | Self::Flyway => version.to_owned(),
            _ => names::unpadded(version).to_owned(),
        }
    }

    /// What is equal for versions that are the same to the tool: a number may have zeros around it.
    pub(super) fn identity(self, version: &str) -> String {
        match self {
            Self::Diesel | Self::Dbmate => version.to_owned(),
            _ => names::canonical(version),
        }
    }

    /// The order of two migrations, each a version and the path of its file.
    pub(super) fn order(self, a: (&str, &str), b: (&str, &str)) -> Ordering {
        match self {
            Self::Dbmate => a.1.cmp(b.1),
            Self::Diesel => a.cmp(&b),
            _ => names::compare_numbers(a.0, b.0).then_with(|| a.1.cmp(b.1)),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is not a [`Format`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Format::ALL.map(Format::name).join(", ");
        write!(f, "`{}` is no tool whose migrations can be imported; known are {known}", self.0)
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|format| format.name() == lower)
            .ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert!("alembic".parse::<Format>().unwrap_err().to_string().contains("sqlx, diesel"));
    }
}
