//! Changes of tables, sequences and triggers that only these servers know.

use super::table::is_text;
use crate::apply::{Fault, Found, Part, State, apply_generally};
use crate::dialect::mysql::parse::{DROPS, bytes_of, changed_definition};
use crate::op::{ConstraintKey, Op, SequenceChange, TableChange};
use crate::schema::{Kind, Name, Table, Trigger};
use crate::sql::quote;

/// Does an operation that the walk does not know.
pub(super) fn take(state: &mut State, op: &Op) -> Option<Result<(), Fault>> {
    match op {
        Op::Set { name, .. } if name == "database" => {
            state.mark_everything("another database may be in use");
            Some(Ok(()))
        }
        Op::Set { name, value: Some(value) } => {
            super::program::assign(state, name, value).then_some(Ok(()))
        }
        Op::Run { text } => Some(super::program::run(state, text)),
        Op::AlterConstraint { table, name, details, .. } if DROPS.contains(&details.as_str()) => {
            let Found::Known(table) = state.find_table(table) else { return None };
            let mut keys = state.table(&table)?.foreign_keys.iter();
            let is_it = |key: &str| key.eq_ignore_ascii_case(name);
            if keys.any(|key| key.name.as_deref().is_some_and(is_it)) {
                return None;
            }
            let (key, if_exists) = (ConstraintKey::Named(name.clone()), details == DROPS[1]);
            Some(super::key::drop_constraint(state, &table, &key, if_exists))
        }
        Op::AlterSequence { name, change: SequenceChange::Options(changes), .. } => {
            let Found::Known((_, key)) = state.find(&[Kind::Sequence], name) else { return None };
            let changed = changed_definition(&state.sequence(&key)?.definition, changes)?;
            state.edit_sequence(&key, |found| found.definition = changed);
            Some(Ok(()))
        }
        Op::Call { name, arguments } => Some(super::program::call(state, name, arguments)),
        Op::Rename { subject, to, if_exists } if subject.kind == Kind::Index => {
            let old = subject.part.as_deref().unwrap_or_default();
            Some(rename_index(state, &subject.name, old, to, *if_exists))
        }
        Op::RenameTable { name, to, .. } => {
            match state.find(&[Kind::Table, Kind::View, Kind::Sequence], name) {
                Found::Known((kind, from)) if kind != Kind::Table && super::is_here(to) => {
                    Some(rename_other(state, kind, &from, to))
                }
                _ => None,
            }
        }
        Op::CreateTableAs { name, table, .. } => {
            let result = apply_generally(state, op);
            if result.is_ok() {
                doubt_keys(state, name, table);
            }
            Some(result)
        }
        Op::CreateIndex { table, name: Some(name), index, or_replace, .. } => {
            if let Found::Known(table) = state.find_table(table)
                && let Err(fault) = super::key::replace_implied(state, &table, name, index)
            {
                return Some(Err(fault));
            }
            if *or_replace
                && let Found::Known(owner) = state.find_table(table)
                && let Some(old) = super::key::spelled_index(state, &owner, name)
            {
                return Some(super::key::replace_index(state, &owner, &old, (name, index)));
            }
            None
        }
        Op::DropTable { name, .. } => drop_sequence(state, name).then_some(Ok(())),
        Op::CreateTable { name, or_replace: true, .. } => {
            drop_sequence(state, name);
            None
        }
        // The server makes the keys although it leaves the column.
        Op::AddColumn { table, column, constraints, if_not_exists: true, .. }
            if constraints.primary_key.is_some()
                || !constraints.foreign_keys.is_empty()
                || !constraints.indexes.is_empty() =>
        {
            let found = state.find_table(table);
            if let Found::Known(key) = &found
                && (state.find_column(key, &column.name) != Found::Missing
                    || state.table(key).is_some_and(|table| table.primary_key.is_some()))
            {
                const WHY: &str = "a key of a column that may exist was added";
                for part in [Part::Columns, Part::Constraints, Part::Indexes] {
                    state.mark(Kind::Table, key, part, WHY);
                }
                return Some(Ok(()));
            }
            None
        }
        Op::CreateTrigger { name, table, trigger, .. } => {
            let found = match state.find_table(table) {
                Found::Known(found) => found,
                _ => return None,
            };
            let result = apply_generally(state, op);
            if result.is_ok() && has_rival(state, &found, &name.name, trigger) {
                // The catalog tells the place among the triggers of one time and event.
                let part = Part::Trigger(name.name.clone());
                state.mark(Kind::Table, &found, part, "its place among other triggers");
            }
            Some(result)
        }
        _ => None,
    }
}

