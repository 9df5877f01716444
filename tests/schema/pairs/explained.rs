//! Whether the rows explain that a statement fails: the server's code names what the rows break, and the two schemas
//! differ so that rows of the first may break it.

use migrate_core::autogenerate::Step;
use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Schema, Table};

/// What rows may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    Unique,
    NotNull,
    Check,
    ForeignKey,
    /// A value that is none of a column's new type.
    Value,
}

/// What a server's error says of the rows.
fn broken(dialect: Dialect, error: &sqlx::Error) -> Option<Broken> {
    let error = error.as_database_error()?;
    let code = error.code().unwrap_or_default().into_owned();
    let found = match dialect {
        Dialect::Sqlite => match code.as_str() {
            "1555" | "2067" => Broken::Unique,
            "1299" => Broken::NotNull,
            "275" => Broken::Check,
            "787" => Broken::ForeignKey,
            "20" | "3091" => Broken::Value,
            _ => return None,
        },
        Dialect::Postgres => match code.as_str() {
            "23505" => Broken::Unique,
            "23502" => Broken::NotNull,
            "23514" => Broken::Check,
            "23503" => Broken::ForeignKey,
            "22P02" | "22001" | "22003" | "22007" | "22008" | "22023" => Broken::Value,
            _ => return None,
        },
        _ => {
            let error = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()?;
            match error.number() {
                1062 => Broken::Unique,
                1048 | 1138 => Broken::NotNull,
                4025 => Broken::Check,
                1452 => Broken::ForeignKey,
                1264 | 1265 | 1292 | 1366 | 1406 | 1916 => Broken::Value,
                _ => return None,
            }
        }
    };
    Some(found)
}

/// Returns `true` if rows of the first schema may break what a step does.
pub(super) fn by_rows(
    dialect: Dialect,
    error: &sqlx::Error,
    (steps, at): (&[Step], usize),
    (before, after): (&Schema, &Schema),
) -> bool {
    let Some(broken) = broken(dialect, error) else { return false };
    let sql = &steps[at].sql;
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = sql.split(|c| !is_part(c)).collect();
    let touched = after.tables.iter().filter(|(name, _)| {
        words.iter().any(|word| *word == name.name || word.contains(&format!("_{}_", name.name)))
    });
    let mut touched = touched.filter_map(|(name, new)| {
        // A renamed table has its rows from another one.
        let old = before.tables.get(name).or_else(|| before.tables.values().next());
        old.map(|old| (old, new))
    });
    touched.any(|(old, new)| match broken {
        Broken::Unique => keys(new).iter().any(|key| {
            !keys(old).contains(key) || key.iter().any(|column| is_changed(old, new, column))
        }),
        // Rows get a value where one can be chosen.
        Broken::NotNull => new.columns.iter().any(|column| {
            let was_open = old.column(&column.name).is_none_or(|of| of.nullable);
            was_open && !column.nullable && has_no_value(new, column, steps)
        }),
        Broken::Check => new.checks.iter().any(|one| {
            let is_old = old.checks.iter().any(|own| own.expression == one.expression);
            !is_old
                || new.columns.iter().any(|column| {
                    one.expression.contains(&column.name) && is_changed(old, new, &column.name)
                })
        }),
        Broken::ForeignKey => new.foreign_keys.iter().any(|key| {
            let same = |own: &&migrate_core::schema::ForeignKey| {
                own.columns == key.columns && own.parent == key.parent
            };
            !old.foreign_keys.iter().any(|own| same(&own))
                || key.columns.iter().any(|column| is_changed(old, new, column))
        }),
        Broken::Value => new.columns.iter().any(|column| is_retyped(old, column)),
    })
}

/// The columns of everything that is unique.
fn keys(table: &Table) -> Vec<Vec<String>> {
    let named = table.primary_key.iter().chain(&table.uniques).map(|key| key.columns.clone());
    let indexes = table
        .indexes
        .values()
        .filter(|index| index.unique)
        .map(|index| index.parts.iter().filter_map(|part| part.column.clone()).collect());
    let mut all: Vec<Vec<String>> = named.chain(indexes).collect();
    all.iter_mut().for_each(|columns: &mut Vec<String>| columns.sort());
    all
}

fn is_retyped(old: &Table, column: &Column) -> bool {
    old.column(&column.name).is_none_or(|of| {
        of.data_type != column.data_type
            || of.user_type != column.user_type
            || of.collation != column.collation
    })
}

/// Returns `true` if a column has other values than before: converted ones, or one for rows without.
fn is_changed(old: &Table, new: &Table, name: &str) -> bool {
    let Some(column) = new.column(name) else { return false };
    is_retyped(old, column) || old.column(name).is_some_and(|of| of.nullable && !column.nullable)
}

/// Returns `true` if no placeholder suits a column, or a conversion makes its values NULL.
fn has_no_value(table: &Table, column: &Column, steps: &[Step]) -> bool {
    let in_key = keys(table).iter().any(|key| key.contains(&column.name))
        || table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
    let is_told = steps.iter().filter_map(|step| step.note.as_ref()).any(|note| {
        note.contains("no placeholder suits") && note.contains(&format!(".{} ", column.name))
    });
    in_key || is_told
}
