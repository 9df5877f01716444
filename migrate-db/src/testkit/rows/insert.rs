//! Inserts rows: all at once if the database accepts them, otherwise one by one.

use std::collections::BTreeSet;

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Name, Table};

use super::choose::{Chooser, Mode, Row};
use super::filler::Filler;
use super::order::FillStep;
use super::table_plan;
use super::value::quoted;

/// Fills one table; how many rows were put in, or why it has none.
pub(super) async fn insert(
    filler: &mut Filler<'_>,
    step: &FillStep,
    table: &Table,
) -> sqlx::Result<Result<usize, String>> {
    let seed = filler.filling.seed;
    match all(filler, step, table, seed).await? {
        Ok(Some(rows)) => return Ok(Ok(rows)),
        Ok(None) => {}
        Err(why) => return Ok(Err(why)),
    }
    // Rows that are there already have taken the values that were chosen.
    let count = count(filler, &step.table).await?;
    Ok(match one_by_one(filler, step, table, seed + 20 * count).await? {
        // Triggers of other tables have filled it.
        Err(_) if count > 0 => Ok(0),
        outcome => outcome,
    })
}

/// How many rows a table has; 0 where it cannot be read.
pub(super) async fn count(filler: &mut Filler<'_>, table: &Name) -> sqlx::Result<u64> {
    let count = format!("SELECT CAST(COUNT(*) AS CHAR(20)) FROM {}", quoted(filler.dialect, table));
    let count =
        filler.ask(&count).await?.unwrap_or_default().into_iter().flatten().flatten().next();
    Ok(count.and_then(|n| n.trim().parse::<u64>().ok()).unwrap_or_default())
}

/// Tries one statement for all rows; `None` where the database refuses it.
async fn all(
    filler: &mut Filler<'_>,
    step: &FillStep,
    table: &Table,
    salt: u64,
) -> sqlx::Result<Result<Option<usize>, String>> {
    let table_plan = match table_plan::plan(filler, step, table, salt).await? {
        Ok(table_plan) => table_plan,
        Err(why) => return Ok(Err(why)),
    };
    let many = filler.filling.rows;
    let mut chooser = Chooser::new(filler.dialect, &table_plan, many, salt);
    let mut rows: Vec<Row> = Vec::new();
    for n in 0..many {
        if let Some(row) = chooser.row(n, Mode::Pattern) {
            chooser.take(&row);
            rows.push(row);
        }
    }
    let sql = statements(filler.dialect, &step.table, table, &rows);
    let taken = !rows.is_empty() && filler.attempt(&sql).await?.is_ok();
    Ok(Ok(taken.then_some(rows.len())))
}

async fn one_by_one(
    filler: &mut Filler<'_>,
    step: &FillStep,
    table: &Table,
    salt: u64,
) -> sqlx::Result<Result<usize, String>> {
    let table_plan = match table_plan::plan(filler, step, table, salt).await? {
        Ok(table_plan) => table_plan,
        Err(why) => return Ok(Err(why)),
    };
    let many = filler.filling.rows;
    let mut chooser = Chooser::new(filler.dialect, &table_plan, many, salt);
    let mut done = 0;
    let mut said = None;
    for n in 0..many {
        let mut tried = BTreeSet::new();
        for mode in Mode::ALL {
            let Some(row) = chooser.row(n, mode) else { continue };
            let sql = statements(filler.dialect, &step.table, table, std::slice::from_ref(&row));
            if !tried.insert(sql.clone()) {
                continue;
            }
            match filler.attempt(&sql).await? {
                Ok(()) => {
                    chooser.take(&row);
                    done += 1;
                    break;
                }
                // The first word is about the row that was meant.
                Err(word) => said = said.or(Some(word)),
            }
        }
        // What takes neither of two rows takes none, unless the rows differ by what is promised.
        if done == 0 && n >= 1 && !table_plan.is_reserved {
            break;
        }
        chooser.salt += 1;
    }
    if done > 0 {
        return Ok(Ok(done));
    }
    Ok(Err(said.unwrap_or_else(|| "no row is left that would be unique".to_owned())))
}

/// One statement for the rows that name the same columns.
fn statements(dialect: Dialect, name: &Name, table: &Table, rows: &[Row]) -> String {
    let mut groups: Vec<(BTreeSet<usize>, Vec<&Row>)> = Vec::new();
    for row in rows {
        let columns: BTreeSet<usize> = row.keys().copied().collect();
        match groups.iter_mut().find(|(of, _)| *of == columns) {
            Some((_, rows)) if !columns.is_empty() => rows.push(row),
            _ => groups.push((columns, vec![row])),
        }
    }
    let name = quoted(dialect, name);
    let statement = |(columns, rows): &(BTreeSet<usize>, Vec<&Row>)| {
        if columns.is_empty() {
            let nothing = if dialect == Dialect::Mysql { "() VALUES ()" } else { "DEFAULT VALUES" };
            return format!("INSERT INTO {name} {nothing}");
        }
        let tuple = |row: &&Row| {
            let cells: Vec<String> = row.values().map(|value| value.literal(dialect)).collect();
            format!("({})", cells.join(", "))
        };
        let tuples: Vec<String> = rows.iter().map(tuple).collect();
        let is_counted = |at: &usize| table.columns[*at].identity.is_some();
        let overriding = match dialect {
            Dialect::Postgres if columns.iter().any(is_counted) => "OVERRIDING SYSTEM VALUE ",
            _ => "",
        };
        format!(
            "INSERT INTO {name} ({}) {overriding}VALUES {}",
            table_plan::columns(dialect, table, columns),
            tuples.join(", ")
        )
    };
    groups.iter().map(statement).collect::<Vec<_>>().join("; ")
}
