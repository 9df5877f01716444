//! A reader that looks at one database again and again, and reads only what has changed.
//!
//! It keeps what it read last, outside of transactions that may still be undone, and asks `survey`
//! which rows of the catalog are newer. A relation with any of them is read anew as a whole. A text
//! may rest on names and on what is not of a relation (types, functions, roles): where one of those
//! changed, everything is read. What comes of it is what a reading from the start would give.

use std::collections::{BTreeSet, HashMap};

use migrate_core::schema::Schema;

use super::prepared::{Prepared, What};
use super::reading::{Reading, catalog};
use super::row::{self, Oid, Row};
use super::session::Session;
use super::survey::{Noted, On, Survey};
use crate::driver::{Cells, Connection};

/// The reader of one connection.
pub(crate) struct Reader {
    without: Vec<String>,
    prepared: Prepared,
    /// Whether it is time for a reading outside of a transaction.
    pub(crate) is_behind: bool,
    known: Option<Known>,
}

/// What was read.
struct Known {
    reading: Reading,
    wide: (String, String),
    rows: Rows,
    /// What this transaction and later ones wrote is newer.
    horizon: String,
    /// Relations as a transaction saw them that may have been undone.
    passing: BTreeSet<Oid>,
}

/// What a look tells.
struct News {
    session: Session,
    survey: Survey,
    /// Of the relations that the survey names.
    rest: Vec<String>,
}

/// The kinds of views, as numbers.
const VIEWS: [Oid; 2] = ['v' as Oid, 'm' as Oid];

/// So many relations may be read anew in each reading before the reader is behind.
const FEW: usize = 16;

type Rows = HashMap<On, BTreeSet<Noted>>;

impl Reader {
    pub(crate) fn new(without: &[String]) -> Self {
        Self {
            without: without.to_vec(),
            prepared: Prepared::default(),
            is_behind: true,
            known: None,
        }
    }

