//! One test per revision: up, down and up again, with rows in the tables. And one of the
//! application's own, on a database at the head of the history.

use sqlx::SqlitePool;

migrate_db::round_trip_tests!();

#[migrate_db::test]
async fn a_user_has_an_email(pool: SqlitePool) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO users (name, email) VALUES ('Ada', 'ada@example.org')")
        .execute(&pool)
        .await?;
    let email: String =
        sqlx::query_scalar("SELECT email FROM users WHERE name = 'Ada'").fetch_one(&pool).await?;
    assert_eq!(email, "ada@example.org");
    Ok(())
}
