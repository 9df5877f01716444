//! What a rule sees of a section: its statements and operations, and the schema around them.

use std::collections::BTreeSet;

use super::LintSettings;
use crate::apply::State;
use crate::dialect::Dialect;
use crate::op::Op;
use crate::revision::{Revision, Section};
use crate::schema::{Kind, Name, Schema, Table};
use crate::source::Span;
use crate::sql::{Cursor, Tokens};

/// A section with the schema before and after it.
#[derive(Debug)]
pub struct Input<'a> {
    /// The revision.
    pub revision: &'a Revision,
    /// The up, or the down.
    pub section: &'a Section,
    /// The database.
    pub dialect: Dialect,
    /// The settings of the project.
    pub settings: &'a LintSettings,
    /// The statements in their order.
    pub statements: Vec<Statement<'a>>,
    /// The operations of all statements in their order.
    pub changes: Vec<Change>,
    /// What the section changes, as it was before.
    pub(super) before: Schema,
    /// The tables that the section creates or changes, by their names after it.
    pub(super) written: BTreeSet<Name>,
    /// The schema after the section.
    pub after: &'a State,
}

/// A statement of the section.
#[derive(Debug)]
pub struct Statement<'a> {
    /// Its place in the file.
    pub span: Span,
    /// Its text.
    pub sql: &'a str,
    pub(super) tokens: Tokens<'a>,
}

impl Statement<'_> {
    /// A cursor at its first token.
    #[must_use]
    pub fn cursor(&self) -> Cursor<'_> {
        self.tokens.cursor()
    }

    /// Returns `true` if it contains this keyword, outside of strings and quoted names.
    #[must_use]
    pub fn has_word(&self, word: &str) -> bool {
        self.cursor().lexemes().iter().any(|lexeme| lexeme.is(word))
    }
}

/// An operation, with what is known when it runs.
#[derive(Debug)]
pub struct Change {
    /// The operation; the inner one of [`Op::Conditional`].
    pub op: Op,
    /// The statement, or the part of it.
    pub span: Span,
    /// The number of the statement, counted from 0.
    pub statement: usize,
    /// Whether it depends on what exists (`ALTER TABLE IF EXISTS`).
    pub is_conditional: bool,
    /// The table that it changes, if that is known.
    pub target: Option<Target>,
    /// Whether there is what it creates, drops or changes.
    pub presence: Presence,
    /// The other tables with a foreign key to a table that it drops.
    pub children: Vec<Name>,
    /// The tables with a column of the enum to which it adds a value.
    pub enum_users: Vec<Name>,
}

/// A table at the time of an operation.
#[derive(Debug)]
pub struct Target {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub table: Table,
    /// Its name before the section; `None` if the section created it.
    pub origin: Option<Name>,
}

/// Whether an object exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It certainly exists.
    Exists,
    /// It certainly does not exist.
    Missing,
    /// Not known.
    Unknown,
}

impl Input<'_> {
    /// A table as it was before the section.
    #[must_use]
    pub fn table_before(&self, name: &Name) -> Option<&Table> {
        match self.before.tables.get(name) {
            Some(table) => Some(table),
            None => self.after.table(name).filter(|_| !self.written.contains(name)),
        }
    }

    /// The table of an operation, if it existed before the section and may have rows.
    #[must_use]
    pub fn filled<'c>(&self, change: &'c Change) -> Option<&'c Target> {
        let target = change.target.as_ref()?;
        let origin = target.origin.as_ref()?;
        (self.settings.rows(origin) != Some(0) && !self.is_temporary(origin)).then_some(target)
    }

    /// The table of an operation, if it existed before the section and is not known to be small.
    #[must_use]
    pub fn locked<'c>(&self, change: &'c Change) -> Option<&'c Target> {
        let target = self.filled(change)?;
        let limit = self.settings.small_table.unwrap_or(LintSettings::SMALL_TABLE);
        let rows = target.origin.as_ref().and_then(|origin| self.settings.rows(origin));
        rows.is_none_or(|rows| rows > limit).then_some(target)
    }

    /// Returns `true` if a column of a table was there before the section.
    #[must_use]
    pub fn is_old_column(&self, target: &Target, column: &str) -> bool {
        let before = target.origin.as_ref().and_then(|origin| self.table_before(origin));
        let has = |table: &Table| self.after.spelled_column(table, column).is_some();
        before.is_some_and(has) && has(&target.table)
    }

    /// Returns `true` if a name is that of a temporary table.
    #[must_use]
    pub fn is_temporary(&self, name: &Name) -> bool {
        let is_reserved = self.dialect.capabilities().is_reserved_schema;
        let mut namespace = name.namespace.iter().map(|text| text.to_lowercase());
        namespace.any(|text| is_reserved(&text) || text == "temp")
    }

    /// Returns `true` if everything about a table is known after the section.
    #[must_use]
    pub fn is_known(&self, table: &Name) -> bool {
        let (unknown, folded) = (self.after.unknown(), self.after.fold(table));
        unknown.whole(Kind::Table, &folded).is_none()
            && unknown.marks_of(Kind::Table, &folded).next().is_none()
    }

    /// The statement of an operation.
    #[must_use]
    pub fn statement(&self, change: &Change) -> &Statement<'_> {
        &self.statements[change.statement]
    }

    /// The name that a table of this name, at the time of a change, has after the section; `None` if it is
    /// dropped or moved.
    #[must_use]
    pub fn final_name(&self, from: usize, name: &Name) -> Option<Name> {
        let mut current = name.clone();
        for change in &self.changes[from..] {
            let Some(target) = change.target.as_ref().filter(|target| target.name == current)
            else {
                continue;
            };
            match &change.op {
                Op::RenameTable { to, .. } => {
                    let namespace = to.namespace.clone().or(target.name.namespace.clone());
                    current = Name { namespace, name: to.name.clone() };
                }
                Op::DropTable { .. } | Op::SetNamespace { .. } => return None,
                _ => {}
            }
        }
        Some(current)
    }

    /// A phrase for a table with its rows, if the user gives them: `orders (2,000,000 rows)`.
    #[must_use]
    pub fn table_phrase(&self, target: &Target) -> String {
        let rows = target.origin.as_ref().and_then(|origin| self.settings.rows(origin));
        match rows {
            Some(rows) => format!("{} ({} rows)", target.name, grouped(rows)),
            None => target.name.to_string(),
        }
    }
}

/// A number with commas between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
