//! What a statement may mean in two ways, so that it is not followed.

use super::{TEMP, text};
use crate::apply::{Part, State};
use crate::schema::{Column, Kind, Name, Table};

/// Returns `true` if an object is a temporary one, or has the name of one.
pub(super) fn has_temporary(state: &State, name: &Name) -> bool {
    name.namespace.is_some() || exists(state, &temporary(name))
}

/// Marks an object of the database and a temporary one of its name: `t` means the temporary one, and
/// `main.t`, which is read as `t`, the other.
pub(super) fn mark_hidden(state: &mut State, name: &Name) {
    const WHY: &str = "a temporary object hides it";
    let (temporary, own) = (temporary(name), Name::new(name.name.clone()));
    if exists(state, &temporary) && exists(state, &own) {
        state.mark_name(&temporary, WHY);
        state.mark_name(&own, WHY);
    }
}

/// Marks expressions with a string that may have been written in double quotes: it is a column where the
/// table has one of this name.
pub(super) fn mark_strings(state: &mut State, table: &Name, column: &str) {
    const WHY: &str = "a string in it may be the name of a new column";
    let Some(found) = state.table(table) else { return };
    let has = |expression: &str| text::has_string(expression, column);
    let mut parts = Vec::new();
    if found.checks.iter().any(|check| has(&check.expression)) {
        parts.push(Part::Constraints);
    }
    for one in &found.columns {
        if one.generated.as_ref().is_some_and(|generated| has(&generated.expression)) {
            parts.push(Part::Column(state.rules().fold(Kind::Column, &one.name).into_owned()));
        }
    }
    for (name, index) in &found.indexes {
        let mut texts = index.parts.iter().map(|part| &part.expression).chain(&index.predicate);
        if texts.any(|text| has(text)) {
            parts.push(Part::Index(state.rules().fold(Kind::Index, name).into_owned()));
        }
    }
    for part in parts {
        state.mark(Kind::Table, table, part, WHY);
    }
}

/// Marks the texts of a new column whose table has columns that are not known: a name in double quotes may be
/// one of them, or a string.
pub(super) fn mark_new_texts(state: &mut State, table: &Name, column: &Column, of: &Table) {
    const WHY: &str = "how the names in it are spelled";
    if state.unknown().part(Kind::Table, &state.fold(table), &Part::Columns).is_none() {
        return;
    }
    if !of.checks.is_empty() {
        state.mark(Kind::Table, table, Part::Constraints, WHY);
    }
    if column.generated.is_some() {
        let name = state.rules().fold(Kind::Column, &column.name).into_owned();
        state.mark(Kind::Table, table, Part::Column(name), WHY);
    }
}

fn temporary(name: &Name) -> Name {
    Name { namespace: Some(TEMP.to_owned()), name: name.name.clone() }
}

fn exists(state: &State, name: &Name) -> bool {
    [Kind::Table, Kind::View].into_iter().any(|kind| state.find_spelled(kind, name).is_some())
}

#[cfg(test)]
mod tests {
    use crate::apply::{State, apply};
    use crate::dialect::Dialect;
    use crate::source::Span;

    /// What is not known behind statements, none of which is refused.
    fn marks(statements: &[&str]) -> Vec<String> {
        let mut state = State::new(Dialect::Sqlite.rules());
        for sql in statements {
            for op in Dialect::Sqlite.parse(sql, Span::new(0, sql.len())).unwrap().unwrap() {
                apply(&mut state, &op).unwrap_or_else(|fault| panic!("{sql}: {fault}"));
            }
        }
        state.unknown().marks().map(|(target, _)| target.to_string()).collect()
    }

    #[test]
    fn a_string_may_become_a_column() {
        let table = "CREATE TABLE t (b TEXT CHECK (\"a\" <> 'x'))";
        assert_eq!(marks(&[table, "ALTER TABLE t ADD COLUMN c INTEGER"]), [""; 0]);
        assert_eq!(marks(&[table, "ALTER TABLE t ADD COLUMN a INTEGER"]).len(), 1);
        assert_eq!(marks(&[table, "ALTER TABLE t RENAME COLUMN b TO A"]).len(), 1);
        let index = "CREATE INDEX i ON u (lower(\"a\"))";
        let table = "CREATE TABLE u (b TEXT)";
        assert_eq!(marks(&[table, index, "ALTER TABLE u ADD COLUMN a INTEGER"]).len(), 1);
    }

    #[test]
    fn texts_over_columns_that_are_not_known_are_not_known() {
        let table = "CREATE TABLE t AS SELECT *, a + 1 FROM u";
        let marks = |sql| marks(&["CREATE TABLE u (a, b)", table, sql]).len();
        let usual = marks("SELECT 1");
        assert_eq!(marks("CREATE INDEX i ON t (a)"), usual);
        assert_eq!(marks("CREATE INDEX i ON t (a COLLATE BINARY)"), usual + 1);
        // Both columns, the keys and indexes of the table.
        assert_eq!(marks("ALTER TABLE t RENAME COLUMN a TO c"), usual + 4);
        assert_eq!(marks("ALTER TABLE t ADD COLUMN c CHECK (\"a\" <> 'x')"), usual + 1);
    }

    #[test]
    fn a_table_of_the_file_may_be_meant_beside_a_temporary_one() {
        let own = "CREATE TABLE t (b TEXT)";
        let temporary = "CREATE TEMP TABLE t (a TEXT)";
        let add = "ALTER TABLE main.t ADD COLUMN a INTEGER";
        assert_eq!(marks(&[own, temporary, add]).len(), 2);
        assert_eq!(marks(&[temporary, own, add]).len(), 2);
        assert_eq!(
            marks(&["CREATE TABLE u (b)", temporary, "ALTER TABLE u RENAME TO t", add]).len(),
            2
        );
        assert_eq!(marks(&[own, "CREATE TEMP TABLE u (a TEXT)", add]), [""; 0]);
    }
}
