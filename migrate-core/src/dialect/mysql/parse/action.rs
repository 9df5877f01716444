//! Actions of `ALTER TABLE` that drop, rename or change what exists, and those without an effect on
//! the schema.

use super::alter::Phase;
use super::default::default;
use super::grammar::{
    column_name, if_exists, name, one_of, parentheses_close, qualified, qualified_list, written,
};
use super::text_type::charset;
use crate::op::{ColumnChange, Condition, ConstraintKey, Op, Position, Subject, TableChange};
use crate::schema::{Kind, Name};
use crate::sql::{Cursor, Unexpected};

/// Passes over `RESTRICT` or `CASCADE`, which mean nothing.
fn behaviour(cursor: &mut Cursor<'_>) {
    let _ = cursor.eat("RESTRICT") || cursor.eat("CASCADE");
}

/// What follows `DROP`.
pub(super) fn drop(table: Name, cursor: &mut Cursor<'_>) -> Result<(Phase, Op), Unexpected> {
    let change = |change| (Phase::Options, Op::AlterTable { table: table.clone(), change });
    let constraint = |constraint, if_exists| {
        let table = table.clone();
        (Phase::DropKeys, Op::DropConstraint { table, constraint, if_exists, cascade: false })
    };
    if cursor.eat("PRIMARY") {
        cursor.expect("KEY")?;
        return Ok(constraint(ConstraintKey::PrimaryKey, false));
    }
    if cursor.eat("FOREIGN") {
        cursor.expect("KEY")?;
        let if_exists = if_exists(cursor)?;
        let key = ConstraintKey::ForeignKey(name(cursor, "the name of a foreign key")?);
        behaviour(cursor);
        return Ok(constraint(key, if_exists));
    }
    if cursor.eat("CONSTRAINT") {
        let if_exists = if_exists(cursor)?;
        let key = ConstraintKey::Named(name(cursor, "the name of a constraint")?);
        behaviour(cursor);
        return Ok(constraint(key, if_exists));
    }
    if cursor.eat("CHECK") {
        let key = ConstraintKey::Check(name(cursor, "the name of a check")?);
        return Ok(constraint(key, false));
    }
    if cursor.eat("INDEX") || cursor.eat("KEY") {
        let if_exists = if_exists(cursor)?;
        let key = Name::new(name_of_key(cursor)?);
        behaviour(cursor);
        let (cascade, concurrently) = (false, false);
        let op = Op::DropIndex { name: key, table: Some(table), if_exists, cascade, concurrently };
        return Ok((Phase::DropKeys, op));
    }
    if cursor.eat("SYSTEM VERSIONING") {
        let name = "with system versioning".to_owned();
        return Ok(change(TableChange::Option { name, value: None }));
    }
    if cursor.eat("PERIOD FOR") {
        if_exists(cursor)?;
        let period = name(cursor, "the name of a period")?.to_lowercase();
        let name = format!("period for {period}");
        return Ok(change(TableChange::Option { name, value: None }));
    }
    if cursor.eat("PARTITION") {
        if_exists(cursor)?;
        let start = *cursor;
        qualified_list(cursor, "the name of a partition")?;
        cursor.end()?;
        let text = format!("DROP PARTITION {}", written(start.before(cursor)));
        return Ok(change(TableChange::Partitions(text)));
    }
    cursor.eat("COLUMN");
    let if_exists = if_exists(cursor)?;
    let column = column_name(cursor)?;
    behaviour(cursor);
    let op = Op::DropColumn { table, column, if_exists, cascade: false };
    Ok((Phase::DropColumns, op))
}

/// `ALTER COLUMN`, `ALTER INDEX`, and MySQL's `ALTER CHECK`.
pub(super) fn alter(table: Name, cursor: &mut Cursor<'_>) -> Result<(Phase, Op), Unexpected> {
    if cursor.eat("INDEX") || cursor.eat("KEY") {
        if_exists(cursor)?;
        let name = name_of_key(cursor)?;
        let states = ["VISIBLE", "INVISIBLE", "IGNORED", "NOT IGNORED"];
        let state = one_of(cursor, &states)?.to_owned();
        let change = TableChange::Index { name, state };
        return Ok((Phase::Options, Op::AlterTable { table, change }));
    }
    if cursor.eat("CHECK") || cursor.eat("CONSTRAINT") {
        let name = name(cursor, "the name of a check")?;
        let details = one_of(cursor, &["NOT ENFORCED", "ENFORCED"])?.to_owned();
        let op = Op::AlterConstraint { table, name, deferrable: None, details };
        return Ok((Phase::Options, op));
    }
    cursor.eat("COLUMN");
    let if_exists = if_exists(cursor)?;
    let column = column_name(cursor)?;
    let change = if cursor.eat("SET DEFAULT") {
        ColumnChange::Default(Some(default(cursor)?.unwrap_or_else(|| "NULL".to_owned())))
    } else if cursor.eat("DROP DEFAULT") {
        ColumnChange::Default(None)
    } else {
        let state =
            one_of(cursor, &["SET VISIBLE", "SET INVISIBLE", "SET DEFAULT", "DROP DEFAULT"])?;
        let value = (state == "SET INVISIBLE").then(String::new);
        ColumnChange::Detail { name: "INVISIBLE".to_owned(), value }
    };
    let op = Op::AlterColumn { table, column, change };
    let op = match if_exists {
        true => Op::Conditional { condition: Condition::Present, op: Box::new(op) },
        false => op,
    };
    Ok((Phase::ChangeColumns, op))
}

