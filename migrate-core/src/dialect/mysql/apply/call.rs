//! Calls of procedures.
//!
//! MySQL has no `DROP INDEX IF EXISTS`, so histories write procedures: if the catalog has an object,
//! a statement that is put together from literals and arguments drops it. Such a procedure is read;
//! what any other does is unknown.

use super::Mysql;
use crate::apply::{Fault, Found, Part, Rules as _, State, apply_generally};
use crate::dialect::mysql::{LEX_RULES, parse};
use crate::op::{Condition as When, ConstraintKey, Op};
use crate::schema::{Kind, Name};
use crate::source::Span;
use crate::sql::{Cursor, Tokens};

/// Applies a call.
pub(super) fn call(
    state: &mut State,
    name: &Name,
    arguments: &[Option<String>],
) -> Result<(), Fault> {
    let found = match state.find(&[Kind::Procedure], name) {
        Found::Known((_, found)) => found,
        Found::Unknown => {
            state.mark_everything("a procedure that is not known is called");
            return Ok(());
        }
        // The case of its name means nothing.
        Found::Missing if has_other_case(state, name) => {
            state.mark_everything("a procedure that is not known is called");
            return Ok(());
        }
        Found::Missing => return Err(Fault::missing(format!("procedure {name}"))),
    };
    let is_unknown = state.unknown().part(Kind::Procedure, &found, &Part::Text).is_some();
    let definition = state.other(Kind::Procedure, &found.name).map(|one| one.definition.clone());
    let ops = definition.filter(|_| !is_unknown).and_then(|text| read(&text, arguments));
    let Some(ops) = ops else {
        state.mark_everything("what the procedure does is not known");
        return Ok(());
    };
    ops.iter().try_for_each(|op| match Mysql.take(state, op) {
        Some(result) => result,
        None => apply_generally(state, op),
    })
}

fn has_other_case(state: &State, name: &Name) -> bool {
    let mut others = state.schema().others.keys();
    others.any(|(kind, key)| *kind == Kind::Procedure && key.eq_ignore_ascii_case(&name.name))
}

/// The parameters of a procedure, and their values.
struct Scope<'a> {
    names: Vec<String>,
    values: &'a [Option<String>],
}

impl Scope<'_> {
    /// The value of a literal or a parameter.
    fn value(&self, mut cursor: Cursor<'_>) -> Option<String> {
        let value = cursor.string().or_else(|| {
            let name = cursor.name()?;
            let at = self.names.iter().position(|one| one.eq_ignore_ascii_case(&name))?;
            self.values.get(at)?.clone()
        })?;
        cursor.is_empty().then_some(value)
    }
}

/// The operations of a call; `None` where the procedure is not of the form that is read.
fn read(definition: &str, arguments: &[Option<String>]) -> Option<Vec<Op>> {
    let tokens = Tokens::read(definition, Span::new(0, definition.len()), &LEX_RULES).ok()?;
    let mut cursor = tokens.cursor();
    cursor.eat("CREATE PROCEDURE").then_some(())?;
    cursor.name()?;
    let mut names = Vec::new();
    for mut item in cursor.group()?.items() {
        item.eat("IN");
        names.push(item.name()?);
    }
    let scope = Scope { names, values: arguments };
    cursor.take_until(|cursor| cursor.is("BEGIN"));
    cursor.eat("BEGIN").then_some(())?;
    cursor.eat("IF EXISTS").then_some(())?;
    let condition = Condition::read(cursor.group()?, &scope)?;
    cursor.eat("THEN").then_some(())?;
    let text = prepared(&mut cursor, &scope)?;
    (cursor.eat("END IF ;") && cursor.eat("END")).then_some(())?;
    cursor.eat(";");
    cursor.is_empty().then_some(())?;
    let text = text.trim_end().trim_end_matches(';');
    let ops = parse(text, Span::new(0, text.len())).ok()?;
    let ops = ops.into_iter().map(|op| condition.guard(op.value)).collect::<Option<Vec<_>>>()?;
    // Without the table there is nothing to drop.
    let table = When::TableExists(Name::new(condition.table.clone()));
    let guarded = |op| Op::Conditional { condition: table.clone(), op: Box::new(op) };
    Some(ops.into_iter().map(guarded).collect())
}

