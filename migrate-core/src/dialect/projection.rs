//! Reads queries that take columns of one table as they are. Every other query gives nothing: it may compute,
//! join or group, and what its columns are is not known without its types.

use crate::op::{Projected, Projection};
use crate::sql::{Cursor, SelectItem, select};

/// Reads a whole query.
pub(super) fn projection(cursor: Cursor<'_>) -> Option<Projection> {
    let query = select(cursor).filter(|query| query.is_of_one_table())?;
    let table = query.table?;
    let named = query.alias.as_ref().unwrap_or(&table.name);
    let is_other =
        |of: &Option<String>| of.as_ref().is_some_and(|of| !of.eq_ignore_ascii_case(named));
    let column = |item| match item {
        SelectItem::Computed => None,
        SelectItem::All { of } | SelectItem::Column { of, .. } if is_other(&of) => None,
        SelectItem::All { .. } => Some(Projected::All),
        SelectItem::Column { name, alias, .. } => Some(Projected::Column { name, alias }),
    };
    let columns = query.items.into_iter().map(column).collect::<Option<Vec<_>>>()?;
    (!columns.is_empty()).then_some(Projection { table, columns })
}
