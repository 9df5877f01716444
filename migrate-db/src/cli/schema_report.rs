//! A schema and differences as JSON.
//!
//! `docs/json.md` documents the shapes. They are stable.

use migrate_core::loaded_schema::{LoadedSchema, UnknownPart};
use migrate_core::schema::{
    self, Change, Check, Column, Difference, ForeignKey, Index, Key, Table, Trigger, View,
};
use serde::Serialize;

/// A schema.
#[derive(Debug, Serialize)]
pub(super) struct SchemaJson {
    dialect: &'static str,
    tables: Vec<TableJson>,
    views: Vec<ViewJson>,
    enums: Vec<EnumJson>,
    domains: Vec<DomainJson>,
    sequences: Vec<SequenceJson>,
    others: Vec<OtherJson>,
    unknown: Vec<UnknownJson>,
}

#[derive(Debug, Serialize)]
struct TableJson {
    name: String,
    columns: Vec<ColumnJson>,
    primary_key: Option<KeyJson>,
    unique: Vec<KeyJson>,
    checks: Vec<CheckJson>,
    foreign_keys: Vec<ForeignKeyJson>,
    constraints: Vec<NamedJson>,
    indexes: Vec<IndexJson>,
    triggers: Vec<NamedJson>,
    options: std::collections::BTreeMap<String, String>,
    comment: Option<String>,
}

#[derive(Debug, Serialize)]
struct ColumnJson {
    name: String,
    #[serde(rename = "type")]
    data_type: String,
    nullable: bool,
    default: Option<String>,
    generated: Option<String>,
    identity: Option<String>,
    collation: Option<String>,
    details: String,
    comment: Option<String>,
}

#[derive(Debug, Serialize)]
struct KeyJson {
    name: Option<String>,
    columns: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CheckJson {
    name: Option<String>,
    expression: String,
}

#[derive(Debug, Serialize)]
struct ForeignKeyJson {
    name: Option<String>,
    columns: Vec<String>,
    parent: String,
    parent_columns: Vec<String>,
    on_update: &'static str,
    on_delete: &'static str,
}

#[derive(Debug, Serialize)]
struct NamedJson {
    name: String,
    definition: String,
}

#[derive(Debug, Serialize)]
struct IndexJson {
    name: String,
    unique: bool,
    method: Option<String>,
    parts: Vec<String>,
    condition: Option<String>,
}

#[derive(Debug, Serialize)]
struct ViewJson {
    name: String,
    materialised: bool,
    definition: String,
    indexes: Vec<IndexJson>,
    triggers: Vec<NamedJson>,
    comment: Option<String>,
}

#[derive(Debug, Serialize)]
struct EnumJson {
    name: String,
    labels: Vec<String>,
}

#[derive(Debug, Serialize)]
struct DomainJson {
    name: String,
    #[serde(rename = "type")]
    data_type: String,
    nullable: bool,
    default: Option<String>,
    checks: Vec<CheckJson>,
}

#[derive(Debug, Serialize)]
struct SequenceJson {
    name: String,
    definition: String,
    owned_by: Option<String>,
}

#[derive(Debug, Serialize)]
struct OtherJson {
    kind: &'static str,
    name: String,
    definition: String,
    table: Option<String>,
}

/// What is not known.
#[derive(Debug, Serialize)]
pub(super) struct UnknownJson {
    object: Option<String>,
    why: &'static str,
    path: Option<String>,
    line: Option<usize>,
}

/// What differs between two schemas.
#[derive(Debug, Serialize)]
pub(super) struct DiffJson {
    pub(super) equal: bool,
    pub(super) changes: Vec<ChangeJson>,
    /// What may differ: a text that cannot be compared, or an object that is not known.
    pub(super) unknown: Vec<ChangeJson>,
    /// Only with `--sql`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sql: Option<String>,
}

/// A difference.
#[derive(Debug, Serialize)]
pub(super) struct ChangeJson {
    kind: &'static str,
    name: String,
    table: Option<String>,
    change: &'static str,
    attribute: Option<&'static str>,
    before: Option<String>,
    after: Option<String>,
    text: String,
}

impl SchemaJson {
    /// The schema with what is not known of it; only the tables and views that `is_wanted` names.
    pub(super) fn of(loaded: &LoadedSchema, schema: &schema::Schema) -> Self {
        let schema::Schema { tables, views, enums, domains, sequences, others } = schema;
        Self {
            dialect: loaded.dialect().name(),
            tables: tables.iter().map(|(name, table)| TableJson::of(name, table)).collect(),
            views: views.iter().map(|(name, view)| ViewJson::of(name, view)).collect(),
            enums: enums
                .iter()
                .map(|(name, one)| EnumJson { name: name.to_string(), labels: one.labels.clone() })
                .collect(),
            domains: domains
                .iter()
                .map(|(name, one)| DomainJson {
                    name: name.to_string(),
                    data_type: one.data_type.to_string(),
                    nullable: one.nullable,
                    default: one.default.clone(),
                    checks: one.checks.iter().map(CheckJson::of).collect(),
                })
                .collect(),
            sequences: sequences
                .iter()
                .map(|(name, one)| SequenceJson {
                    name: name.to_string(),
                    definition: one.definition.clone(),
                    owned_by: one
                        .owned_by
                        .as_ref()
                        .map(|(table, column)| format!("{table}.{column}")),
                })
                .collect(),
            others: others
                .iter()
                .map(|((kind, name), other)| OtherJson {
                    kind: kind.word(),
                    name: name.clone(),
                    definition: other.definition.clone(),
                    table: other.table.as_ref().map(ToString::to_string),
                })
                .collect(),
            unknown: loaded.unknown().iter().map(UnknownJson::of).collect(),
        }
    }
}

impl TableJson {
    fn of(name: &schema::Name, table: &Table) -> Self {
        let constraint = |one: &schema::Constraint| NamedJson {
            name: one.name.clone(),
            definition: one.definition.clone(),
        };
        Self {
            name: name.to_string(),
            columns: table.columns.iter().map(ColumnJson::of).collect(),
            primary_key: table.primary_key.as_ref().map(KeyJson::of),
            unique: table.uniques.iter().map(KeyJson::of).collect(),
            checks: table.checks.iter().map(CheckJson::of).collect(),
            foreign_keys: table.foreign_keys.iter().map(ForeignKeyJson::of).collect(),
            constraints: table.constraints.iter().map(constraint).collect(),
            indexes: table.indexes.iter().map(IndexJson::of).collect(),
            triggers: table.triggers.iter().map(NamedJson::trigger).collect(),
            options: table.options.clone(),
            comment: table.comment.clone(),
        }
    }
}

impl ColumnJson {
    fn of(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            data_type: column.data_type.to_string(),
            nullable: column.nullable,
            default: column.default.clone(),
            generated: column.generated.as_ref().map(|one| one.expression.clone()),
            identity: column.identity.as_ref().map(ToString::to_string),
            collation: column.collation.clone(),
            details: column.details.clone(),
            comment: column.comment.clone(),
        }
    }
}

