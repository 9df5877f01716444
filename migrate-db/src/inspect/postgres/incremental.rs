//! A reader that looks at one database again and again, and reads only what has changed.
//!
//! It keeps what it read last, outside of transactions that may still be undone, and asks `changes`
//! which rows of the catalog are newer. A relation with any of them is read anew as a whole. A text
//! may rest on names and on what is not of a relation (types, functions, roles): where one of those
//! changed, everything is read. What comes of it is what a reading from the start would give.

use std::collections::{BTreeSet, HashMap};

use migrate_core::schema::Schema;

use super::builder::{SchemaBuilder, catalog};
use super::changes::{ChangeSet, RowKey, RowKind};
use super::prepared::{Prepared, Query};
use super::row::{self, Oid, Row};
use super::session::Session;
use crate::driver::{Cells, Connection};

/// The reader of one connection.
pub(crate) struct CatalogReader {
    without: Vec<String>,
    prepared: Prepared,
    /// Whether it is time for a reading outside of a transaction.
    pub(crate) needs_full_read: bool,
    baseline: Option<Baseline>,
}

/// What was read.
#[derive(Clone)]
struct Baseline {
    builder: SchemaBuilder,
    shared: (String, String),
    rows: Rows,
    /// What this transaction and later ones wrote is newer.
    xmin_horizon: String,
    /// Relations as a transaction saw them that may have been undone.
    uncommitted: BTreeSet<Oid>,
}

/// What a look tells.
struct Delta {
    session: Session,
    changes: ChangeSet,
    /// Of the relations that the survey names.
    rest: Vec<String>,
}

/// The kinds of views, as numbers.
const VIEWS: [Oid; 2] = ['v' as Oid, 'm' as Oid];

/// So many relations may be read anew in each reading before the reader is behind.
const FEW: usize = 16;

type Rows = HashMap<RowKind, BTreeSet<RowKey>>;

impl CatalogReader {
    pub(crate) fn new(without: &[String]) -> Self {
        Self {
            without: without.to_vec(),
            prepared: Prepared::default(),
            needs_full_read: true,
            baseline: None,
        }
    }

    /// Runs statements, and reads what there is behind them: where something is known, all in one
    /// trip.
    pub(crate) async fn schema_after(
        &mut self,
        connection: &mut Connection<'_>,
        statements: &str,
    ) -> sqlx::Result<Schema> {
        match self.read(connection, statements).await {
            Ok(schema) => Ok(schema),
            Err(error) => {
                if is_missing_statement(&error) {
                    self.prepared.renew();
                } else {
                    self.prepared.failed();
                }
                if !statements.is_empty() {
                    return Err(error);
                }
                // Somebody may have discarded the prepared statements.
                super::schema(connection, &self.without).await.map_err(|_| error)
            }
        }
    }

    /// Goes on in another connection to the same database.
    pub(crate) fn reconnected(&mut self) {
        self.prepared.renew();
    }

    /// A reader for a physical copy of the database, made after the last reading. It begins with
    /// what this one knows: objects have the same numbers there.
    pub(crate) fn for_copy(&self) -> Self {
        Self {
            without: self.without.clone(),
            prepared: Prepared::default(),
            needs_full_read: self.needs_full_read,
            baseline: self.baseline.clone(),
        }
    }

    async fn read(
        &mut self,
        connection: &mut Connection<'_>,
        statements: &str,
    ) -> sqlx::Result<Schema> {
        let Some(baseline) = &self.baseline else {
            if !statements.is_empty() {
                connection.execute(statements).await?;
            }
            let session = connection.rows(&Session::note()).await?.into_iter().next();
            let version = Session::read(session.unwrap_or_default()).version;
            return self.read_all(connection, version).await;
        };
        let version = baseline.builder.session.version;
        let age = format!("pg_catalog.age('{}'::pg_catalog.xid)", baseline.xmin_horizon);
        let more = baseline.uncommitted.iter().copied().chain(baseline.views()).collect();
        let changes_since =
            self.changes_since(connection, version, statements, &age, &more).await?;
        if let Some(mut baseline) = self.baseline.take() {
            let is_updated = baseline.is_usable(&changes_since)
                && self.apply_changes(connection, &mut baseline, changes_since).await?;
            // What is not enough for this reading may be for the next one: the transaction that
            // changed more may be rolled back.
            let baseline = self.baseline.insert(baseline);
            if is_updated {
                return Ok(baseline.builder.schema.clone());
            }
        }
        self.needs_full_read = true;
        self.read_all(connection, version).await
    }

