//! The columns of a table that is created from columns of another one.

use crate::apply::find::Found;
use crate::apply::state::State;
use crate::apply::unknown::Part;
use crate::op::{Projected, Projection};
use crate::schema::{Column, Kind, Name, Table};

/// A column of the new table.
pub(super) struct Copied {
    pub(super) column: Column,
    /// Whether more than its name is known.
    pub(super) is_known: bool,
}

/// The columns that a query gives to a new table, in order; `None` if it is not known which they are.
///
/// `new` is what the statement says of the table: names for the first columns, and options.
pub(super) fn columns(state: &State, query: &Projection, new: &Table) -> Option<Vec<Copied>> {
    let Found::Known((Kind::Table, key)) = state.find(&[Kind::Table, Kind::View], &query.table)
    else {
        return None;
    };
    let folded = state.fold(&key);
    if state.unknown().part(Kind::Table, &folded, &Part::Columns).is_some() {
        return None;
    }
    let source = state.table(&key)?;
    let mut found: Vec<Copied> = Vec::new();
    for one in &query.columns {
        match one {
            Projected::All => {
                let visible = source.columns.iter().filter(|own| state.rules.is_in_star(own));
                found.extend(visible.map(|own| copied(state, source, own, new, &folded)));
            }
            Projected::Column { name, alias } => {
                let spelled = state.spelled_column(source, name)?;
                let own = source.columns.iter().find(|own| own.name == spelled)?;
                let mut one = copied(state, source, own, new, &folded);
                if let Some(alias) = alias {
                    one.column.name.clone_from(alias);
                }
                found.push(one);
            }
        }
    }
    if new.columns.len() > found.len() {
        return None;
    }
    for (one, named) in found.iter_mut().zip(&new.columns) {
        one.column.name.clone_from(&named.name);
    }
    let fold = |one: &Copied| state.rules.fold(Kind::Column, &one.column.name).into_owned();
    let mut names: Vec<String> = found.iter().map(fold).collect();
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1]).then_some(found)
}

fn copied(state: &State, source: &Table, own: &Column, new: &Table, folded: &Name) -> Copied {
    let part = Part::Column(state.rules.fold(Kind::Column, &own.name).into_owned());
    let is_certain = state.unknown().part(Kind::Table, folded, &part).is_none();
    let column = if is_certain { state.rules.copied_column(source, own, new) } else { None };
    let is_known = column.is_some();
    let nameless = || Column { name: own.name.clone(), nullable: true, ..Column::default() };
    Copied { column: column.unwrap_or_else(nameless), is_known }
}
