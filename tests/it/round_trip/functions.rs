//! `round_trip_tests!(functions = ..)`: the function is found where the macro is called, and takes
//! the connection of one database.

use sqlx::{Executor as _, SqliteConnection};

/// A temporary table belongs to the connection, as a function of SQLite's does.
async fn register(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    connection.execute("CREATE TEMP TABLE registered AS SELECT 7 AS x").await.map(drop)
}

migrate_db::round_trip_tests!(
    mod with_functions,
    "it/histories/functions",
    sqlite,
    functions = register
);
