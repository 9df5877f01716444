//! A whole schema as SQL.

use super::{LoadedSchema, UnknownPart};
use crate::apply::Part;
use crate::diff::diff;
use crate::op::Op;
use crate::schema::{Kind, Name, Schema};

/// The SQL that makes a schema in an empty database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaScript {
    /// The statements, with comments where something is not known or could not be written.
    pub sql: String,
    /// Objects that could not be written, in words. Without them the SQL makes another schema.
    pub unwritten: Vec<String>,
}

pub(super) fn script(loaded: &LoadedSchema, only: Option<&[Name]>) -> SchemaScript {
    let dialect = loaded.dialect();
    let mut schema = loaded.schema();
    if let Some(names) = only {
        schema.retain_tables(names);
    }
    let ops = diff(&Schema::default(), &schema, dialect.diff_rules());
    let mut told: Vec<&UnknownPart> = Vec::new();
    // The texts of the authors mean what they mean in a session of the project.
    let session = loaded.state().in_new_session();
    let own = session.rules().session_statement(&session);
    let (mut body, mut unwritten, mut is_apart) = (String::new(), Vec::new(), false);
    for op in &ops {
        let mut chunk = String::new();
        if let Some((kind, name)) = created(op) {
            let folded = loaded.state().fold(&name);
            for part in loaded.unknown().iter().filter(|part| part.concerns(kind, &folded)) {
                if !told.contains(&part) {
                    told.push(part);
                    comment(&mut chunk, part);
                }
            }
        }
        let mut written = [op.clone()];
        session.name_home(&mut written);
        match dialect.sql(&written) {
            Ok(_) if lacks_columns(loaded, op) => {
                let what = created(op).map(|(kind, name)| format!("{} {name}", kind.word()));
                let what = what.unwrap_or_default();
                chunk.push_str(&format!("-- cannot write {}\n", one_line(&what)));
                unwritten.push(format!("cannot write {what}: its columns are not known"));
            }
            Ok(sql) => chunk.push_str(&sql),
            Err(error) => {
                let what = match created(op) {
                    Some((kind, name)) => format!("{error}: {} {name}", kind.word()),
                    None => error.to_string(),
                };
                chunk.push_str(&format!("-- {}\n", one_line(&what)));
                unwritten.push(what);
            }
        }
        let has_lines = chunk.trim_end().contains('\n');
        if !body.is_empty() && !chunk.is_empty() && (has_lines || is_apart) {
            body.push('\n');
        }
        is_apart = has_lines;
        body.push_str(&chunk);
    }
    let mut sql = String::new();
    let others = loaded.unknown().iter().filter(|part| only.is_none() && !told.contains(part));
    others.for_each(|part| comment(&mut sql, part));
    if !sql.is_empty() {
        sql.push('\n');
    }
    if let Some(own) = own.filter(|_| !body.is_empty()) {
        sql.push_str(&format!("{own};\n\n"));
    }
    sql.push_str(&body);
    SchemaScript { sql, unwritten }
}

/// Returns `true` for a table of which no column is known, or of a column not even the type: its SQL would
/// not run. The module of a virtual table has the columns.
fn lacks_columns(loaded: &LoadedSchema, op: &Op) -> bool {
    let Op::CreateTable { name, table, .. } = op else { return false };
    if table.options.contains_key("module") {
        return false;
    }
    let folded = loaded.state().fold(name);
    let is_unknown = |part: &Part| {
        let mut marks = loaded.state().unknown().marks_of(Kind::Table, &folded);
        marks.any(|(own, _)| own == part)
    };
    let is_untyped = table.columns.iter().any(|column| {
        let rules = loaded.dialect().rules();
        let part = Part::Column(rules.fold(Kind::Column, &column.name).into_owned());
        column.data_type.is_empty() && is_unknown(&part)
    });
    is_untyped || table.columns.is_empty() && is_unknown(&Part::Columns)
}

fn comment(text: &mut String, part: &UnknownPart) {
    let place = part.location.as_ref();
    let place = place.map(|at| format!(" ({}:{})", at.path, at.line)).unwrap_or_default();
    text.push_str(&format!("-- {}{}\n", one_line(&part.to_string()), one_line(&place)));
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// The object that an operation creates.
fn created(op: &Op) -> Option<(Kind, Name)> {
    Some(match op {
        Op::CreateTable { name, .. } => (Kind::Table, name.clone()),
        Op::CreateView { name, .. } => (Kind::View, name.clone()),
        Op::CreateEnum { name, .. } => (Kind::Enum, name.clone()),
        Op::CreateDomain { name, .. } => (Kind::Domain, name.clone()),
        Op::CreateSequence { name, .. } => (Kind::Sequence, name.clone()),
        Op::CreateOther { kind, key, .. } => (*kind, Name::new(key.clone())),
        _ => return None,
    })
}