    /// Asks behind some statements what is newer than an age, and of more relations.
    async fn changes_since(
        &mut self,
        connection: &mut Connection<'_>,
        version: u32,
        statements: &str,
        age: &str,
        more: &BTreeSet<Oid>,
    ) -> sqlx::Result<Delta> {
        let more: Vec<String> = more.iter().map(Oid::to_string).collect();
        let arguments = format!("({age}, '{{{}}}')", more.join(","));
        let question = [(Query::Delta, arguments.as_str())];
        let (session, [changes_since]) =
            self.ask(connection, version, statements, "off", question).await?;
        let mut cells = changes_since.into_iter();
        let changes = ChangeSet::read(&mut cells);
        Ok(Delta { session, changes, rest: cells.flatten().collect() })
    }

    /// Asks behind some statements, with the settings as they must be for it: what the session is
    /// like without them, and the answers. Whether catalogs are scanned is `on` or `off`.
    async fn ask<const N: usize>(
        &mut self,
        connection: &mut Connection<'_>,
        version: u32,
        statements: &str,
        scans: &str,
        questions: [(Query, &str); N],
    ) -> sqlx::Result<(Session, [Cells; N])> {
        let scans = format!("('{scans}')");
        let before = [(Query::Note, ""), (Query::Enter, scans.as_str())];
        // A statement may end in a comment.
        let mut text = format!("{statements}\n;\n");
        for (query, arguments) in before.into_iter().chain(questions).chain([(Query::Leave, "")]) {
            text += &self.prepared.execute(query, version, arguments);
        }
        // The statements may have answers of their own, before ours.
        let rows = connection.rows(&text).await?;
        self.prepared.succeeded();
        let mut answers = rows.into_iter().rev().skip(1);
        let mut asked = std::array::from_fn(|_| answers.next().unwrap_or_default());
        asked.reverse();
        Ok((Session::read(answers.nth(1).unwrap_or_default()), asked))
    }

    /// Reads everything.
    async fn read_all(
        &mut self,
        connection: &mut Connection<'_>,
        version: u32,
    ) -> sqlx::Result<Schema> {
        let questions = [(Query::Everything, ""), (Query::All, "")];
        let (session, [changes, all]) = self.ask(connection, version, "", "on", questions).await?;
        let ChangeSet { shared, mut rows, is_untraceable, .. } =
            ChangeSet::read(&mut changes.into_iter());
        let (xmin_horizon, writes) = (session.xmin_horizon.clone(), session.writes);
        let builder = SchemaBuilder::of(session, &self.without, Some(&all));
        if writes || is_untraceable {
            return Ok(builder.schema);
        }
        // That one only ever tells what is new.
        rows.remove(&RowKind::Column);
        self.needs_full_read = false;
        let baseline =
            Baseline { builder, shared, rows, xmin_horizon, uncommitted: BTreeSet::new() };
        Ok(self.baseline.insert(baseline).builder.schema.clone())
    }

    /// Reads what is new. Returns `false`, with the baseline as it was, where that is not enough.
    async fn apply_changes(
        &mut self,
        connection: &mut Connection<'_>,
        baseline: &mut Baseline,
        changes_since: Delta,
    ) -> sqlx::Result<bool> {
        let Delta { session, changes, rest } = changes_since;
        let mut gone = Rows::new();
        if baseline.has_deleted_rows(&changes) {
            let question = [(Query::Everything, "")];
            let (_, [all]) = self.ask(connection, session.version, "", "on", question).await?;
            let all = ChangeSet::read(&mut all.into_iter()).rows;
            for (on, rows) in &baseline.rows {
                gone.insert(*on, rows.difference(&all[on]).copied().collect());
            }
        }
        let Some(touched) = baseline.touched(&changes, &gone) else { return Ok(false) };
        let rest = if baseline.covers(&touched, &changes, &gone) {
            rest
        } else {
            // Nothing is newer than what is yet to come.
            self.changes_since(connection, session.version, "", "-1", &touched).await?.rest
        };
        if !touched.is_empty() {
            let rows: Vec<Row<'_>> = rest.iter().flat_map(|text| row::rows(text)).collect();
            if !rows.iter().all(|row| baseline.builder.agrees(row.clone())) {
                return Ok(false);
            }
            baseline.builder.forget(&touched);
            rows.into_iter().for_each(|row| baseline.builder.take(row));
            baseline.builder.finish();
        }
        self.needs_full_read = session.writes && touched.len() > FEW;
        if session.writes {
            baseline.uncommitted = touched;
        } else {
            baseline.uncommitted.clear();
            baseline.xmin_horizon.clone_from(&session.xmin_horizon);
            for (on, rows) in &mut baseline.rows {
                rows.extend(&changes.rows[on]);
                if let Some(gone) = gone.get(on) {
                    rows.retain(|row| !gone.contains(row));
                }
            }
        }
        Ok(true)
    }
}

/// Returns `true` if a prepared statement does not exist: the session may have dropped all of them.
fn is_missing_statement(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "26000")
}

impl Baseline {
    /// Whether what is known still serves as a beginning.
    fn is_usable(&self, Delta { session, changes, .. }: &Delta) -> bool {
        let then = &self.builder.session;
        then.default_schema == session.default_schema
            && then.user == session.user
            && self.shared == changes.shared
            && !changes.is_new
            && !changes.is_untraceable
    }

