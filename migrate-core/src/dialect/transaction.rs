//! Transactions that a section outside of a transaction begins and ends itself.
//!
//! They are recognised by the statements alone, so that a script can be written without a database.
//! A procedure that begins or ends a transaction is not recognised: no server lets a procedure
//! leave one open.

use super::Dialect;
use crate::sql::{has_form, leading_words};

/// The open transaction or lock of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenTransaction {
    /// A transaction.
    Transaction,
    /// A transaction that a savepoint opened: the names of its savepoints, the outermost first.
    Savepoints(Vec<String>),
    /// Autocommit is switched off.
    NoAutocommit,
    /// Tables are locked; the begin of another transaction would release them.
    TableLocks,
}

impl Dialect {
    /// Returns the state after a statement, with the state `open` before it.
    ///
    /// ```
    /// use migrate_core::dialect::{Dialect, OpenTransaction};
    /// let open = Dialect::Postgres.transaction_after(None, "BEGIN");
    /// assert_eq!(open, Some(OpenTransaction::Transaction));
    /// assert_eq!(Dialect::Postgres.transaction_after(open, "COMMIT"), None);
    /// ```
    #[must_use]
    pub fn transaction_after(
        self,
        open: Option<OpenTransaction>,
        sql: &str,
    ) -> Option<OpenTransaction> {
        use OpenTransaction::{NoAutocommit, Savepoints, TableLocks, Transaction};

        let lex_rules = self.lex_rules();
        let words = leading_words(sql, lex_rules, 4);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let has = |form: &str| has_form(sql, form, lex_rules);
        let chains = has(".. AND CHAIN");
        match (words.as_slice(), open) {
            (["BEGIN", "NOT", ..], open) | (["COMMIT" | "ROLLBACK", "PREPARED", ..], open) => open,
            (["BEGIN", ..] | ["START", "TRANSACTION", ..], open) => match open {
                Some(NoAutocommit) => open,
                _ => Some(Transaction),
            },
            (["ROLLBACK", "TO", ..] | ["ROLLBACK", "WORK" | "TRANSACTION", "TO", ..], open) => open,
            (["COMMIT" | "END" | "ROLLBACK" | "ABORT", ..], open) => match open {
                Some(NoAutocommit | TableLocks) => open,
                _ => chains.then_some(Transaction),
            },
            (["PREPARE", "TRANSACTION", ..], _) => None,
            (words, open) => match self {
                Self::Postgres => open,
                Self::Sqlite => match (words, open) {
                    // A quoted name is not a word and counts as an empty one.
                    (["SAVEPOINT", rest @ ..], None) => {
                        Some(Savepoints(vec![rest.first().copied().unwrap_or_default().to_owned()]))
                    }
                    (["SAVEPOINT", rest @ ..], Some(Savepoints(mut names))) => {
                        names.push(rest.first().copied().unwrap_or_default().to_owned());
                        Some(Savepoints(names))
                    }
                    (["RELEASE", rest @ ..], Some(Savepoints(mut names))) => {
                        let name = rest.iter().find(|word| **word != "SAVEPOINT");
                        let name = name.copied().unwrap_or_default();
                        let last = names.iter().rposition(|open| open == name);
                        names.truncate(last.unwrap_or(names.len()));
                        if names.is_empty() { None } else { Some(Savepoints(names)) }
                    }
                    (_, open) => open,
                },
                Self::Mysql => match (words, open) {
                    (["XA", "START" | "BEGIN", ..], _) => Some(Transaction),
                    (["XA", "COMMIT" | "ROLLBACK", ..], _) => None,
                    (["XA", ..], open) => open,
                    (["LOCK", "TABLE" | "TABLES", ..], _) => Some(TableLocks),
                    (["UNLOCK", ..], _) => None,
                    (["SET", ..], open) if has(".. AUTOCOMMIT") => {
                        let off = ["0", "OFF", "FALSE"];
                        let off = off.iter().any(|word| {
                            has(&format!(".. AUTOCOMMIT = {word}"))
                                || has(&format!(".. AUTOCOMMIT := {word}"))
                        });
                        if off { Some(NoAutocommit) } else { open.filter(|o| *o != NoAutocommit) }
                    }
                    // DDL commits the open transaction.
                    (_, Some(Transaction)) if self.needs_autocommit(sql) => None,
                    (_, open) => open,
                },
            },
        }
    }

