//! Operations as PostgreSQL's SQL.
//!
//! [`emit`] prints the statements of one operation; [`Emitter`] answers what `diff` asks. The texts of
//! expressions, queries and bodies are printed as they are. Identifiers have quotes only where they need them.
//!
//! Limits: operator classes and families, objects of text search, publications and foreign servers are known
//! by texts of the catalog that are no statements; they are refused as [`Unsupported`].

mod column;
mod details;
mod grants;
mod names;
mod numbering;
mod online;
mod other;
mod rules;
mod table;
mod values;

use super::parse::option_text;
use crate::dialect::Unsupported;
use crate::op::{AttributeChange, ConstraintKey, Op, SequenceChange, Subject, ValuePosition};
use crate::schema::{Kind, Name, Sequence};

use names::{key as key_name, name, quoted, string, strings, word};
pub use rules::Emitter;

/// The statements of an operation, without semicolons.
///
/// # Errors
///
/// An object whose text is not a statement, or an operation that PostgreSQL does not have.
pub fn emit(op: &Op) -> Result<Vec<String>, Unsupported> {
    Ok(match op {
        Op::CreateTable { name, table, .. } => table::create(name, table),
        Op::DropTable { name: own, if_exists, cascade, .. } => {
            vec![drop("TABLE", &name(own), *if_exists, *cascade)]
        }
        Op::RenameTable { name: own, to, .. } => {
            vec![format!("ALTER TABLE {} RENAME TO {}", name(own), quoted(&to.name))]
        }
        Op::AlterTable { table, change } => table::alter(table, change)?,
        Op::AddColumn { table, column, constraints, .. } => column::add(table, column, constraints),
        Op::AlterColumn { table, column, change } => column::alter(table, column, change)?,
        Op::DropColumn { table, column, if_exists, cascade } => {
            let exists = if *if_exists { "IF EXISTS " } else { "" };
            let cascade = if *cascade { " CASCADE" } else { "" };
            let (table, column) = (name(table), quoted(column));
            vec![format!("ALTER TABLE {table} DROP COLUMN {exists}{column}{cascade}")]
        }
        Op::RenameColumn { table, column, to } => vec![format!(
            "ALTER TABLE {} RENAME COLUMN {} TO {}",
            name(table),
            quoted(column),
            quoted(to)
        )],
        Op::AddConstraint { table, constraint, using_index: Some(index), .. } => {
            vec![table::constraint_of_index(table, constraint, index)]
        }
        Op::AddConstraint { table, constraint, .. } => table::add_constraint(table, constraint),
        Op::DropConstraint { table, constraint, if_exists, cascade } => {
            let constraint = match constraint {
                ConstraintKey::Named(own)
                | ConstraintKey::ForeignKey(own)
                | ConstraintKey::Check(own) => quoted(own),
                ConstraintKey::PrimaryKey => quoted(&format!("{}_pkey", table.name)),
            };
            let exists = if *if_exists { "IF EXISTS " } else { "" };
            let cascade = if *cascade { " CASCADE" } else { "" };
            vec![format!(
                "ALTER TABLE {} DROP CONSTRAINT {exists}{constraint}{cascade}",
                name(table)
            )]
        }
        Op::ValidateConstraint { table, name: own } => {
            vec![format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", name(table), quoted(own))]
        }
        Op::CreateIndex { table, name: own, index, concurrently, .. } => {
            table::index(table, own.as_deref(), index, *concurrently)
        }
        Op::DropIndex { name: own, if_exists, cascade, concurrently, .. } => {
            let kind = if *concurrently { "INDEX CONCURRENTLY" } else { "INDEX" };
            vec![drop(kind, &name(own), *if_exists, *cascade)]
        }
        Op::CreateView { name: own, view, or_replace, .. } => other::view(own, view, *or_replace),
        Op::DropView { name: own, kind, if_exists, cascade } => {
            vec![drop(&word(*kind), &name(own), *if_exists, *cascade)]
        }
        Op::CreateTrigger { trigger, .. } => statements(&trigger.definition),
        Op::DropTrigger { name: own, table, if_exists, .. } => {
            let exists = if *if_exists { "IF EXISTS " } else { "" };
            let table = table.as_ref().map(name).unwrap_or_default();
            vec![format!("DROP TRIGGER {exists}{} ON {table}", quoted(&own.name))]
        }
        Op::CreateEnum { name: own, value } => {
            vec![format!("CREATE TYPE {} AS ENUM ({})", name(own), strings(&value.labels))]
        }
        Op::AddEnumValue { name: own, value, position, if_not_exists } => {
            let exists = if *if_not_exists { "IF NOT EXISTS " } else { "" };
            let position = match position {
                ValuePosition::Last => String::new(),
                ValuePosition::Before(other) => format!(" BEFORE {}", string(other)),
                ValuePosition::After(other) => format!(" AFTER {}", string(other)),
            };
            vec![format!("ALTER TYPE {} ADD VALUE {exists}{}{position}", name(own), string(value))]
        }
        Op::RenameEnumValue { name: own, value, to } => {
            vec![format!(
                "ALTER TYPE {} RENAME VALUE {} TO {}",
                name(own),
                string(value),
                string(to)
            )]
        }
        Op::AlterAttributes { name: own, changes } => {
            let changes: Vec<String> = changes.iter().map(attribute).collect();
            vec![format!("ALTER TYPE {} {}", name(own), changes.join(", "))]
        }
        Op::CreateDomain { name: own, domain } => vec![column::domain(own, domain)],
        Op::AlterDomain { name: own, change } => column::alter_domain(own, change)?,
        Op::CreateSequence { name: own, sequence, .. } => vec![sequence_text(own, sequence)],
        Op::AlterSequence { name: own, change, .. } => vec![alter_sequence(own, change)],
        Op::CreateOther { kind, key, other, or_replace, .. } => {
            other::create(*kind, key, other, *or_replace)?
        }
        Op::Drop { kind, name: own, key, if_exists, cascade } => match key {
            Some(key) => other::drop(*kind, own, key, *if_exists, *cascade)?,
            None => vec![drop(&word(*kind), &name(own), *if_exists, *cascade)],
        },
        Op::Rename { subject, to, .. } => vec![rename(subject, to)],
        Op::SetNamespace { subject, namespace, .. } => vec![format!(
            "ALTER {} {} SET SCHEMA {}",
            word(subject.kind),
            subject_name(subject),
            quoted(namespace)
        )],
        Op::Comment { subject, comment } => vec![grants::comment(subject, comment.as_deref())?],
        Op::Set { name: own, value } => {
            vec![format!("SET {own} = {}", value.as_deref().unwrap_or("DEFAULT"))]
        }
        Op::Rows { .. } => Vec::new(),
        _ => return Err(Unsupported::of(op)),
    })
}

fn drop(kind: &str, own: &str, if_exists: bool, cascade: bool) -> String {
    let exists = if if_exists { "IF EXISTS " } else { "" };
    let cascade = if cascade { " CASCADE" } else { "" };
    format!("DROP {kind} {exists}{own}{cascade}")
}

/// The statements of a text of the catalog, which may hold several.
fn statements(text: &str) -> Vec<String> {
    text.split(";\nALTER ")
        .enumerate()
        .map(|(at, text)| if at == 0 { text.to_owned() } else { format!("ALTER {text}") })
        .collect()
}

fn sequence_text(own: &Name, sequence: &Sequence) -> String {
    let (unlogged, options) = match sequence.definition.strip_prefix("UNLOGGED") {
        Some(rest) => ("UNLOGGED ", rest.trim()),
        None => ("", sequence.definition.as_str()),
    };
    let text = format!("CREATE {unlogged}SEQUENCE {} {options}", name(own));
    text.trim_end().to_owned()
}

fn alter_sequence(own: &Name, change: &SequenceChange) -> String {
    let change = match change {
        SequenceChange::Options(options) => {
            let options: Vec<String> = options.iter().map(option_text).collect();
            options.join(" ")
        }
        SequenceChange::OwnedBy(None) => "OWNED BY NONE".to_owned(),
        SequenceChange::OwnedBy(Some((table, column))) => {
            format!("OWNED BY {}.{}", name(table), quoted(column))
        }
    };
    format!("ALTER SEQUENCE {} {change}", name(own))
}

fn attribute(change: &AttributeChange) -> String {
    match change {
        AttributeChange::Add(name, of) => format!("ADD ATTRIBUTE {} {of}", quoted(name)),
        AttributeChange::Drop { name, if_exists } => {
            let exists = if *if_exists { "IF EXISTS " } else { "" };
            format!("DROP ATTRIBUTE {exists}{}", quoted(name))
        }
        AttributeChange::Type(name, of) => format!("ALTER ATTRIBUTE {} TYPE {of}", quoted(name)),
        AttributeChange::Rename(name, to) => {
            format!("RENAME ATTRIBUTE {} TO {}", quoted(name), quoted(to))
        }
    }
}

fn rename(subject: &Subject, to: &str) -> String {
    let Subject { kind, name: own, part } = subject;
    let (own, to) = (name(own), quoted(to));
    match (kind, part) {
        (
            Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::ForeignKey | Kind::Constraint,
            Some(part),
        ) => {
            format!("ALTER TABLE {own} RENAME CONSTRAINT {} TO {to}", quoted(part))
        }
        (Kind::Trigger | Kind::Policy | Kind::Rule, Some(part)) => {
            format!("ALTER {} {} ON {own} RENAME TO {to}", word(*kind), quoted(part))
        }
        (Kind::Column, Some(part)) => {
            format!("ALTER TABLE {own} RENAME COLUMN {} TO {to}", quoted(part))
        }
        _ => format!("ALTER {} {} RENAME TO {to}", word(*kind), subject_name(subject)),
    }
}

/// The name of an object that is altered; that of a function has its arguments.
fn subject_name(subject: &Subject) -> String {
    match (subject.kind, &subject.part) {
        (Kind::Function | Kind::Procedure, Some(key)) => key_name(key),
        _ => name(&subject.name),
    }
}