/// Drops a sequence, which statements on tables do too; `false` if there is none of the name.
fn drop_sequence(state: &mut State, name: &Name) -> bool {
    match state.find(&[Kind::Table, Kind::View, Kind::Sequence], name) {
        Found::Known((Kind::Sequence, found)) => {
            state.set_sequence(&found, None);
            state.mark_known(Kind::Sequence, &found);
            true
        }
        _ => false,
    }
}

/// Renames a view or a sequence, which `RENAME TABLE` does too.
fn rename_other(state: &mut State, kind: Kind, from: &Name, to: &Name) -> Result<(), Fault> {
    if let Found::Known((taken, name)) = state.occupied(kind, to)
        && name != *from
    {
        return Err(Fault::exists(format!("{} {name}", taken.word())));
    }
    state.mark_created(kind, to);
    if kind == Kind::View {
        let view = state.set_view(from, None);
        state.set_view(to, view);
    } else {
        let sequence = state.set_sequence(from, None);
        state.set_sequence(to, sequence);
    }
    let names = state.uses(&(kind, from.clone(), None)).to_vec();
    state.set_uses((kind, from.clone(), None), None);
    state.set_uses((kind, to.clone(), None), Some(names));
    state.move_marks(kind, from, to);
    state.mark_known(kind, from);
    Ok(())
}

/// Whether a table has another trigger of the same time and event.
fn has_rival(state: &State, table: &Name, name: &str, trigger: &Trigger) -> bool {
    let head = |definition: &str, name: &str| {
        let start = format!("CREATE TRIGGER {} ", quote(name, '`'));
        let rest = definition.strip_prefix(&start).unwrap_or_default().to_owned();
        rest.split(" ON ").next().unwrap_or_default().to_owned()
    };
    let own = head(&trigger.definition, name);
    let triggers = state.table(table).map(|table| &table.triggers);
    let mut others = triggers.into_iter().flatten().filter(|(other, _)| *other != name);
    others.any(|(other, value)| head(&value.definition, other) == own)
}

fn rename_index(
    state: &mut State,
    table: &Name,
    old: &str,
    new: &str,
    if_exists: bool,
) -> Result<(), Fault> {
    let key = match state.find_table(table) {
        Found::Known(key) => key,
        Found::Unknown => return Ok(()),
        Found::Missing => return Err(Fault::missing(format!("table {table}"))),
    };
    let found = match state.find_part(Kind::Index, &Name::new(old), Some(&key)) {
        Found::Known((_, found)) => found,
        Found::Unknown => {
            const WHY: &str = "an index that may exist was renamed";
            state.mark(Kind::Table, &key, Part::Indexes, WHY);
            return Ok(());
        }
        Found::Missing if if_exists => return Ok(()),
        Found::Missing => return Err(Fault::missing(format!("index {old} of table {key}"))),
    };
    if let Found::Known((_, taken)) = state.find_part(Kind::Index, &Name::new(new), Some(&key))
        && taken != found
    {
        return Err(Fault::exists(format!("index {taken} of table {key}")));
    }
    state.edit_table(&key, |table| {
        if let Some(index) = table.indexes.remove(&found) {
            table.indexes.insert(new.to_owned(), index);
        }
    });
    Ok(())
}

