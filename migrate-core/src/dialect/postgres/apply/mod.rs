//! What PostgreSQL does with operations on a schema, where it differs from the general rules.
//!
//! `code` follows the code of functions. `names` has where names are looked for and those that the server
//! chooses, `table` what a table is when its parts are known, `alter`, `drop` and `rename` the changes,
//! `objects` all that is no table, `sequence` sequences, `present` the form in which the catalog's reader gives a schema. Views that
//! mention what is dropped do not keep it from being dropped: whether they use it is not known.
//! Privileges of whoever runs the statements are not followed.

mod access;
mod alter;
mod code;
mod column;
mod comment;
mod drop;
mod index_option;
mod kin;
mod logged;
mod moves;
mod names;
mod objects;
mod parts;
mod present;
mod rename;
mod resolve;
mod sequence;
mod spread;
mod table;
mod text;
mod typed;

use code::{names_of_code, run_code};
use names::{HOME, TEMP, at_home, has_namespace, search_path, sequence_of};

use crate::apply::{
    Fault, Found, Part, PartScope, Rules, Sameness, State, add_column, apply_generally,
    create_index, drop_view,
};
use crate::op::{
    ColumnChange, ConstraintKey, Like, Op, Position, Subject, TableChange, TableConstraint,
};
use crate::schema::{Column, Difference, Index, Kind, Name, Schema, Table};

/// The rules of PostgreSQL.
#[derive(Debug)]
pub(super) struct Postgres;

/// The keys under which an object may be found that a statement names; `None` if they are not known.
fn candidates(state: &State, name: &Name) -> Option<Vec<Name>> {
    if name.namespace.is_some() {
        return Some(vec![at_home(name)]);
    }
    let mut spaces = vec![Some(TEMP.to_owned())];
    spaces.extend(search_path(state)?);
    let at = |namespace| Name { namespace, name: name.name.clone() };
    Some(spaces.into_iter().map(at).collect())
}

/// The key of a new object; `None` if it is not known.
fn place(state: &State, name: &Name) -> Option<Name> {
    if name.namespace.is_some() {
        return Some(at_home(name));
    }
    let spaces = search_path(state)?;
    let namespace = spaces.into_iter().find(|space| has_namespace(state, space.as_deref()))?;
    Some(Name { namespace, name: name.name.clone() })
}

/// Returns `true` if an extension may have brought objects that no statement names.
fn has_extension(state: &State) -> bool {
    let first = (Kind::Extension, String::new());
    let mut others = state.schema().others.range(first..);
    others.next().is_some_and(|((kind, _), _)| *kind == Kind::Extension)
        || state.unknown().everything().is_some()
        || has_unnamed(state)
}

/// Returns `true` if objects may exist of which no statement gives the name.
fn has_unnamed(state: &State) -> bool {
    state.unknown().whole(Kind::Table, &Name::new(super::parse::ANY_NEW)).is_some()
}

/// Returns `true` if something about a table is not known.
fn is_uncertain(state: &State, table: &Name) -> bool {
    state.unknown().everything().is_some()
        || state.unknown().marks_of(Kind::Table, table).next().is_some()
        || state.unknown().whole(Kind::Table, table).is_some()
}

/// Marks the options of a table as unknown.
fn mark_text_of_table(state: &mut State, table: &Name) {
    state.mark(Kind::Table, table, Part::Text, "its parents changed");
}

/// Marks what a statement changes that is not followed.
fn opaque(state: &mut State, subject: &Subject) {
    const WHY: &str = "the change is not followed";
    match candidates(state, &subject.name) {
        Some(places) => places.iter().for_each(|place| state.mark_name(place, WHY)),
        None => state.mark_everything(WHY),
    }
}

impl Rules for Postgres {
    fn candidates(&self, state: &State, _: &[Kind], name: &Name) -> Option<Vec<Name>> {
        candidates(state, name)
    }

    fn place(&self, state: &State, _: Kind, name: &Name) -> Option<Name> {
        place(state, name)
    }

