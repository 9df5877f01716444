//! What the models state and the history lacks, for `check`.

use migrate_core::autogenerate::Changes;
use migrate_core::diagnostic::{Code, Diagnostic, Diagnostics, Place};
use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::schema::{Kind, difference};
use migrate_core::source::Location;
use migrate_db::cli::CliError;

use super::Options;
use super::databases::{changes, dialects};
use super::not_compared::warn_of_undecided;
use crate::context::Context;
use crate::models::{self, Wanted};

/// What the models state and the heads of the history do not, or the reverse, at its place; `None` without
/// models. What is not known is a warning.
///
/// # Errors
/// When the models cannot be read.
pub(crate) fn ahead(
    context: &Context<'_>,
    history: &History,
) -> Result<Option<Diagnostics>, CliError> {
    let source = match models::configured(context) {
        Ok(Some(source)) => source,
        Ok(None) => return Ok(None),
        Err(error) if !error.diagnostics.is_empty() => return Ok(Some(error.diagnostics)),
        Err(error) => return Err(error),
    };
    let Ok(dialects) = dialects(context, history) else { return Ok(None) };
    let heads = history.graph.heads();
    let values = context.variable_values(None)?;
    // Likely renames are taken as renames: nothing is written.
    let mut asked = Options { yes: true, ..Options::default() };
    let mut found = Diagnostics::new();
    let mut all: Vec<(String, Option<Location>, Vec<Dialect>)> = Vec::new();
    for dialect in &dialects {
        match changes(context, &mut asked, (history, &values), *dialect, &heads, &*source) {
            Ok((changes, wanted)) => {
                warn_of_undecided(context, history, &wanted, &changes.undecided);
                for (text, place) in texts(&changes, &wanted) {
                    match all.iter_mut().find(|(own, ..)| *own == text) {
                        Some((.., of)) => of.push(*dialect),
                        None => all.push((text, place, vec![*dialect])),
                    }
                }
            }
            Err(error) if error.diagnostics.is_empty() => {
                let mut one = Diagnostic::new(Code::ModelsAhead, error.message);
                one.help.extend(error.help);
                found.push(one);
            }
            Err(error) => found.append(error.diagnostics),
        }
    }
    for (text, place, of) in all {
        let names: Vec<&str> = of.iter().map(|dialect| dialect.name()).collect();
        let on = match of.len() == dialects.len() {
            true => String::new(),
            false => format!(" on {}", names.join(", ")),
        };
        let mut one = Diagnostic::new(
            Code::ModelsAhead,
            format!("the migrations are behind the models{on}: {text}"),
        )
        .help("`cargo migrate new --autogenerate` writes the revision");
        let places = place.map(|location| Place { location, label: String::new() });
        one.places.extend(places);
        found.push(one);
    }
    Ok(Some(found))
}

/// The renames and differences of one database, with the struct or the field of each.
fn texts(changes: &Changes, wanted: &Wanted) -> Vec<(String, Option<Location>)> {
    let place = |table: &str, column: Option<&str>| {
        let of = |column: Option<&str>| {
            let mut places = wanted.places.iter();
            let found = places.find(|((name, own), _)| {
                (name.to_string() == table || name.name == table) && own.as_deref() == column
            });
            found.map(|(_, place)| place.clone())
        };
        of(column).or_else(|| of(None))
    };
    let renames = changes.renames.iter().map(|rename| {
        let (table, column) = match rename.kind {
            Kind::Table => (rename.to.clone(), None),
            _ => (rename.owner.to_string(), Some(rename.to.as_str())),
        };
        (rename.described(), place(&table, column))
    });
    let differences = changes.differences.iter().map(|one| {
        let object = &one.object;
        let place = match &object.table {
            Some(table) if object.kind == Kind::Column => {
                place(&table.to_string(), Some(&object.name))
            }
            Some(table) => place(&table.to_string(), None),
            None => place(&object.name, None),
        };
        (difference(one), place)
    });
    renames.chain(differences).collect()
}
