//! What the SQL of each database says.
//!
//! Everything that differs between SQLite, PostgreSQL and MySQL/MariaDB in the text of SQL is asked
//! of a [`Dialect`]; a `match` on the database anywhere else means that a question is missing here.
//! Pure: how bytes travel is the driver's matter, in migrate-db.

pub mod mysql;
mod postgres;
pub mod sqlite;
mod transaction;

use std::fmt::{self, Write as _};
use std::time::Duration;

pub use transaction::OwnTransaction;

use crate::sql::{Evidence, LexRules, controls_transaction, has_form, quote};

/// A database whose SQL is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// Every dialect, in the order in which they are always listed.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// The name as written in `dialect:sqlite` and in configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// The dialect of a name or of the scheme of a URL (what stands before the first `:`), with
    /// SQLAlchemy's driver suffix (`postgresql+asyncpg`) allowed.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert_eq!(Dialect::from_name("postgresql+asyncpg"), Some(Dialect::Postgres));
    /// assert_eq!(Dialect::from_name("oracle"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split('+').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "sqlite" | "sqlite3" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::Mysql),
            _ => None,
        }
    }

    /// What its SQL says.
    #[must_use]
    pub const fn words(self) -> &'static Words {
        match self {
            Self::Sqlite => &sqlite::WORDS,
            Self::Postgres => &postgres::WORDS,
            Self::Mysql => &mysql::WORDS,
        }
    }

    /// The lexical rules.
    #[must_use]
    pub const fn lex_rules(self) -> &'static LexRules {
        &self.words().lex_rules
    }

    /// A text as a string literal, for sessions with the server's usual settings.
    #[must_use]
    pub fn literal(self, text: &str) -> String {
        let lex_rules = self.lex_rules();
        let text = text.replace('\'', "''").replace('\0', "");
        if !text.contains('\\') || !(lex_rules.backslash_escapes || lex_rules.escape_strings) {
            return format!("'{text}'");
        }
        // PostgreSQL has a form that no setting changes.
        let prefix = if lex_rules.escape_strings { "E" } else { "" };
        format!("{prefix}'{}'", text.replace('\\', "\\\\"))
    }

    /// A text as a literal that means the same whatever the session's settings say of backslashes,
    /// quotes and empty strings.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert_eq!(Dialect::Postgres.safe_literal(r"C:\new"), r"E'C:\\new'");
    /// assert_eq!(Dialect::Mysql.safe_literal(r"C:\"), "_utf8mb4 X'433A5C'");
    /// assert_eq!(Dialect::Mysql.safe_literal("it's"), "'it''s'");
    /// ```
    #[must_use]
    pub fn safe_literal(self, text: &str) -> String {
        if !self.lex_rules().backslash_escapes || !(text.contains('\\') || text.is_empty()) {
            return self.literal(text);
        }
        let bytes = text.bytes().filter(|byte| *byte != 0);
        let mut literal = String::from("_utf8mb4 X'");
        for byte in bytes {
            let _ = write!(literal, "{byte:02X}");
        }
        literal.push('\'');
        literal
    }

    /// Whether no transaction can hold a statement together with other work: the database refuses
    /// it there, or commits by itself.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// let index = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)";
    /// assert!(Dialect::Postgres.stands_alone(index));
    /// assert!(Dialect::Mysql.stands_alone("ALTER TABLE t ADD a INT"));
    /// assert!(!Dialect::Sqlite.stands_alone("UPDATE t SET a = 1"));
    /// ```
    #[must_use]
    pub fn stands_alone(self, sql: &str) -> bool {
        let (words, lex_rules) = (self.words(), self.lex_rules());
        self.refused_in_transaction(sql).is_some()
            || controls_transaction(sql, lex_rules)
            || !words.transactional_ddl
                && !words.transactional.iter().any(|form| has_form(sql, form, lex_rules))
    }

    /// Whether a statement that stands alone is undone whole when it fails.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert!(Dialect::Mysql.undoes_whole("ALTER TABLE t ADD a INT"));
    /// assert!(!Dialect::Mysql.undoes_whole("CALL fill()"));
    /// assert!(!Dialect::Postgres.undoes_whole("CREATE INDEX CONCURRENTLY i ON t (a)"));
    /// ```
    #[must_use]
    pub fn undoes_whole(self, sql: &str) -> bool {
        if self.words().transactional_ddl {
            return self.refused_in_transaction(sql).is_none()
                && !self.may_be_partial(sql)
                && !controls_transaction(sql, self.lex_rules());
        }
        self.words().undone_whole.iter().any(|form| has_form(sql, form, self.lex_rules()))
    }

    /// Whether a statement that stands alone may have done a part of its work when it fails.
    #[must_use]
    pub fn may_be_partial(self, sql: &str) -> bool {
        let lex_rules = self.lex_rules();
        let code = has_form(sql, "DO", lex_rules) && self.words().code_may_commit;
        let text = if code { sql.to_ascii_uppercase() } else { String::new() };
        let commits = ["COMMIT", "ROLLBACK", "CALL", "EXECUTE"].iter().any(|w| text.contains(w));
        commits || self.words().partial.iter().any(|form| has_form(sql, form, self.lex_rules()))
    }

    /// What of a statement is gone when its session is gone.
    ///
    /// ```
    /// use migrate_core::dialect::{Dialect, InSession};
    /// let of = |sql| Dialect::Mysql.in_session(sql);
    /// assert_eq!(of("SET foreign_key_checks = 0"), InSession::Setting);
    /// assert_eq!(of("SET @n = (SELECT COUNT(*) FROM t)"), InSession::Bound);
    /// assert_eq!(of("INSERT INTO u VALUES (LAST_INSERT_ID())"), InSession::Asks);
    /// assert_eq!(of("INSERT INTO u VALUES (1)"), InSession::Nothing);
    /// ```
    #[must_use]
    pub fn in_session(self, sql: &str) -> InSession {
        let (words, lex_rules) = (self.words(), self.lex_rules());
        let has = |forms: &[&str]| forms.iter().any(|form| has_form(sql, form, lex_rules));
        if has(words.bound) {
            InSession::Bound
        } else if has(words.session) {
            InSession::Setting
        } else if words
            .asks_session
            .iter()
            .any(|word| has_form(sql, &format!(".. {word}"), lex_rules))
        {
            InSession::Asks
        } else {
            InSession::Nothing
        }
    }

    /// Limits how long statements of the session wait for locks, and how long they run.
    #[must_use]
    pub fn set_timeouts(self, lock: Option<Duration>, statement: Option<Duration>) -> Vec<String> {
        let words = self.words();
        let set = |[millis, seconds]: [&str; 2], limit: Duration| {
            let whole = limit.as_millis().div_ceil(1000).max(1).to_string();
            millis.replace("{}", &limit.as_millis().to_string()) + &seconds.replace("{}", &whole)
        };
        let limits = [(words.lock_timeout, lock), (words.statement_timeout, statement)];
        limits.into_iter().filter_map(|(words, limit)| Some(set(words?.set, limit?))).collect()
    }

    /// Takes back what [`Dialect::set_timeouts`] set.
    #[must_use]
    pub fn reset_timeouts(self, lock: bool, statement: bool) -> Vec<String> {
        let words = self.words();
        let limits = [(words.lock_timeout, lock), (words.statement_timeout, statement)];
        limits
            .into_iter()
            .filter(|(_, was)| *was)
            .filter_map(|(words, _)| Some(words?.reset.to_owned()))
            .collect()
    }

    /// Whether a statement may change more of the session than its plain settings.
    #[must_use]
    pub fn may_leave(self, sql: &str) -> bool {
        self.words().leaves.iter().any(|form| has_form(sql, form, self.lex_rules()))
    }

    /// Whether only a new connection is surely free of what a statement did to the session.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert!(Dialect::Mysql.needs_new_session("SET default_storage_engine = MyISAM"));
    /// assert!(Dialect::Postgres.needs_new_session("ALTER ROLE ada SET search_path = app"));
    /// assert!(!Dialect::Mysql.needs_new_session("INSERT INTO t VALUES (1)"));
    /// ```
    #[must_use]
    pub fn needs_new_session(self, sql: &str) -> bool {
        let [forms, texts] = self.words().renews;
        forms.iter().any(|form| has_form(sql, form, self.lex_rules()))
            || texts.iter().any(|text| sql.contains(text))
    }

    /// The form of a statement that the database refuses inside a transaction, if it is one.
    #[must_use]
    pub fn refused_in_transaction(self, sql: &str) -> Option<&'static str> {
        let forms = self.words().outside_transaction.iter();
        forms.copied().find(|form| has_form(sql, form, self.lex_rules()))
    }

    /// A statement as the database's own client program takes it, with its end, appended to
    /// `text`: what holds semicolons of its own gets another delimiter where the client needs it.
    pub fn client_statement(self, sql: &str, text: &mut String) {
        if self.lex_rules().stored_programs && sql.contains(';') {
            let mut end = String::from("//");
            while sql.contains(&end) {
                end.push('/');
            }
            let _ = write!(text, "DELIMITER {end}\n{sql}\n{end}\nDELIMITER ;\n");
        } else {
            let _ = writeln!(text, "{sql};");
        }
    }

    /// A name in quotes.
    #[must_use]
    pub fn quote(self, name: &str) -> String {
        quote(name, self.words().name_quote)
    }
}

