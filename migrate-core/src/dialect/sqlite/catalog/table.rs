//! Reads `CREATE TABLE`.
//!
//! A constraint has the same value at its column and after the columns. Lists of constraints are
//! sorted, because their order in the text has no meaning. Unknown text is kept in the details of
//! its column, so that a change is detected.

use super::index::{part, parts_text};
use super::text::{Scope, find, quoted, string, text};
use crate::dialect::sqlite::{LEX_RULES, created_name};
use crate::schema::{
    Action, Check, Column, Deferrable, ForeignKey, Generated, IdentityKind, Key, MatchType, Name,
    Table,
};
use crate::sql::{Cursor, TokenKind};

/// Returns the table of a `CREATE TABLE`; `None` for another text.
pub(in crate::dialect::sqlite) fn table(mut cursor: Cursor<'_>) -> Option<Table> {
    if !cursor.eat("CREATE") {
        return None;
    }
    let _ = cursor.eat("TEMP") || cursor.eat("TEMPORARY");
    if !cursor.eat("TABLE") {
        return None;
    }
    created_name(&mut cursor)?;
    let elements: Vec<Cursor<'_>> =
        cursor.group()?.items().filter(|item| !item.is_empty()).collect();
    let (columns, constraints) =
        elements.split_at(elements.iter().take_while(|item| !item.is_any(&CONSTRAINTS)).count());

    let mut builder = TableBuilder::default();
    let mut definitions = Vec::new();
    for item in columns {
        let mut item = *item;
        let name = item.name()?;
        builder.table.columns.push(Column { name, nullable: true, ..Column::default() });
        definitions.push(item);
    }
    for (at, definition) in definitions.into_iter().enumerate() {
        builder.column(at, definition);
    }
    for item in constraints {
        builder.constraints(*item);
    }
    builder.options(cursor);
    Some(builder.finish())
}

/// Returns a table of one column, with the constraints written at it.
pub(in crate::dialect::sqlite) fn table_of_column(mut definition: Cursor<'_>) -> Table {
    let mut builder = TableBuilder::default();
    let name = definition.name().unwrap_or_default();
    builder.table.columns.push(Column { name, nullable: true, ..Column::default() });
    builder.column(0, definition);
    builder.finish()
}

const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// The words that end a type.
fn ends_type(cursor: &Cursor<'_>) -> bool {
    const OTHERS: [&str; 7] =
        ["DEFAULT", "NOT", "NULL", "REFERENCES", "COLLATE", "AS", "DEFERRABLE"];
    cursor.is_any(&CONSTRAINTS) || cursor.is_any(&OTHERS) || cursor.is("GENERATED ALWAYS AS")
}

#[derive(Default)]
struct TableBuilder {
    table: Table,
    /// Whether the primary key at its column is `DESC`.
    descends: bool,
    /// `ON CONFLICT` of the primary key.
    conflict: Option<String>,
}

impl TableBuilder {
    /// Returns the text in parentheses, if they follow.
    fn group_text(&self, cursor: &mut Cursor<'_>) -> String {
        let inside = cursor.group().map_or(&[][..], |inside| inside.strip_parens().lexemes());
        text(inside, Scope::Columns(&self.table.columns))
    }

    /// Reads the definition after the name of a column.
    fn column(&mut self, at: usize, mut cursor: Cursor<'_>) {
        let own = vec![self.table.columns[at].name.clone()];
        self.table.columns[at].data_type = data_type(&mut cursor).into();
        let mut details = Vec::new();
        let mut name = None;
        while let Some(next) = cursor.peek() {
            if cursor.eat("CONSTRAINT") {
                name = cursor.name();
                continue;
            }
            let name = name.take();
            if cursor.eat("PRIMARY KEY") {
                let descending = cursor.eat("DESC");
                let _ = cursor.eat("ASC");
                let conflict = conflict(&mut cursor);
                if cursor.eat("AUTOINCREMENT") {
                    self.table.columns[at].identity = Some(IdentityKind::NeverReused.into());
                }
                (self.descends, self.conflict) = (descending, conflict.clone());
                let order = descending.then(|| format!("({} DESC)", quoted(&own[0])));
                let details = joined([order, conflict]);
                self.table.primary_key =
                    Some(Key { name, columns: own.clone(), details, ..Key::default() });
            } else if cursor.eat("UNIQUE") {
                let details = joined([conflict(&mut cursor)]);
                let key = Key { name, columns: own.clone(), details, ..Key::default() };
                self.table.uniques.push(key);
            } else if cursor.eat("NOT NULL") {
                self.table.columns[at].nullable = false;
                let conflict = conflict(&mut cursor);
                if name.is_some() || conflict.is_some() {
                    let name = name.map(|name| format!("CONSTRAINT {}", quoted(&name)));
                    details.push(joined([name, Some("NOT NULL".to_owned()), conflict]));
                }
            } else if cursor.eat("NULL") {
                let _ = conflict(&mut cursor);
            } else if cursor.is("CHECK") {
                self.check(name, Some(own[0].clone()), &mut cursor);
            } else if cursor.eat("DEFAULT") {
                self.table.columns[at].default = default(&mut cursor);
            } else if cursor.eat("COLLATE") {
                let collation = cursor.name().map(|name| name.to_ascii_uppercase());
                self.table.columns[at].collation = collation.filter(|name| name != "BINARY");
            } else if cursor.eat("GENERATED ALWAYS AS") || cursor.eat("AS") {
                let expression = self.group_text(&mut cursor);
                let stored = cursor.eat("STORED");
                let _ = cursor.eat("VIRTUAL");
                self.table.columns[at].generated = Some(Generated { expression, stored });
            } else if cursor.is("REFERENCES") {
                self.foreign_key(name, own.clone(), &mut cursor);
                if let Some(key) = self.table.foreign_keys.last_mut() {
                    key.written_at = Some(own[0].clone());
                }
            } else if let Some(deferrable) = deferrable(&mut cursor) {
                // It may be separated from its reference.
                if let Some(key) = self.table.foreign_keys.last_mut() {
                    key.deferrable = deferrable;
                }
            } else {
                details.push(text(&[next], Scope::Empty));
                cursor.bump();
            }
        }
        self.table.columns[at].details = details.join(" ");
    }

