//! What attributes state of a table: keys, constraints, indexes, defaults.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{
    Action, Check, Deferrable, ForeignKey, Identity, IdentityKind, Index, IndexPart, Key,
    MatchType, Name, NullsOrder, Table,
};

use super::names::literal;

/// The attributes of a struct and its fields.
pub(super) struct Attributes {
    /// The settings in `#[table(..)]`.
    pub(super) table: Vec<String>,
    /// The settings in `#[column(..)]`, by column.
    pub(super) columns: Vec<(String, String)>,
    /// What is not stated.
    pub(super) left: Vec<String>,
}

impl Attributes {
    pub(super) fn of(dialect: Dialect, name: &Name, table: &Table) -> Self {
        let mut all = Self { table: Vec::new(), columns: Vec::new(), left: Vec::new() };
        all.table.push(format!("name = {}", literal(&name.name)));
        all.table.extend(name.namespace.as_ref().map(|text| format!("schema = {}", literal(text))));
        all.options(table);
        all.columns_of(table);
        if let Some(key) = &table.primary_key {
            all.primary_key(name, key);
        }
        table.uniques.iter().for_each(|key| all.unique(name, key));
        table.foreign_keys.iter().for_each(|key| all.foreign_key(name, key));
        table.checks.iter().for_each(|check| all.check(name, check));
        for (index_name, index) in table.indexes.iter().filter(|(_, index)| !index.implied) {
            all.index(dialect, index_name, index);
        }
        all
    }

    fn column(&mut self, column: &str, setting: String) {
        self.columns.push((column.to_owned(), setting));
    }

    fn options(&mut self, table: &Table) {
        let words = [(table.strict, "STRICT"), (table.without_rowid, "WITHOUT ROWID")];
        let words: Vec<&str> =
            words.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        if !words.is_empty() {
            self.table.push(format!("options = {}", literal(&words.join(", "))));
        }
        self.table
            .extend(table.comment.as_ref().map(|text| format!("comment = {}", literal(text))));
        if table.partition_by.is_some() || table.partition_of.is_some() {
            self.left.push("the partitions".to_owned());
        }
        self.left.extend(table.constraints.iter().map(|one| format!("constraint {}", one.name)));
        self.left.extend(table.triggers.keys().map(|name| format!("trigger {name}")));
    }

    fn columns_of(&mut self, table: &Table) {
        for column in &table.columns {
            let name = &column.name;
            match &column.identity {
                Some(Identity { kind: IdentityKind::Always, .. }) => {
                    self.column(name, "identity = \"always\"".to_owned());
                }
                Some(_) => self.column(name, "identity".to_owned()),
                None => {
                    if let Some(default) = &column.default {
                        self.column(name, format!("default = {}", literal(default)));
                    }
                }
            }
            if let Some(generated) = &column.generated {
                let kind = if generated.stored { "" } else { ", virtual" };
                self.column(name, format!("generated = {}{kind}", literal(&generated.expression)));
            }
            if let Some(collation) = &column.collation {
                self.column(name, format!("collation = {}", literal(collation)));
            }
            if let Some(comment) = &column.comment {
                self.column(name, format!("comment = {}", literal(comment)));
            }
        }
    }

    fn primary_key(&mut self, table: &Name, key: &Key) {
        if !key.details.is_empty() || !key.include.is_empty() {
            return self.left.push("the options of the primary key".to_owned());
        }
        let name = stated(key.name.as_ref(), key.generated_name, &format!("{}_pkey", table.name));
        match (key.columns.as_slice(), &name) {
            ([column], None) if key.deferrable == Deferrable::No => {
                self.column(column, "primary_key".to_owned());
            }
            (columns, name) => {
                let parts = key_parts(columns, name.as_ref(), key);
                self.table.push(format!("primary_key({parts})"));
            }
        }
    }

    fn unique(&mut self, table: &Name, key: &Key) {
        if !key.details.is_empty() || !key.include.is_empty() {
            let name = key.name.clone().unwrap_or_else(|| key.columns.join(", "));
            return self.left.push(format!("the unique constraint {name}"));
        }
        let usual = format!("{}_{}_key", table.name, key.columns.join("_"));
        let name = stated(key.name.as_ref(), key.generated_name, &usual);
        let is_plain = key.deferrable == Deferrable::No && !key.nulls_not_distinct;
        match (key.columns.as_slice(), &name) {
            ([column], None) if is_plain && !self.is_unique(column) => {
                self.column(column, "unique".to_owned());
            }
            ([column], Some(name)) if is_plain && !self.is_unique(column) => {
                self.column(column, format!("unique = {}", literal(name)));
            }
            (columns, name) => {
                let parts = key_parts(columns, name.as_ref(), key);
                self.table.push(format!("unique({parts})"));
            }
        }
    }