/// What of a statement is gone when its session is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InSession {
    /// Nothing.
    Nothing,
    /// A setting, which may be made again.
    Setting,
    /// Something that cannot be made again: a value that was computed, a temporary table.
    Bound,
    /// What it asks for: something that an earlier statement of the session left.
    Asks,
}

/// The words of one database, as scripts and the version table ask for them.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The lexical rules.
    pub lex_rules: LexRules,
    /// What stands around a quoted name.
    pub name_quote: char,
    /// Whether a transaction holds DDL too, so that a step happens whole or not at all.
    pub transactional_ddl: bool,
    /// What stands in one transaction unless the project says otherwise.
    pub transactions: Transactions,
    /// What a script for the database's own client begins with: that it is UTF-8.
    pub client_encoding: Option<&'static str>,
    /// Opens a transaction that will write.
    pub begin: &'static str,
    /// Checks now what an open transaction would check at its commit.
    pub settle: &'static [&'static str],
    /// Makes a session fast whose work nobody would miss after a crash.
    pub careless: &'static [&'static str],
    /// A key column's type, for revision ids.
    pub key_type: &'static str,
    /// A short text's type: without size limits that a message could meet.
    pub text_type: &'static str,
    /// The type of a text of any length: a revision's way down.
    pub long_text_type: &'static str,
    /// A moment's type.
    pub moment_type: &'static str,
    /// A whole number key that counts itself.
    pub serial_key: &'static str,
    /// The present moment, in UTC.
    pub now: &'static str,
    /// The moment `{}` seconds ago, as [`Words::now`].
    pub ago: &'static str,
    /// What follows the parenthesis of CREATE TABLE.
    pub table_options: &'static str,
    /// The container image of a server for tests; `None` where no server is needed.
    pub test_image: Option<&'static str>,
    /// A moment column (`{}`) as RFC 3339 text in UTC.
    pub moment_as_text: &'static str,
    /// A number column (`{}`) as text.
    pub number_as_text: &'static str,
    /// Texts joined by a space.
    pub concatenate: fn(&[String]) -> String,
    /// A text (`{}`) of many rows as lines of one text, where the database can do that without a
    /// limit; else the text itself.
    pub lines: &'static str,
    /// What follows a query so that it gives all rows, whatever the session's settings say.
    pub all_rows: &'static str,
    /// How long a name may be, and in what that is counted; `None` where there is no limit.
    pub longest_name: Option<(usize, NameUnit)>,
    /// Whether a schema (in lower case) ends with the session, or is the server's own.
    pub is_no_place: fn(&str) -> bool,
    /// Asks for the schema in which a table with the literal name `{name}` lies that the session
    /// would find if it had the right to use that schema.
    pub hidden_table: Option<&'static str>,
    /// Asks for the role of the session, as a GRANT names it.
    pub role: Option<&'static str>,
    /// What follows a query with [`Words::lines`].
    pub group_by: &'static str,
    /// Milliseconds since the transaction began, where the database keeps time in it.
    pub elapsed: Option<&'static str>,
    /// Whether statements of one transaction may be sent together.
    pub travels: bool,
    /// Whether also its beginning and its end may be sent with them.
    pub one_trip: bool,
    /// How many bytes of statements are sent as one text at most, unless one statement is longer.
    pub max_batch_bytes: usize,
    /// The lock of a session that works for nothing else; `None` where the database file is its own
    /// lock.
    pub lock: Option<LockWords>,
    /// Limits how long a statement waits for a lock.
    pub lock_timeout: Option<TimeoutWords>,
    /// Limits how long a statement runs.
    pub statement_timeout: Option<TimeoutWords>,
    /// Whether a table exists: one row with one column when it does. `{schema}` and `{name}` are
    /// string literals; the schema is the database's own expression when none is configured.
    pub table_exists: &'static str,
    /// The expression for the schema that the unqualified name in the literal `{table}` is found or
    /// created in; `None` where a session always finds and creates it in the same one.
    pub landing_schema: Option<&'static str>,
    /// The forms of statements that the database refuses inside a transaction: keywords with one
    /// space between, and `..` for any tokens.
    pub outside_transaction: &'static [&'static str],
    /// Where DDL commits by itself: the forms of statements that do not.
    pub transactional: &'static [&'static str],
    /// The forms of statements that may have done a part of their work when they fail.
    pub partial: &'static [&'static str],
    /// Whether the code in a DO may end transactions.
    pub code_may_commit: bool,
    /// The forms of statements that stand alone and are undone whole when they fail.
    pub undone_whole: &'static [&'static str],
    /// Statements whose effect ends with the session and that may be repeated: their forms.
    pub session: &'static [&'static str],
    /// Statements whose effect ends with the session and that may not: what follows cannot be
    /// resumed.
    pub bound: &'static [&'static str],
    /// Words by which a statement asks for what an earlier one of the session left.
    pub asks_session: &'static [&'static str],
    /// Asks the catalog for an object that a statement makes or removes: one row when it is there,
    /// `half` in it when it is not whole, `unsure` when it may be another one of that name.
    pub look: fn(&Evidence) -> Option<String>,
    /// Cancels what another session executes; `None` where there is no server.
    pub cancel: Option<CancelWords>,
    /// The forms of statements that may change more of the session than its plain settings, which
    /// is brought back behind the revision.
    pub leaves: &'static [&'static str],
    /// The forms of statements behind which the next revision needs a new connection, and texts by
    /// which a statement is one.
    pub renews: [&'static [&'static str]; 2],
    /// Asks for statements that drop the temporary objects of the session, a row each; `None` where
    /// the session is brought back without it.
    pub temporary: Option<&'static str>,
    /// Asks which sessions run a statement (a string literal for `{}`) for somebody who is gone:
    /// who, a row each.
    pub running: Option<&'static str>,
    /// Asks for what a statement (a string literal for `{}`) that stands alone left half made: a
    /// name, and `named` when the statement names it itself.
    pub half_made: Option<&'static str>,
    /// Asks whether tables keep rows whose transaction is rolled back; `None` where none does.
    pub engines: Option<EngineWords>,
    /// Copies the whole database into the file `{}`, where SQL can.
    pub backup: Option<&'static str>,
    /// How the file of a copy ends.
    pub backup_extension: &'static str,
    /// Whole databases; `None` where a database is a file.
    pub databases: Option<DatabaseWords>,
}