    /// Reads constraints of the table. The commas between them may be missing.
    fn constraints(&mut self, mut cursor: Cursor<'_>) {
        let mut name = None;
        while !cursor.is_empty() {
            if cursor.eat("CONSTRAINT") {
                name = cursor.name();
                continue;
            }
            let name = name.take();
            if cursor.eat("PRIMARY KEY") {
                let (key, conflict) = self.key(name, &mut cursor);
                self.conflict = conflict;
                self.table.primary_key = Some(key);
            } else if cursor.eat("UNIQUE") {
                let (key, _) = self.key(name, &mut cursor);
                self.table.uniques.push(key);
            } else if cursor.is("CHECK") {
                self.check(name, None, &mut cursor);
            } else if cursor.eat("FOREIGN KEY") {
                let columns = cursor.group().map(|inside| self.names(inside)).unwrap_or_default();
                self.foreign_key(name, columns, &mut cursor);
            } else {
                cursor.bump();
            }
        }
    }

    /// Reads the columns of a key and its `ON CONFLICT`.
    fn key(&mut self, name: Option<String>, cursor: &mut Cursor<'_>) -> (Key, Option<String>) {
        let mut inside = cursor.group();
        let numbered = inside
            .and_then(|inside| inside.lexemes().last().copied())
            .is_some_and(|last| last.is("AUTOINCREMENT"));
        if numbered {
            inside = inside.map(|inside| inside.without_last(1));
        }
        let items = inside.into_iter().flat_map(Cursor::items);
        let parts: Vec<_> = items.map(|item| part(item, &self.table.columns)).collect();
        let columns: Vec<String> = parts
            .iter()
            .map(|part| part.column.clone().unwrap_or_else(|| part.expression.clone()))
            .collect();
        if numbered
            && let Some(column) = self.table.columns.iter_mut().find(|c| columns.contains(&c.name))
        {
            column.identity = Some(IdentityKind::NeverReused.into());
        }
        let special = parts.iter().any(|part| part.descending || part.collation.is_some());
        let order = special.then(|| format!("({})", parts_text(&parts)));
        let conflict = conflict(cursor);
        let details = joined([order, conflict.clone()]);
        (Key { name, columns, details, ..Key::default() }, conflict)
    }

    fn check(&mut self, name: Option<String>, written_at: Option<String>, cursor: &mut Cursor<'_>) {
        cursor.eat("CHECK");
        let expression = self.group_text(cursor);
        let details = joined([conflict(cursor)]);
        self.table.checks.push(Check { name, written_at, expression, details, ..Check::default() });
    }

    fn foreign_key(&mut self, name: Option<String>, columns: Vec<String>, cursor: &mut Cursor<'_>) {
        cursor.eat("REFERENCES");
        let Some(parent) = cursor.name() else { return };
        let items = cursor.group().into_iter().flat_map(Cursor::items);
        let parent_columns = items.filter_map(|mut item| item.name()).collect();
        let mut key = ForeignKey {
            name,
            columns,
            parent: Name::new(parent),
            parent_columns,
            ..ForeignKey::default()
        };
        loop {
            if cursor.eat("ON DELETE") {
                key.on_delete = action(cursor);
            } else if cursor.eat("ON UPDATE") {
                key.on_update = action(cursor);
            } else if cursor.eat("MATCH") {
                let word = cursor.name().unwrap_or_default();
                key.match_type = MatchType::from_word(&word);
            } else {
                break;
            }
        }
        key.deferrable = deferrable(cursor).unwrap_or_default();
        self.table.foreign_keys.push(key);
    }

