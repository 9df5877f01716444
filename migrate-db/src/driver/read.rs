//! Reads of the tool's own tables, outside transactions.

use super::{Cells, Connection, Retry, pause};

/// How often a read that another transaction ended is sent again: about two seconds in all.
const ATTEMPTS: u32 = 12;

impl Connection<'_> {
    /// Sends a query and returns all its rows, every cell as text. Sends it again when another
    /// transaction ended it: in a Galera cluster, a change of the schema on another node ends the
    /// statements that use the table, reads as well.
    ///
    /// Not for use inside a transaction, which such an error ends as a whole.
    pub(crate) async fn read(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        let mut attempt = 0;
        loop {
            match self.rows(sql).await {
                Err(error)
                    if attempt < ATTEMPTS && self.retry_reason(&error) == Some(Retry::Conflict) =>
                {
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }
}
