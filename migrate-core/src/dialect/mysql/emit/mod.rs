//! Operations as MySQL's and MariaDB's SQL.
//!
//! [`emit`] prints the statements of one operation; [`Emitter`] answers what `diff` asks. Both servers print
//! their catalogs alike, so what one of them tells is written as it takes it. Identifiers have backticks only where
//! one of the servers needs them.
//!
//! Limits: an event in a time zone of its own, a trigger with a place among others, a stored program with a
//! collation of its own, grants and the options of the database are refused as [`Unsupported`].

mod rules;
mod table;
mod values;

use std::collections::BTreeMap;

use super::PREPARED;
use super::keywords::identifier as quoted;
use crate::dialect::{Dialect, Unsupported};
use crate::op::{ConstraintKey, Op, SequenceChange, TableChange, TableConstraint};
use crate::schema::{Kind, Name, Other, Sequence, View};

pub use rules::Emitter;

/// A name with its database.
fn name(own: &Name) -> String {
    match &own.namespace {
        Some(namespace) => format!("{}.{}", quoted(namespace), quoted(&own.name)),
        None => quoted(&own.name),
    }
}

/// A string literal.
fn string(text: &str) -> String {
    Dialect::Mysql.literal(text)
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|own| quoted(own)).collect();
    format!("({})", names.join(", "))
}

/// The statements of an operation, without semicolons.
///
/// # Errors
///
/// An object whose text is not a statement, or an operation that the server does not have.
pub fn emit(op: &Op) -> Result<Vec<String>, Unsupported> {
    let alter = |table: &Name, text: String| vec![format!("ALTER TABLE {} {text}", name(table))];
    Ok(match op {
        Op::CreateTable { name: own, table, .. } => vec![table::create(own, table)],
        Op::DropTable { name: own, if_exists, .. } => vec![drop("TABLE", &name(own), *if_exists)],
        Op::RenameTable { name: own, to, .. } => {
            vec![format!("RENAME TABLE {} TO {}", name(own), name(to))]
        }
        Op::AlterTable { table, change } => alter(table, table::change(change)?),
        Op::AddColumn { table, column, constraints, position, .. } => {
            let column = table::column(column, constraints);
            alter(table, format!("ADD COLUMN {column}{}", table::position(position)))
        }
        Op::ReplaceColumn { table, column, with, constraints, position, .. } => {
            let verb = match *column == with.name {
                true => "MODIFY COLUMN".to_owned(),
                false => format!("CHANGE COLUMN {}", quoted(column)),
            };
            alter(
                table,
                format!("{verb} {}{}", table::column(with, constraints), table::position(position)),
            )
        }
        Op::DropColumn { table, column, .. } => {
            alter(table, format!("DROP COLUMN {}", quoted(column)))
        }
        Op::RenameColumn { table, column, to } => {
            alter(table, format!("RENAME COLUMN {} TO {}", quoted(column), quoted(to)))
        }
        Op::AddConstraint { table, constraint, .. } => {
            alter(table, format!("ADD {}", table::constraint(constraint)))
        }
        Op::DropConstraint { table, constraint, .. } => {
            let text = match constraint {
                ConstraintKey::PrimaryKey => "DROP PRIMARY KEY".to_owned(),
                ConstraintKey::ForeignKey(own) => format!("DROP FOREIGN KEY {}", quoted(own)),
                ConstraintKey::Check(own) | ConstraintKey::Named(own) => {
                    format!("DROP CONSTRAINT {}", quoted(own))
                }
            };
            alter(table, text)
        }
        Op::CreateIndex { table, name: own, index, .. } => {
            alter(table, format!("ADD {}", table::index(own.as_deref().unwrap_or_default(), index)))
        }
        Op::DropIndex { name: own, table, .. } => match table {
            Some(table) => alter(table, format!("DROP INDEX {}", quoted(&own.name))),
            None => return Err(Unsupported::new("an index without its table")),
        },
        Op::CreateView { name: own, view, or_replace, .. } => {
            vec![view_text(own, view, *or_replace)]
        }
        Op::DropView { name: own, if_exists, .. } => vec![drop("VIEW", &name(own), *if_exists)],
        Op::CreateTrigger { trigger, .. } => stored_program(&trigger.definition)?,
        Op::DropTrigger { name: own, if_exists, .. } => {
            vec![drop("TRIGGER", &name(own), *if_exists)]
        }
        Op::CreateSequence { name: own, sequence, .. } => vec![sequence_text(own, sequence)],
        Op::AlterSequence { name: own, change: SequenceChange::Options(changes), .. } => {
            vec![format!("ALTER SEQUENCE {} {}", name(own), sequence_options(changes))]
        }
        Op::CreateOther { kind, key, other, .. } => create_other(*kind, key, other)?,
        Op::Drop { kind: Kind::Sequence, name: own, if_exists, .. } => {
            vec![drop("SEQUENCE", &name(own), *if_exists)]
        }
        Op::Drop { kind, key: Some(key), if_exists, .. } => match kind {
            Kind::Function => vec![drop("FUNCTION", &quoted(key), *if_exists)],
            Kind::Procedure => match key.split_once(' ') {
                Some(("package", own)) => vec![drop("PACKAGE", &quoted(own), *if_exists)],
                Some(_) => return Err(Unsupported::new("the body of a package")),
                None => vec![drop("PROCEDURE", &quoted(key), *if_exists)],
            },
            Kind::Event => vec![drop("EVENT", &quoted(key), *if_exists)],
            kind => return Err(Unsupported::new(kind.word())),
        },
        Op::Rename { subject, to, .. } if subject.kind == Kind::Index => {
            let own = subject.part.as_deref().unwrap_or_default();
            alter(&subject.name, format!("RENAME INDEX {} TO {}", quoted(own), quoted(to)))
        }
        Op::Comment { subject, comment } if subject.kind == Kind::Table => {
            let text = string(comment.as_deref().unwrap_or_default());
            alter(&subject.name, format!("COMMENT = {text}"))
        }
        Op::Set { name: own, value } => {
            if let (Some(statement), Some(value)) = (own.strip_prefix(PREPARED), value) {
                return Ok(vec![format!("PREPARE {} FROM {value}", quoted(statement))]);
            }
            vec![format!("SET {own} = {}", value.as_deref().unwrap_or("DEFAULT"))]
        }
        Op::Run { text } => vec![text.clone()],
        Op::Rows { .. } => Vec::new(),
        _ => return Err(Unsupported::of(op)),
    })
}

