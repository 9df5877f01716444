//! What a down cannot bring back: rows of dropped tables, values of dropped columns, and values that change
//! with their type.

use super::lineage::Lineage;
use crate::dialect::Dialect;
use crate::schema::{Column, Name, Schema};

/// Contents that are lost by going up and down again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// The table before the up.
    pub table: Name,
    /// The column; `None` if all rows of the table are lost.
    pub column: Option<String>,
    /// The reason, as in `the up drops the column`.
    pub why: String,
}

impl Loss {
    /// The table or column as `-- migrate:lossy` names it; `None` if its name cannot stand there.
    ///
    /// ```
    /// use migrate_core::derive::Loss;
    /// use migrate_core::schema::Name;
    /// let loss = |table: &str| Loss {
    ///     table: Name::new(table),
    ///     column: Some("email".into()),
    ///     why: "the up drops the column".into(),
    /// };
    /// assert_eq!(loss("users").subject().as_deref(), Some("users.email"));
    /// assert_eq!(loss("my users").subject(), None);
    /// ```
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        let parts = [self.table.namespace.as_ref(), Some(&self.table.name), self.column.as_ref()];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        let is_plain = |part: &&str| {
            let is_odd = |c: char| c.is_whitespace() || ".\"`:,;".contains(c);
            !part.is_empty() && !part.contains(is_odd)
        };
        parts.iter().all(is_plain).then(|| parts.join("."))
    }
}

/// What is lost between the schema before and the schema behind the down. `up` is the lineage between the two
/// sections, with the schema there, and `down` that behind both.
pub(super) fn losses(
    dialect: Dialect,
    before: &Schema,
    (up, between): (&Lineage, &Schema),
    down: &Lineage,
) -> Vec<Loss> {
    let mut found = Vec::new();
    for (name, table) in &before.tables {
        let loss = |column: Option<&str>, why: &str| Loss {
            table: name.clone(),
            column: column.map(str::to_owned),
            why: why.to_owned(),
        };
        if !up.has_rows(name) {
            found.push(loss(None, "the up drops the table"));
            continue;
        }
        if !down.has_rows_at(name) {
            found.push(loss(None, "its rows are not copied back"));
            continue;
        }
        if up.is_partial(name) {
            found.push(loss(None, "the up copies a part of its rows"));
            continue;
        }
        for column in table.columns.iter().filter(|column| column.generated.is_none()) {
            let own = column.name.as_str();
            let now = up.column_now(name, own, between);
            let now = now.and_then(|(table, now)| between.tables.get(&table)?.column(&now));
            let Some(now) = now else {
                found.push(loss(Some(own), "the up drops the column"));
                continue;
            };
            if down.column_before(name, own).as_deref() != Some(own) {
                found.push(loss(Some(own), "its values are not copied back"));
            } else if up.is_computed(name, own) {
                found.push(loss(Some(own), "the up copies other values"));
            } else if !keeps_values(dialect, column, now) {
                let why = format!("values may change with the type ({} and back)", now.data_type);
                found.push(loss(Some(own), &why));
            }
        }
    }
    found
}

/// Returns `true` if values come back as they were from a column of another type.
fn keeps_values(dialect: Dialect, old: &Column, now: &Column) -> bool {
    let is_same_kind = old.user_type == now.user_type || now.data_type.name() == "text";
    is_same_kind && dialect.diff_rules().keeps_values(&old.data_type, &now.data_type)
}
