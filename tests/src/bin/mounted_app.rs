//! An application with a history of its own and the commands in its binary. With `STEPS` in the environment its
//! history is one whose revisions call Rust functions; `TENANTS` names databases for `--all`.

use std::process::ExitCode;
use std::time::Duration;

use migrate_db::{Database, Member, StepBatch, StepConnection, StepError, StepProgress};
use sqlx::{AssertSqlSafe, Executor as _};

static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("mounted");

static STEPS: migrate_db::Migrations =
    migrate_db::migrations!("mounted_steps", steps = [fill, visit]);

/// The rows that [`fill`] inserts.
const FILLED: u64 = 200;

/// The time between two of them, so that there is time to kill the program.
const BETWEEN: Duration = Duration::from_millis(1);

async fn execute(connection: &mut StepConnection<'_>, sql: String) -> Result<u64, StepError> {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    Ok(match connection {
        StepConnection::Sqlite(connection) => connection.execute(sql).await?.rows_affected(),
        StepConnection::Postgres(connection) => connection.execute(sql).await?.rows_affected(),
        StepConnection::Mysql(connection) => connection.execute(sql).await?.rows_affected(),
        _ => return Err("no driver".into()),
    })
}

/// Inserts rows one by one.
async fn fill(
    mut connection: StepConnection<'_>,
    mut progress: StepProgress<'_>,
) -> Result<(), StepError> {
    for n in 1..=FILLED {
        execute(&mut connection, format!("INSERT INTO filled VALUES ({n})")).await?;
        tokio::time::sleep(BETWEEN).await;
        progress.report(n, Some(FILLED))?;
    }
    Ok(())
}

/// Changes the rows of a batch.
async fn visit(mut connection: StepConnection<'_>, batch: StepBatch<'_>) -> Result<u64, StepError> {
    let update = format!("UPDATE visited SET n = n + 1 WHERE {}", batch.condition());
    execute(&mut connection, update).await
}

/// The databases that `TENANTS` names, as `NAME=URL,NAME=URL`.
fn tenants() -> Vec<Member> {
    let tenants = std::env::var("TENANTS").unwrap_or_default();
    let entries = tenants.split(',').filter_map(|entry| entry.split_once('='));
    let member = |(name, url): (&str, &str)| Some(Member::new(name, Database::from_url(url).ok()?));
    entries.filter_map(member).collect()
}

fn main() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    let history = if std::env::var_os("STEPS").is_some() { &STEPS } else { &MIGRATIONS };
    runtime.block_on(history.mount(None).fleet(tenants()).run(std::env::args_os()))
}
