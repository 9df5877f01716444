//! Constraints of tables and domains.

use migrate_core::schema::{
    Action, Check, Constraint, Deferrable, ForeignKey, Key, MatchType, Name,
};

use super::builder::{KeyAt, SchemaBuilder, catalog};
use super::row::{Oid, Row, Words, bare};

impl SchemaBuilder {
    pub(super) fn constraint(&mut self, mut row: Row<'_>) {
        let (oid, table, domain): (Oid, Oid, Oid) = (row.number(), row.number(), row.number());
        let (name, kind): (String, char) = (row.text(), row.letter());
        let (index, parent): (Oid, Oid) = (row.number(), row.number());
        let (columns, parent_columns): (Vec<i16>, Vec<i16>) = (row.numbers(), row.numbers());
        let (on_update, on_delete) = (action(row.letter()), action(row.letter()));
        let delete_columns: Vec<i16> = row.numbers();
        let full = row.letter() == 'f';
        let (deferrable, deferred) = (row.flag(), row.flag());
        let (valid, enforced, period) = (row.flag(), row.flag(), row.flag());
        let (no_inherit, inherited) = (row.flag(), row.flag());
        let expression = row.text();

        let mut words = Words::default();
        if kind == 'f' {
            words.add_if(period, "PERIOD");
            if !delete_columns.is_empty() {
                let columns = self.columns(table, &delete_columns).join(", ");
                words.add(format!("ON DELETE ({columns})"));
            }
        } else {
            words.add_if(period, "WITHOUT OVERLAPS");
        }
        let deferrable = match (deferrable, deferred) {
            (_, true) => Deferrable::InitiallyDeferred,
            (true, false) => Deferrable::InitiallyImmediate,
            (false, false) => Deferrable::No,
        };
        words.add_if(!enforced, "NOT ENFORCED");
        words.add_if(enforced && !valid, "NOT VALID");
        words.add_if(no_inherit && matches!(kind, 'c' | 'n'), "NO INHERIT");
        let details = words.end();

        if domain != 0 {
            self.check_of_domain(oid, domain, name, &expression, details);
            return;
        }
        let Some(relation) = self.relations.get(&table) else { return };
        let on = relation.name.clone();
        let comment = || format!("constraint {name} on {on}");
        self.other_comment((catalog::CONSTRAINT, oid, 0), comment, Some(&on));
        let columns = self.columns(table, &columns);
        let parent_columns = self.columns(parent, &parent_columns);
        let parent = self.relation_name(parent).cloned().unwrap_or_else(|| Name::new("?"));
        let Some(table) = self.schema.tables.get_mut(&on) else { return };
        match kind {
            'p' | 'u' => {
                let key = Key { name: Some(name), columns, deferrable, details, ..Key::default() };
                let at = if kind == 'p' {
                    table.primary_key = Some(key);
                    KeyAt::Primary
                } else {
                    table.uniques.push(key);
                    KeyAt::Unique(table.uniques.len() - 1)
                };
                self.keys.insert(index, (on, at));
            }
            'x' => {
                table.constraints.push(Constraint { name, definition: expression });
                let at = table.constraints.len() - 1;
                self.keys.insert(index, (on, KeyAt::Exclusion(at)));
            }
            'f' => {
                self.foreign_keys.insert(oid, (on, name.clone()));
                table.foreign_keys.push(ForeignKey {
                    name: Some(name),
                    columns,
                    parent,
                    parent_columns,
                    on_update,
                    on_delete,
                    match_type: if full { MatchType::Full } else { MatchType::Simple },
                    deferrable,
                    details,
                    ..ForeignKey::default()
                });
            }
            'n' => {
                let column = table.columns.iter_mut().find(|one| columns.contains(&one.name));
                if let Some(column) = column {
                    let mut words = Words::default();
                    words.add_if(!column.details.is_empty(), &column.details);
                    words.add(format!("NOT NULL {details}"));
                    column.details = words.end();
                }
            }
            _ => {
                let mut words = Words::default();
                words.add_if(!details.is_empty(), &details);
                // Of a partition that goes without saying.
                words.add_if(inherited && table.partition_of.is_none(), "INHERITED");
                let expression = bare(&expression).to_owned();
                let details = words.end();
                let check = Check { name: Some(name), expression, details, ..Check::default() };
                table.checks.push(check);
            }
        }
    }

    fn check_of_domain(
        &mut self,
        oid: Oid,
        domain: Oid,
        name: String,
        expression: &str,
        details: String,
    ) {
        let Some(of) = self.types.get(&domain).cloned() else { return };
        let comment = || format!("constraint {name} on domain {of}");
        self.other_comment((catalog::CONSTRAINT, oid, 0), comment, None);
        if let Some(domain) = self.schema.domains.get_mut(&of) {
            let expression = bare(expression).to_owned();
            let check = Check { name: Some(name), expression, details, ..Check::default() };
            domain.checks.push(check);
        }
    }

    /// The triggers of a foreign key on one of its tables, when somebody switched them.
    pub(super) fn switched(&mut self, constraint: Oid, on: &Name, state: &str) {
        let Some((table, name)) = self.foreign_keys.get(&constraint) else { return };
        let keys = self.schema.tables.get_mut(table).map(|table| &mut table.foreign_keys);
        let key = keys.and_then(|keys| keys.iter_mut().find(|key| key.name.as_ref() == Some(name)));
        let Some(key) = key else { return };
        let text = format!("{state} TRIGGER ON {on}");
        // There are two on either table.
        if !key.details.contains(&text) {
            let mut words = Words::default();
            words.add_if(!key.details.is_empty(), &key.details);
            words.add(text);
            key.details = words.end();
        }
    }

    /// The names of columns by their numbers.
    pub(super) fn columns(&self, table: Oid, numbers: &[i16]) -> Vec<String> {
        let Some(relation) = self.relations.get(&table) else { return Vec::new() };
        let name = |number| Some(relation.columns.get(number)?.name.clone());
        numbers.iter().filter_map(name).collect()
    }
}

fn action(letter: char) -> Action {
    match letter {
        'r' => Action::Restrict,
        'c' => Action::Cascade,
        'n' => Action::SetNull,
        'd' => Action::SetDefault,
        _ => Action::NoAction,
    }
}