/// How one asks whether tables keep rows whose transaction is rolled back. Rows of `lasting` say
/// yes; rows of `code` that something is involved whose statements are not known.
#[derive(Debug, Clone, Copy)]
pub struct EngineWords {
    /// Of the table or view `{name}` in `{schema}`, both expressions.
    pub table: &'static str,
    /// Of the functions whose names are in the list `{names}`.
    pub functions: &'static str,
    /// One row if any table of the database does.
    pub any_lasting: &'static str,
}

/// What the length of a name is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameUnit {
    /// Bytes of UTF-8.
    Bytes,
    /// Characters.
    Characters,
}

/// How a server is told of whole databases.
#[derive(Debug, Clone, Copy)]
pub struct DatabaseWords {
    /// Where a server listens unless it is told otherwise.
    pub port: u16,
    /// What to connect to for the sake of another database, the usual one first.
    pub maintenance: &'static [&'static str],
    /// Whether the database with the literal name `{}` exists: one row when it does.
    pub exists: &'static str,
    /// Creates the database with the quoted name `{}`.
    pub create: &'static str,
    /// Drops the database with the quoted name `{}`.
    pub drop: &'static str,
    /// Drops it though others are connected.
    pub drop_connected: &'static str,
    /// Who else is connected to the database with the literal name `{}`, in words, a row each.
    pub connected: &'static str,
}

