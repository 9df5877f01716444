//! The wanted schema: the schema at the head, and on top of it what the structs state.
//!
//! A struct states its columns with their types and nullability; a column without a field is dropped.
//! Everything else counts only where an attribute states it: what a struct is silent about belongs to the
//! history. Constraints and indexes are matched by content first, then by name.

mod parts;
mod renames;

use std::collections::BTreeMap;

use migrate_core::apply::State;
use migrate_core::dialect::Dialect;
use migrate_core::expr::{Answer, Place, TableScope};
use migrate_core::op::Op;
use migrate_core::schema::{Column, Name, Table};
use proc_macro2::Span;
pub use renames::rename;

use crate::declare::{Declared, declare};
use crate::drift::nullability_differs;
use crate::grammar::grammar;
use crate::mistake::Mistake;
use crate::model::{IdentityChoice, Model, ModelColumn, ModelEnum};
use crate::types::Reads;
use crate::write::Writer;

/// The wanted schema of models.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The operations that rename what `renamed_from` names.
    pub renames: Vec<Op>,
    /// The schema at the head after the renames.
    pub before: State,
    /// The wanted schema.
    pub state: State,
    /// The struct of each table, and the field of each column.
    pub places: BTreeMap<(Name, Option<String>), Span>,
}

impl Wanted {
    /// The renames as `--rename` takes them, in names of the schema at the head: parts of an object come
    /// before the object.
    #[must_use]
    pub fn typed_renames(&self) -> Vec<String> {
        let old_table = |table: &Name| {
            let renamed = self.renames.iter().find_map(|op| match op {
                Op::RenameTable { name, to, .. }
                    if to.name == table.name && name.namespace == table.namespace =>
                {
                    Some(name)
                }
                _ => None,
            });
            renamed.unwrap_or(table).clone()
        };
        let old_type = |of: &Name| {
            let renamed = self.renames.iter().find_map(|op| match op {
                Op::Rename { subject, to, .. } if *to == of.name => Some(&subject.name),
                _ => None,
            });
            renamed.unwrap_or(of).clone()
        };
        let part = |op: &Op| match op {
            Op::RenameColumn { table, column, to } => {
                Some(format!("{}.{column}={to}", old_table(table)))
            }
            Op::RenameEnumValue { name, value, to } => {
                Some(format!("{}.{value}={to}", old_type(name)))
            }
            _ => None,
        };
        let whole = |op: &Op| match op {
            Op::RenameTable { name, to, .. } => Some(format!("{name}={}", to.name)),
            Op::Rename { subject, to, .. } => Some(format!("{}={to}", subject.name)),
            _ => None,
        };
        self.renames.iter().filter_map(part).chain(self.renames.iter().filter_map(whole)).collect()
    }
}

/// Puts models on top of the schema at the head.
///
/// # Errors
///
/// All mistakes: two structs of one table, types that are not known, SQL that the database refuses.
pub fn overlay(
    models: &[Model],
    enums: &[ModelEnum],
    dialect: Dialect,
    head: &State,
) -> Result<Wanted, Vec<Mistake>> {
    let mut mistakes = twice(models, head);
    let (before, renames) = renames::apply_renames(models, enums, dialect, head, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let declared = declare(models, enums, dialect, &before)?;
    let mut state = before.clone();
    for (name, value) in &declared.enums {
        let mut value = value.clone();
        if let Some(existing) = before.enumeration(name) {
            value.comment = value.comment.or_else(|| existing.comment.clone());
        }
        state.set_enum(name, Some(value));
    }
    let mut places = BTreeMap::new();
    let writer = Writer { dialect, enums };
    for (model, (name, table)) in models.iter().zip(&declared.tables) {
        places.insert((name.clone(), None), model.ident.span);
        for column in &model.columns {
            let key = (name.clone(), Some(column.name.value.clone()));
            places.insert(key, column.field.span);
        }
        let merged = match before.table(name) {
            None => table.clone(),
            Some(existing) => Overlay {
                model,
                writer: &writer,
                before: &before,
                existing,
                declared: table,
                all: &declared,
            }
            .table(),
        };
        state.set_table(name, Some(merged));
    }
    Ok(Wanted { renames, before, state, places })
}

/// Structs of the same table.
fn twice(models: &[Model], head: &State) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (at, model) in models.iter().enumerate() {
        let same = |other: &&Model| head.same_name(&other.table.value, &model.table.value);
        if let Some(other) = models[..at].iter().find(same) {
            let wrong = format!(
                "`{}` and `{}` are both the table `{}`",
                other.ident.value, model.ident.value, model.table.value
            );
            mistakes.push(Mistake::new(model.ident.span, wrong).help(
                "one struct states all columns and derives `Table`; others derive `FromRow` alone",
            ));
        }
    }
    mistakes
}

