//! Reads `CREATE TABLE`.
//!
//! A constraint is the same whether it stands at its column or behind the columns, and lists of
//! constraints have an order of their own here, as theirs in the text means nothing. What is not
//! understood stands in the details of its column, so that it shows when it changes.

use super::index::{part, parts_text};
use super::reader::{Part, Reader, bare, list};
use super::text::{Scope, find, quoted, string, text};
use crate::schema::{Action, Check, Column, ForeignKey, Generated, Key, Name, Table};
use crate::sql::TokenKind;

/// The table that a `CREATE TABLE` makes; `None` where the text is none.
pub(super) fn table(parts: &[Part<'_>]) -> Option<Table> {
    let mut reader = Reader::new(parts);
    if !reader.eat("CREATE") {
        return None;
    }
    let _ = reader.eat("TEMP") || reader.eat("TEMPORARY");
    if !reader.eat("TABLE") {
        return None;
    }
    reader.created()?;
    let elements = list(reader.group()?);
    let (columns, constraints) =
        elements.split_at(elements.iter().take_while(|parts| !is_constraint(parts)).count());

    let mut maker = Maker::default();
    for parts in columns {
        let name = parts[0].name()?;
        maker.table.columns.push(Column { name, nullable: true, ..Column::default() });
    }
    for (at, parts) in columns.iter().enumerate() {
        maker.column(at, Reader { rest: &parts[1..] });
    }
    for parts in constraints {
        maker.constraints(Reader { rest: parts });
    }
    maker.options(reader);
    Some(maker.finish())
}

const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

fn is_constraint(parts: &[Part<'_>]) -> bool {
    CONSTRAINTS.iter().any(|word| parts[0].is(word))
}

/// The words that end a type.
fn ends_type(part: Part<'_>) -> bool {
    const OTHERS: [&str; 7] =
        ["DEFAULT", "NOT", "NULL", "REFERENCES", "COLLATE", "AS", "DEFERRABLE"];
    is_constraint(&[part]) || OTHERS.iter().any(|word| part.is(word))
}

#[derive(Default)]
struct Maker {
    table: Table,
    /// `DESC` stands with the primary key at its column.
    descends: bool,
    /// `ON CONFLICT` of the primary key.
    conflict: Option<String>,
}

impl Maker {
    fn text(&self, parts: &[Part<'_>]) -> String {
        text(bare(parts), Scope::Columns(&self.table.columns))
    }

    /// Reads what stands behind the name of a column.
    fn column(&mut self, at: usize, mut reader: Reader<'_, '_>) {
        let own = vec![self.table.columns[at].name.clone()];
        self.table.columns[at].data_type = data_type(&mut reader);
        let mut details = Vec::new();
        let mut name = None;
        while let Some(next) = reader.rest.first().copied() {
            if reader.eat("CONSTRAINT") {
                name = reader.name();
                continue;
            }
            let name = name.take();
            if reader.eat("PRIMARY KEY") {
                let descending = reader.eat("DESC");
                let _ = reader.eat("ASC");
                let conflict = conflict(&mut reader);
                if reader.eat("AUTOINCREMENT") {
                    self.table.columns[at].identity = Some("AUTOINCREMENT".to_owned());
                }
                (self.descends, self.conflict) = (descending, conflict.clone());
                let order = descending.then(|| format!("({} DESC)", quoted(&own[0])));
                let details = joined([order, conflict]);
                self.table.primary_key = Some(Key { name, columns: own.clone(), details });
            } else if reader.eat("UNIQUE") {
                let details = joined([conflict(&mut reader)]);
                self.table.uniques.push(Key { name, columns: own.clone(), details });
            } else if reader.eat("NOT NULL") {
                self.table.columns[at].nullable = false;
                let conflict = conflict(&mut reader);
                if name.is_some() || conflict.is_some() {
                    let name = name.map(|name| format!("CONSTRAINT {}", quoted(&name)));
                    details.push(joined([name, Some("NOT NULL".to_owned()), conflict]));
                }
            } else if reader.eat("NULL") {
                let _ = conflict(&mut reader);
            } else if reader.is("CHECK") {
                self.check(name, &mut reader);
            } else if reader.eat("DEFAULT") {
                self.table.columns[at].default = default(&mut reader);
            } else if reader.eat("COLLATE") {
                let collation = reader.name().map(|name| name.to_ascii_uppercase());
                self.table.columns[at].collation = collation.filter(|name| name != "BINARY");
            } else if reader.eat("GENERATED ALWAYS AS") || reader.eat("AS") {
                let expression = self.text(reader.group().unwrap_or_default());
                let stored = reader.eat("STORED");
                let _ = reader.eat("VIRTUAL");
                self.table.columns[at].generated = Some(Generated { expression, stored });
            } else if reader.is("REFERENCES") {
                self.foreign_key(name, own.clone(), &mut reader);
            } else if let Some(deferrable) = deferrable(&mut reader) {
                // It may stand apart from the reference that it belongs to.
                if let Some(key) = self.table.foreign_keys.last_mut() {
                    key.details = joined([Some(key.details.clone()), deferrable]);
                }
            } else {
                details.push(text(&[next], Scope::Empty));
                reader.next();
            }
        }
        self.table.columns[at].details = details.join(" ");
    }

    /// Reads constraints of the table. The commas between them may be missing.
    fn constraints(&mut self, mut reader: Reader<'_, '_>) {
        let mut name = None;
        while !reader.rest.is_empty() {
            if reader.eat("CONSTRAINT") {
                name = reader.name();
                continue;
            }
            let name = name.take();
            if reader.eat("PRIMARY KEY") {
                let (key, conflict) = self.key(name, &mut reader);
                self.conflict = conflict;
                self.table.primary_key = Some(key);
            } else if reader.eat("UNIQUE") {
                let (key, _) = self.key(name, &mut reader);
                self.table.uniques.push(key);
            } else if reader.is("CHECK") {
                self.check(name, &mut reader);
            } else if reader.eat("FOREIGN KEY") {
                let columns = self.names(reader.group().unwrap_or_default());
                self.foreign_key(name, columns, &mut reader);
            } else {
                reader.next();
            }
        }
    }

    /// Reads the columns of a key and its `ON CONFLICT`.
    fn key(&mut self, name: Option<String>, reader: &mut Reader<'_, '_>) -> (Key, Option<String>) {
        let mut inside = reader.group().unwrap_or_default();
        let mut numbered = false;
        if let [before @ .., last] = inside
            && last.is("AUTOINCREMENT")
        {
            (inside, numbered) = (before, true);
        }
        let parts: Vec<_> =
            list(inside).into_iter().map(|item| part(item, &self.table.columns)).collect();
        let columns: Vec<String> = parts
            .iter()
            .map(|part| part.column.clone().unwrap_or_else(|| part.expression.clone()))
            .collect();
        if numbered
            && let Some(column) = self.table.columns.iter_mut().find(|c| columns.contains(&c.name))
        {
            column.identity = Some("AUTOINCREMENT".to_owned());
        }
        let special = parts.iter().any(|part| !part.details.is_empty());
        let order = special.then(|| format!("({})", parts_text(&parts)));
        let conflict = conflict(reader);
        (Key { name, columns, details: joined([order, conflict.clone()]) }, conflict)
    }

    fn check(&mut self, name: Option<String>, reader: &mut Reader<'_, '_>) {
        reader.eat("CHECK");
        let expression = self.text(reader.group().unwrap_or_default());
        let details = joined([conflict(reader)]);
        self.table.checks.push(Check { name, expression, details });
    }

    fn foreign_key(
        &mut self,
        name: Option<String>,
        columns: Vec<String>,
        reader: &mut Reader<'_, '_>,
    ) {
        reader.eat("REFERENCES");
        let Some(parent) = reader.name() else { return };
        let parent_columns = list(reader.group().unwrap_or_default());
        let parent_columns = parent_columns.iter().filter_map(|item| item[0].name()).collect();
        let mut key = ForeignKey {
            name,
            columns,
            parent: Name::new(parent),
            parent_columns,
            on_update: Action::default(),
            on_delete: Action::default(),
            details: String::new(),
        };
        let mut match_kind = None;
        loop {
            if reader.eat("ON DELETE") {
                key.on_delete = action(reader);
            } else if reader.eat("ON UPDATE") {
                key.on_update = action(reader);
            } else if reader.eat("MATCH") {
                match_kind = reader.name().map(|name| name.to_ascii_uppercase());
            } else {
                break;
            }
        }
        let match_kind = match_kind.filter(|kind| kind != "SIMPLE").map(|k| format!("MATCH {k}"));
        key.details = joined([match_kind, deferrable(reader).flatten()]);
        self.table.foreign_keys.push(key);
    }

    /// The names in a list of columns, spelled as the columns are.
    fn names(&self, parts: &[Part<'_>]) -> Vec<String> {
        let spelled = |name: String| {
            find(&self.table.columns, &name).map_or(name.clone(), |column| column.name.clone())
        };
        list(parts).iter().filter_map(|item| item[0].name()).map(spelled).collect()
    }

    fn options(&mut self, mut reader: Reader<'_, '_>) {
        while !reader.rest.is_empty() {
            let option = if reader.eat("WITHOUT ROWID") {
                "without rowid".to_owned()
            } else {
                match reader.next() {
                    Some(part) if part.kind == TokenKind::Word => part.text.to_ascii_lowercase(),
                    _ => continue,
                }
            };
            self.table.options.insert(option, "yes".to_owned());
        }
    }

    fn finish(mut self) -> Table {
        let table = &mut self.table;
        let strict = table.options.contains_key("strict");
        let without_rowid = table.options.contains_key("without rowid");
        if let Some(key) = &mut table.primary_key {
            let mut columns: Vec<_> =
                table.columns.iter_mut().filter(|c| key.columns.contains(&c.name)).collect();
            let is_integer = matches!(&*columns, [only] if only.data_type == "INTEGER");
            // Then it is the number that every row has, unless it descends at the column: the one
            // place where it matters whether it stands there or behind the columns.
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
fn data_type(reader: &mut Reader<'_, '_>) -> String {
    let mut words: Vec<String> = Vec::new();
    while let Some(next) = reader.rest.first().filter(|next| !ends_type(**next)) {
        if next.is_symbol("(") {
            let Some(inside) = reader.group() else { break };
            let inside = text(inside, Scope::Empty).to_ascii_uppercase();
            match words.last_mut() {
                Some(word) => word.push_str(&format!("({inside})")),
                None => words.push(format!("({inside})")),
            }
        } else if reader.is("GENERATED ALWAYS") {
            break;
        } else if let Some(name) = reader.name() {
            words.push(name.to_ascii_uppercase());
        } else {
            break;
        }
    }
    words.join(" ")
}

/// Reads a default. `NULL` is none, and a word is a string.
fn default(reader: &mut Reader<'_, '_>) -> Option<String> {
    let value = if let Some(inside) = reader.group() {
        text(bare(inside), Scope::Empty)
    } else {
        let minus = reader.eat_symbol("-");
        let _ = reader.eat_symbol("+");
        let part = reader.next()?;
        let known = ["NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
        let value = match part.kind {
            TokenKind::Word if !known.iter().any(|word| part.is(word)) => string(part.text),
            TokenKind::QuotedName => string(&part.name()?),
            _ => text(&[part], Scope::Empty),
        };
        if minus { format!("-{value}") } else { value }
    };
    (value != "NULL").then_some(value)
}

/// Reads what happens when a row breaks the constraint; nothing where it is what always happens.
fn conflict(reader: &mut Reader<'_, '_>) -> Option<String> {
    let way =
        if reader.eat("ON CONFLICT") { reader.name()?.to_ascii_uppercase() } else { return None };
    (way != "ABORT").then(|| format!("ON CONFLICT {way}"))
}

fn action(reader: &mut Reader<'_, '_>) -> Action {
    let two = reader.is("SET NULL") || reader.is("SET DEFAULT") || reader.is("NO ACTION");
    let words: Vec<&str> =
        (0..=usize::from(two)).filter_map(|_| reader.next()).map(|part| part.text).collect();
    Action::from_words(&words.join(" "))
}

/// Reads when a foreign key is looked at, if that is what comes next.
fn deferrable(reader: &mut Reader<'_, '_>) -> Option<Option<String>> {
    let not = reader.eat("NOT DEFERRABLE");
    if !not && !reader.eat("DEFERRABLE") {
        return None;
    }
    let deferred = reader.eat("INITIALLY DEFERRED");
    let _ = reader.eat("INITIALLY IMMEDIATE");
    let words = if deferred { "DEFERRABLE INITIALLY DEFERRED" } else { "DEFERRABLE" };
    Some((!not).then(|| words.to_owned()))
}

fn joined(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
