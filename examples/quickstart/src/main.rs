//! A program that embeds its history, upgrades its database and prints the applied revisions.
//!
//! `cargo run -p quickstart [FILE]`; the default is `quickstart.db` in the system's
//! directory for temporary files. A second run finds nothing to do.

use std::error::Error;
use std::path::PathBuf;

use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "an example")]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args_os()
        .nth(1)
        .map_or_else(|| std::env::temp_dir().join("quickstart.db"), PathBuf::from);
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await?;
    println!("database  {}", file.display());

    let report = MIGRATIONS.upgrade(&pool).await?;
    for step in &report.steps {
        println!("applied   {}  {}", step.revision, step.message);
    }
    if report.steps.is_empty() {
        println!("applied   nothing: it is up to date");
    }
    println!("current   {}", MIGRATIONS.current(&pool).await?.join(", "));
    println!("pending   {}", MIGRATIONS.pending(&pool).await?.len());

    sqlx::query("INSERT INTO users (name) VALUES ('Ada')").execute(&pool).await?;
    let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&pool).await?;
    println!("users     {users}");
    pool.close().await;
    Ok(())
}
