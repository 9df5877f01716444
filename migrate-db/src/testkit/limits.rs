//! The limits of a test in time and in size: how a session gets them, and which one a statement exceeded.

use std::time::Duration;

use migrate_core::dialect::Dialect;

use crate::driver::{Connection, mysql_error_number};

/// How much the statements of a test may write, in bytes, where the database can limit that.
const SIZE_LIMIT: u64 = 1 << 30;

/// Limits what the statements of a session may take; a time of zero means no limit.
pub(super) async fn set(connection: &mut Connection<'_>, time: Duration) -> sqlx::Result<()> {
    if time.is_zero() {
        return Ok(());
    }
    connection.set_limits(time, SIZE_LIMIT).await
}

/// Names the limit that a statement exceeded, if it did.
pub(super) fn exceeded(dialect: Dialect, error: &sqlx::Error) -> Option<&'static str> {
    let code = error.as_database_error()?.code().unwrap_or_default();
    let (is_time, is_size) = match dialect {
        Dialect::Sqlite => (code == "9", code == "13"),
        Dialect::Postgres => (code == "57014", code == "53400"),
        Dialect::Mysql => {
            (mysql_error_number(error).is_some_and(|n| matches!(n, 1969 | 3024)), false)
        }
    };
    if is_time {
        Some(
            "`time-limit` under `[test]` in migrate.toml limits the time of a test; the default is 60s",
        )
    } else {
        is_size.then_some("a test may write 1 GB at most")
    }
}