    /// Returns the names in a list of columns, spelled like the columns.
    fn names(&self, inside: Cursor<'_>) -> Vec<String> {
        let spelled = |name: String| {
            find(&self.table.columns, &name).map_or(name.clone(), |column| column.name.clone())
        };
        inside.items().filter_map(|mut item| item.name()).map(spelled).collect()
    }

    fn options(&mut self, mut cursor: Cursor<'_>) {
        while !cursor.is_empty() {
            if cursor.eat("WITHOUT ROWID") {
                self.table.without_rowid = true;
            } else if cursor.eat("STRICT") {
                self.table.strict = true;
            } else if let Some(word) = cursor.bump()
                && word.kind == TokenKind::Word
            {
                self.table.options.insert(word.text.to_ascii_lowercase(), "yes".to_owned());
            }
        }
    }

    fn finish(mut self) -> Table {
        let table = &mut self.table;
        let (strict, without_rowid) = (table.strict, table.without_rowid);
        if let Some(key) = &mut table.primary_key {
            let mut columns: Vec<_> =
                table.columns.iter_mut().filter(|c| key.columns.contains(&c.name)).collect();
            let is_integer = matches!(&*columns, [only] if only.data_type == "INTEGER");
            // Then it is an alias of the rowid, unless it is descending at the column: the only
            // case in which the position of the constraint matters.
            let is_rowid = is_integer && !without_rowid && !self.descends;
            if is_rowid {
                key.details = self.conflict.unwrap_or_default();
            } else if is_integer && !without_rowid {
                key.details.push_str(" NOT ROWID");
            }
            if is_rowid || strict || without_rowid {
                columns.iter_mut().for_each(|column| column.nullable = false);
            }
        }
        table.uniques.sort_by(|a, b| {
            (&a.columns, &a.name, &a.details).cmp(&(&b.columns, &b.name, &b.details))
        });
        table.uniques.dedup();
        table.checks.sort_by(|a, b| (&a.expression, &a.name).cmp(&(&b.expression, &b.name)));
        self.table
    }
}

/// Reads a type: `VARCHAR(20)`.
fn data_type(cursor: &mut Cursor<'_>) -> String {
    let mut words: Vec<String> = Vec::new();
    while !cursor.is_empty() && !ends_type(cursor) {
        if cursor.is("(") {
            let Some(inside) = cursor.group() else { break };
            let inside = text(inside.lexemes(), Scope::Empty).to_ascii_uppercase();
            match words.last_mut() {
                Some(word) => word.push_str(&format!("({inside})")),
                None => words.push(format!("({inside})")),
            }
        } else if let Some(name) = cursor.name() {
            words.push(name.to_ascii_uppercase());
        } else {
            break;
        }
    }
    words.join(" ")
}

/// Reads a default. `NULL` is none, and a word is a string.
fn default(cursor: &mut Cursor<'_>) -> Option<String> {
    let value = if let Some(inside) = cursor.group() {
        text(inside.strip_parens().lexemes(), Scope::Empty)
    } else {
        let minus = cursor.eat("-");
        let _ = cursor.eat("+");
        let part = cursor.bump()?;
        let known = ["NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
        let value = match part.kind {
            TokenKind::Word if !known.iter().any(|word| part.is(word)) => string(part.text),
            TokenKind::QuotedName => string(&part.name(&LEX_RULES)?),
            _ => text(&[part], Scope::Empty),
        };
        if minus { format!("-{value}") } else { value }
    };
    (value != "NULL").then_some(value)
}

/// Reads the action for a row that violates the constraint; `None` for the default.
fn conflict(cursor: &mut Cursor<'_>) -> Option<String> {
    let way =
        if cursor.eat("ON CONFLICT") { cursor.name()?.to_ascii_uppercase() } else { return None };
    (way != "ABORT").then(|| format!("ON CONFLICT {way}"))
}

fn action(cursor: &mut Cursor<'_>) -> Action {
    let two = cursor.is("SET NULL") || cursor.is("SET DEFAULT") || cursor.is("NO ACTION");
    let words: Vec<&str> =
        (0..=usize::from(two)).filter_map(|_| cursor.bump()).map(|part| part.text).collect();
    Action::from_words(&words.join(" "))
}

/// Reads the time at which a foreign key is checked, if it follows.
fn deferrable(cursor: &mut Cursor<'_>) -> Option<Deferrable> {
    let not = cursor.eat("NOT DEFERRABLE");
    if !not && !cursor.eat("DEFERRABLE") {
        return None;
    }
    let deferred = cursor.eat("INITIALLY DEFERRED");
    let _ = cursor.eat("INITIALLY IMMEDIATE");
    Some(match (not, deferred) {
        (true, _) => Deferrable::No,
        (false, true) => Deferrable::InitiallyDeferred,
        (false, false) => Deferrable::InitiallyImmediate,
    })
}

fn joined(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
