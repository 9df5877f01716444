//! How a database differs from the migrations that it has applied, for `check`.

use migrate_core::autogenerate::Filter;
use migrate_core::command::{Command, Help};
use migrate_core::graph::Target;
use migrate_core::loaded_schema::{Differences, LoadedSchema};
use migrate_core::schema::{Change, Difference, Kind, difference};
use migrate_core::version_table::other_tools;

use crate::cli::describe::Count;
use crate::cli::load::{SchemaSource, without_values};
use crate::cli::{CliError, Context};
use crate::state::DatabaseState;
use crate::{Database, Error, Migrator};

/// How the database differs from the migrations that it has applied.
pub(super) async fn drift(
    context: &Context<'_>,
    database: &Database,
    status: &DatabaseState,
    exact: bool,
) -> Result<Differences, CliError> {
    let dialect = database.dialect();
    let live = context.load(&SchemaSource::Url(database.clone()), dialect).await?;
    let heads = status.heads(&context.history.graph);
    let expected = if exact {
        let without = context.options.own_tables(dialect);
        let schema = database
            .with_scratch(async |scratch| {
                // The sessions of the scratch database are set up like the others.
                let options = context.options.clone();
                let mut migrator = Migrator::new(context.history).options(options);
                for head in &heads {
                    let id = context.history.graph.id(*head).as_str();
                    let target: Target = id.parse().map_err(Error::Target)?;
                    migrator.upgrade(scratch, &target).await?;
                }
                scratch.schema(&without).await
            })
            .await?;
        LoadedSchema::of_catalog(dialect, &schema)
    } else {
        context.load(&SchemaSource::Revisions(heads), dialect).await?
    };
    let Differences { mut certain, mut unknown } = expected.differences(&live);
    certain.retain(|one| takes(&context.filter, one) && !is_of_another_tool(one));
    unknown.retain(|one| takes(&context.filter, one));
    Ok(Differences { certain, unknown })
}

/// Whether the files say what the database should hold.
pub(super) fn is_comparable(context: &Context<'_>, status: &DatabaseState) -> bool {
    status.has_version_table
        && status.unknown.is_empty()
        && status.edited.is_empty()
        && status.unfinished.is_empty()
        && status.partly_replaced().next().is_none()
        && has_values(context, status)
}

/// Whether the variables of all applied revisions have values; says so where one has none.
fn has_values(context: &Context<'_>, status: &DatabaseState) -> bool {
    let Some(revision) = without_values(&context.history.graph, &status.applied) else {
        return true;
    };
    let options = revision.unset_variables.iter().map(|name| format!("`-x {name}=..`"));
    context.ui.note(format_args!(
        "the schema is not compared: revision {} has variables without a value; give {}",
        revision.id(),
        options.collect::<Vec<_>>().join(", ")
    ));
    false
}

/// Whether it is the table of another tool that the migrations do not have.
fn is_of_another_tool(one: &Difference) -> bool {
    let name = one.object.name.rsplit('.').next().unwrap_or_default();
    one.change == Change::Added
        && one.object.kind == Kind::Table
        && other_tools::ALL.contains(&name)
}

/// Whether an object is compared.
fn takes(filter: &Filter, one: &Difference) -> bool {
    let object = &one.object;
    match (&object.table, object.kind) {
        (Some(owner), _) => filter.takes_table(&owner.to_string()),
        (None, Kind::Table | Kind::View | Kind::MaterialisedView) => {
            filter.takes_table(&object.name)
        }
        (None, _) => filter.takes(&object.name),
    }
}

/// Prints the differences, and the commands that print the SQL.
pub(super) fn show_drift(context: &Context<'_>, drift: &Differences) {
    let ui = context.ui;
    if !drift.certain.is_empty() {
        ui.line(format_args!(
            "drift: {} from the migrations",
            Count(drift.certain.len(), "difference")
        ));
        drift.certain.iter().for_each(|one| ui.line(format_args!("  {}", difference(one))));
        let undo = Command::Diff.with("database current --sql");
        let adopt = Command::Diff.with("current database --sql");
        ui.note(ui.named(&undo.help("prints the statements that undo the drift")));
        ui.note(ui.named(&adopt.help("prints those for a revision that adopts it")));
    }
    for one in &drift.unknown {
        ui.detail(format_args!("not compared: {}", difference(one)));
    }
    if !drift.unknown.is_empty() {
        let texts = Count(drift.unknown.len(), "text");
        let text = Help::new(format!("{texts} cannot be compared without a scratch database: "));
        ui.note(ui.named(&text.run(Command::Check.with("--exact"))));
    }
}
