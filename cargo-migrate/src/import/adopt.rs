//! Finds the migrations that another tool has applied to a database.
//!
//! Each format has version tables and a query that reads them on every database, with all columns as
//! text or NULL. [`applied`] maps the rows to indices of an [`Import`]. Nothing here connects to a
//! database.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use migrate_core::version_table::other_tools;

use super::format::Format;
use super::model::Import;
use super::names::REPEATABLE;
use super::note::Side;

/// The version table of a tool, and the query that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionTable {
    /// The table's name, in the schema that is searched first.
    pub name: &'static str,
    /// The query whose rows [`applied`] takes; every column is text or NULL.
    pub query: &'static str,
}

/// The version tables of a format. The first existing one is read.
#[must_use]
pub const fn version_tables(format: Format) -> &'static [VersionTable] {
    // CAST to CHAR is the one cast to text that PostgreSQL, MySQL and SQLite share; where it pads
    // with blanks TRIM takes them away. CASE makes text of booleans and of numbers that stand for them.
    match format {
        Format::Sqlx => &[VersionTable {
            name: other_tools::SQLX,
            query: "SELECT TRIM(CAST(version AS CHAR(40))), \
                    CASE WHEN success THEN 'true' ELSE 'false' END \
                    FROM _sqlx_migrations ORDER BY version",
        }],
        Format::Diesel => &[VersionTable {
            name: other_tools::DIESEL,
            query: "SELECT version FROM __diesel_schema_migrations ORDER BY version",
        }],
        Format::GolangMigrate => &[
            VersionTable {
                name: other_tools::SCHEMA_MIGRATIONS,
                query: "SELECT TRIM(CAST(version AS CHAR(40))), \
                        CASE WHEN dirty THEN 'true' ELSE 'false' END FROM schema_migrations",
            },
            // Runners of the same file names that keep the name of the last file.
            VersionTable { name: "migrations", query: "SELECT version FROM migrations" },
        ],
        Format::Dbmate => &[VersionTable {
            name: other_tools::SCHEMA_MIGRATIONS,
            query: "SELECT version FROM schema_migrations ORDER BY version",
        }],
        Format::Goose => &[VersionTable {
            name: other_tools::GOOSE,
            query: "SELECT TRIM(CAST(version_id AS CHAR(40))), \
                    CASE WHEN is_applied THEN 'true' ELSE 'false' END \
                    FROM goose_db_version ORDER BY id",
        }],
        Format::Refinery => &[VersionTable {
            name: other_tools::REFINERY,
            query: "SELECT TRIM(CAST(version AS CHAR(40))) \
                    FROM refinery_schema_history ORDER BY version",
        }],
        Format::Flyway => &[VersionTable {
            name: other_tools::FLYWAY,
            query: "SELECT version, CASE WHEN success THEN 'true' ELSE 'false' END, type, script \
                    FROM flyway_schema_history ORDER BY installed_rank",
        }],
    }
}

/// The statement that makes the version table of a tool as a migration that touches it needs it: the
/// columns are the tool's, their types those that all databases have.
pub(super) fn create_table(format: Format, table: &str) -> String {
    let is_its = |format: &Format| version_tables(*format).iter().any(|own| own.name == table);
    let format = Some(format).filter(is_its).or(Format::ALL.into_iter().find(is_its));
    let columns = match format.unwrap_or(Format::Dbmate) {
        Format::Sqlx => {
            "version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
             installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, \
             success BOOLEAN NOT NULL, checksum TEXT NOT NULL, execution_time BIGINT NOT NULL"
        }
        Format::Diesel => {
            "version VARCHAR(50) PRIMARY KEY NOT NULL, \
             run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP"
        }
        Format::GolangMigrate => "version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL",
        Format::Dbmate => "version VARCHAR(128) PRIMARY KEY",
        Format::Goose => {
            "id INTEGER PRIMARY KEY, version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL, \
             tstamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP"
        }
        Format::Refinery => {
            "version INTEGER PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), \
             checksum VARCHAR(255)"
        }
        Format::Flyway => {
            "installed_rank INTEGER PRIMARY KEY, version VARCHAR(50), \
             description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, \
             script VARCHAR(1000) NOT NULL, checksum INTEGER, installed_by VARCHAR(100) NOT NULL, \
             installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, \
             execution_time INTEGER NOT NULL, success BOOLEAN NOT NULL"
        }
    };
    format!("CREATE TABLE {table} ({columns});")
}

/// The reason why the rows of a version table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdoptError {
    /// The table names migrations that the directory does not hold.
    Unknown(Vec<String>),
    /// A version of the table belongs to several migrations: the version, and their keys.
    Ambiguous(String, Vec<String>),
    /// Migrations that failed partway and were not cleaned up.
    Unfinished(Vec<String>),
    /// A row of the table has no version.
    Malformed,
}

impl fmt::Display for AdoptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(keys) => write!(
                f,
                "the version table names {}, which the directory does not hold",
                keys.join(", ")
            ),
            Self::Ambiguous(key, keys) => write!(
                f,
                "the version table names {key}, which is the version of several migrations: {}",
                keys.join(", ")
            ),
            Self::Unfinished(keys) => {
                write!(f, "the version table says that {} did not finish", keys.join(", "))
            }
            Self::Malformed => f.write_str("a row of the version table has no version"),
        }
    }
}

