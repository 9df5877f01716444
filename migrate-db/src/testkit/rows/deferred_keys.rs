//! Sets foreign keys that began as NULL, once their parents have rows.

use migrate_core::schema::{ForeignKey, Name, Table};

use super::filler::Filler;
use super::order::FillStep;
use super::table_plan;
use super::value::{Value, list, of_shown, quoted, shown};

/// Has one row of a table refer to something through each foreign key that began as NULL. What
/// the database refuses stays NULL.
pub(super) async fn connect(
    filler: &mut Filler<'_>,
    step: &FillStep,
    table: &Table,
) -> sqlx::Result<()> {
    let Some(primary) = &table.primary_key else { return Ok(()) };
    for key in step.deferred.iter().filter_map(|n| table.foreign_keys.get(*n)) {
        let parents = table_plan::parents(filler, key).await?;
        let rows = rows(filler, &step.table, table, &primary.columns, key).await?;
        let of_key = primary.columns.len();
        let nullable: Vec<bool> = key
            .columns
            .iter()
            .map(|name| table.column(name).is_some_and(|c| c.nullable && c.generated.is_none()))
            .collect();
        // The last of the rows, and the first parent that agrees with what cannot be changed and
        // is not the row itself.
        let pair = rows.iter().rev().find_map(|row| {
            let (own, refers) = row.split_at(of_key);
            let agrees = |parent: &&Vec<Value>| {
                let mut cells = parent.iter().zip(refers).zip(&nullable);
                cells.all(|((parent, own), free)| *free || parent == own)
                    && (key.parent != step.table || parent.as_slice() != own)
            };
            Some((own, parents.iter().find(agrees)?))
        });
        let Some((own, parent)) = pair else { continue };
        let equals = |(name, value): (&String, &Value)| {
            format!("{} = {}", filler.dialect.quote(name), value.literal(filler.dialect))
        };
        let set: Vec<String> = key
            .columns
            .iter()
            .zip(parent)
            .zip(&nullable)
            .filter(|(_, free)| **free)
            .map(|(cell, _)| equals(cell))
            .collect();
        let which: Vec<String> = primary.columns.iter().zip(own).map(equals).collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            quoted(filler.dialect, &step.table),
            set.join(", "),
            which.join(" AND ")
        );
        // Refused or not: NULL is allowed there.
        let _ = filler.attempt(&sql).await?;
    }
    Ok(())
}

/// The primary keys of rows, and behind them what they hold in a foreign key.
async fn rows(
    filler: &mut Filler<'_>,
    name: &Name,
    table: &Table,
    primary: &[String],
    key: &ForeignKey,
) -> sqlx::Result<Vec<Vec<Value>>> {
    let columns: Vec<(&String, &str)> = primary
        .iter()
        .chain(&key.columns)
        .map(|name| (name, table.column(name).map_or("", |c| c.data_type.as_str())))
        .collect();
    let cells: Vec<String> =
        columns.iter().map(|(name, of)| shown(filler.dialect, name, of)).collect();
    let sql = format!(
        "SELECT {} FROM {} ORDER BY {} LIMIT 16",
        cells.join(", "),
        quoted(filler.dialect, name),
        list(filler.dialect, primary.iter().map(String::as_str)),
    );
    let dialect = filler.dialect;
    let rows = filler.ask(&sql).await?.unwrap_or_default();
    let value = |(cell, (_, of)): (Option<String>, &(&String, &str))| of_shown(dialect, of, cell);
    Ok(rows.into_iter().map(|row| row.into_iter().zip(&columns).map(value).collect()).collect())
}

/// Why the rows of a table do not hold together: one refers to what is not there.
pub(super) async fn check_references(
    filler: &mut Filler<'_>,
    name: &Name,
    table: &Table,
) -> sqlx::Result<Result<(), String>> {
    for key in &table.foreign_keys {
        let dialect = filler.dialect;
        let parent_columns = table_plan::parent_columns(filler, key);
        let same: Vec<String> = key
            .columns
            .iter()
            .zip(&parent_columns)
            .map(|(own, theirs)| format!("p.{} = c.{}", dialect.quote(theirs), dialect.quote(own)))
            .collect();
        let there: Vec<String> =
            key.columns.iter().map(|own| format!("c.{} IS NOT NULL", dialect.quote(own))).collect();
        let sql = format!(
            "SELECT 'x' FROM {} c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} p WHERE {}) LIMIT 1",
            quoted(dialect, name),
            there.join(" AND "),
            quoted(dialect, &key.parent),
            same.join(" AND ")
        );
        if same.is_empty() {
            continue;
        }
        match filler.ask(&sql).await? {
            Ok(rows) if rows.is_empty() => {}
            Ok(_) => {
                let parent = &key.parent;
                return Ok(Err(format!("it refers to rows of {parent} that cannot be made")));
            }
            Err(word) => return Ok(Err(word)),
        }
    }
    Ok(Ok(()))
}