    /// Returns `true` if effects of the statements of one unit remain although the last of them
    /// failed and the open transaction is rolled back.
    #[must_use]
    pub fn outlives_rollback(self, statements: &[&str]) -> bool {
        let commits = |sql: &&&str| {
            self.needs_autocommit(sql)
                && self.transaction_after(Some(OpenTransaction::Transaction), sql).is_none()
        };
        let is_ended_by_ddl =
            self == Self::Mysql && statements.iter().skip(1).any(|sql| commits(&sql));
        let opened = statements.first().and_then(|sql| self.transaction_after(None, sql));
        match opened {
            Some(OpenTransaction::TableLocks) => statements.len() > 2,
            Some(_) => is_ended_by_ddl && statements.len() > 2,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the statements are behind each other until nothing is open.
    fn units(dialect: Dialect, statements: &[&str]) -> Vec<usize> {
        let (mut open, mut units, mut length) = (None, Vec::new(), 0);
        for sql in statements {
            open = dialect.transaction_after(open, sql);
            length += 1;
            if open.is_none() {
                units.push(length);
                length = 0;
            }
        }
        units
    }

    #[test]
    fn a_transaction_ends_where_the_database_ends_it() {
        let transaction = ["BEGIN", "DELETE FROM t", "ROLLBACK TO a", "ROLLBACK", "SELECT 1"];
        for dialect in Dialect::ALL {
            assert_eq!(units(dialect, &transaction), [4, 1], "{dialect}");
        }
        let chain =
            ["start transaction", "COMMIT AND CHAIN", "DELETE FROM t", "COMMIT AND NO CHAIN"];
        assert_eq!(units(Dialect::Postgres, &chain), [4]);
        assert_eq!(units(Dialect::Postgres, &["COMMIT PREPARED 'x'", "SAVEPOINT a"]), [1, 1]);
        let savepoints = ["SAVEPOINT a", "SAVEPOINT b", "RELEASE b", "RELEASE SAVEPOINT a"];
        assert_eq!(units(Dialect::Sqlite, &savepoints), [4]);
        let ddl = ["BEGIN", "DELETE FROM t", "DROP TABLE t", "DELETE FROM u"];
        assert_eq!(units(Dialect::Mysql, &ddl), [3, 1]);
        assert_eq!(units(Dialect::Postgres, &ddl), Vec::<usize>::new());
        let off = ["SET autocommit = 0", "DELETE FROM t", "COMMIT", "SET autocommit = 1"];
        assert_eq!(units(Dialect::Mysql, &off), [4]);
        let locks = ["LOCK TABLES t WRITE", "DELETE FROM t", "UNLOCK TABLES"];
        assert_eq!(units(Dialect::Mysql, &locks), [3]);
        assert_eq!(units(Dialect::Mysql, &["BEGIN NOT ATOMIC SELECT 1; END"]), [1]);
    }

    #[test]
    fn what_was_committed_on_the_way_stays() {
        let stays = |sql: &[&str]| Dialect::Mysql.outlives_rollback(sql);
        assert!(!stays(&["BEGIN", "DELETE FROM t", "DELETE FROM u"]));
        assert!(stays(&["BEGIN", "DELETE FROM t", "DROP TABLE t"]));
        assert!(stays(&["LOCK TABLES t WRITE", "DELETE FROM t", "DELETE FROM t"]));
        assert!(!Dialect::Postgres.outlives_rollback(&["BEGIN", "DROP TABLE t", "DROP TABLE u"]));
    }
}
