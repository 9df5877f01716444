//! The connection that fills tables. Every statement runs after a savepoint, so that a refused one
//! does not end the transaction.

use std::collections::BTreeMap;

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Deferrable, Name, Schema};

use super::column_group::Key;
use super::{Filling, order};
use crate::driver::{Cells, Connection};

const SAVEPOINT: &str = "migrate_fill";

/// What all tables have in common while they are filled.
pub(super) struct Filler<'w> {
    pub(super) connection: &'w mut Connection<'static>,
    pub(super) dialect: Dialect,
    pub(super) schema: &'w Schema,
    pub(super) filling: Filling<'w>,
    /// The keys that rows will have, by their table, since others refer to them already.
    pub(super) reserved_keys: BTreeMap<Name, Vec<Key>>,
    /// The statements that were taken since somebody asked.
    pub(super) taken: Vec<String>,
}

impl Filler<'_> {
    /// Sends statements, all or none; what the database says when it refuses them.
    pub(super) async fn attempt(&mut self, sql: &str) -> sqlx::Result<Result<(), String>> {
        let all = format!("SAVEPOINT {SAVEPOINT}; {sql}; RELEASE SAVEPOINT {SAVEPOINT}");
        match self.connection.send(&all).await.failure {
            None => {
                self.taken.push(sql.to_owned());
                Ok(Ok(()))
            }
            Some(error) => self.refused(error).await.map(Err),
        }
    }

    /// Asks a query; what the database says when it refuses it.
    pub(super) async fn ask(&mut self, sql: &str) -> sqlx::Result<Result<Vec<Cells>, String>> {
        let sql = format!("SAVEPOINT {SAVEPOINT}; {sql}; RELEASE SAVEPOINT {SAVEPOINT}");
        match self.connection.rows(&sql).await {
            Ok(rows) => Ok(Ok(rows)),
            Err(error) => self.refused(error).await.map(Err),
        }
    }

    /// Goes back to the savepoint; what the database said.
    async fn refused(&mut self, error: sqlx::Error) -> sqlx::Result<String> {
        let sqlx::Error::Database(error) = error else { return Err(error) };
        let back = format!("ROLLBACK TO SAVEPOINT {SAVEPOINT}; RELEASE SAVEPOINT {SAVEPOINT}");
        self.connection.execute(&back).await?;
        Ok(error.message().to_owned())
    }

    /// Begins what [`Filler::end_cycle`] ends: rows may refer to rows that come later.
    pub(super) async fn begin_cycle(&mut self) -> sqlx::Result<()> {
        let defer = match self.dialect {
            Dialect::Sqlite => "PRAGMA defer_foreign_keys = ON",
            Dialect::Postgres => "SET CONSTRAINTS ALL DEFERRED",
            Dialect::Mysql => "SET SESSION foreign_key_checks = 0",
        };
        self.connection.execute(&format!("SAVEPOINT {SAVEPOINT}_knot; {defer}")).await.map(drop)
    }

    /// Ends a knot, and undoes it all when its rows do not hold together.
    pub(super) async fn end_cycle(
        &mut self,
        holds: Result<(), String>,
    ) -> sqlx::Result<Result<(), String>> {
        let judged = match (holds, self.dialect) {
            (Ok(()), Dialect::Postgres) => self.attempt("SET CONSTRAINTS ALL IMMEDIATE").await?,
            (holds, _) => holds,
        };
        if judged.is_err() {
            let back = format!("ROLLBACK TO SAVEPOINT {SAVEPOINT}_knot");
            self.connection.execute(&back).await?;
        }
        self.connection.execute(&format!("RELEASE SAVEPOINT {SAVEPOINT}_knot")).await?;
        match self.dialect {
            Dialect::Mysql => {
                self.connection.execute("SET SESSION foreign_key_checks = 1").await?;
            }
            Dialect::Postgres => self.settle().await?,
            Dialect::Sqlite => {}
        }
        Ok(judged)
    }

    /// Has PostgreSQL check now what is deferred, so that nothing is pending when the tables are
    /// altered in the same transaction; then everything is deferred again that begins so.
    pub(super) async fn settle(&mut self) -> sqlx::Result<()> {
        if self.dialect != Dialect::Postgres {
            return Ok(());
        }
        let mut is_deferrable = false;
        let mut deferred = Vec::new();
        for (table, key) in
            self.schema.tables.iter().flat_map(|(n, t)| t.foreign_keys.iter().map(move |k| (n, k)))
        {
            is_deferrable |= order::is_deferrable(key);
            let begins_so = key.deferrable == Deferrable::InitiallyDeferred;
            if let (true, Some(name)) = (begins_so, &key.name) {
                let name = Name { namespace: table.namespace.clone(), name: name.clone() };
                deferred.push(super::value::quoted(self.dialect, &name));
            }
        }
        if is_deferrable {
            let mut sql = "SET CONSTRAINTS ALL IMMEDIATE".to_owned();
            if !deferred.is_empty() {
                sql += &format!("; SET CONSTRAINTS {} DEFERRED", deferred.join(", "));
            }
            self.connection.execute(&sql).await?;
        }
        Ok(())
    }
}