/// One table at the head and in the models.
struct Overlay<'o> {
    model: &'o Model,
    writer: &'o Writer<'o>,
    before: &'o State,
    existing: &'o Table,
    declared: &'o Table,
    all: &'o Declared,
}

impl Overlay<'_> {
    fn dialect(&self) -> Dialect {
        self.writer.dialect
    }

    fn table(&self) -> Table {
        let mut table = self.existing.clone();
        table.columns.clear();
        let find = |table: &Table, name: &str| {
            let spelled = self.before.spelled_column(table, name)?;
            table.column(&spelled).cloned()
        };
        for existing in &self.existing.columns {
            let fields = self.model.columns.iter();
            let same = |name: &str| {
                let rules = self.dialect().rules();
                let kind = migrate_core::schema::Kind::Column;
                rules.fold(kind, name) == rules.fold(kind, &existing.name)
            };
            let field = fields.into_iter().find(|column| same(&column.name.value));
            match (field, find(self.declared, &existing.name)) {
                (Some(field), Some(declared)) => {
                    table.columns.push(self.column(field, existing, &declared));
                }
                _ if self.model.other_columns.iter().any(|name| same(&name.value)) => {
                    table.columns.push(existing.clone());
                }
                _ => {}
            }
        }
        for declared in &self.declared.columns {
            if find(self.existing, &declared.name).is_none() {
                table.columns.push(declared.clone());
            }
        }
        if self.model.comment.is_some() && self.declared.comment.is_some() {
            table.comment.clone_from(&self.declared.comment);
        }
        self.drop_parts_of_columns(&mut table);
        self.keys(&mut table);
        self.checks(&mut table);
        self.foreign_keys(&mut table);
        self.indexes(&mut table);
        table
    }

    /// A column that exists, with what its field states.
    fn column(&self, field: &ModelColumn, existing: &Column, declared: &Column) -> Column {
        let dialect = self.dialect();
        let states = |text: &Option<crate::model::Text>| {
            text.as_ref().is_some_and(|text| text.of(dialect).is_some())
        };
        let mut column = existing.clone();
        if self.type_changes(field, existing, declared) {
            column.data_type = declared.data_type.clone();
            column.user_type.clone_from(&declared.user_type);
        }
        if nullability_differs(field, dialect, self.existing, existing) {
            column.nullable = field.nullable;
        }
        if states(&field.default) {
            let place = Place::Default(&column.data_type);
            let (a, b) = (existing.default.as_deref(), declared.default.as_deref());
            if dialect.compare_defaults(place, a, b, &self.scope()) != Answer::Equal {
                column.default.clone_from(&declared.default);
            }
        }
        if states(&field.generated) {
            let same = match (&existing.generated, &declared.generated) {
                (Some(a), Some(b)) => {
                    a.stored == b.stored
                        && self.same(
                            Place::Generated(&column.data_type),
                            &a.expression,
                            &b.expression,
                        )
                }
                (a, b) => a.is_none() && b.is_none(),
            };
            if !same {
                column.generated.clone_from(&declared.generated);
                column.default = None;
            }
        }
        if let Some(choice) = field.identity {
            let kinds =
                [&existing.identity, &declared.identity].map(|of| of.as_ref().map(|i| i.kind));
            let stated = choice != IdentityChoice::Any && kinds[0] != kinds[1];
            if declared.identity.is_some() && (existing.identity.is_none() || stated) {
                column.identity.clone_from(&declared.identity);
                column.default.clone_from(&declared.default);
            }
        }
        if states(&field.collation) {
            column.collation.clone_from(&declared.collation);
        }
        if field.comment.is_some() && declared.comment.is_some() {
            column.comment.clone_from(&declared.comment);
        }
        column
    }

    fn type_changes(&self, field: &ModelColumn, existing: &Column, declared: &Column) -> bool {
        let dialect = self.dialect();
        let stated = field.sql_type.as_ref().is_some_and(|text| text.of(dialect).is_some());
        let is_enum = self.writer.enum_of(&field.rust_type.value).is_some();
        if stated || is_enum {
            let loose = grammar(dialect).types_by_affinity;
            return if loose {
                !declared.data_type.eq_ignore_ascii_case(&existing.data_type)
                    && (stated || !is_text(&existing.data_type))
            } else {
                declared.data_type != existing.data_type || declared.user_type != existing.user_type
            };
        }
        field.rust_type.value.reads(dialect, existing) == Reads::No
    }

    fn scope(&self) -> TableScope<'_> {
        TableScope { schema: self.all.state.schema(), table: self.declared }
    }

    /// Whether two texts say the same, as far as that is known. Texts that cannot be compared are the
    /// same if their tokens are.
    fn same(&self, place: Place<'_>, a: &str, b: &str) -> bool {
        self.dialect().compare_expressions(place, a, b, &self.scope()) == Answer::Equal
    }
}

/// Whether SQLite keeps text in a column of a type.
fn is_text(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["text", "char", "clob"].iter().any(|part| text.contains(part))
}