/// What has the name of its table in it, after the table was renamed.
pub(super) fn rename_parts(state: &mut State, from: &Name, to: &Name) {
    let (old, new) = (format!("{}_ibfk_", from.name), format!("{}_ibfk_", to.name));
    let (on, on_new) = (
        format!(" ON {} FOR EACH ROW", quote(&from.name, '`')),
        format!(" ON {} FOR EACH ROW", quote(&to.name, '`')),
    );
    state.edit_table(to, |table| {
        for key in &mut table.foreign_keys {
            let number = key.name.as_ref().and_then(|name| name.strip_prefix(&old));
            if let Some(number) = number {
                key.name = Some(format!("{new}{number}"));
            }
        }
        table.foreign_keys.sort_by_cached_key(|key| key.name.clone());
        for trigger in table.triggers.values_mut() {
            trigger.definition = trigger.definition.replacen(&on, &on_new, 1);
        }
    });
}

/// Marks the keys of a table that is created from a query, as far as they depend on its columns.
fn doubt_keys(state: &mut State, name: &Name, table: &Table) {
    if !table.foreign_keys.is_empty() || !table.checks.is_empty() {
        const WHY: &str = "its columns come from a query";
        state.mark(Kind::Table, name, Part::Constraints, WHY);
        state.mark(Kind::Table, name, Part::Indexes, WHY);
    }
    // An index without a name has that of the column as the query spells it.
    for (index, of) in &table.indexes {
        let first = of.parts.first().and_then(|part| part.column.as_ref());
        if first.is_some_and(|name| name.eq_ignore_ascii_case(index)) {
            const WHY: &str = "the query may spell its name otherwise";
            state.mark(Kind::Table, name, Part::Index(index.to_lowercase()), WHY);
        }
    }
}

pub(super) fn alter_table(
    state: &mut State,
    name: &Name,
    change: &TableChange,
) -> Result<(), Fault> {
    match change {
        TableChange::Option { name: option, value }
            if option == "charset" || option == "collation" =>
        {
            default_collation(state, name, option, value.as_deref());
            Ok(())
        }
        TableChange::Option { name: option, value } if option == "engine" => {
            let of_innodb = state.table(name).is_some_and(|table| !table.foreign_keys.is_empty());
            if of_innodb && value.as_deref() != Some("InnoDB") {
                const WHY: &str = "foreign keys meet another engine";
                state.mark(Kind::Table, name, Part::Constraints, WHY);
            }
            crate::apply::alter_table(state, name, change)
        }
        TableChange::ConvertCharset { charset, collation, defined } => {
            convert(state, name, charset, collation.as_deref(), defined);
            Ok(())
        }
        TableChange::Index { name: index, state: wanted } => {
            let found = state.find_part(Kind::Index, &Name::new(index.clone()), Some(name));
            match found {
                Found::Known((_, found)) => {
                    state.edit_table(name, |table| ignore(table, &found, wanted));
                    Ok(())
                }
                Found::Unknown => Ok(()),
                Found::Missing => Err(Fault::missing(format!("index {index} of table {name}"))),
            }
        }
        TableChange::Partitions(text) => {
            partitions(state, name, text);
            Ok(())
        }
        _ => crate::apply::alter_table(state, name, change),
    }
}

/// Shows or hides an index.
fn ignore(table: &mut Table, index: &str, wanted: &str) {
    let Some(index) = table.indexes.get_mut(index) else { return };
    let word = if wanted.contains("VISIBLE") { "INVISIBLE" } else { "IGNORED" };
    let hides = matches!(wanted, "INVISIBLE" | "IGNORED");
    let mut details: Vec<&str> = index.details.split(' ').filter(|one| !one.is_empty()).collect();
    details.retain(|one| *one != word);
    if hides {
        details.push(word);
    }
    index.details = details.join(" ");
}

