//! The servers of the tests: the testkit's own. A test never gets a server, only a database of its
//! own on it ([`super::db`]).

use migrate_core::dialect::Dialect;
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection};

/// The URL of the server's own database; `None` when the tests are told to do without.
///
/// # Panics
/// When there is no server: a test that did not run must not look like one that passed.
pub(crate) async fn url(dialect: Dialect) -> Option<String> {
    match migrate_db::testkit::server(dialect, None).await {
        Ok(server) => server.map(|server| server.url().to_owned()),
        Err(error) => panic!("{error}\n{:?}", error.help()),
    }
}

/// Runs SQL on a connection of its own.
pub(crate) async fn execute(url: &str, sql: &str) -> sqlx::Result<()> {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    if url.starts_with("postgres") {
        let mut connection = PgConnection::connect(url).await?;
        sql.execute(&mut connection).await?;
        connection.close().await
    } else {
        let mut connection = MySqlConnection::connect(url).await?;
        sql.execute(&mut connection).await?;
        connection.close().await
    }
}