impl KeyJson {
    fn of(key: &Key) -> Self {
        Self { name: key.name.clone(), columns: key.columns.clone() }
    }
}

impl CheckJson {
    fn of(check: &Check) -> Self {
        Self { name: check.name.clone(), expression: check.expression.clone() }
    }
}

impl ForeignKeyJson {
    fn of(key: &ForeignKey) -> Self {
        Self {
            name: key.name.clone(),
            columns: key.columns.clone(),
            parent: key.parent.to_string(),
            parent_columns: key.parent_columns.clone(),
            on_update: key.on_update.words(),
            on_delete: key.on_delete.words(),
        }
    }
}

impl NamedJson {
    fn trigger((name, trigger): (&String, &Trigger)) -> Self {
        Self { name: name.clone(), definition: trigger.definition.clone() }
    }
}

impl IndexJson {
    fn of((name, index): (&String, &Index)) -> Self {
        let part = |part: &schema::IndexPart| {
            part.column.clone().unwrap_or_else(|| part.expression.clone())
        };
        Self {
            name: name.clone(),
            unique: index.unique,
            method: index.method.clone(),
            parts: index.parts.iter().map(part).collect(),
            condition: index.predicate.clone(),
        }
    }
}

impl ViewJson {
    fn of(name: &schema::Name, view: &View) -> Self {
        Self {
            name: name.to_string(),
            materialised: view.materialised,
            definition: view.definition.clone(),
            indexes: view.indexes.iter().map(IndexJson::of).collect(),
            triggers: view.triggers.iter().map(NamedJson::trigger).collect(),
            comment: view.comment.clone(),
        }
    }
}

impl UnknownJson {
    fn of(part: &UnknownPart) -> Self {
        let location = part.location.as_ref();
        Self {
            object: part.target.as_ref().map(ToString::to_string),
            why: part.why,
            path: location.map(|at| at.path.clone()),
            line: location.map(|at| at.line),
        }
    }
}

impl ChangeJson {
    pub(super) fn of(difference: &Difference) -> Self {
        let (change, attribute, before, after) = match &difference.change {
            Change::Added => ("added", None, None, None),
            Change::Removed => ("removed", None, None, None),
            Change::Altered { attribute, before, after } => {
                ("altered", Some(attribute.words()), before.clone(), after.clone())
            }
            Change::Reordered { before, after } => {
                ("reordered", None, Some(before.join(", ")), Some(after.join(", ")))
            }
        };
        let object = &difference.object;
        Self {
            kind: object.kind.word(),
            name: object.name.clone(),
            table: object.table.as_ref().map(ToString::to_string),
            change,
            attribute,
            before,
            after,
            text: schema::difference(difference),
        }
    }
}
