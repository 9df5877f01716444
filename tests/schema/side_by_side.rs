//! Runs statements on a server and on the static schema.

use migrate_core::apply::{CatalogComparison, State, apply};
use migrate_core::dialect::Dialect;
use migrate_core::schema::{Schema, static_difference};
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::split;

use super::live::{Ground, Live};

/// A server's database and a static schema, to which the same happens.
pub(crate) struct Pair {
    dialect: Dialect,
    live: Live,
    pub(crate) state: State,
    pub(crate) counts: Counts,
    /// What the static schema claims against the server.
    pub(crate) faults: Vec<String>,
    comparison: CatalogComparison,
    /// Whether statements that only the server refuses are not printed.
    is_quiet: bool,
}

/// What happened.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) statements: usize,
    /// Statements that the server refuses.
    pub(crate) refused: usize,
    /// Those of them that are found without a server.
    pub(crate) found: usize,
    /// Objects in all comparisons.
    pub(crate) objects: usize,
    /// Differences about which nothing is claimed.
    pub(crate) unknown: usize,
}

/// The server's answer to a statement.
pub(crate) enum Judged {
    /// It runs; with what the static schema claims against that.
    Taken(Option<String>),
    /// Its syntax is wrong; and whether that is found without a server.
    BadSyntax(bool),
    /// It cannot run for another reason.
    Refused,
}

impl Counts {
    pub(crate) const fn add(&mut self, other: Self) {
        self.statements += other.statements;
        self.refused += other.refused;
        self.found += other.found;
        self.objects += other.objects;
        self.unknown += other.unknown;
    }
}

impl Pair {
    pub(crate) async fn fresh(dialect: Dialect) -> Option<Self> {
        Some(Self::of(dialect, Live::fresh(dialect).await?))
    }

    /// One of many pairs, one after the other.
    pub(crate) async fn on(ground: &Ground, dialect: Dialect) -> Option<Self> {
        Some(Self::of(dialect, ground.live().await?))
    }

    fn of(dialect: Dialect, live: Live) -> Self {
        let state = State::new(dialect.rules());
        let (counts, faults) = (Counts::default(), Vec::new());
        let comparison = CatalogComparison::default();
        Self { dialect, live, state, counts, faults, comparison, is_quiet: false }
    }

    /// Prints nothing.
    pub(crate) fn quiet(self) -> Self {
        Self { is_quiet: true, ..self }
    }

    /// Runs the statements of a text, one by one; `false` if the server refused one.
    pub(crate) async fn run(&mut self, place: &str, sql: &str) -> bool {
        let file = SourceFile::new(place.to_owned(), sql.to_owned());
        let whole = Span::new(0, sql.len());
        let (statements, _) = split(&file, whole, self.dialect.lex_rules());
        let mut ran = true;
        for statement in statements {
            ran &= self.statement(place, sql, statement.span).await;
        }
        ran
    }

    async fn statement(&mut self, place: &str, text: &str, span: Span) -> bool {
        let sql = span.of(text);
        self.counts.statements += 1;
        self.state.checkpoint();
        let claim = self.claim(text, span);
        let result = self.live.execute(sql).await;
        match (&claim, &result) {
            (Some(claim), Ok(())) => {
                self.faults.push(format!("{place}: the server takes\n{sql}\nbut: {claim}"));
            }
            (_, Err(error)) => {
                self.counts.refused += 1;
                self.counts.found += usize::from(claim.is_some());
                if claim.is_none() && !self.is_quiet {
                    println!("{place}: only the server refuses: {error}\n  {sql}");
                }
            }
            (None, Ok(())) => {}
        }
        if claim.is_some() || result.is_err() {
            self.state.roll_back();
        } else {
            self.state.release();
        }
        result.is_ok()
    }

    /// What the server and the static schema say of a statement that is undone again. Where DDL commits at
    /// once, the statement is prepared only, and what the server takes is its syntax.
    pub(crate) async fn judge(&mut self, sql: &str) -> Judged {
        let whole = Span::new(0, sql.len());
        let (claim, result) = if self.dialect == Dialect::Mysql {
            let claim = self.dialect.parse(sql, whole).and_then(Result::err);
            let text = sql.replace('\\', "\\\\").replace('\'', "''");
            let result = self.live.execute(&format!("PREPARE judged FROM '{text}'")).await;
            (claim.map(|error| error.to_string()), result)
        } else {
            self.state.checkpoint();
            let claim = self.claim(sql, whole);
            self.state.roll_back();
            self.live.execute("BEGIN").await.unwrap();
            let result = self.live.execute(sql).await;
            self.live.execute("ROLLBACK").await.unwrap();
            (claim, result)
        };
        match result {
            Ok(()) => Judged::Taken(claim),
            Err(error) if self.is_of_syntax(&error) => Judged::BadSyntax(claim.is_some()),
            Err(_) => Judged::Refused,
        }
    }

    /// Returns `true` if the server's parser refuses a statement.
    fn is_of_syntax(&self, error: &sqlx::Error) -> bool {
        let Some(error) = error.as_database_error() else { return false };
        let says = |text: &str| error.message().contains(text);
        match self.dialect {
            Dialect::Postgres => error.code().as_deref() == Some("42601"),
            Dialect::Mysql => says("You have an error in your SQL syntax"),
            Dialect::Sqlite => {
                ["syntax error", "incomplete input", "unrecognized token"].into_iter().any(says)
            }
        }
    }

    /// Why the static schema says that a statement cannot run.
    fn claim(&mut self, text: &str, span: Span) -> Option<String> {
        match self.dialect.parse(text, span)? {
            Err(error) => Some(error.to_string()),
            Ok(ops) => {
                ops.iter().find_map(|op| apply(&mut self.state, op).err()).map(|e| e.to_string())
            }
        }
    }

    /// Compares the static schema with the catalog.
    pub(crate) async fn compare(&mut self, place: &str) {
        let catalog = match self.live.schema().await {
            Ok(catalog) => catalog,
            // MariaDB prints no view that reads itself, which a renamed table can do.
            Err(error) if error.contains("view recursion") => return,
            Err(error) => panic!("{place}: {error}"),
        };
        let found = self.comparison.compare(&self.state, &catalog);
        self.counts.objects += objects(&catalog);
        self.counts.unknown += found.unknown.len();
        if !self.is_quiet && std::env::var_os("MIGRATE_SHOW_UNKNOWN").is_some() {
            for one in &found.unknown {
                println!("{place}: unknown: {}\n{:?}", static_difference(one), one.change);
            }
            for (target, reason) in self.state.unknown().marks() {
                println!("{place}: mark: {target}: {}", reason.why);
            }
        }
        for one in &found.differences {
            self.faults.push(format!("{place}: {}\n{:?}", static_difference(one), one.change));
        }
    }

    pub(crate) async fn drop(self) {
        self.live.drop().await;
    }
}

/// How many objects and parts of objects a schema has.
fn objects(schema: &Schema) -> usize {
    let table = |table: &migrate_core::schema::Table| {
        1 + table.columns.len()
            + usize::from(table.primary_key.is_some())
            + table.uniques.len()
            + table.checks.len()
            + table.foreign_keys.len()
            + table.constraints.len()
            + table.indexes.len()
            + table.triggers.len()
    };
    schema.tables.values().map(table).sum::<usize>()
        + schema.views.len()
        + schema.enums.len()
        + schema.domains.len()
        + schema.sequences.len()
        + schema.others.len()
}
