//! A reader that looks at one database again and again, and reads only what has changed.
//!
//! It keeps what it read last, outside of transactions that may still be undone, and asks `survey`
//! which rows of the catalog are newer. A relation with any of them is read anew as a whole. A text
//! may rest on names and on what is not of a relation (types, functions, roles): where one of those
//! changed, everything is read. What comes of it is what a reading from the start would give.

use std::collections::{BTreeSet, HashMap};

use migrate_core::schema::Schema;

use super::queries::{self, Of};
use super::reading::{Reading, catalog};
use super::row::{self, Oid, Row};
use super::session::Session;
use super::survey::{self, EVER, Noted, On, Survey};
use crate::driver::{Cells, Connection};

/// The reader of one connection. Its statements are prepared: planning them takes longer than
/// running them.
pub(crate) struct Reader {
    without: Vec<String>,
    /// Tells prepared statements apart from those before an error.
    generation: u32,
    /// Those of a survey, of everything, of some relations.
    prepared: [bool; 3],
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

/// The kinds of views, as numbers.
const VIEWS: [Oid; 2] = ['v' as Oid, 'm' as Oid];

/// So many relations may be read anew in each reading before the reader is behind.
const FEW: usize = 16;

type Rows = HashMap<On, BTreeSet<Noted>>;

impl Reader {
    pub(crate) fn new(without: &[String]) -> Self {
        Self {
            without: without.to_vec(),
            generation: 0,
            prepared: [false; 3],
            is_behind: true,
            known: None,
        }
    }

    pub(crate) async fn schema(&mut self, connection: &mut Connection) -> sqlx::Result<Schema> {
        match self.read(connection).await {
            Ok(schema) => Ok(schema),
            // Somebody may have discarded the prepared statements.
            Err(error) => {
                let generation = self.generation + 1;
                *self = Self { generation, ..Self::new(&self.without) };
                super::schema(connection, &self.without).await.map_err(|_| error)
            }
        }
    }

    /// Goes on in another connection to the same database.
    pub(crate) fn reconnected(&mut self) {
        self.prepared = [false; 3];
    }

    async fn read(&mut self, connection: &mut Connection) -> sqlx::Result<Schema> {
        let Some(known) = self.known.take() else {
            let session = connection.rows(&Session::question()).await?.into_iter().next();
            return self.read_all(connection, Session::read(session.unwrap_or_default())).await;
        };
        let age = format!("pg_catalog.age('{}'::pg_catalog.xid)", known.horizon);
        let prepare = self.prepare(known.reading.session.version);
        let question = format!("{prepare}EXECUTE {};\n{}", self.name("session"), self.survey(&age));
        let mut answers = connection.rows(&question).await?.into_iter();
        let session = Session::read(answers.next().unwrap_or_default());
        let survey = Survey::read(answers.next().unwrap_or_default());
        if known.serves(&session, &survey)
            && let Some(known) = self.catch_up(connection, known, &session, survey).await?
        {
            return Ok(self.known.insert(known).reading.schema.clone());
        }
        self.is_behind = true;
        self.read_all(connection, session).await
    }

    fn name(&self, what: &str) -> String {
        format!("migrate_{what}_{}", self.generation)
    }

    /// Prepares what every look needs, where it is not prepared.
    fn prepare(&mut self, version: u32) -> String {
        if std::mem::replace(&mut self.prepared[0], true) {
            return String::new();
        }
        let (session, survey) = (self.name("session"), self.name("survey"));
        format!(
            "PREPARE {session} AS {};\nPREPARE {survey} (integer) AS {};\n",
            Session::question(),
            survey::question(version)
        )
    }

    fn survey(&self, age: &str) -> String {
        format!("EXECUTE {} ({age});\n", self.name("survey"))
    }

    /// Reads everything.
    async fn read_all(
        &mut self,
        connection: &mut Connection,
        session: Session,
    ) -> sqlx::Result<Schema> {
        let name = self.name("all");
        let mut text = self.prepare(session.version);
        if !std::mem::replace(&mut self.prepared[1], true) {
            text += &format!("PREPARE {name} AS {};\n", queries::all(session.version));
        }
        text += &format!("{}EXECUTE {name};\n", self.survey(EVER));
        let answers = connection.rows(&session.around(Of::All, &text)).await?;
        let mut answers = answers.into_iter().skip(1);
        let survey = Survey::read(answers.next().unwrap_or_default());
        let (horizon, writes) = (session.horizon.clone(), session.writes);
        let reading = Reading::of(session, &self.without, answers.next().as_ref());
        if writes || survey.is_opaque {
            return Ok(reading.schema);
        }
        let Survey { wide, mut rows, .. } = survey;
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
        session: &Session,
        survey: Survey,
    ) -> sqlx::Result<Option<Known>> {
        let mut gone = Rows::new();
        if known.lacks(&survey) {
            let all = connection.rows(&self.survey(EVER)).await?.into_iter().next();
            let all = Survey::read(all.unwrap_or_default()).rows;
            for (on, rows) in &known.rows {
                gone.insert(*on, rows.difference(&all[on]).copied().collect());
            }
        }
        let Some(touched) = known.touched(&survey, &gone) else { return Ok(None) };
        if !touched.is_empty() {
            let answers = self.read_some(connection, session, &touched).await?;
            let rows: Vec<Row<'_>> =
                answers.iter().flatten().flat_map(|text| row::rows(text)).collect();
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

    async fn read_some(
        &mut self,
        connection: &mut Connection,
        session: &Session,
        relations: &BTreeSet<Oid>,
    ) -> sqlx::Result<Cells> {
        let name = self.name("some");
        let mut text = String::new();
        if !std::mem::replace(&mut self.prepared[2], true) {
            text = format!("PREPARE {name} (oid[]) AS {};\n", queries::of_some(session.version));
        }
        let relations: Vec<String> = relations.iter().map(Oid::to_string).collect();
        text += &format!("EXECUTE {name} ('{{{}}}');\n", relations.join(","));
        let answers = connection.rows(&session.around(Of::Some, &text)).await?;
        Ok(answers.into_iter().nth(1).unwrap_or_default())
    }
}

impl Known {
    /// Whether what is known still serves as a beginning.
    fn serves(&self, session: &Session, survey: &Survey) -> bool {
        let then = &self.reading.session;
        then.home == session.home
            && then.user == session.user
            && self.wide == survey.wide
            && !survey.is_new
            && !survey.is_opaque
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
        let mut touched = &self.passing | &survey.always;
        // What a view says may change with every table that it asks.
        let views = look.all(On::Relation).filter(|[_, kind, _]| VIEWS.contains(kind));
        touched.extend(views.map(|[oid, ..]| *oid));
        for (on, rows) in survey.rows.iter().chain(gone) {
            for row in rows {
                touched.extend(look.relation(*on, row)?);
            }
        }
        // A sequence shows in the column that it numbers.
        let owned = || look.all(On::Owned).filter(|[object, ..]| look.kind(*object) == Some('S'));
        let tables = owned().filter(|[object, ..]| touched.contains(object));
        touched.extend(tables.map(|[_, table, _]| *table).collect::<Vec<_>>());
        let sequences = owned().filter(|[_, table, _]| touched.contains(table));
        touched.extend(sequences.map(|[object, ..]| *object).collect::<Vec<_>>());
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