    /// Runs statements, and reads what there is behind them: where something is known, all in one
    /// trip.
    pub(crate) async fn schema_after(
        &mut self,
        connection: &mut Connection,
        statements: &str,
    ) -> sqlx::Result<Schema> {
        match self.read(connection, statements).await {
            Ok(schema) => Ok(schema),
            Err(error) => {
                self.prepared.renew();
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

    async fn read(
        &mut self,
        connection: &mut Connection,
        statements: &str,
    ) -> sqlx::Result<Schema> {
        let Some(known) = &self.known else {
            if !statements.is_empty() {
                connection.execute(statements).await?;
            }
            let session = connection.rows(&Session::note()).await?.into_iter().next();
            let version = Session::read(session.unwrap_or_default()).version;
            return self.read_all(connection, version).await;
        };
        let version = known.reading.session.version;
        let age = format!("pg_catalog.age('{}'::pg_catalog.xid)", known.horizon);
        let more = known.passing.iter().copied().chain(known.views()).collect();
        let news = self.news(connection, version, statements, &age, &more).await?;
        let caught_up = match self.known.take() {
            Some(known) if known.serves(&news) => self.catch_up(connection, known, news).await?,
            _ => None,
        };
        match caught_up {
            Some(known) => Ok(self.known.insert(known).reading.schema.clone()),
            None => {
                self.is_behind = true;
                self.read_all(connection, version).await
            }
        }
    }

    /// Asks behind some statements what is newer than an age, and of more relations.
    async fn news(
        &mut self,
        connection: &mut Connection,
        version: u32,
        statements: &str,
        age: &str,
        more: &BTreeSet<Oid>,
    ) -> sqlx::Result<News> {
        let more: Vec<String> = more.iter().map(Oid::to_string).collect();
        let arguments = format!("({age}, '{{{}}}')", more.join(","));
        let question = [(What::News, arguments.as_str())];
        let (session, [news]) = self.ask(connection, version, statements, "off", question).await?;
        let mut cells = news.into_iter();
        let survey = Survey::read(&mut cells);
        Ok(News { session, survey, rest: cells.flatten().collect() })
    }

    /// Asks behind some statements, with the settings as they must be for it: what the session is
    /// like without them, and the answers. Whether catalogs are scanned is `on` or `off`.
    async fn ask<const N: usize>(
        &mut self,
        connection: &mut Connection,
        version: u32,
        statements: &str,
        scans: &str,
        questions: [(What, &str); N],
    ) -> sqlx::Result<(Session, [Cells; N])> {
        let scans = format!("('{scans}')");
        let before = [(What::Note, ""), (What::Enter, scans.as_str())];
        // A statement may end in a comment.
        let mut text = format!("{statements}\n;\n");
        for (what, arguments) in before.into_iter().chain(questions).chain([(What::Leave, "")]) {
            text += &self.prepared.execute(what, version, arguments);
        }
        // The statements may have answers of their own, before ours.
        let mut answers = connection.rows(&text).await?.into_iter().rev().skip(1);
        let mut asked = std::array::from_fn(|_| answers.next().unwrap_or_default());
        asked.reverse();
        Ok((Session::read(answers.nth(1).unwrap_or_default()), asked))
    }

    /// Reads everything.
    async fn read_all(
        &mut self,
        connection: &mut Connection,
        version: u32,
    ) -> sqlx::Result<Schema> {
        let questions = [(What::Everything, ""), (What::All, "")];
        let (session, [survey, all]) = self.ask(connection, version, "", "on", questions).await?;
        let Survey { wide, mut rows, is_opaque, .. } = Survey::read(&mut survey.into_iter());
        let (horizon, writes) = (session.horizon.clone(), session.writes);
        let reading = Reading::of(session, &self.without, Some(&all));
        if writes || is_opaque {
            return Ok(reading.schema);
        }
        // That one only ever tells what is new.
        rows.remove(&On::Column);
        self.is_behind = false;
        let known = Known { reading, wide, rows, horizon, passing: BTreeSet::new() };
        Ok(self.known.insert(known).reading.schema.clone())
    }

    /// Reads what is new; `None` where that is not enough.
    async fn catch_up(
        &mut self,
        connection: &mut Connection,
        mut known: Known,
        news: News,
    ) -> sqlx::Result<Option<Known>> {
        let News { session, survey, rest } = news;
        let mut gone = Rows::new();
        if known.lacks(&survey) {
            let question = [(What::Everything, "")];
            let (_, [all]) = self.ask(connection, session.version, "", "on", question).await?;
            let all = Survey::read(&mut all.into_iter()).rows;
            for (on, rows) in &known.rows {
                gone.insert(*on, rows.difference(&all[on]).copied().collect());
            }
        }
        let Some(touched) = known.touched(&survey, &gone) else { return Ok(None) };
        let rest = if known.is_told(&touched, &survey, &gone) {
            rest
        } else {
            // Nothing is newer than what is yet to come.
            self.news(connection, session.version, "", "-1", &touched).await?.rest
        };
        if !touched.is_empty() {
            let rows: Vec<Row<'_>> = rest.iter().flat_map(|text| row::rows(text)).collect();
            if !rows.iter().all(|row| known.reading.agrees(row.clone())) {
                return Ok(None);
            }
            known.reading.forget(&touched);
            rows.into_iter().for_each(|row| known.reading.take(row));
            known.reading.finish();
        }
        self.is_behind = session.writes && touched.len() > FEW;
        if session.writes {
            known.passing = touched;
        } else {
            known.passing.clear();
            known.horizon.clone_from(&session.horizon);
            for (on, rows) in &mut known.rows {
                rows.extend(&survey.rows[on]);
                if let Some(gone) = gone.get(on) {
                    rows.retain(|row| !gone.contains(row));
                }
            }
        }
        Ok(Some(known))
    }
}

impl Known {
    /// Whether what is known still serves as a beginning.
    fn serves(&self, News { session, survey, .. }: &News) -> bool {
        let then = &self.reading.session;
        then.home == session.home
            && then.user == session.user
            && self.wide == survey.wide
            && !survey.is_new
            && !survey.is_opaque
    }

    /// What a view says may change with every table that it asks.
    fn views(&self) -> impl Iterator<Item = Oid> {
        let rows = self.rows.get(&On::Relation).into_iter().flatten();
        rows.filter(|[_, kind, _]| VIEWS.contains(kind)).map(|[oid, ..]| *oid)
    }

    /// Whether the answer tells of all these relations, but for those that are not there.
    fn is_told(&self, relations: &BTreeSet<Oid>, survey: &Survey, gone: &Rows) -> bool {
        let look = Look { known: &self.rows, new: &survey.rows };
        let is_gone = |oid| Look { known: gone, new: gone }.kind(oid).is_some();
        let mut rest = relations.difference(&survey.told);
        rest.all(|oid| look.kind(*oid).is_none() || is_gone(*oid))
    }

    /// Whether there are fewer rows than what is known and what is new.
    fn lacks(&self, survey: &Survey) -> bool {
        self.rows.iter().any(|(on, rows)| {
            let new = survey.rows[on].difference(rows).count();
            survey.counts[on] < rows.len() + new
        })
    }

    /// The relations to read anew; `None` where all must be read.
    fn touched(&self, survey: &Survey, gone: &Rows) -> Option<BTreeSet<Oid>> {
        let look = Look { known: &self.rows, new: &survey.rows };
        let mut touched = &(&self.passing | &survey.always) | &survey.told;
        touched.extend(self.views());
        for (on, rows) in survey.rows.iter().chain(gone) {
            for row in rows {
                touched.extend(look.relation(*on, row)?);
            }
        }
        // A sequence shows in the column that it numbers.
        let owned = || look.all(On::Owned);
        let tables = owned().filter(|[sequence, ..]| touched.contains(sequence));
        touched.extend(tables.map(|[_, table, _]| *table).collect::<Vec<_>>());
        let sequences = owned().filter(|[_, table, _]| touched.contains(table));
        touched.extend(sequences.map(|[sequence, ..]| *sequence).collect::<Vec<_>>());
        let plain = |oid: &Oid| matches!(look.kind(*oid), Some('r' | 'v' | 'm' | 'S') | None);
        let alone = |oid: &Oid| !self.reading.is_of_family(*oid);
        touched.iter().all(|oid| plain(oid) && alone(oid)).then_some(touched)
    }
}

/// Rows by their numbers.
struct Look<'r> {
    known: &'r Rows,
    new: &'r Rows,
}

impl Look<'_> {
    fn all(&self, on: On) -> impl Iterator<Item = &Noted> {
        [self.new, self.known].into_iter().filter_map(move |rows| rows.get(&on)).flatten()
    }

    fn find(&self, on: On, oid: Oid) -> Option<&Noted> {
        let sets = [self.new, self.known].into_iter().filter_map(|rows| rows.get(&on));
        sets.filter_map(|rows| rows.range([oid, 0, 0]..).next()).find(|row| row[0] == oid)
    }

    fn kind(&self, oid: Oid) -> Option<char> {
        char::from_u32(self.find(On::Relation, oid)?[1])
    }

    /// The relation that a row is about, if it is about one that is looked at; `None` where it is
    /// about something else.
    fn relation(&self, on: On, row: &Noted) -> Option<Option<Oid>> {
        match (on, row) {
            (On::Relation | On::Column | On::Sequence, [oid, ..]) => Some(self.of(*oid)),
            (On::Constraint, [_, 0, _]) => None,
            (On::Default | On::Constraint | On::Index | On::Trigger | On::Owned, [_, table, _]) => {
                Some(self.of(*table))
            }
            (On::Comment, [oid, catalog::RELATION, _]) => Some(self.of(*oid)),
            (On::Comment, [oid, catalog::CONSTRAINT, _]) => {
                self.relation(On::Constraint, self.find(On::Constraint, *oid)?)
            }
            (On::Comment, [oid, catalog::TRIGGER, _]) => {
                self.relation(On::Trigger, self.find(On::Trigger, *oid)?)
            }
            (On::Comment, _) => None,
        }
    }

    /// The relation of a number: itself, or that of an index. Those that keep long values change
    /// with the table that they are of.
    fn of(&self, oid: Oid) -> Option<Oid> {
        match self.kind(oid)? {
            'i' | 'I' => self.of(self.find(On::Index, oid)?[1]),
            't' => None,
            _ => Some(oid),
        }
    }
}
