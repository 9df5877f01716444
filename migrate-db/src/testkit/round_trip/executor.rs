//! How a round trip runs one direction of its revision.

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;
use migrate_core::schema::Schema;

use super::super::session::Session;
use super::in_transaction::effects;
use super::refusal::{FailedAt, Refusal, refusal};
use super::{RoundTrip, words};
use crate::error::Error;

/// How the statements of a direction run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Executor {
    /// With the script and the runner of production.
    Steps,
    /// Alone, without the journal that a run keeps of them: in a transaction that is rolled back, or on
    /// a copy of some tables.
    Statements {
        /// Whether they run in a transaction that is rolled back.
        in_transaction: bool,
    },
}

/// Between statements in one text: a statement may end in a comment.
pub(super) const BETWEEN: &str = "\n;\n";

/// What a failure in a transaction goes back to, so that the statement can be found.
const SAVEPOINT: &str = "migrate_test_direction";

impl Executor {
    /// Whether the transaction of a test surrounds the statements.
    pub(super) const fn is_in_transaction(self) -> bool {
        matches!(self, Self::Statements { in_transaction: true })
    }

    /// Whether a difference that it finds is there in production too. In one transaction SQLite has one
    /// setting of foreign keys for both directions; its copies cost little.
    pub(super) fn is_evidence(self, dialect: Dialect) -> bool {
        !self.is_in_transaction() || dialect.capabilities().pipelines_transaction
    }

    /// Runs a direction, with the checks that a commit makes, and reads the schema after it; or why it
    /// fails. `what` names it in messages.
    ///
    /// # Errors
    /// When the database fails in a way that says nothing about the revision.
    pub(super) async fn run(
        self,
        round_trip: RoundTrip<'_>,
        session: &mut Session<'_>,
        direction: Direction,
        what: &str,
    ) -> Result<Result<Schema, Refusal>, Error> {
        let ran = match self {
            Self::Steps => match session.step([round_trip.node], direction).await {
                Ok(()) => return session.schema().await.map(Ok),
                Err(error) => return refusal(what, round_trip.dialect, error).map(Err),
            },
            Self::Statements { in_transaction: true } => {
                self.in_transaction(round_trip, session, direction, what).await?
            }
            Self::Statements { in_transaction: false } => {
                self.on_copy(round_trip, session, direction, what).await?
            }
        };
        let schema = match ran {
            Ok(schema) => schema,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let broken = session.connection.violations().await;
        let broken = broken.unwrap_or_else(|error| vec![words(&error)]);
        if broken.is_empty() {
            return Ok(Ok(schema));
        }
        let text = format!("{what} leaves broken references: {}", broken.join("; "));
        Ok(Err(Refusal::lasting(text).unconfirmed()))
    }

    async fn in_transaction(
        self,
        round_trip: RoundTrip<'_>,
        session: &mut Session<'_>,
        direction: Direction,
        what: &str,
    ) -> Result<Result<Schema, Refusal>, Error> {
        let savepoint = self.is_evidence(round_trip.dialect);
        let mut text = self.restore(round_trip, session, direction).await?;
        text.extend(savepoint.then(|| format!("SAVEPOINT {SAVEPOINT}")));
        text.extend(statements(round_trip, direction).into_iter().map(str::to_owned));
        match session.schema_after(&text.join(BETWEEN)).await {
            Err(Error::Database { source, .. }) if source.as_database_error().is_some() => {
                let found = match savepoint {
                    true => find(round_trip, session, direction, what).await,
                    false => None,
                };
                Ok(Err(found.unwrap_or_else(|| unplaced(round_trip.dialect, &source, what))))
            }
            read => read.map(Ok),
        }
    }

    async fn on_copy(
        self,
        round_trip: RoundTrip<'_>,
        session: &mut Session<'_>,
        direction: Direction,
        what: &str,
    ) -> Result<Result<Schema, Refusal>, Error> {
        let restore = self.restore(round_trip, session, direction).await?.join(BETWEEN);
        let restored = session.execute(&restore).await;
        restored.map_err(|e| Error::database("restoring the session", e))?;
        let Some(section) = round_trip.section(direction) else {
            return session.schema().await.map(Ok);
        };
        let file = &round_trip.revision().file;
        let spans = section.statements(file, round_trip.dialect);
        let texts: Vec<&str> = spans.iter().map(|span| span.of(file.text())).collect();
        let sent = session.connection.send(&texts.join(BETWEEN)).await;
        let Some(error) = sent.failure else { return session.schema().await.map(Ok) };
        if error.as_database_error().is_none() {
            return Err(Error::database("running the statements", error));
        }
        let details = session.connection.details(&error);
        let refusal = match spans.get(sent.changed.len()) {
            Some(span) => FailedAt { what, file, span: *span, details: &details }
                .refusal(round_trip.dialect, &error),
            None => unplaced(round_trip.dialect, &error, what),
        };
        // Tables may be missing there.
        Ok(Err(refusal.unconfirmed()))
    }

    /// The statements that make the session what it is when a direction begins: the other direction ran
    /// in it before.
    async fn restore(
        self,
        round_trip: RoundTrip<'_>,
        session: &mut Session<'_>,
        direction: Direction,
    ) -> Result<Vec<String>, Error> {
        if !self.is_evidence(round_trip.dialect) {
            return Ok(Vec::new());
        }
        let before = match direction {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        };
        let [leaves, prepares] = effects(round_trip, before);
        session.restore_statements(leaves, prepares).await
    }
}

/// The statements of one direction, between those that make what was put off happen now.
pub(super) fn statements(round_trip: RoundTrip<'_>, direction: Direction) -> Vec<&str> {
    let file = &round_trip.revision().file;
    let mut statements = round_trip.dialect.session().check_deferred.to_vec();
    if let Some(section) = round_trip.section(direction) {
        let spans = section.statements(file, round_trip.dialect);
        statements.extend(spans.iter().map(|span| span.of(file.text())));
        statements.extend(round_trip.dialect.session().check_deferred);
    }
    statements
}

/// The refusal of a direction of which it is not known what failed.
fn unplaced(dialect: Dialect, error: &sqlx::Error, what: &str) -> Refusal {
    Refusal::of_server(format!("{what} fails: {}", words(error)), dialect, error).unconfirmed()
}

/// Runs the statements of a direction that failed as one text again, one by one, and says which one
/// fails; `None` where none does by itself.
async fn find(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
    direction: Direction,
    what: &str,
) -> Option<Refusal> {
    session.execute(&format!("ROLLBACK TO SAVEPOINT {SAVEPOINT}")).await.ok()?;
    for check in round_trip.dialect.session().check_deferred {
        session.execute(check).await.ok()?;
    }
    let file = &round_trip.revision().file;
    let spans = round_trip.section(direction)?.statements(file, round_trip.dialect);
    for span in spans.iter() {
        if let Err(error) = session.execute(span.of(file.text())).await {
            let details = session.connection.details(&error);
            let failed = FailedAt { what, file, span: *span, details: &details };
            return Some(failed.refusal(round_trip.dialect, &error));
        }
    }
    None
}