impl std::error::Error for AdoptError {}

/// One row, read.
struct Row<'a> {
    key: &'a str,
    flag: Option<bool>,
    kind: &'a str,
}

/// The indices of [`Import::migrations`] that `rows` of the version table say are applied, in order.
///
/// # Errors
/// [`AdoptError`] when the table and the directory do not match, or a migration did not finish.
pub fn applied(
    format: Format,
    rows: &[Vec<Option<String>>],
    import: &Import,
) -> Result<Vec<usize>, AdoptError> {
    let rows = rows.iter().map(|row| read_row(format, row)).collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<Row<'_>> = rows.into_iter().flatten().collect();
    let unfinished: Vec<String> = rows
        .iter()
        .filter(|row| match format {
            Format::GolangMigrate => row.flag == Some(true),
            Format::Sqlx | Format::Flyway => row.flag == Some(false),
            _ => false,
        })
        .map(|row| row.key.to_owned())
        .collect();
    if !unfinished.is_empty() {
        return Err(AdoptError::Unfinished(unfinished));
    }

    let index = Index::new(format, import);
    let mut applied = BTreeSet::new();
    let mut unknown = Vec::new();
    for row in &rows {
        if row.kind == "BASELINE" {
            let covered = |version: &str| {
                version != REPEATABLE && format.order((version, ""), (row.key, "")).is_le()
            };
            let all = import.migrations.iter().enumerate();
            applied.extend(all.filter(|(_, m)| covered(&m.version)).map(|(n, _)| n));
            continue;
        }
        let undone = row.kind.starts_with("UNDO")
            || row.kind == "DELETE"
            || format == Format::Goose && row.flag == Some(false);
        match index.find(row.key)? {
            // One row says how far it has come; with several each speaks for itself.
            Some(n) if format == Format::GolangMigrate && rows.len() == 1 => applied.extend(0..=n),
            Some(n) if undone => {
                applied.remove(&n);
            }
            Some(n) => {
                applied.insert(n);
            }
            None if undone => unknown.retain(|key| key != row.key),
            None => unknown.push(row.key.to_owned()),
        }
    }
    // A hook ran with the SQL that it stands beside.
    for (n, migration) in import.migrations.iter().enumerate() {
        let sql = |m: &usize| import.migrations[*m].side.is_none();
        let beside = match migration.side {
            None => continue,
            Some(Side::Before) => (n + 1..import.migrations.len()).find(sql),
            Some(Side::After) => (0..n).rev().find(sql),
        };
        if beside.is_some_and(|sql| applied.contains(&sql)) {
            applied.insert(n);
        }
    }
    if unknown.is_empty() {
        Ok(applied.into_iter().collect())
    } else {
        Err(AdoptError::Unknown(unknown))
    }
}

/// A row that is about a migration; the others say that a tool has begun.
fn read_row(format: Format, row: &[Option<String>]) -> Result<Option<Row<'_>>, AdoptError> {
    let column = |n: usize| row.get(n).and_then(Option::as_deref);
    let kind = column(2).unwrap_or_default();
    let key = match column(0) {
        Some(key) => key.trim(),
        // flyway's repeatable migrations and its marks for schemas have no version.
        None if format == Format::Flyway && kind == "SCHEMA" => return Ok(None),
        None if format == Format::Flyway => column(3).ok_or(AdoptError::Malformed)?,
        None => return Err(AdoptError::Malformed),
    };
    let begins = match format {
        Format::Goose => key == "0",
        Format::GolangMigrate => key == "-1",
        _ => false,
    };
    let flag = column(1).map(|text| matches!(text, "true" | "t" | "1"));
    Ok((!begins).then_some(Row { key, flag, kind }))
}

/// The migrations by what a version table may call them.
struct Index<'a> {
    format: Format,
    import: &'a Import,
    keys: HashMap<&'a str, usize>,
    versions: HashMap<String, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(format: Format, import: &'a Import) -> Self {
        let mut versions: HashMap<String, Vec<usize>> = HashMap::new();
        let own = import.migrations.iter().enumerate().filter(|(_, m)| m.side.is_none());
        for (n, migration) in own {
            versions.entry(format.identity(&migration.version)).or_default().push(n);
        }
        let keys = import.migrations.iter().enumerate().map(|(n, m)| (m.key.as_str(), n)).collect();
        Self { format, import, keys, versions }
    }

    fn find(&self, key: &str) -> Result<Option<usize>, AdoptError> {
        if let Some(n) = self.keys.get(key) {
            return Ok(Some(*n));
        }
        match self.versions.get(&self.format.identity(key)).map_or(&[][..], Vec::as_slice) {
            [] => Ok(None),
            [n] => Ok(Some(*n)),
            several => {
                let keys = several.iter().map(|n| self.import.migrations[*n].key.clone()).collect();
                Err(AdoptError::Ambiguous(key.to_owned(), keys))
            }
        }
    }
}
