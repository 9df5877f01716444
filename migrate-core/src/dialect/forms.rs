//! What a statement does to its transaction and its session, by its form.
//!
//! A form is a list of keywords with one space between them; `..` stands for any tokens. The forms
//! are read from the text of a statement alone, so a script can be written without a database.

use super::Dialect;
use crate::sql::{controls_transaction, has_form};

/// The forms of statements that differ in how they behave in transactions and sessions.
#[derive(Debug, Clone, Copy)]
pub struct StatementForms {
    /// The database refuses them inside a transaction.
    pub refused_in_transaction: &'static [&'static str],
    /// Where DDL commits implicitly: the statements that do not.
    pub transactional: &'static [&'static str],
    /// They may have done a part of their work when they fail.
    pub partial: &'static [&'static str],
    /// Whether the code in a DO may end transactions.
    pub code_may_commit: bool,
    /// They need autocommit and have no effect when they fail.
    pub atomic: &'static [&'static str],
    /// They change settings of the session and can be repeated.
    pub settings: &'static [&'static str],
    /// They create state of the session that cannot be created again, so later statements of the
    /// section cannot be resumed in another session.
    pub session_state: &'static [&'static str],
    /// Functions that return state which an earlier statement of the session left.
    pub reads_session_state: &'static [&'static str],
    /// They may change more of the session than its plain settings. The runner resets the session
    /// after the revision.
    pub changes_session: &'static [&'static str],
    /// The next revision needs a new connection after them.
    pub new_session: &'static [&'static str],
    /// Texts whose presence in a statement has the same consequence as [`Self::new_session`].
    pub new_session_texts: &'static [&'static str],
}

/// What a statement leaves in its session or needs from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEffect {
    /// Nothing.
    None,
    /// A setting, which another session can make again.
    Setting,
    /// State that cannot be created again: a computed value, a temporary table.
    State,
    /// The statement reads state that an earlier statement of the session left.
    ReadsState,
}

impl Dialect {
    /// Returns `true` if a statement cannot be in one transaction with others: the database refuses
    /// it there, or commits implicitly.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// let index = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)";
    /// assert!(Dialect::Postgres.needs_autocommit(index));
    /// assert!(Dialect::Mysql.needs_autocommit("ALTER TABLE t ADD a INT"));
    /// assert!(!Dialect::Sqlite.needs_autocommit("UPDATE t SET a = 1"));
    /// ```
    #[must_use]
    pub fn needs_autocommit(self, sql: &str) -> bool {
        self.refused_in_transaction(sql).is_some()
            || controls_transaction(sql, self.lex_rules())
            || !self.capabilities().transactional_ddl
                && !self.has_any_form(sql, self.forms().transactional)
    }

    /// Returns `true` if a statement inserts rows that its text lists: its work is as small as its
    /// text, and it cannot commit.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// let of = |sql| Dialect::Mysql.inserts_literal_rows(sql);
    /// assert!(of("INSERT INTO t VALUES (1, 'a'), (2, 'b')"));
    /// assert!(!of("INSERT INTO t SELECT * FROM u"));
    /// assert!(!of("DELETE FROM t"));
    /// ```
    #[must_use]
    pub fn inserts_literal_rows(self, sql: &str) -> bool {
        let rules = self.lex_rules();
        let is_insert = ["INSERT", "REPLACE"].iter().any(|form| has_form(sql, form, rules));
        let reads = [".. SELECT", ".. TABLE", ".. WITH"];
        // The text of a comment may be executed.
        is_insert && !self.has_any_form(sql, &reads) && !sql.contains("/*")
    }

    /// Returns `true` if a statement that needs autocommit has no effect when it fails.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert!(Dialect::Mysql.is_atomic("ALTER TABLE t ADD a INT"));
    /// assert!(!Dialect::Mysql.is_atomic("CALL fill()"));
    /// assert!(!Dialect::Postgres.is_atomic("CREATE INDEX CONCURRENTLY i ON t (a)"));
    /// ```
    #[must_use]
    pub fn is_atomic(self, sql: &str) -> bool {
        if self.capabilities().transactional_ddl {
            return self.refused_in_transaction(sql).is_none()
                && !self.may_be_partial(sql)
                && !controls_transaction(sql, self.lex_rules());
        }
        self.has_any_form(sql, self.forms().atomic)
    }

    /// Returns `true` if a statement that needs autocommit may have done a part of its work when it
    /// fails.
    #[must_use]
    pub fn may_be_partial(self, sql: &str) -> bool {
        let is_code = has_form(sql, "DO", self.lex_rules()) && self.forms().code_may_commit;
        let code = if is_code { sql.to_ascii_uppercase() } else { String::new() };
        let commits = ["COMMIT", "ROLLBACK", "CALL", "EXECUTE"].iter().any(|w| code.contains(w));
        commits || self.has_any_form(sql, self.forms().partial)
    }

    /// Returns what a statement leaves in its session or needs from it.
    ///
    /// ```
    /// use migrate_core::dialect::{Dialect, SessionEffect};
    /// let of = |sql| Dialect::Mysql.session_effect(sql);
    /// assert_eq!(of("SET foreign_key_checks = 0"), SessionEffect::Setting);
    /// assert_eq!(of("SET @n = (SELECT COUNT(*) FROM t)"), SessionEffect::State);
    /// assert_eq!(of("INSERT INTO u VALUES (LAST_INSERT_ID())"), SessionEffect::ReadsState);
    /// assert_eq!(of("INSERT INTO u VALUES (1)"), SessionEffect::None);
    /// ```
    #[must_use]
    pub fn session_effect(self, sql: &str) -> SessionEffect {
        let (forms, lex_rules) = (self.forms(), self.lex_rules());
        let calls = |function: &&str| has_form(sql, &format!(".. {function}"), lex_rules);
        if self.has_any_form(sql, forms.session_state) {
            SessionEffect::State
        } else if self.has_any_form(sql, forms.settings) {
            SessionEffect::Setting
        } else if forms.reads_session_state.iter().any(calls) {
            SessionEffect::ReadsState
        } else {
            SessionEffect::None
        }
    }

    /// Returns `true` if a statement may change more of the session than its plain settings.
    #[must_use]
    pub fn may_change_session(self, sql: &str) -> bool {
        self.has_any_form(sql, self.forms().changes_session)
    }

    /// Returns `true` if only a new connection is certain to be free of what a statement did to the
    /// session.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert!(Dialect::Mysql.needs_new_session("SET default_storage_engine = MyISAM"));
    /// assert!(Dialect::Postgres.needs_new_session("ALTER ROLE ada SET search_path = app"));
    /// assert!(!Dialect::Mysql.needs_new_session("INSERT INTO t VALUES (1)"));
    /// ```
    #[must_use]
    pub fn needs_new_session(self, sql: &str) -> bool {
        self.has_any_form(sql, self.forms().new_session)
            || self.forms().new_session_texts.iter().any(|text| sql.contains(text))
    }

    /// Returns the form of a statement that the database refuses inside a transaction; `None` if it
    /// accepts the statement there.
    #[must_use]
    pub fn refused_in_transaction(self, sql: &str) -> Option<&'static str> {
        let mut forms = self.forms().refused_in_transaction.iter().copied();
        forms.find(|form| has_form(sql, form, self.lex_rules()))
    }

    fn has_any_form(self, sql: &str, forms: &[&str]) -> bool {
        forms.iter().any(|form| has_form(sql, form, self.lex_rules()))
    }
}
