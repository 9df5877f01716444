//! SQLite and PostgreSQL from one set of structs: `cargo run -p models`, or with a server
//! `DATABASE_URL=postgres://... cargo run -p models`.
#![allow(clippy::print_stdout, reason = "a program for a terminal")]

mod models;

use migrate_db::{Enum as _, Table as _};
use models::{Status, User};
use sqlx::{PgPool, SqlitePool};

static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();

/// Migrates, writes a row and reads all of them.
macro_rules! users {
    ($pool:expr) => {{
        MIGRATIONS.upgrade($pool).await?;
        sqlx::query(
            "INSERT INTO users (email, status) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING",
        )
        .bind("ada@example.org")
        .bind(Status::OnHold)
        .execute($pool)
        .await?;
        sqlx::query_as::<_, User>("SELECT id, email, name, status FROM users")
            .fetch_all($pool)
            .await?
    }};
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite::memory:".to_owned());
    println!("table {} ({}); statuses {:?}", User::TABLE, User::COLUMNS.join(", "), Status::VALUES);
    let users = if url.starts_with("postgres") {
        let pool = PgPool::connect(&url).await?;
        users!(&pool)
    } else {
        let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
        let pool: SqlitePool = options.connect(&url).await?;
        users!(&pool)
    };
    for User { id, email, name, status } in users {
        println!("{id} {email} {} {status:?}", name.as_deref().unwrap_or("-"));
    }
    Ok(())
}