/// The statements of operations. All changes of one table but those of its foreign keys are one `ALTER TABLE`:
/// a column that counts must have its key in the same statement, and the table is copied once.
///
/// # Errors
///
/// As [`emit`].
pub fn statements(ops: &[Op]) -> Result<Vec<String>, Unsupported> {
    let mut all: Vec<String> = Vec::new();
    let mut of_table: BTreeMap<&Name, usize> = BTreeMap::new();
    for op in ops {
        let statements = emit(op)?;
        let Some(table) = changed_table(op) else {
            all.extend(statements);
            continue;
        };
        let start = format!("ALTER TABLE {} ", name(table));
        for statement in statements {
            let Some(change) = statement.strip_prefix(&start) else {
                all.push(statement);
                continue;
            };
            match of_table.get(table) {
                Some(at) => all[*at].push_str(&format!(", {change}")),
                None => {
                    of_table.insert(table, all.len());
                    all.push(statement);
                }
            }
        }
    }
    Ok(all)
}

/// The table that an operation changes in an `ALTER TABLE` that may hold other changes.
fn changed_table(op: &Op) -> Option<&Name> {
    match op {
        Op::AddConstraint { constraint, .. }
            if matches!(**constraint, TableConstraint::ForeignKey(_)) =>
        {
            None
        }
        Op::DropConstraint { constraint: ConstraintKey::ForeignKey(_), .. } => None,
        Op::AlterTable { change: TableChange::Partitions(_), .. } => None,
        Op::AddColumn { table, .. }
        | Op::ReplaceColumn { table, .. }
        | Op::DropColumn { table, .. }
        | Op::AddConstraint { table, .. }
        | Op::DropConstraint { table, .. }
        | Op::CreateIndex { table, .. }
        | Op::DropIndex { table: Some(table), .. }
        | Op::AlterTable { table, .. } => Some(table),
        Op::Comment { subject, .. } if subject.kind == Kind::Table => Some(&subject.name),
        _ => None,
    }
}

fn drop(kind: &str, own: &str, if_exists: bool) -> String {
    let exists = if if_exists { "IF EXISTS " } else { "" };
    format!("DROP {kind} {exists}{own}")
}

