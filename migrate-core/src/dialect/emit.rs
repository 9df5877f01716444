//! What printing operations and finding differences ask of every dialect.

use std::fmt;

use super::{Dialect, mysql, postgres, sqlite};
use crate::op::Op;
use crate::op::{AttributeChange, TableChange};
use crate::schema::{Check, Column, DataType, Difference, Kind, Name, Other, Schema, Table};
use crate::source::{SourceFile, Span};
use crate::sql::split;

/// An object or an operation that cannot be printed as SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    what: String,
}

impl Unsupported {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }

    /// The refusal of an operation.
    pub(crate) fn of(op: &Op) -> Self {
        let text = format!("{op:?}");
        let end = text.find([' ', '{', '(']).unwrap_or(text.len());
        Self::new(format!("the operation {}", &text[..end]))
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write {} as SQL", self.what)
    }
}

impl std::error::Error for Unsupported {}

impl Dialect {
    /// The answers to what [`diff`](crate::diff::diff) asks.
    #[must_use]
    pub fn diff_rules(self) -> &'static dyn DiffRules {
        match self {
            Self::Sqlite => &sqlite::Emitter,
            Self::Postgres => &postgres::Emitter,
            Self::Mysql => &mysql::Emitter,
        }
    }

    /// The statements of operations, without semicolons.
    ///
    /// # Errors
    ///
    /// An object or an operation that has no SQL.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// use migrate_core::op::Op;
    /// use migrate_core::schema::Name;
    ///
    /// let op = Op::DropTable { name: Name::new("user"), if_exists: false, cascade: false, together: vec![] };
    /// assert_eq!(Dialect::Postgres.statements(&[op]).unwrap(), ["DROP TABLE \"user\""]);
    /// ```
    pub fn statements(self, ops: &[Op]) -> Result<Vec<String>, Unsupported> {
        let emit = match self {
            Self::Sqlite => sqlite::emit,
            Self::Postgres => postgres::emit,
            Self::Mysql => return mysql::statements(ops),
        };
        let mut all = Vec::new();
        for op in ops {
            all.extend(emit(op)?);
        }
        Ok(all)
    }

    /// The statements of operations as one text, each with its semicolon, as a section of a revision file
    /// holds them: a text that is read back as the same statements.
    ///
    /// # Errors
    ///
    /// An object or an operation that has no SQL, or a statement whose end would not be found.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// use migrate_core::op::Op;
    /// use migrate_core::schema::Name;
    ///
    /// let drop = |name| Op::DropTable { name: Name::new(name), if_exists: false, cascade: false, together: vec![] };
    /// let sql = Dialect::Postgres.sql(&[drop("a"), drop("b")]).unwrap();
    /// assert_eq!(sql, "DROP TABLE a;\nDROP TABLE b;\n");
    /// ```
    pub fn sql(self, ops: &[Op]) -> Result<String, Unsupported> {
        self.section_text(&self.statements(ops)?)
    }

    /// Statements as one text, each with its semicolon. One of several lines stands apart from the others.
    ///
    /// # Errors
    ///
    /// A statement whose end would not be found where the text is split.
    pub fn section_text(self, statements: &[String]) -> Result<String, Unsupported> {
        self.noted_text(statements.iter().map(|statement| (None, statement.as_str())))
    }

    /// As [`Dialect::section_text`], with the note of a statement as comments before it.
    pub(crate) fn noted_text<'s>(
        self,
        statements: impl IntoIterator<Item = (Option<&'s str>, &'s str)>,
    ) -> Result<String, Unsupported> {
        let mut text = String::new();
        let mut is_apart = false;
        for (note, statement) in statements {
            if !self.is_split_back(statement) {
                let line = statement.lines().next().unwrap_or_default();
                return Err(Unsupported::new(format!(
                    "`{line} ..`, whose end is not found again,"
                )));
            }
            let has_lines = note.is_some() || statement.contains('\n');
            if !text.is_empty() && (has_lines || is_apart) {
                text.push('\n');
            }
            is_apart = has_lines;
            text.push_str(&note.map(comment).unwrap_or_default());
            text.push_str(statement);
            text.push_str(";\n");
        }
        Ok(text)
    }

    /// Returns `true` if a statement with a semicolon behind it is split into just this statement.
    fn is_split_back(self, statement: &str) -> bool {
        let file = SourceFile::new("", format!("{statement};\n"));
        let whole = Span::new(0, file.text().len());
        let (found, faults) = split(&file, whole, self.lex_rules());
        faults.is_empty()
            && matches!(found.as_slice(), [only] if only.span.of(file.text()) == statement.trim())
    }
}

