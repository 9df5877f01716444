//! Fills articles.slug. It runs on the schema of its revision, so it names the columns itself and uses
//! no type of the application.

use migrate_db::{StepError, StepProgress};
use sqlx::SqliteConnection;

/// The articles that are read at once.
const SIZE: i64 = 500;

/// Computes a slug for each article.
pub(crate) async fn fill_slugs(
    connection: &mut SqliteConnection,
    mut progress: StepProgress<'_>,
) -> Result<(), StepError> {
    let (mut done, mut after) = (0, i64::MIN);
    loop {
        let articles: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, title FROM articles WHERE id > ? ORDER BY id LIMIT ?")
                .bind(after)
                .bind(SIZE)
                .fetch_all(&mut *connection)
                .await?;
        let Some((last, _)) = articles.last() else { return Ok(()) };
        after = *last;
        for (id, title) in &articles {
            sqlx::query("UPDATE articles SET slug = ? WHERE id = ?")
                .bind(slug(title))
                .bind(id)
                .execute(&mut *connection)
                .await?;
            done += 1;
        }
        progress.report(done, None)?;
    }
}

/// Returns the words of a title in lower case, with one hyphen between them.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}
