//! The schema that models declare: their statements, parsed and applied as those of a revision.

use std::collections::BTreeMap;

use migrate_core::apply::{Found, State, apply};
use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Enum, Name, Table};

use crate::grammar::grammar;
use crate::mistake::Mistake;
use crate::model::{Model, ModelColumn, ModelEnum, Storage};
use crate::sql::Sql;
use crate::write::{TableStatements, Writer};

/// What models declare on one database.
#[derive(Debug, Clone)]
pub struct Declared {
    /// The table of each model, in the order of the models.
    pub tables: Vec<(Name, Table)>,
    /// The enumerated types by their names.
    pub enums: BTreeMap<Name, Enum>,
    /// The schema with the declared tables in place of those of the same name.
    pub state: State,
}

/// Declares models on top of a schema, whose tables of the same names are replaced.
///
/// # Errors
///
/// All mistakes: types that are not known, SQL that the database does not accept, foreign keys to
/// tables that do not exist.
pub fn declare(
    models: &[Model],
    enums: &[ModelEnum],
    dialect: Dialect,
    head: &State,
) -> Result<Declared, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let writer = Writer { dialect, enums };
    let mut state = head.clone();
    let mut statements = Vec::new();
    let models: Vec<Model> = models.iter().map(|model| with_keys(model, models, head)).collect();
    for model in &models {
        let existing = match head.find_table(&model.table.value) {
            Found::Known(name) => Some(name),
            Found::Missing => None,
            Found::Unknown => {
                let wrong = format!(
                    "whether there is a table `{}` on {dialect} is not known: the history has statements that are not understood",
                    model.table.value
                );
                mistakes.push(
                    Mistake::new(model.table.span, wrong)
                        .help("state their effect in `-- migrate:effect`"),
                );
                continue;
            }
        };
        if let Some(name) = &existing {
            state.set_table(name, None);
        }
        let column = |column: &ModelColumn| existing_column(head, existing.as_ref()?, column);
        match writer.table(model, &column) {
            Ok(written) => statements.push((model, written)),
            Err(found) => mistakes.extend(found),
        }
    }
    let types = declare_enums(&writer, enums, &mut state, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let mut tables = Vec::new();
    run(dialect, &mut state, statements.iter().map(|(_, of)| &of.create), &mut mistakes);
    let parts: [fn(&TableStatements) -> &Vec<Sql>; 3] =
        [|of| &of.indexes, |of| &of.foreign_keys, |of| &of.comments];
    for part in parts {
        if mistakes.is_empty() {
            let all = statements.iter().flat_map(|(_, written)| part(written));
            run(dialect, &mut state, all, &mut mistakes);
        }
    }
    for (model, _) in &statements {
        if let Found::Known(name) = state.find_table(&model.table.value)
            && let Some(table) = state.table(&name)
        {
            tables.push((name.clone(), table.clone()));
        }
    }
    let enums = types
        .into_iter()
        .filter_map(|name| Some((name.clone(), state.enumeration(&name)?.clone())))
        .collect();
    if mistakes.is_empty() { Ok(Declared { tables, enums, state }) } else { Err(mistakes) }
}

/// A model whose foreign keys name the columns that they refer to: those of the primary key.
fn with_keys(model: &Model, models: &[Model], head: &State) -> Model {
    let mut model = model.clone();
    for key in model.foreign_keys.iter_mut().filter(|key| key.parent_columns.is_empty()) {
        let parent = &key.parent.value;
        let own = models.iter().find(|other| head.same_name(&other.table.value, parent));
        let stated = own.and_then(|other| other.primary_key.as_ref());
        key.parent_columns = match (stated, head.find_table(parent)) {
            (Some(stated), _) => stated.columns.iter().map(|name| name.value.clone()).collect(),
            (None, Found::Known(name)) => head
                .table(&name)
                .and_then(|table| table.primary_key.as_ref())
                .map(|key| key.columns.clone())
                .unwrap_or_default(),
            _ => Vec::new(),
        };
    }
    model
}

/// The column of a field in a table that exists.
pub(crate) fn existing_column(head: &State, table: &Name, column: &ModelColumn) -> Option<Column> {
    let table = head.table(table)?;
    let name = head.spelled_column(table, &column.name.value)?;
    table.column(&name).cloned()
}

/// Creates the types of enums again; returns their names.
fn declare_enums(
    writer: &Writer<'_>,
    enums: &[ModelEnum],
    state: &mut State,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Name> {
    let mut names = Vec::new();
    if !grammar(writer.dialect).enum_types {
        return names;
    }
    for of in enums {
        let Storage::Native(name) = &of.storage else { continue };
        let kind = migrate_core::schema::Kind::Enum;
        let existing = match state.find(&[kind], &name.value) {
            Found::Known((_, name)) => name,
            _ => name.value.clone(),
        };
        state.set_enum(&existing, None);
        let mut sql = Sql::new(of.ident.span);
        sql.push("CREATE TYPE ");
        sql.push_from(&writer.name(&name.value), name.span);
        sql.push(&format!(" AS ENUM ({})", writer.labels(of)));
        run(writer.dialect, state, [&sql], mistakes);
        if let Found::Known((_, name)) = state.find(&[kind], &name.value) {
            names.push(name);
        }
    }
    names
}

/// Applies statements; a mistake is at the part of the struct that it comes from.
pub(crate) fn run<'s>(
    dialect: Dialect,
    state: &mut State,
    statements: impl IntoIterator<Item = &'s Sql>,
    mistakes: &mut Vec<Mistake>,
) {
    for sql in statements {
        let ops = match dialect.parse(&sql.text, sql.range()) {
            Some(Ok(ops)) => ops,
            Some(Err(error)) => {
                mistakes
                    .push(Mistake::new(sql.place(error.span), format!("{error} (on {dialect})")));
                continue;
            }
            None => continue,
        };
        for op in &ops {
            if let Err(fault) = apply(state, op) {
                let message = format!("{} (on {dialect})", fault.message);
                let mut mistake = Mistake::new(sql.place(fault.span), message);
                mistake.help.extend(fault.help);
                mistakes.push(mistake);
                break;
            }
        }
    }
}

/// The column that a type stands for, as the database keeps it; `None` if that is not known.
pub(crate) fn column_of_type(dialect: Dialect, text: &str) -> Option<Column> {
    let sql = format!("CREATE TABLE t (c {text})");
    let range = migrate_core::source::Span::new(0, sql.len());
    let ops = dialect.parse(&sql, range)?.ok()?;
    let mut state = State::new(dialect.rules());
    ops.iter().try_for_each(|op| apply(&mut state, op)).ok()?;
    let [column] = &state.table(&Name::new("t"))?.columns[..] else { return None };
    Some(column.clone())
}