    fn home_to_name(&self, state: &State) -> Option<&'static str> {
        (!names::begins_at_home(state)).then_some(HOME)
    }

    fn missing_namespaces(&self, state: &State) -> Vec<String> {
        names::missing_namespaces(state)
    }

    fn session_statement(&self, state: &State) -> Option<String> {
        names::path_statement(state)
    }

    fn is_system(&self, name: &Name) -> bool {
        match name.namespace.as_deref() {
            Some(TEMP) => false,
            Some(space) => space.starts_with("pg_") || space == "information_schema",
            None => name.name.starts_with("pg_"),
        }
    }

    fn may_exist(&self, state: &State, name: &Name) -> bool {
        name.namespace.as_deref() != Some(TEMP) && has_unnamed(state)
    }

    fn present(&self, state: &State, part: &mut Schema) {
        present::present(state, part);
    }

    fn same_text(&self, state: &State, difference: &Difference) -> Sameness {
        present::same_text(state, difference)
    }

    fn copied_column(&self, _: &Table, column: &Column, _: &Table) -> Option<Column> {
        Some(Column {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            user_type: column.user_type.clone(),
            collation: column.collation.clone(),
            nullable: true,
            ..Column::default()
        })
    }

    fn sequences(&self, name: &Name, table: &Table) -> Vec<String> {
        table.columns.iter().filter_map(|column| sequence_of(name, column)).collect()
    }

    fn shares_names(&self, kind: Kind) -> &'static [Kind] {
        match kind {
            Kind::Table | Kind::View => {
                &[Kind::Table, Kind::View, Kind::Sequence, Kind::Index, Kind::Enum, Kind::Domain]
            }
            Kind::Sequence | Kind::Index => &[Kind::Table, Kind::View, Kind::Sequence, Kind::Index],
            Kind::Enum | Kind::Domain => &[Kind::Enum, Kind::Domain, Kind::Table, Kind::View],
            _ => &[],
        }
    }

    fn part_scope(&self, kind: Kind) -> PartScope {
        match kind {
            Kind::Index => PartScope::Namespace,
            _ => PartScope::Table,
        }
    }

    fn take(&self, state: &mut State, op: &Op) -> Option<Result<(), Fault>> {
        kin::take(state, op).or_else(|| take_own(state, op))
    }

    fn fill_typed_table(&self, state: &mut State, name: &Name, table: &mut Table) {
        typed::fill(state, name, table);
    }

    fn complete_table(&self, state: &State, name: &Name, table: &mut Table) -> Result<(), Fault> {
        table::complete(state, name, table)
    }

    fn copy_tables(
        &self,
        state: &mut State,
        name: &Name,
        table: &mut Table,
        like: &[Like],
        inherits: &[Name],
    ) -> Result<(), Fault> {
        table::copy(state, name, table, like, inherits)
    }

    fn drop_table(&self, state: &mut State, name: &Name, cascade: bool) -> Result<(), Fault> {
        drop::table(state, name, cascade)
    }

    fn rename_table(&self, state: &mut State, from: &Name, to: &Name) -> Result<(), Fault> {
        rename::table(state, from, to);
        Ok(())
    }

    fn alter_table(
        &self,
        state: &mut State,
        table: &Name,
        change: &TableChange,
    ) -> Result<(), Fault> {
        alter::table(state, table, change)
    }

    fn alter_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        change: &ColumnChange,
    ) -> Result<(), Fault> {
        column::column(state, table, column, change)
    }

    fn drop_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        cascade: bool,
    ) -> Result<(), Fault> {
        drop::column(state, table, column, cascade)
    }

    fn add_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &Column,
        constraints: &Table,
        position: &Position,
    ) -> Result<(), Fault> {
        spread::views_of_all_columns(state, table);
        add_column(state, table, column, constraints, position)
    }

    fn rename_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        to: &str,
    ) -> Result<(), Fault> {
        rename::column(state, table, column, to);
        Ok(())
    }

    fn rename_in_expression(&self, text: &str, column: &str, to: &str) -> Option<String> {
        Some(text::rename(text, column, to))
    }

    fn add_constraint(
        &self,
        state: &mut State,
        table: &Name,
        constraint: &TableConstraint,
        using_index: Option<&str>,
    ) -> Result<(), Fault> {
        if let TableConstraint::Check(check) = constraint
            && check.name.is_none()
            && is_uncertain(state, table)
        {
            // A name that the server chooses has that of a column.
            const WHY: &str = "its columns are not known, nor the name of a check";
            state.mark(Kind::Table, table, Part::Constraints, WHY);
        }
        alter::add(state, table, constraint, using_index)
    }

    fn drop_constraint(
        &self,
        state: &mut State,
        table: &Name,
        constraint: &ConstraintKey,
        if_exists: bool,
        cascade: bool,
    ) -> Result<(), Fault> {
        alter::drop_named(state, table, constraint, if_exists, cascade)?;
        index_option::forget_dropped(state, table);
        Ok(())
    }

    fn create_index(
        &self,
        state: &mut State,
        owner: &Name,
        name: Option<&str>,
        index: &Index,
    ) -> Result<(), Fault> {
        let table = state.table(owner).cloned();
        if let Some(table) = &table
            && !is_uncertain(state, owner)
        {
            let mut columns = index.parts.iter().filter_map(|part| part.column.as_ref());
            if let Some(column) =
                columns.find(|column| table.column(column).is_none() && !is_hidden(column))
            {
                return Err(Fault::missing(format!("column {owner}.{column}")));
            }
        }
        if name.is_some() {
            return create_index(state, owner, name, index);
        }
        let own = table.unwrap_or_default();
        let chosen = names::of_index(state, (owner, &own), index);
        create_index(state, owner, chosen.as_deref(), index)
    }

    fn drop_index(
        &self,
        state: &mut State,
        owner: &Name,
        name: &str,
        cascade: bool,
    ) -> Result<(), Fault> {
        let columns = state.table(owner).and_then(|table| {
            let index = table.indexes.get(name).filter(|index| index.unique)?;
            index.parts.iter().map(|part| part.column.clone()).collect::<Option<Vec<_>>>()
        });
        if let Some(columns) = columns {
            drop::users_of_key(state, owner, &columns, cascade, &format!("index {name}"))?;
        }
        crate::apply::drop_index(state, owner, name)?;
        index_option::forget_dropped(state, owner);
        Ok(())
    }

    fn drop_view(&self, state: &mut State, name: &Name, cascade: bool) -> Result<(), Fault> {
        drop::view(state, name, cascade);
        access::forget_relation(state, name);
        drop_view(state, name)
    }
}

