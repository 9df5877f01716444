//! Statements outside of the runner's transactions, and what stays of them after a failure.

use std::ops::Range;

use migrate_core::plan::Step;
use migrate_core::script::{Action, Record, Statement, Unit, statement_of, statements_of};

use super::Runner;
use super::states::{ActionOutcome, CurrentStep};
use crate::error::Error;
use crate::recovery;

impl Runner<'_, '_> {
    /// Begins a section whose statements run in autocommit.
    pub(super) async fn enter_autocommit(
        &mut self,
        foreign_keys: bool,
    ) -> Result<ActionOutcome, Error> {
        let set = self.connection.enter_autocommit(foreign_keys).await;
        set.map_err(|e| Error::database("setting up the session", e))?;
        Ok(ActionOutcome::Done)
    }

    /// Returns `true` if work that lost a conflict may be repeated: a transaction that was rolled
    /// back, or a statement that has no effect when it fails.
    pub(super) fn may_repeat(&self, action: &Action, in_transaction: bool) -> bool {
        let graph = self.context.graph;
        let own = self.unit.is_some_and(|unit| unit.first < unit.last);
        if self.nontransactional || own {
            return false;
        }
        in_transaction
            || matches!(action, Action::Statement(statement) if self.context.table.dialect()
                .is_atomic(statement.span.of(graph.revision(statement.node).file.text())))
    }

    /// Records that a statement begins which no transaction can hold together with the record of
    /// its end.
    ///
    /// Where the catalog already shows its effect, the statement will fail. Then nothing is
    /// recorded, so that a crash now is not taken for its success.
    pub(super) async fn record_attempt(
        &mut self,
        step: Step,
        unit: Unit,
    ) -> Result<ActionOutcome, Error> {
        let file = &self.context.graph.revision(step.node).file;
        let dialect = self.context.table.dialect();
        (self.unit, self.nontransactional) = (Some(unit), false);
        let span = statement_of(self.context.graph, step, unit.before(), dialect);
        if let Some(span) = span.filter(|_| unit.first == unit.last) {
            let done = recovery::is_done(self.connection, dialect, span.of(file.text())).await;
            if done.map_err(|e| Error::database("looking at the catalog", e))? {
                return Ok(ActionOutcome::Done);
            }
        }
        self.record(Record::Attempt(step, unit)).await
    }

    /// Records that a statement begins whose rows survive a rollback.
    pub(super) async fn record_nontransactional_attempt(
        &mut self,
        statement: Statement,
    ) -> Result<ActionOutcome, Error> {
        let unit = Unit::of(statement.number);
        let (Some(CurrentStep { step, .. }), false) = (self.current, self.unit == Some(unit))
        else {
            return Ok(ActionOutcome::Done);
        };
        self.check_engines(statement).await?;
        if !self.nontransactional {
            return Ok(ActionOutcome::Done);
        }
        let end = self.record(Record::Attempt(step, unit)).await;
        self.unit = Some(unit);
        end
    }

    /// Splits a group of statements that would share one record, where a rollback does not undo
    /// one of them: only a record per statement shows then which of them ran. Returns the range of
    /// the group's actions and the actions that replace them.
    pub(super) async fn split_group(
        &mut self,
        actions: &[Action],
        at: usize,
    ) -> Result<Option<(Range<usize>, Vec<Action>)>, Error> {
        let statements: Vec<Statement> = actions[at + 1..]
            .iter()
            .map_while(|action| match action {
                Action::Statement(statement) => Some(*statement),
                _ => None,
            })
            .collect();
        let end = at + 1 + statements.len();
        let (Action::Begin { .. }, Some(Action::Record(Record::Progress(step, unit)))) =
            (&actions[at], actions.get(end))
        else {
            return Ok(None);
        };
        if unit.first == unit.last {
            return Ok(None);
        }
        let mut is_transactional = true;
        for statement in &statements {
            is_transactional &= !self.writes_nontransactional(*statement).await?;
        }
        if is_transactional {
            return Ok(None);
        }
        let begin = actions[at].clone();
        let single = statements.into_iter().flat_map(|statement| {
            let progress = Record::Progress(*step, Unit::of(statement.number));
            [begin.clone(), Action::Statement(statement), Action::Record(progress), Action::Commit]
        });
        // The commit that ends the group ends the last of them.
        Ok(Some((at..end + 2, single.collect())))
    }

    /// Returns `true` if a statement writes to a table whose rows survive a rollback.
    async fn writes_nontransactional(&mut self, statement: Statement) -> Result<bool, Error> {
        let dialect = self.context.table.dialect();
        let sql = statement.span.of(self.context.graph.revision(statement.node).file.text());
        let Some(question) = recovery::engines_question(sql, dialect) else { return Ok(false) };
        if let Some(known) = self.engines.get(&question) {
            return Ok(*known);
        }
        let answer = recovery::is_nontransactional(self.connection, dialect, &question).await;
        let answer = answer.map_err(|e| Error::database("asking for the engines of tables", e))?;
        self.engines.insert(question, answer);
        Ok(answer)
    }

    /// Finds out whether the rows that a statement writes survive a rollback.
    pub(super) async fn check_engines(&mut self, statement: Statement) -> Result<(), Error> {
        let dialect = self.context.table.dialect();
        let sql = statement.span.of(self.context.graph.revision(statement.node).file.text());
        // An earlier statement of the unit may have written such rows.
        self.nontransactional &= self.unit.is_some_and(|unit| unit.first < statement.number);
        if dialect.is_atomic(sql) {
            // After DDL the tables may have other engines.
            self.engines.clear();
            return Ok(());
        }
        self.nontransactional |= self.writes_nontransactional(statement).await?;
        Ok(())
    }

    /// Returns `true` if a failed statement, or an earlier one of its unit, may have done a part of
    /// its work.
    pub(super) fn may_be_partial(&self, statement: Statement, sql: &str) -> bool {
        let dialect = self.context.table.dialect();
        if self.nontransactional || dialect.may_be_partial(sql) {
            return true;
        }
        let (Some(unit), Some(current)) = (self.unit, self.current) else { return false };
        let text = self.context.graph.revision(statement.node).file.text();
        let spans = statements_of(self.context.graph, current.step, dialect).unwrap_or_default();
        let unit = spans.get(unit.before()..statement.number).unwrap_or_default();
        let unit: Vec<&str> = unit.iter().map(|span| span.of(text)).collect();
        dialect.outlives_rollback(&unit)
    }

    /// Ends the transaction that a section opened itself and left open when it failed.
    pub(super) async fn end_own_transaction(&mut self) {
        if self.is_silent || self.unit.is_none_or(|unit| unit.first >= unit.last) {
            return;
        }
        let mut end = vec!["ROLLBACK".to_owned()];
        if !self.context.table.dialect().capabilities().transactional_ddl {
            end.push("UNLOCK TABLES".to_owned());
        }
        end.extend(self.connection.restore_statements(false).await.unwrap_or_default());
        for sql in end {
            // If this fails too, the connection is gone, and the transaction with it.
            let _ = self.connection.execute(&sql).await;
        }
    }

    /// Returns an error if the section left references to rows that do not exist.
    pub(super) async fn check_references_in_autocommit(&mut self) -> Result<(), Error> {
        let broken = self.connection.autocommit_violations().await;
        let broken = broken.map_err(|e| Error::database("looking for broken references", e))?;
        if broken.is_empty() {
            return Ok(());
        }
        let id = |c: CurrentStep| self.context.graph.id(c.step.node).to_string();
        Err(Error::BrokenReferences { revision: self.current.map(id).unwrap_or_default(), broken })
    }
}