    /// What a view says may change with every table that it asks.
    fn views(&self) -> impl Iterator<Item = Oid> {
        let rows = self.rows.get(&RowKind::Relation).into_iter().flatten();
        rows.filter(|[_, kind, _]| VIEWS.contains(kind)).map(|[oid, ..]| *oid)
    }

    /// Whether the answer tells of all these relations, but for those that are not there.
    fn covers(&self, relations: &BTreeSet<Oid>, changes: &ChangeSet, gone: &Rows) -> bool {
        let look = RowIndex { baseline: &self.rows, new: &changes.rows };
        let is_gone = |oid| RowIndex { baseline: gone, new: gone }.kind(oid).is_some();
        let mut rest = relations.difference(&changes.relations);
        rest.all(|oid| look.kind(*oid).is_none() || is_gone(*oid))
    }

    /// Whether there are fewer rows than what is known and what is new.
    fn has_deleted_rows(&self, changes: &ChangeSet) -> bool {
        self.rows.iter().any(|(on, rows)| {
            let new = changes.rows[on].difference(rows).count();
            changes.counts[on] < rows.len() + new
        })
    }

    /// The relations to read anew; `None` where all must be read.
    fn touched(&self, changes: &ChangeSet, gone: &Rows) -> Option<BTreeSet<Oid>> {
        let look = RowIndex { baseline: &self.rows, new: &changes.rows };
        let mut touched = &(&self.uncommitted | &changes.always) | &changes.relations;
        touched.extend(self.views());
        for (on, rows) in changes.rows.iter().chain(gone) {
            for row in rows {
                touched.extend(look.relation(*on, row)?);
            }
        }
        // A sequence shows in the column that it numbers.
        let owned = || look.all(RowKind::Owned);
        let tables = owned().filter(|[sequence, ..]| touched.contains(sequence));
        touched.extend(tables.map(|[_, table, _]| *table).collect::<Vec<_>>());
        let sequences = owned().filter(|[_, table, _]| touched.contains(table));
        touched.extend(sequences.map(|[sequence, ..]| *sequence).collect::<Vec<_>>());
        let plain = |oid: &Oid| matches!(look.kind(*oid), Some('r' | 'v' | 'm' | 'S') | None);
        let alone = |oid: &Oid| !self.builder.is_of_family(*oid);
        touched.iter().all(|oid| plain(oid) && alone(oid)).then_some(touched)
    }
}

/// Rows by their numbers.
struct RowIndex<'r> {
    baseline: &'r Rows,
    new: &'r Rows,
}

impl RowIndex<'_> {
    fn all(&self, on: RowKind) -> impl Iterator<Item = &RowKey> {
        [self.new, self.baseline].into_iter().filter_map(move |rows| rows.get(&on)).flatten()
    }

    fn find(&self, on: RowKind, oid: Oid) -> Option<&RowKey> {
        let sets = [self.new, self.baseline].into_iter().filter_map(|rows| rows.get(&on));
        sets.filter_map(|rows| rows.range([oid, 0, 0]..).next()).find(|row| row[0] == oid)
    }

    fn kind(&self, oid: Oid) -> Option<char> {
        char::from_u32(self.find(RowKind::Relation, oid)?[1])
    }

    /// The relation that a row is about, if it is about one that is looked at; `None` where it is
    /// about something else.
    fn relation(&self, on: RowKind, row: &RowKey) -> Option<Option<Oid>> {
        match (on, row) {
            (RowKind::Relation | RowKind::Column | RowKind::Sequence, [oid, ..]) => {
                Some(self.of(*oid))
            }
            (RowKind::Constraint, [_, 0, _]) => None,
            (
                RowKind::Default
                | RowKind::Constraint
                | RowKind::Index
                | RowKind::Trigger
                | RowKind::Owned,
                [_, table, _],
            ) => Some(self.of(*table)),
            (RowKind::Comment, [oid, catalog::RELATION, _]) => Some(self.of(*oid)),
            (RowKind::Comment, [oid, catalog::CONSTRAINT, _]) => {
                self.relation(RowKind::Constraint, self.find(RowKind::Constraint, *oid)?)
            }
            (RowKind::Comment, [oid, catalog::TRIGGER, _]) => {
                self.relation(RowKind::Trigger, self.find(RowKind::Trigger, *oid)?)
            }
            (RowKind::Comment, _) => None,
        }
    }

    /// The relation of a number: itself, or that of an index. Those that keep long values change
    /// with the table that they are of.
    fn of(&self, oid: Oid) -> Option<Oid> {
        match self.kind(oid)? {
            'i' | 'I' => self.of(self.find(RowKind::Index, oid)?[1]),
            't' => None,
            _ => Some(oid),
        }
    }
}