/// Does an operation, on its table alone.
fn take_own(state: &mut State, op: &Op) -> Option<Result<(), Fault>> {
    match op {
        Op::CreateTable { name, table, if_not_exists, or_replace, like, inherits } => {
            // A partition has its columns from its parent.
            let of = table.partition_of.as_ref().filter(|_| inherits.is_empty())?;
            let (name, table, like) = (name.clone(), table.clone(), like.clone());
            let (if_not_exists, or_replace) = (*if_not_exists, *or_replace);
            let inherits = vec![of.parent.clone()];
            Some(create_partition(
                state,
                Op::CreateTable { name, table, if_not_exists, or_replace, like, inherits },
            ))
        }
        Op::AlterSequence { name, change, if_exists } => {
            Some(sequence::alter(state, name, change, *if_exists))
        }
        Op::AlterConstraint { table, name, deferrable, details } => {
            let Found::Known(key) = state.find_table(table) else { return None };
            Some(alter::constraint(state, &key, name, *deferrable, Some(details)))
        }
        Op::ValidateConstraint { table, name } => {
            let Found::Known(key) = state.find_table(table) else { return None };
            Some(alter::constraint(state, &key, name, None, None))
        }
        Op::CreateDomain { name, domain } => {
            let mut domain = domain.clone();
            if let Some(key) = place(state, name) {
                objects::complete_domain(state, &key, &mut domain);
            }
            Some(apply_generally(state, &Op::CreateDomain { name: name.clone(), domain }).map(
                |()| {
                    state.mark(
                        Kind::Domain,
                        &at_home(name),
                        Part::Text,
                        "its type may be another one's",
                    );
                    state.mark_part_known(Kind::Domain, &at_home(name), Part::Text);
                },
            ))
        }
        Op::CreateView { name, view, reads, .. }
            if name.namespace.is_none() && !view.materialised && reads_temporary(state, reads) =>
        {
            const WHY: &str = "a view of temporary tables is temporary";
            for namespace in [Some(TEMP.to_owned()), place(state, name)?.namespace] {
                let place = Name { namespace, name: name.name.clone() };
                state.mark_name(&place, WHY);
            }
            Some(Ok(()))
        }
        Op::RenameEnumValue { name, value, to } => {
            let Found::Known((_, key)) = state.find(&[Kind::Enum], name) else { return None };
            let done = apply_generally(state, op);
            if done.is_ok() {
                alter::rename_value(state, &key, value, to);
            }
            Some(done)
        }
        Op::CreateTrigger { name, table, trigger, uses, if_not_exists, or_replace } => {
            let Found::Known((_, owner)) = state.find(&[Kind::Table, Kind::View], table) else {
                return None;
            };
            let (old, new) = (names::type_text(table), names::type_text(&owner));
            let (old, new) = (format!(" ON {old} "), format!(" ON {new} "));
            let mut trigger = trigger.clone();
            trigger.definition = trigger.definition.replacen(&old, &new, 1);
            let own = format!(" EXECUTE FUNCTION {HOME}.");
            trigger.definition = trigger.definition.replacen(&own, " EXECUTE FUNCTION ", 1);
            let (name, table, uses) = (name.clone(), table.clone(), uses.clone());
            let (if_not_exists, or_replace) = (*if_not_exists, *or_replace);
            let op = Op::CreateTrigger { name, table, trigger, uses, if_not_exists, or_replace };
            Some(apply_generally(state, &op))
        }
        Op::CreateIndex { table, name: Some(name), if_not_exists, .. } => {
            let Found::Known((_, owner)) = state.find(&[Kind::Table, Kind::View], table) else {
                return None;
            };
            let place = Name { namespace: owner.namespace, name: name.clone() };
            match (names::is_index_of_key(state, &place), if_not_exists) {
                (false, _) => None,
                (true, true) => Some(Ok(())),
                (true, false) => Some(Err(Fault::exists(format!("index {place}")))),
            }
        }
        Op::RenameTable { name, to, if_exists } if to.namespace.is_none() => {
            let kind = match state.find(&[Kind::Table, Kind::View, Kind::Sequence], name) {
                Found::Known((kind @ (Kind::View | Kind::Sequence), _)) => kind,
                Found::Missing => match state.find_part(Kind::Index, name, None) {
                    Found::Missing if sequence::column_of(state, name).is_some() => Kind::Sequence,
                    Found::Missing if !names::may_be_index_of_key(state, name) => return None,
                    _ => Kind::Index,
                },
                _ => return None,
            };
            let subject = Subject { kind, name: name.clone(), part: None };
            Some(moves::rename_object(state, &subject, &to.name, *if_exists))
        }
        Op::AlterTable { table, .. }
            if state.find(&[Kind::Table, Kind::View, Kind::Sequence], table) == Found::Missing
                && (state.find_part(Kind::Index, table, None) != Found::Missing
                    || names::may_be_index_of_key(state, table)
                    || sequence::column_of(state, table).is_some()) =>
        {
            // The server takes some of its actions for indexes and sequences.
            take_own(state, &Op::Opaque { names: vec![table.clone()] })
        }
        Op::RenameColumn { table, .. } => {
            if let Found::Known((Kind::View, view)) = state.find(&[Kind::Table, Kind::View], table)
            {
                rename::marks_of_view(state, &view);
            }
            None
        }
        Op::DropTable { name, together, .. } => {
            if let Found::Known(key) = state.find_table(name) {
                drop::separate(state, &key, together);
            }
            None
        }
        Op::DropIndex { name, if_exists, .. } => {
            if let Some((owner, index)) = drop::marked_index(state, name) {
                return Some(crate::apply::drop_index(state, &owner, &index));
            }
            if let Found::Missing = state.find_part(Kind::Index, name, None)
                && !*if_exists
            {
                let places = candidates(state, name)?;
                let owners = state.owners_of(Kind::Constraint, &name.name);
                let needed = owners.iter().find(|(owner, _)| {
                    places.iter().any(|place| place.namespace == owner.namespace)
                });
                let (owner, _) = needed?;
                let by = format!("the constraint {} of table {owner}", name.name);
                return Some(Err(Fault::needed(format!("index {name}"), by)));
            }
            None
        }
        Op::Opaque { names } if !names.is_empty() => {
            let of_code = names_of_code(state, names).unwrap_or_default();
            let has = |any: &str| names.iter().chain(&of_code).any(|name| name.name == any);
            if has(super::parse::ANYTHING) {
                return Some(apply_generally(state, &Op::Opaque { names: Vec::new() }));
            }
            if has(super::parse::ANY_INDEX) {
                spread::indexes(state);
            }
            if has(super::parse::ANY_NEW) {
                const WHY: &str = "the name of what is created is put together at run time";
                state.mark_name(&Name::new(super::parse::ANY_NEW), WHY);
            }
            let all = names
                .iter()
                .chain(&of_code)
                .flat_map(|name| candidates(state, name).unwrap_or_else(|| vec![name.clone()]));
            let names = all.collect();
            Some(apply_generally(state, &Op::Opaque { names }))
        }
        Op::Call { name, arguments } => {
            code::call(state, name, arguments);
            Some(Ok(()))
        }
        Op::Rows { reads, writes: Some(view) }
            if reads.is_empty() && matches!(state.find(&[Kind::View], view), Found::Known(_)) =>
        {
            if let Found::Known((_, key)) = state.find(&[Kind::View], view) {
                state.edit_view(&key, |view| {
                    view.details = view.details.replace("NOT POPULATED", "").trim().to_owned();
                });
            }
            None
        }
        Op::Rows { reads, writes } => {
            // Also the code of the triggers of the table runs.
            let written = match writes.as_ref().map(|table| state.find_table(table)) {
                Some(Found::Known(key)) => triggers_of(state, &key),
                _ => Vec::new(),
            };
            let names = names_of_code(state, &[reads.as_slice(), &written].concat())?;
            if writes.is_none() && run_code(state, reads) {
                return Some(Ok(()));
            }
            take_own(state, &Op::Opaque { names })
        }
        _ => objects::take(state, op),
    }
}

