//! A program on MariaDB or MySQL that upgrades its database at start-up and prints the events.
//!
//! `DATABASE_URL=mysql://.. cargo run -p mysql`. A second run finds nothing to do. DDL commits by
//! itself there, so each statement is recorded before and after it runs. An interrupted run continues
//! where it stopped, or names the statement to look at.

use std::error::Error;

use migrate_db::Event;
use sqlx::MySqlPool;

static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "an example")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let pool = MySqlPool::connect(&url).await?;

    let mut migrator = MIGRATIONS.migrator().on_event(|event| match event {
        Event::Waiting { holder, .. } => println!("waiting   for {holder}"),
        Event::Started { revision, message, .. } => println!("begins    {revision}  {message}"),
        Event::Finished { revision, duration, .. } => {
            println!("applied   {revision}  in {} ms", duration.as_millis());
        }
        _ => {}
    });
    let report = migrator.upgrade(&pool, &"head".parse()?).await?;
    if report.steps.is_empty() {
        println!("applied   nothing: it is up to date");
    }
    println!("current   {}", report.heads_after.join(", "));

    sqlx::query("INSERT INTO orders (customer, cents) VALUES ('Ada', 1250)").execute(&pool).await?;
    let cents: i64 = sqlx::query_scalar("SELECT cents FROM totals WHERE customer = 'Ada'")
        .fetch_one(&pool)
        .await?;
    println!("total     {cents}");
    pool.close().await;
    Ok(())
}
