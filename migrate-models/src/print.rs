//! Prints tables as structs that derive `Table` and `FromRow`.
//!
//! Reading them back finds nothing to do. What attributes cannot state is left to the history, and a
//! comment in the struct names it.

mod attributes;
mod names;
mod rust_type;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Enum, Name, Schema, Table};

use attributes::Attributes;
use names::{field_name, literal, struct_name, variant_names};
use rust_type::{RustName, RustTypes};

/// Prints tables, and the enums that their columns use. Names of tables that the schema does not have
/// are left out.
#[must_use]
pub fn print(schema: &Schema, dialect: Dialect, tables: &[Name]) -> String {
    let mut text = String::from("use migrate_db::Table;\n");
    let mut used = BTreeSet::new();
    let mut structs = String::new();
    let types = RustTypes::new(dialect);
    for name in tables {
        let Some(table) = schema.tables.get(name) else { continue };
        structs.push('\n');
        if table.columns.is_empty() {
            let _ = writeln!(structs, "// Table {name} has no columns of its own.");
            continue;
        }
        print_table(&mut structs, schema, &types, name, table);
        let types = table.columns.iter().filter_map(|column| column.user_type.clone());
        used.extend(types.filter(|name| schema.enums.contains_key(name)));
    }
    for name in &used {
        if let Some(of) = schema.enums.get(name) {
            text.push('\n');
            print_enum(&mut text, name, of);
        }
    }
    text + &structs
}

fn print_enum(text: &mut String, name: &Name, of: &Enum) {
    let _ = writeln!(
        text,
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, migrate_db::Enum, sqlx::Type)]"
    );
    let _ = writeln!(text, "#[sqlx(type_name = {})]", literal(&name.to_string()));
    if let Some(comment) = &of.comment {
        let _ = writeln!(text, "#[enumeration(comment = {})]", literal(comment));
    }
    let _ = writeln!(text, "enum {} {{", struct_name(&name.name, false));
    for (label, variant) in of.labels.iter().zip(variant_names(&of.labels)) {
        if *label != variant {
            let _ = writeln!(text, "    #[sqlx(rename = {})]", literal(label));
        }
        let _ = writeln!(text, "    {variant},");
    }
    text.push_str("}\n");
}

fn print_table(text: &mut String, schema: &Schema, types: &RustTypes, name: &Name, table: &Table) {
    let attributes = Attributes::of(types.dialect, name, table);
    for left in &attributes.left {
        let _ = writeln!(text, "// The history keeps {left}.");
    }
    text.push_str("#[derive(Debug, Table, sqlx::FromRow)]\n");
    match attributes.table.as_slice() {
        [one] => {
            let _ = writeln!(text, "#[table({one})]");
        }
        all => {
            let _ = writeln!(text, "#[table(\n    {},\n)]", all.join(",\n    "));
        }
    }
    let _ = writeln!(text, "struct {} {{", struct_name(&name.name, true));
    for column in &table.columns {
        print_column(text, schema, types, table, column, &attributes);
    }
    text.push_str("}\n");
}

fn print_column(
    text: &mut String,
    schema: &Schema,
    types: &RustTypes,
    table: &Table,
    column: &Column,
    attributes: &Attributes,
) {
    let field = field_name(&column.name);
    let is_enum = |name: &Name| schema.enums.contains_key(name);
    let RustName { path, stated } = match &column.user_type {
        Some(name) if is_enum(name) => {
            let path = struct_name(&name.name, false);
            let path = if column.data_type.is_array() { format!("Vec<{path}>") } else { path };
            RustName { path, stated: None }
        }
        _ => types.of(column),
    };
    let mut settings: Vec<String> = Vec::new();
    settings.extend(stated.map(|stated| format!("type = {}", literal(&stated))));
    let own = attributes.columns.iter().filter(|(name, _)| *name == column.name);
    settings.extend(own.map(|(_, setting)| setting.clone()));
    if !settings.is_empty() {
        let _ = writeln!(text, "    #[column({})]", settings.join(", "));
    }
    if field.trim_start_matches("r#") != column.name {
        let _ = writeln!(text, "    #[sqlx(rename = {})]", literal(&column.name));
    }
    let in_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
    let path = if column.nullable && !in_key { format!("Option<{path}>") } else { path };
    let _ = writeln!(text, "    {field}: {path},");
}

#[cfg(test)]
#[cfg(feature = "reader")]
mod tests;