/// A note as comments, each on its line.
pub(crate) fn comment(note: &str) -> String {
    note.lines().map(|line| format!("-- {line}\n")).collect()
}

/// The answers of a dialect to what [`diff`](crate::diff::diff) asks.
pub trait DiffRules {
    /// The operations that turn one column into another of the same name, in the order in which they
    /// run; `None` where only a new column can hold the values.
    fn alter_column(&self, table: &Name, before: &Column, after: &Column) -> Option<Vec<Op>>;

    /// The options that turn one definition of a sequence into another, which counts on from where it is;
    /// `None` where it must be created again.
    fn alter_sequence(&self, before: &str, after: &str) -> Option<Vec<(String, String)>> {
        let _ = (before, after);
        None
    }

    /// The sequence that a column owns, and its definition as one that no column owns.
    fn own_sequence(&self, table: &Name, column: &Column) -> Option<(Name, String)> {
        let _ = (table, column);
        None
    }

    /// The statement that lets a column count on behind the rows that are there, once an operation has made it
    /// count.
    fn count_on(&self, op: &Op, before: &Schema, after: &Schema) -> Option<String> {
        let _ = (op, before, after);
        None
    }

    /// The options that change when one of a table differs, with their new values.
    fn table_options(
        &self,
        option: &str,
        before: Option<&String>,
        after: Option<&String>,
    ) -> Vec<(String, Option<String>)> {
        let _ = before;
        vec![(option.to_owned(), after.cloned())]
    }

    /// The change of the default collation of a table, with the columns that have it on both sides: they keep
    /// the old one until they are defined again. `None` if it stays.
    fn default_collation(
        &self,
        before: &Table,
        after: &Table,
    ) -> Option<(TableChange, Vec<Column>)> {
        let _ = (before, after);
        None
    }

    /// Returns `true` if a view keeps the columns that `*` means when it is created.
    fn expands_stars(&self) -> bool {
        false
    }

    /// Returns `true` if a constraint comes and goes with that of a parent.
    fn is_inherited_constraint(&self, details: &str) -> bool {
        let _ = details;
        false
    }

    /// Returns `true` if a column comes and goes with the same column of a parent.
    fn is_inherited(&self, table: &Table, column: &Column) -> bool {
        let _ = (table, column);
        false
    }

    /// Returns `true` if the catalog tells the names of constraints as they were written.
    fn keeps_case_of_constraints(&self) -> bool {
        true
    }

    /// Returns `true` if a constraint can be renamed.
    fn renames_constraints(&self) -> bool {
        false
    }

    /// Returns `true` if a foreign key creates the index that it needs, and takes one away that an earlier
    /// foreign key created.
    fn foreign_keys_create_indexes(&self) -> bool {
        false
    }

    /// Returns `true` if the order of the columns is part of a table.
    fn orders_columns(&self) -> bool {
        false
    }