/// What follows `RENAME`.
pub(super) fn rename(table: Name, cursor: &mut Cursor<'_>) -> Result<(Phase, Op), Unexpected> {
    if cursor.eat("COLUMN") {
        let if_exists = if_exists(cursor)?;
        let column = name(cursor, "the name of a column")?;
        cursor.expect("TO")?;
        let to = name(cursor, "the new name")?;
        let op = Op::RenameColumn { table, column, to };
        let op = match if_exists {
            true => Op::Conditional { condition: Condition::Present, op: Box::new(op) },
            false => op,
        };
        return Ok((Phase::ChangeColumns, op));
    }
    if cursor.eat("INDEX") || cursor.eat("KEY") {
        let if_exists = if_exists(cursor)?;
        let part = Some(name_of_key(cursor)?);
        cursor.expect("TO")?;
        let to = name_of_key(cursor)?;
        let subject = Subject { kind: Kind::Index, name: table, part };
        return Ok((Phase::RenameKeys, Op::Rename { subject, to, if_exists }));
    }
    let _ = cursor.eat("TO") || cursor.eat("AS") || cursor.eat("=");
    let to = qualified(cursor, "the new name")?;
    Ok((Phase::Rename, Op::RenameTable { name: table, to, if_exists: false }))
}

/// The name of a key; `PRIMARY` is that of the primary key.
pub(super) fn name_of_key(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    name(cursor, "the name of a key")
}

pub(super) fn position(cursor: &mut Cursor<'_>) -> Result<Position, Unexpected> {
    if cursor.eat("FIRST") {
        return Ok(Position::First);
    }
    if cursor.eat("AFTER") {
        return Ok(Position::After(name(cursor, "the name of a column")?));
    }
    Ok(Position::Last)
}

/// The character set behind `CONVERT TO`.
pub(super) fn convert_to(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    one_of(cursor, &["CHARACTER SET", "CHAR SET", "CHARSET"])?;
    if cursor.eat("DEFAULT") { Ok("default".to_owned()) } else { charset(cursor) }
}

/// Passes over an action on partitions, if one comes next.
pub(super) fn partitions_change(cursor: &mut Cursor<'_>) -> Result<bool, Unexpected> {
    const FORMS: [&str; 13] = [
        "ANALYZE PARTITION",
        "CHECK PARTITION",
        "COALESCE PARTITION",
        "CONVERT PARTITION",
        "CONVERT TABLE",
        "DISCARD PARTITION",
        "EXCHANGE PARTITION",
        "IMPORT PARTITION",
        "OPTIMIZE PARTITION",
        "REBUILD PARTITION",
        "REORGANIZE PARTITION",
        "REPAIR PARTITION",
        "TRUNCATE PARTITION",
    ];
    if cursor.eat("REMOVE") {
        cursor.expect("PARTITIONING")?;
        return Ok(true);
    }
    if cursor.eat_any(&FORMS).is_none() {
        return Ok(false);
    }
    // The rest is that of one server and one version.
    let rest = cursor.rest();
    parentheses_close(rest)?;
    if rest.is_empty() { Err(rest.unexpected("the name of a partition")) } else { Ok(true) }
}

/// Passes over an action that changes no schema.
pub(super) fn without_effect(cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
    const FORMS: [&str; 9] = [
        "DISABLE KEYS",
        "ENABLE KEYS",
        "FORCE",
        "DISCARD TABLESPACE",
        "IMPORT TABLESPACE",
        "WITH VALIDATION",
        "WITHOUT VALIDATION",
        "ONLINE",
        "SECONDARY_LOAD",
    ];
    if cursor.eat_any(&FORMS).is_some() {
        return Ok(());
    }
    if algorithm_or_lock(cursor)? {
        return Ok(());
    }
    if cursor.eat("ORDER") {
        cursor.expect("BY")?;
        loop {
            column_name(cursor)?;
            let _ = cursor.eat("ASC") || cursor.eat("DESC");
            if !cursor.eat(",") {
                return cursor.end();
            }
        }
    }
    Err(cursor.unexpected("an action of `ALTER TABLE`"))
}

/// Passes over `ALGORITHM = x` or `LOCK = x`, if one comes next.
pub(super) fn algorithm_or_lock(cursor: &mut Cursor<'_>) -> Result<bool, Unexpected> {
    if cursor.eat("ALGORITHM") {
        cursor.eat("=");
        one_of(cursor, &["DEFAULT", "INPLACE", "COPY", "NOCOPY", "INSTANT"])?;
        return Ok(true);
    }
    if cursor.eat("LOCK") {
        cursor.eat("=");
        one_of(cursor, &["DEFAULT", "NONE", "SHARED", "EXCLUSIVE"])?;
        return Ok(true);
    }
    Ok(false)
}
