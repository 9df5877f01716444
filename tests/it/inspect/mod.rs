//! What the catalogs of real databases tell: every change of a schema shows, and what means the
//! same is equal.

mod mysql;
mod postgres;
mod sqlite;

use migrate_core::schema::Schema;

/// The lines of two schemas that differ.
fn difference(one: &Schema, other: &Schema) -> String {
    let (one, other) = (format!("{one:#?}"), format!("{other:#?}"));
    let diff = similar::TextDiff::from_lines(&one, &other);
    diff.unified_diff().context_radius(3).to_string()
}
