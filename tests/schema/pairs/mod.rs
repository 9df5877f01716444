//! Random pairs of schemas: autogenerate leads from one to the other on a real server with rows in its tables.
//!
//! The up makes the catalog of the second schema, another run finds nothing to do, and the down brings the first
//! catalog back, with all rows but for the losses that the revision declares. A refusal is no fault; what the
//! rows do not allow (a unique key over equal values, a value that does not fit) is none either, see `explained`.
//! The pairs are the same in every run, unless `PROPTEST_CASES` says how many others are wanted.

mod explained;
mod schemas;

use migrate_core::apply::{State, apply};
use migrate_core::autogenerate::{Changes, Filter, Refusal, Request, Step, generate};
use migrate_core::dialect::Dialect;
use migrate_core::schema::{Schema, compare, difference};
use migrate_core::source::Span;
use migrate_db::testkit::{Fill, diff_rows, undeclared};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use tokio::runtime::Builder;

use super::draws;
use super::live::Live;

/// How many failures a run shows.
const SHOWN: usize = 6;

/// What came of the pairs.
#[derive(Debug, Default)]
struct Counts {
    pairs: usize,
    changes: usize,
    /// Nothing was generated, with a reason.
    refused: usize,
    /// The rows did not allow it.
    of_rows: usize,
    rows: usize,
}

/// What ended a pair.
enum End {
    Refused(String),
    OfRows,
    Fault(String),
}

fn state(dialect: Dialect, statements: &[String]) -> Result<State, End> {
    let mut state = State::new(dialect.rules());
    for sql in statements {
        let fault = |why: String| End::Fault(format!("the server takes\n{sql}\nbut: {why}"));
        let Some(parsed) = dialect.parse(sql, Span::new(0, sql.len())) else { continue };
        for op in parsed.map_err(|error| fault(error.to_string()))? {
            apply(&mut state, &op).map_err(|error| fault(error.to_string()))?;
        }
    }
    Ok(state)
}

/// The statements of a schema that the server takes, and what its catalog says then.
async fn taken(live: &mut Live, statements: Vec<String>) -> (Vec<String>, Schema) {
    let mut taken = Vec::new();
    for sql in statements {
        if live.execute(&sql).await.is_ok() {
            taken.push(sql);
        }
    }
    (taken, live.schema().await.unwrap())
}

fn generated(dialect: Dialect, history: &State, wanted: &State) -> Result<Changes, Refusal> {
    generate(&Request {
        dialect,
        history,
        wanted,
        filter: &Filter::default(),
        renames: &[],
        dropped: &[],
        takes_likely: true,
    })
}

fn text(steps: &[Step]) -> String {
    steps.iter().map(|step| format!("{};\n", step.sql)).collect()
}

async fn run(
    live: &mut Live,
    dialect: Dialect,
    steps: &[Step],
    section: &str,
    schemas: (&Schema, &Schema),
) -> Result<(), End> {
    for (at, step) in steps.iter().enumerate() {
        let Err(error) = live.execute(&step.sql).await else { continue };
        if explained::by_rows(dialect, &error, (steps, at), schemas) {
            return Err(End::OfRows);
        }
        let code = error.as_database_error().and_then(|error| error.code());
        return Err(End::Fault(format!(
            "the {section} fails at\n{}\n{error} ({code:?}) in\n{}",
            step.sql,
            text(steps)
        )));
    }
    Ok(())
}

/// Compares the catalog with the expected one.
async fn same(
    live: &Live,
    dialect: Dialect,
    expected: &Schema,
    section: &str,
    steps: &[Step],
) -> Result<(), End> {
    let catalog = live.schema().await.map_err(End::Fault)?;
    let orders = dialect.diff_rules().orders_columns();
    let all = compare(&catalog, expected).into_iter().filter(|one| orders || !one.is_order());
    let left: Vec<String> =
        all.map(|one| format!("{}: {:?}", difference(&one), one.change)).collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(End::Fault(format!("behind the {section}:\n{}\n{}", left.join("\n"), text(steps))))
}

