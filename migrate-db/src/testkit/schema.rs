//! Reads the schema of a database, for tests that compare it.

use migrate_core::schema::Schema;

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::inspect;

/// What a database holds, but for the tables of these names and what belongs to them, each `name`
/// or `namespace.name`. Nothing is written, and a database that does not exist holds nothing.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let dir = tempfile::tempdir().unwrap();
/// # let url = format!("sqlite:{}?mode=rwc", dir.path().join("app.db").display());
/// use migrate_db::testkit::schema;
///
/// let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
/// let before = schema(&pool, &[]).await.unwrap();
/// sqlx::query("CREATE TABLE users (id INTEGER PRIMARY KEY)").execute(&pool).await.unwrap();
/// assert_ne!(schema(&pool, &[]).await.unwrap(), before);
/// assert_eq!(schema(&pool, &["users".to_owned()]).await.unwrap(), before);
/// # }
/// # #[cfg(not(feature = "sqlite"))]
/// # fn main() {}
/// ```
///
/// # Errors
/// When the database cannot be reached, or its catalog cannot be read.
pub async fn schema(database: impl Into<Database>, without: &[String]) -> Result<Schema, Error> {
    let database = database.into();
    let Some(mut connection) = Connection::open(&database.source, false).await? else {
        return Ok(Schema::default());
    };
    let schema = inspect::schema(&mut connection, database.dialect(), without).await;
    let closed = connection.close().await;
    let failed = |source| Error::Database { doing: "reading the schema".to_owned(), source };
    let schema = schema.map_err(failed)?;
    closed.map_err(failed)?;
    Ok(schema)
}
