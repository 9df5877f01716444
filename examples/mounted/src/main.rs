//! An application with the commands of `cargo migrate` in its own binary, for machines without cargo
//! and without the revision files.
//!
//! `mounted migrate upgrade` applies the history, `mounted migrate --help` lists the commands, and
//! `mounted` alone starts the application. The database is a file: the first of `DATABASE_URL` and
//! `sqlite:mounted.db`.

use std::error::Error;
use std::process::ExitCode;

use migrate_db::Database;
use sqlx::SqlitePool;

static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "an example")]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:mounted.db".to_owned());
    // `mounted migrate upgrade` is passed on as `migrate upgrade`.
    if std::env::args_os().nth(1).is_some_and(|word| word == "migrate") {
        let database = Database::from_url(&url)?;
        let arguments = std::env::args_os().skip(1);
        return Ok(MIGRATIONS.mount(Some(database)).run(arguments).await);
    }
    serve(&SqlitePool::connect(&url).await?).await
}

/// A placeholder for the application. It does not migrate, and refuses to start on an old schema.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "an example")]
async fn serve(pool: &SqlitePool) -> Result<ExitCode, Box<dyn Error>> {
    let pending = MIGRATIONS.pending(pool).await?;
    if !pending.is_empty() {
        eprintln!("{} revisions are pending: run `mounted migrate upgrade`", pending.len());
        return Ok(ExitCode::FAILURE);
    }
    sqlx::query("INSERT INTO visits (path) VALUES ('/')").execute(pool).await?;
    let visits: i64 = sqlx::query_scalar("SELECT count(*) FROM visits").fetch_one(pool).await?;
    println!("{visits} visits");
    Ok(ExitCode::SUCCESS)
}