/// One pair, each side as the statements that the server takes.
async fn pair(
    dialect: Dialect,
    (before, after): (&[String], &[String]),
    (first, second): (&Schema, &Schema),
    live: &mut Live,
    counts: &mut Counts,
) -> Result<(), End> {
    let (history, wanted) = (state(dialect, before)?, state(dialect, after)?);
    let changes = match generated(dialect, &history, &wanted) {
        Ok(changes) => changes,
        Err(refusal) => return Err(End::Refused(refusal.to_string())),
    };
    let fill = Fill { rows: 4, schema: Some(first.clone()), ..Fill::default() };
    let filled = live.fill(&fill).await;
    counts.rows += filled.rows.iter().map(|(_, count)| count).sum::<usize>();
    let rows = live.contents(first).await;
    if dialect == Dialect::Sqlite {
        live.execute("PRAGMA foreign_keys = OFF").await.unwrap();
    }
    run(live, dialect, &changes.up, "up", (first, second)).await?;
    same(live, dialect, second, "up", &changes.up).await?;
    let mut reached = history.clone();
    for step in &changes.up {
        let span = Span::new(0, step.sql.len());
        for op in dialect.parse(&step.sql, span).into_iter().flat_map(Result::unwrap) {
            apply(&mut reached, &op).map_err(|error| End::Fault(error.to_string()))?;
        }
    }
    match generated(dialect, &reached, &wanted) {
        Ok(again) if again.up.is_empty() => {}
        Ok(again) => return Err(End::Fault(format!("found again:\n{}", text(&again.up)))),
        Err(refusal) => return Err(End::Fault(format!("refused afterwards: {refusal}"))),
    }
    run(live, dialect, &changes.down, "down", (second, first)).await?;
    same(live, dialect, first, "down", &changes.down).await?;
    let losses: Vec<String> = changes.losses.iter().map(|loss| loss.subject.clone()).collect();
    let (lost, _) = undeclared(diff_rows(&rows, &live.contents(first).await), &losses);
    if !lost.is_empty() {
        let (up, down) = (text(&changes.up), text(&changes.down));
        return Err(End::Fault(format!("rows differ: {lost:?}\nup:\n{up}down:\n{down}")));
    }
    counts.changes += usize::from(!changes.up.is_empty());
    Ok(())
}

fn check(dialect: Dialect, usual: usize) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (number, mut runner) = draws::runner(usual);
    let pairs = (schemas::schema(dialect), schemas::schema(dialect));
    let (mut counts, mut failures) = (Counts::default(), Vec::new());
    for _ in 0..number {
        let (before, after) = pairs.new_tree(&mut runner).unwrap().current();
        let is_there = runtime.block_on(async {
            let Some(mut other) = Live::fresh(dialect).await else { return false };
            let (after, second) = taken(&mut other, after).await;
            other.drop().await;
            let mut live = Live::fresh(dialect).await.unwrap();
            let (before, first) = taken(&mut live, before).await;
            let sides = (before.as_slice(), after.as_slice());
            counts.pairs += 1;
            let end = pair(dialect, sides, (&first, &second), &mut live, &mut counts).await;
            live.drop().await;
            match end {
                Ok(()) => {}
                Err(End::OfRows) => counts.of_rows += 1,
                Err(End::Refused(why)) => {
                    counts.refused += 1;
                    let (before, after) = (before.join(";\n"), after.join(";\n"));
                    println!("{dialect}: refused: {why}\n{before};\n---\n{after};\n");
                }
                Err(End::Fault(fault)) => {
                    let (before, after) = (before.join(";\n"), after.join(";\n"));
                    failures.push(format!("{before};\n---\n{after};\n--- {fault}"));
                }
            }
            true
        });
        if !is_there || failures.len() == SHOWN {
            break;
        }
    }
    println!("{dialect}: {counts:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(counts.refused * 10 <= counts.pairs, "{counts:?}");
}

#[test]
fn random_pairs_lead_to_each_other_on_sqlite() {
    check(Dialect::Sqlite, 60);
}

#[test]
fn random_pairs_lead_to_each_other_on_postgres() {
    check(Dialect::Postgres, 15);
}

#[test]
fn random_pairs_lead_to_each_other_on_mysql() {
    check(Dialect::Mysql, 15);
}