/// `SET @v = CONCAT(..); PREPARE s FROM @v; EXECUTE s; DEALLOCATE PREPARE s;`: the statement that is
/// executed.
fn prepared(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Option<String> {
    cursor.eat("SET @").then_some(())?;
    let variable = cursor.name()?;
    cursor.eat("= CONCAT").then_some(())?;
    let values = cursor.group()?.items().map(|item| scope.value(item));
    let text = values.collect::<Option<Vec<_>>>()?.concat();
    cursor.eat("; PREPARE").then_some(())?;
    let statement = cursor.name()?;
    cursor.eat("FROM @").then_some(())?;
    (cursor.name()? == variable).then_some(())?;
    cursor.eat("; EXECUTE").then_some(())?;
    (cursor.name()? == statement).then_some(())?;
    (cursor.eat("; DEALLOCATE PREPARE") || cursor.eat("; DROP PREPARE")).then_some(())?;
    (cursor.name()? == statement).then_some(())?;
    cursor.eat(";").then_some(text)
}

/// What the catalog is asked for.
struct Condition {
    table: String,
    index: Option<String>,
    constraint: Option<String>,
    column: Option<String>,
}

impl Condition {
    /// Reads `SELECT .. FROM information_schema.X WHERE ..`, which asks for nothing but an object of a
    /// table in the session's own database.
    fn read(mut cursor: Cursor<'_>, scope: &Scope<'_>) -> Option<Self> {
        cursor.eat("SELECT").then_some(())?;
        cursor.take_until(|cursor| cursor.is("FROM"));
        cursor.eat("FROM information_schema .").then_some(())?;
        let view = cursor.name()?.to_uppercase();
        cursor.eat("WHERE").then_some(())?;
        let mut table = None;
        let mut found = Self { table: String::new(), index: None, constraint: None, column: None };
        while !cursor.is_empty() {
            let mut part = cursor.take_until(|cursor| cursor.is("AND"));
            cursor.eat("AND");
            let column = part.name()?.to_uppercase();
            part.eat("=").then_some(())?;
            let is_own = part.is("DATABASE ( )") || part.is("SCHEMA ( )");
            match column.as_str() {
                "TABLE_SCHEMA" | "INDEX_SCHEMA" | "CONSTRAINT_SCHEMA" if is_own => {}
                "TABLE_NAME" => table = Some(scope.value(part)?),
                "INDEX_NAME" => found.index = Some(scope.value(part)?),
                "CONSTRAINT_NAME" => found.constraint = Some(scope.value(part)?),
                "COLUMN_NAME" => found.column = Some(scope.value(part)?),
                "CONSTRAINT_TYPE" if scope.value(part)? == "FOREIGN KEY" => {}
                _ => return None,
            }
        }
        found.table = table?;
        let fits = match view.as_str() {
            "STATISTICS" => found.index.is_some() && found.column.is_none(),
            "TABLE_CONSTRAINTS" => found.constraint.is_some(),
            "COLUMNS" => found.column.is_some(),
            _ => false,
        };
        fits.then_some(found)
    }

    /// The operation, where it drops the very object that the catalog was asked for.
    fn guard(&self, op: Op) -> Option<Op> {
        let same = |one: &Option<String>, other: &str| {
            one.as_ref().is_some_and(|one| one.eq_ignore_ascii_case(other))
        };
        let of_table = |table: &Name| table.namespace.is_none() && table.name == self.table;
        match op {
            Op::DropIndex { name, table: Some(table), cascade, concurrently, .. }
                if of_table(&table) && same(&self.index, &name.name) =>
            {
                let (if_exists, table) = (true, Some(table));
                Some(Op::DropIndex { name, table, if_exists, cascade, concurrently })
            }
            Op::DropConstraint {
                table,
                constraint: ConstraintKey::ForeignKey(name),
                cascade,
                ..
            } if of_table(&table) && same(&self.constraint, &name) => {
                let (if_exists, constraint) = (true, ConstraintKey::ForeignKey(name));
                Some(Op::DropConstraint { table, constraint, if_exists, cascade })
            }
            Op::DropColumn { table, column, cascade, .. }
                if of_table(&table) && same(&self.column, &column) =>
            {
                Some(Op::DropColumn { table, column, if_exists: true, cascade })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DROP_INDEX: &str = "CREATE PROCEDURE `p`(IN t VARCHAR(64), IN i VARCHAR(64))\nBEGIN \
        IF EXISTS (SELECT * FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() \
        AND TABLE_NAME = t AND INDEX_NAME = i) THEN \
        SET @q = CONCAT('ALTER TABLE ', t, ' DROP INDEX ', i, ';'); \
        PREPARE s FROM @q; EXECUTE s; DEALLOCATE PREPARE s; END IF; END";

    fn arguments(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|value| Some((*value).to_owned())).collect()
    }

    #[test]
    fn a_procedure_that_drops_what_exists_is_read() {
        let ops = read(DROP_INDEX, &arguments(&["users", "by_name"])).unwrap();
        let [Op::Conditional { op, .. }] = ops.as_slice() else { panic!("{ops:?}") };
        let Op::DropIndex { name, table: Some(table), if_exists: true, .. } = &**op else {
            panic!("{op:?}")
        };
        assert_eq!((name.name.as_str(), table.name.as_str()), ("by_name", "users"));
    }

    #[test]
    fn any_other_procedure_is_not_read() {
        let known = arguments(&["users", "by_name"]);
        for (from, to) in [
            ("DROP INDEX", "ADD INDEX"),
            ("INDEX_NAME = i", "INDEX_NAME = 'other'"),
            ("INDEX_NAME = i", "INDEX_NAME <> i"),
            ("END IF;", "END IF; DROP TABLE users;"),
            ("STATISTICS", "TABLES"),
        ] {
            assert!(read(&DROP_INDEX.replace(from, to), &known).is_none(), "{to}");
        }
        assert!(read(DROP_INDEX, &[None, None]).is_none());
    }
}