    fn is_unique(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, setting)| name == column && setting.starts_with("unique"))
    }

    fn has_foreign_key(&self, column: &str) -> bool {
        self.columns
            .iter()
            .any(|(name, setting)| name == column && setting.starts_with("references"))
    }

    fn foreign_key(&mut self, table: &Name, key: &ForeignKey) {
        let usual = format!("{}_{}_fkey", table.name, key.columns.join("_"));
        let plain = |name: &String| !name.contains(['(', ')', '.', ',']);
        let is_plain = key.parent_columns.iter().all(plain) && plain(&key.parent.name);
        if !key.details.is_empty() || key.match_type != MatchType::Simple || !is_plain {
            let name = key.name.clone().unwrap_or_else(|| key.columns.join(", "));
            return self.left.push(format!("the foreign key {name}"));
        }
        let parent = match key.parent_columns.as_slice() {
            [] => key.parent.to_string(),
            columns => format!("{}({})", key.parent, columns.join(", ")),
        };
        let mut settings = vec![format!("references = {}", literal(&parent))];
        for (setting, action) in [("on_update", key.on_update), ("on_delete", key.on_delete)] {
            if action != Action::NoAction {
                let words = action.words().to_ascii_lowercase();
                settings.push(format!("{setting} = {}", literal(&words)));
            }
        }
        settings.extend(deferrable(key.deferrable));
        let name = stated(key.name.as_ref(), key.generated_name, &usual);
        match (key.columns.as_slice(), name) {
            ([column], None) if !self.has_foreign_key(column) => {
                settings.into_iter().for_each(|setting| self.column(column, setting))
            }
            (columns, name) => {
                let mut parts: Vec<String> = columns.iter().map(|name| column_name(name)).collect();
                parts.extend(settings);
                parts.extend(name.map(|name| format!("name = {}", literal(&name))));
                self.table.push(format!("foreign_key({})", parts.join(", ")));
            }
        }
    }

    fn check(&mut self, table: &Name, check: &Check) {
        if !check.details.is_empty() {
            let name = check.name.as_ref().unwrap_or(&check.expression);
            return self.left.push(format!("the check {name}"));
        }
        let starts = format!("{}_", table.name);
        let is_usual = |name: &&String| name.starts_with(&starts) && name.contains("_check");
        let name = check.name.as_ref().filter(|name| !check.generated_name && !is_usual(name));
        let name = name.map(|name| format!(", name = {}", literal(name))).unwrap_or_default();
        self.table.push(format!("check({}{name})", literal(&check.expression)));
    }

    fn index(&mut self, dialect: Dialect, name: &str, index: &Index) {
        let parts: Option<Vec<String>> = index.parts.iter().map(index_part).collect();
        let Some(mut parts) = parts.filter(|_| index.details.is_empty()) else {
            return self.left.push(format!("index {name}"));
        };
        parts.push(format!("name = {}", literal(name)));
        if index.unique {
            parts.push("unique".to_owned());
        }
        if let Some(method) = &index.method {
            // FULLTEXT and SPATIAL are words before INDEX.
            if dialect.rules().part_scope(migrate_core::schema::Kind::Index)
                == migrate_core::apply::PartScope::Table
            {
                return self.left.push(format!("index {name}"));
            }
            parts.push(format!("using = {}", literal(method)));
        }
        if !index.include.is_empty() {
            let columns: Vec<String> = index.include.iter().map(|name| column_name(name)).collect();
            parts.push(format!("include({})", columns.join(", ")));
        }
        if index.nulls_not_distinct {
            parts.push("nulls_not_distinct".to_owned());
        }
        if let Some(predicate) = &index.predicate {
            parts.push(format!("where = {}", literal(predicate)));
        }
        self.table.push(format!("index({})", parts.join(", ")));
    }
}

/// A name that the database would not have chosen.
fn stated(name: Option<&String>, generated: bool, usual: &str) -> Option<String> {
    name.filter(|name| !generated && *name != usual).cloned()
}

fn key_parts(columns: &[String], name: Option<&String>, key: &Key) -> String {
    let mut parts: Vec<String> = columns.iter().map(|name| column_name(name)).collect();
    parts.extend(name.map(|name| format!("name = {}", literal(name))));
    if key.nulls_not_distinct {
        parts.push("nulls_not_distinct".to_owned());
    }
    parts.extend(deferrable(key.deferrable));
    parts.join(", ")
}

fn deferrable(deferrable: Deferrable) -> Option<String> {
    match deferrable {
        Deferrable::No => None,
        Deferrable::InitiallyImmediate => Some("deferrable".to_owned()),
        Deferrable::InitiallyDeferred => Some("deferrable = \"initially deferred\"".to_owned()),
    }
}

/// A column in a list: a word, or a text.
fn column_name(name: &str) -> String {
    let is_setting = ["name", "unique", "deferrable", "nulls_not_distinct"].contains(&name);
    match syn::parse_str::<syn::Ident>(name) {
        Ok(_) if !is_setting => name.to_owned(),
        _ => literal(name),
    }
}

fn index_part(part: &IndexPart) -> Option<String> {
    if part.prefix.is_some()
        || part.collation.is_some()
        || part.operator_class.is_some()
        || !part.details.is_empty()
    {
        return None;
    }
    let nulls = part.nulls.map(|nulls| match nulls {
        NullsOrder::First => ", nulls = \"first\"",
        NullsOrder::Last => ", nulls = \"last\"",
    });
    match (&part.column, part.descending, nulls) {
        // A text is SQL in an index.
        (Some(column), _, _) if column_name(column).starts_with('"') => None,
        (Some(column), false, None) => Some(column.clone()),
        (Some(column), descending, nulls) => {
            let order = if descending { "desc" } else { "asc" };
            Some(format!("{order}({column}{})", nulls.unwrap_or_default()))
        }
        (None, descending, nulls) => {
            let order = if descending { " DESC" } else { "" };
            let nulls =
                part.nulls.filter(|_| nulls.is_some()).map(|nulls| format!(" {}", nulls.words()));
            let text = format!("({}){order}{}", part.expression, nulls.unwrap_or_default());
            Some(literal(&text))
        }
    }
}
