//! A program with a step in Rust: the last revision fills a column with values that SQL cannot compute.
//!
//! `cargo run -p rust-steps` upgrades a database in memory and prints what the step wrote. The function
//! stands beside its revision, in `migrations/fill_slugs.rs`.

use std::error::Error;

use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;

#[path = "../migrations/fill_slugs.rs"]
mod fill_slugs;

static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!(steps = [fill_slugs::fill_slugs]);

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "an example")]
async fn main() -> Result<(), Box<dyn Error>> {
    // A database in memory belongs to its one connection.
    let pool: SqlitePool =
        SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    MIGRATIONS.upgrade(&pool).await?;
    let articles: Vec<(String, String)> =
        sqlx::query_as("SELECT title, slug FROM articles ORDER BY id").fetch_all(&pool).await?;
    for (title, slug) in articles {
        println!("{title} -> {slug}");
    }
    pool.close().await;
    Ok(())
}
