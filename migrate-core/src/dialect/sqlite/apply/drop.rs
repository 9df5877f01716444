//! What keeps a column from being dropped. SQLite drops it from the text of the table, and takes that
//! back if anything in the schema cannot be read then.

use super::text::{mentions, mentions_row, needs, reads_only};
use crate::apply::{Fault, Part, State};
use crate::schema::{Kind, Name};

/// Refuses where the column certainly is needed.
pub(super) fn check(state: &State, name: &Name, column: &str) -> Result<(), Fault> {
    let Some(table) = state.table(name) else { return Ok(()) };
    let what = format!("column {name}.{column}");
    let needed = |by: String| Err(Fault::needed(&what, by));
    if table.columns.len() == 1 {
        return Err(Fault::refused(format!("table {name} has no other column than {column}")));
    }
    if table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|c| c == column)) {
        return needed(format!("the primary key of table {name}"));
    }
    if table.uniques.iter().any(|key| key.columns.iter().any(|c| c == column)) {
        return needed(format!("a unique constraint of table {name}"));
    }
    let here = |at: &Option<String>| at.as_deref() == Some(column);
    let mut keys = table.foreign_keys.iter();
    if keys.any(|key| !here(&key.written_at) && key.columns.iter().any(|c| c == column)) {
        return needed(format!("a foreign key of table {name}"));
    }
    let mut checks = table.checks.iter();
    if checks.any(|check| !here(&check.written_at) && mentions(&check.expression, column)) {
        return needed(format!("a check of table {name}"));
    }
    for other in table.columns.iter().filter(|other| other.name != column) {
        if other.generated.as_ref().is_some_and(|how| mentions(&how.expression, column)) {
            return needed(format!("the generated column {name}.{}", other.name));
        }
    }
    for (index, value) in &table.indexes {
        let in_part = value.parts.iter().any(|part| match &part.column {
            Some(part) => part == column,
            None => mentions(&part.expression, column),
        });
        if in_part || value.predicate.as_ref().is_some_and(|text| mentions(text, column)) {
            let fault = Fault::needed(&what, format!("index {index}"));
            return Err(fault.help(format!("drop the index first: `DROP INDEX {index}`")));
        }
    }
    for (trigger, value) in &table.triggers {
        if mentions_row(&value.definition, column) {
            return needed(format!("trigger {trigger}"));
        }
    }
    for (kind, owner, part) in state.users_of(&name.name) {
        if (kind, part) == (Kind::View, None)
            && let Some(view) = state.view(&owner)
            && reads_only(&view.definition, &name.name)
            && needs(&view.definition, column)
        {
            return needed(format!("view {owner}"));
        }
    }
    Ok(())
}

/// The views and triggers that have the names of both the table and the column, and whether they may
/// need the column.
pub(super) fn users(state: &State, name: &Name, column: &str) -> Vec<(Kind, Name, Part, bool)> {
    let mut found = Vec::new();
    for (kind, owner, part) in state.users_of(&name.name) {
        let (text, at) = match (kind, part) {
            (Kind::Trigger, Some(trigger)) => {
                let of_table = state.table(&owner).and_then(|table| table.triggers.get(&trigger));
                let of_view = || state.view(&owner).and_then(|view| view.triggers.get(&trigger));
                let text = of_table.or_else(of_view).map(|trigger| &trigger.definition);
                let of = state.owner_kind(&owner);
                (text, (of, Part::Trigger(trigger.to_lowercase())))
            }
            _ => (state.view(&owner).map(|view| &view.definition), (Kind::View, Part::Text)),
        };
        let Some(text) = text.filter(|text| mentions(text, column)) else { continue };
        let needed = needs(text, column);
        found.push((at.0, owner, at.1, needed));
    }
    found
}