/// The statements that create a stored program: a user and an `sql_mode` of its own stand in a comment behind
/// its text.
fn stored_program(text: &str) -> Result<Vec<String>, Unsupported> {
    if text.contains(" /* in ") || text.contains(" /* as number ") {
        return Err(Unsupported::new("an event with a time zone, or a trigger with an order"));
    }
    let Some(at) = text.rfind("\n/* ").filter(|_| text.ends_with(" */")) else {
        return Ok(vec![text.to_owned()]);
    };
    let mut create = text[..at].to_owned();
    let mut all = Vec::new();
    for setting in text[at + 4..text.len() - 3].split(' ') {
        match setting.split_once('=') {
            Some(("DEFINER", user)) => {
                let (user, host) = user.rsplit_once('@').unwrap_or((user, "%"));
                let definer = format!("CREATE DEFINER={}@{} ", quoted(user), quoted(host));
                create = create.replacen("CREATE ", &definer, 1);
            }
            Some(("sql_mode", mode)) => {
                all.push("SET @own_sql_mode = @@SESSION.sql_mode".to_owned());
                all.push(format!("SET SESSION sql_mode = {}", string(mode)));
            }
            _ => return Err(Unsupported::new(format!("a stored program with {setting}"))),
        }
    }
    let has_mode = !all.is_empty();
    all.push(create);
    if has_mode {
        all.push("SET SESSION sql_mode = @own_sql_mode".to_owned());
    }
    Ok(all)
}

fn view_text(own: &Name, view: &View, or_replace: bool) -> String {
    let details = &view.details;
    let mut head = String::from(if or_replace { "CREATE OR REPLACE" } else { "CREATE" });
    let mut columns = String::new();
    let mut check = String::new();
    let mut rest = details.as_str();
    while !rest.is_empty() {
        if rest.starts_with('(') {
            let end = rest.find(')').map_or(rest.len(), |at| at + 1);
            columns = format!(" {}", &rest[..end]);
            rest = rest[end..].trim_start();
        } else if rest.starts_with("WITH ") {
            check = format!(" {rest}");
            rest = "";
        } else if let Some(behind) = rest.strip_prefix("SQL SECURITY ") {
            let (word, behind) = behind.split_once(' ').unwrap_or((behind, ""));
            head.push_str(&format!(" SQL SECURITY {word}"));
            rest = behind;
        } else {
            let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
            head.push_str(&format!(" {word}"));
            rest = behind;
        }
    }
    format!("{head} VIEW {}{columns} AS {}{check}", name(own), view.definition)
}

fn sequence_text(own: &Name, sequence: &Sequence) -> String {
    let comment = sequence
        .comment
        .as_ref()
        .map_or_else(String::new, |text| format!(" COMMENT={}", string(text)));
    format!("CREATE SEQUENCE {} {}{comment}", name(own), sequence.definition)
}

/// Options of a sequence by name, as SQL writes them.
fn sequence_options(changes: &[(String, String)]) -> String {
    let word = |(name, value): &(String, String)| match (name.as_str(), value.as_str()) {
        ("CYCLE", "YES") => "CYCLE".to_owned(),
        (_, "NO") => format!("NO{name}"),
        ("START" | "RESTART", value) if !value.is_empty() => format!("{name} WITH {value}"),
        ("INCREMENT", value) => format!("INCREMENT BY {value}"),
        (_, value) => format!("{name} {value}").trim_end().to_owned(),
    };
    changes.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// The statement of an event: the catalog's word for its status is not that of the statement.
fn with_event_status(definition: &str) -> String {
    for completion in [" ON COMPLETION NOT PRESERVE ", " ON COMPLETION PRESERVE "] {
        let Some((before, after)) = definition.split_once(completion) else { continue };
        let (status, rest) = after.split_once(' ').unwrap_or((after, ""));
        let status = match status {
            "ENABLED" => "ENABLE",
            "DISABLED" => "DISABLE",
            "SLAVESIDE_DISABLED" => "DISABLE ON SLAVE",
            other => other,
        };
        return format!("{before}{completion}{status} {rest}");
    }
    definition.to_owned()
}

fn create_other(kind: Kind, key: &str, other: &Other) -> Result<Vec<String>, Unsupported> {
    match kind {
        Kind::Function | Kind::Procedure if !other.definition.is_empty() => {
            stored_program(&other.definition)
        }
        Kind::Event if !other.definition.is_empty() => {
            stored_program(&with_event_status(&other.definition))
        }
        _ => Err(Unsupported::new(format!("{} {key}", kind.word()))),
    }
}