/// What the triggers of a table mention, the functions that they call among them.
fn triggers_of(state: &State, table: &Name) -> Vec<Name> {
    let triggers = state.table(table).map(|table| table.triggers.keys().cloned());
    let users = triggers.into_iter().flatten();
    let users = users.map(|name| (Kind::Trigger, table.clone(), Some(name)));
    users.flat_map(|user| state.uses(&user).to_vec()).collect()
}

/// Returns `true` if names may be those of temporary tables, views or sequences.
fn reads_temporary(state: &State, reads: &[Name]) -> bool {
    let kinds = [Kind::Table, Kind::View, Kind::Sequence];
    let may_be = |name: &Name| {
        let place = Name { namespace: Some(TEMP.to_owned()), name: name.name.clone() };
        name.namespace.is_none() && (state.table(&place).is_some() || state.view(&place).is_some())
    };
    reads.iter().any(|name| match state.find(&kinds, name) {
        Found::Known((_, key)) => key.namespace.as_deref() == Some(TEMP),
        Found::Unknown => may_be(name),
        Found::Missing => false,
    })
}

/// Creates a partition, with the keys, indexes and triggers of its parent.
fn create_partition(state: &mut State, op: Op) -> Result<(), Fault> {
    let Op::CreateTable { name, table, inherits, .. } = &op else { return Ok(()) };
    let parent = match inherits.first().map(|parent| state.find_table(parent)) {
        Some(Found::Known(parent)) => parent,
        _ => return apply_generally(state, &op),
    };
    let was_there = place(state, name).is_some_and(|key| state.table(&key).is_some());
    let mut first = op.clone();
    // Keys that the partition defines itself come after those of its parent.
    if let Op::CreateTable { table, .. } = &mut first {
        (table.primary_key, table.uniques, table.constraints) = Default::default();
    }
    apply_generally(state, &first)?;
    let Some(key) = place(state, name).filter(|key| state.table(key).is_some()) else {
        return Ok(());
    };
    if was_there {
        return Ok(());
    }
    if is_uncertain(state, &parent) || is_uncertain(state, &key) {
        parts::clone_triggers(state, &parent, &key);
        return Ok(());
    }
    parts::attach(state, &parent, &key)?;
    let keys = table.primary_key.iter().cloned().map(TableConstraint::PrimaryKey);
    let uniques = table.uniques.iter().cloned().map(TableConstraint::Unique);
    let others = table.constraints.iter().cloned().map(TableConstraint::Other);
    for constraint in keys.chain(uniques).chain(others) {
        alter::add(state, &key, &constraint, None)?;
    }
    Ok(())
}

/// A column that every table has.
fn is_hidden(column: &str) -> bool {
    matches!(column, "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid")
}

#[cfg(test)]
mod tests;