    /// The column whose definition holds a check.
    fn column_of_check<'c>(&self, columns: &'c [Column], check: &Check) -> Option<&'c Column> {
        let _ = (columns, check);
        None
    }

    /// Returns `true` if a foreign key may be created before its parent.
    fn parent_may_be_missing(&self) -> bool {
        false
    }

    /// Returns `true` if a table becomes a partition of another one by a statement of its own.
    fn attaches_partitions(&self) -> bool {
        false
    }

    /// Returns `true` if a table keeps its indexes and comments in its own definition.
    fn table_holds_parts(&self) -> bool {
        false
    }

    /// Returns `true` if a foreign key stops a change of the type of its columns, on both sides.
    fn foreign_keys_hold_types(&self, _before: &DataType, _after: &DataType) -> bool {
        false
    }

    /// Returns `true` if a view stops changes of the columns that it reads.
    fn view_holds_columns(&self) -> bool {
        false
    }

    /// Returns `true` if the body of a function is read when it is created, and holds the columns that it mentions.
    fn function_holds_columns(&self, definition: &str) -> bool {
        let _ = definition;
        false
    }

    /// Returns the part of the definition of an object that must resolve when the object is created.
    fn text_at_creation<'d>(&self, kind: Kind, definition: &'d str) -> &'d str {
        let _ = kind;
        definition
    }

    /// Returns `true` if an object that is known by its text can be replaced while others use it.
    fn may_replace(&self, kind: Kind, before: &Other, after: &Other) -> bool {
        let _ = (kind, before, after);
        false
    }

    /// The changes that turn one text of a type into another while columns may be of it; `None` where the type must
    /// be created again.
    fn alter_type(&self, before: &str, after: &str, is_used: bool) -> Option<Vec<AttributeChange>> {
        let _ = (before, after, is_used);
        None
    }

    /// The key by which an object that is known by its text is dropped.
    fn drop_key(&self, kind: Kind, key: &str, other: &Other) -> String {
        let _ = (kind, other);
        key.to_owned()
    }

    /// The index that an option of a table names: the option is set again when the index is created again.
    fn index_of_option<'v>(&self, option: &str, value: &'v str) -> Option<&'v str> {
        let _ = (option, value);
        None
    }

    /// The text of a grant that leads from one to another, as [`Op::CreateOther`] has it; `None` where the first
    /// must be taken back.
    fn change_grant(&self, key: &str, before: &Other, after: &Other) -> Option<String> {
        let _ = (key, before, after);
        None
    }

    /// What a session needs before objects with these texts are created.
    fn settings(&self, created: &[Op]) -> Vec<Op> {
        let _ = created;
        Vec::new()
    }

    /// Returns `true` if a table that differs like this must be created again under another name, its rows
    /// copied and the old one dropped.
    fn needs_rebuild(&self, before: &Table, after: &Table, differences: &[&Difference]) -> bool {
        let _ = (before, after, differences);
        false
    }

    /// Renames an index; `None` where the database has no statement for it.
    fn rename_index(&self, table: &Name, index: &str, to: &str) -> Option<Op> {
        let _ = (table, index, to);
        None
    }

    /// The operations that do the same to a table that exists without blocking others for long.
    fn online(&self, op: Op, table: &Table) -> Vec<OnlineOp> {
        let _ = table;
        vec![OnlineOp::from(op)]
    }

    /// The new definitions of a column whose own type has the values: one with the old and the new name of a
    /// value, and one with the new name alone. `None` where values have no type of a column.
    fn rename_value(
        &self,
        table: &Name,
        of: &Table,
        column: &Column,
        from: &str,
        to: &str,
    ) -> Option<(Op, Op)> {
        let _ = (table, of, column, from, to);
        None
    }

    /// The statement that puts one value in the place of another in all rows.
    fn replace_value(&self, table: &Name, column: &str, from: &str, to: &str) -> String {
        let _ = (table, column, from, to);
        String::new()
    }

    /// Returns `true` if no value loses anything when a column gets another type.
    fn keeps_values(&self, before: &DataType, after: &DataType) -> bool;

    /// A literal of the type of a column, to fill rows with; `None` where none is right.
    fn placeholder(&self, column: &Column, schema: &Schema) -> Option<String>;

    /// Whether a new column with a default has it in every row at once, without a trigger that sees it.
    fn fills_by_default(&self) -> bool {
        false
    }

    /// The statement that gives rows without a value one.
    fn fill_rows(&self, table: &Name, column: &str, value: &str) -> String;

    /// The operations that create a table again with its rows, without its indexes and triggers.
    fn rebuild(&self, name: &Name, before: &Table, after: &Table) -> Vec<Op> {
        let _ = (name, before, after);
        Vec::new()
    }
}

/// An operation in the form that does not block others for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlineOp {
    /// The operation.
    pub op: Op,
    /// Whether it cannot run in a transaction, or must not share one to be of use.
    pub autocommit: bool,
}

impl From<Op> for OnlineOp {
    fn from(op: Op) -> Self {
        Self { op, autocommit: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_a_wider_type() {
        for (dialect, from, to, wanted) in [
            (Dialect::Postgres, "integer", "bigint", true),
            (Dialect::Postgres, "bigint", "integer", false),
            (Dialect::Postgres, "character varying(20)", "text", true),
            (Dialect::Postgres, "text", "character varying(20)", false),
            (Dialect::Postgres, "character varying(20)", "character varying(30)", true),
            (Dialect::Postgres, "timestamp with time zone", "date", false),
            (Dialect::Postgres, "numeric(10,4)", "numeric(10,2)", false),
            (Dialect::Postgres, "integer", "text", true),
            (Dialect::Postgres, "text", "integer", false),
            (Dialect::Mysql, "int(11)", "bigint(20)", true),
            (Dialect::Mysql, "int(11)", "bigint(20) unsigned", false),
            (Dialect::Sqlite, "INTEGER", "TEXT", true),
            (Dialect::Sqlite, "TEXT", "INTEGER", false),
            (Dialect::Sqlite, "INTEGER", "REAL", false),
        ] {
            let keeps = dialect.diff_rules().keeps_values(&from.into(), &to.into());
            assert_eq!(keeps, wanted, "{dialect}: {from} and {to}");
        }
    }
}