fn partitions(state: &mut State, name: &Name, text: &str) {
    let start = text.get(..12).unwrap_or_default();
    if start.eq_ignore_ascii_case("PARTITION BY") {
        let by = text[12..].trim_start().to_owned();
        state.edit_table(name, |table| table.partition_by = Some(by.into()));
    } else if text.eq_ignore_ascii_case("REMOVE PARTITIONING") {
        state.edit_table(name, |table| table.partition_by = None);
    } else {
        state.mark(Kind::Table, name, Part::Text, "the partitions are changed in part");
    }
}

/// Another default of the table: its columns keep their collations, which are told from now on.
fn default_collation(state: &mut State, name: &Name, option: &str, value: Option<&str>) {
    let Some(table) = state.table(name) else { return };
    let old = table.options.get("collation").or_else(|| table.options.get("charset")).cloned();
    let texts: Vec<String> = table
        .columns
        .iter()
        .filter(|column| is_text(column) && column.collation.is_none())
        .map(|column| column.name.clone())
        .collect();
    let same = old.as_deref() == value;
    if !same && old.is_none() {
        for column in &texts {
            let part = Part::Column(column.to_lowercase());
            state.mark(Kind::Table, name, part, "the collation of the table was not known");
        }
    }
    let mut changed = None;
    state.edit_table(name, |table| {
        if !same {
            for column in table.columns.iter_mut().filter(|column| texts.contains(&column.name)) {
                column.collation.clone_from(&old);
            }
        }
        if option == "charset" || value.is_some() {
            table.options.remove("collation");
        }
        match value {
            Some(value) if option == "charset" => {
                table.options.insert("charset".to_owned(), value.to_owned());
            }
            Some(value) => {
                table.options.remove("charset");
                table.options.insert("collation".to_owned(), value.to_owned());
            }
            None => drop(table.options.remove(option)),
        }
        changed = Some(table.clone());
    });
    if let Some(mut table) = changed
        && super::table::complete(state, name, &mut table).is_ok()
    {
        state.edit_table(name, |old| *old = table);
    }
}

/// Converts all texts of a table to a character set.
fn convert(
    state: &mut State,
    name: &Name,
    charset: &str,
    collation: Option<&str>,
    defined: &[String],
) {
    if charset == "default" {
        state.mark(Kind::Table, name, Part::Whole, "the character set of the database");
        return;
    }
    let Some(table) = state.table(name) else { return };
    let of_table = table.options.get("charset").cloned();
    // A text may need a larger type for the same number of characters.
    let mut unknown = Vec::new();
    let mut grown = Vec::new();
    for column in table.columns.iter().filter(|column| is_text(column)) {
        let is_defined = defined.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        let is_large = column.data_type.name().ends_with("text")
            && !column.data_type.starts_with("long")
            && !is_defined;
        let old = column.collation.as_deref().and_then(|name| name.split('_').next());
        let old = old.filter(|name| !name.is_empty()).or(of_table.as_deref());
        match old.map(bytes_of) {
            Some(old) if is_large && bytes_of(charset) > old => grown.push(column.name.clone()),
            None if is_large && bytes_of(charset) > 1 => unknown.push(column.name.clone()),
            _ => {}
        }
    }
    for column in unknown {
        let part = Part::Column(column.to_lowercase());
        state.mark(Kind::Table, name, part, "the character set before was not known");
    }
    state.edit_table(name, |table| {
        for column in table.columns.iter_mut().filter(|column| is_text(column)) {
            column.collation = None;
            if grown.contains(&column.name) {
                let larger = match column.data_type.as_str() {
                    "tinytext" => "text",
                    "text" => "mediumtext",
                    _ => "longtext",
                };
                column.data_type = larger.to_owned().into();
            }
        }
        table.options.insert("charset".to_owned(), charset.to_owned());
        match collation {
            Some(collation) => table.options.insert("collation".to_owned(), collation.to_owned()),
            None => table.options.remove("collation"),
        };
    });
}
