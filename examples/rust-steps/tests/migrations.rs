//! The round trips call the function on the schema of its revision, and a test of the application
//! finds what it wrote.

use sqlx::SqlitePool;

#[path = "../migrations/fill_slugs.rs"]
mod fill_slugs;

migrate_db::round_trip_tests!(steps = [fill_slugs::fill_slugs]);

#[migrate_db::test(steps = [fill_slugs::fill_slugs])]
async fn every_article_has_a_slug(pool: SqlitePool) -> sqlx::Result<()> {
    let slugs: Vec<String> =
        sqlx::query_scalar("SELECT slug FROM articles ORDER BY id").fetch_all(&pool).await?;
    assert_eq!(slugs, ["hello-world", "zwei-dinge-und-mehr"]);
    Ok(())
}