/// How a statement of another session is found and cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelWords {
    /// Asks for the sessions that execute the text (a string literal for `{sql}`) for the session
    /// `{id}`, a row each.
    pub find: &'static str,
    /// Cancels what the session `{id}` executes.
    pub cancel: &'static str,
}

/// How a session's patience is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeoutWords {
    /// The statement: the first with milliseconds for `{}`, the second with whole seconds; one of
    /// them is empty.
    pub set: [&'static str; 2],
    /// The statement that takes it back.
    pub reset: &'static str,
}

/// How a database lets one session be alone with a version table. Nothing ever waits inside the
/// database: a waiting `pg_advisory_lock` deadlocks the holder's CREATE INDEX CONCURRENTLY
/// (reproduced on PostgreSQL 15).
#[derive(Debug, Clone, Copy)]
pub struct LockWords {
    /// Prepares the session: nothing is to end it while it does nothing but hold the lock.
    pub prepare: Option<&'static str>,
    /// Tries to take the lock of a name: statements whose last row's first cell is `yes` when it was
    /// taken.
    pub try_lock: fn(&str) -> String,
    /// What to send before trying again.
    pub undo: Option<&'static str>,
    /// Asks who holds the lock of a name, in words.
    pub holder: fn(&str) -> String,
}

/// What stands in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transactions {
    /// All steps of a run: it happens whole or not at all.
    All,
    /// Each step: locks are held briefly.
    PerRevision,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
