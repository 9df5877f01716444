//! `cargo migrate new`.

use migrate_core::author::{Body, DerivedDown, NewRevision};
use migrate_core::ident::{BranchLabel, RevisionId};
use migrate_db::cli::{CliError, Exit};

use crate::autogenerate::{self, Options, Outcome};
use crate::baseline::Baseline;
use crate::context::Context;
use crate::runtime::block_on;
use crate::writing;

/// Write a new revision on top of the head
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate new \"create users\"              # or: new -m \"create users\"
  cargo migrate new -m \"add email\" --sql 'ALTER TABLE users ADD COLUMN email text'
  cargo migrate new -m \"drop audit\" --irreversible \"the rows are gone\"
  cargo migrate new -m \"billing tables\" --head base --branch-label billing
  cargo migrate new --rust backfill_names        # a step in Rust, with its file
  cargo migrate new --rust backfill_names --batch
  cargo migrate new -m \"hotfix\" --head 615021 --splice
  cargo migrate new --autogenerate               # from `models` of migrate.toml
  cargo migrate new --autogenerate --rename users.mail=email --dry-run
  cargo migrate new --autogenerate --amend       # the models changed again
  cargo migrate new --from-database -m baseline  # the schema of a database that is in use
  $EDITOR \"$(cargo migrate new -q -m 'add email')\"")]
pub(crate) struct Args {
    /// The message: what the revision does, in one line
    #[arg(value_name = "MESSAGE", conflicts_with = "message", required_unless_present_any = ["message", "autogenerate", "rust"])]
    words: Option<String>,
    /// The message as a flag
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// The parent; `base` starts a separate tree [default: head]
    #[arg(long, value_name = "REV", allow_negative_numbers = true)]
    head: Option<String>,
    /// Allow a parent that other revisions build on, which starts a branch
    #[arg(long)]
    splice: bool,
    /// A label for the branch that the revision starts
    #[arg(long = "branch-label", value_name = "LABEL", value_parser = writing::read_label)]
    labels: Vec<BranchLabel>,
    /// A revision or label of another branch that must be applied first
    #[arg(long, value_name = "REV", value_delimiter = ',')]
    depends_on: Vec<String>,
    /// The id [default: 12 random hexadecimal digits]
    #[arg(long, value_name = "ID", value_parser = writing::read_id)]
    rev_id: Option<RevisionId>,
    /// Mark the revision as irreversible for this reason
    #[arg(long, value_name = "REASON", conflicts_with = "autogenerate")]
    irreversible: Option<String>,
    /// The SQL of the up, from which the down is derived; `-` reads standard input
    #[arg(long, value_name = "SQL", conflicts_with_all = ["irreversible", "autogenerate"])]
    sql: Option<String>,
    /// Write the schema of the database as the first revision, and mark it as applied
    #[arg(long, conflicts_with_all = ["irreversible", "sql", "autogenerate", "head", "splice", "depends_on"])]
    from_database: bool,
    /// Call this Rust function in the up, and write a file for it beside the revision
    #[arg(long, value_name = "NAME", value_parser = writing::read_function, conflicts_with_all = ["irreversible", "sql", "autogenerate", "from_database"])]
    rust: Option<String>,
    /// Call the function of --rust for each batch of rows, in a transaction of the batch
    #[arg(long, requires = "rust")]
    batch: bool,
    /// Open the file in $VISUAL or $EDITOR
    #[arg(long)]
    edit: bool,
    #[command(flatten)]
    generate: Options,
}

pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let editor = args.edit.then(|| writing::editor(context)).transpose()?;
    let sql = args.sql.as_deref().map(read_sql).transpose()?;
    let baseline = args.from_database.then(|| block_on(Baseline::read(context))).transpose()?;
    let mut down: Option<DerivedDown> = None;
    let outcome = writing::act(context, "new", Outcome::changes, |author, history| {
        let request = NewRevision {
            id: writing::id(&history.graph, args.rev_id.as_ref())?,
            created: writing::now()?,
            message: args.message(),
            head: args.head.clone(),
            splice: args.splice,
            labels: args.labels.clone(),
            depends_on: args.depends_on.clone(),
            body: args.body(),
        };
        if args.generate.autogenerate {
            return autogenerate::write(context, &args.generate, author, history, request);
        }
        writing::check_message(context, &request.message)?;
        if baseline.is_some() && history.graph.order().next().is_some() {
            return Err(CliError::usage("the history has revisions already").help(
                "`cargo migrate new --autogenerate --models URL` writes what the database has beside them",
            ));
        }
        let (sql, database) = match &baseline {
            Some(baseline) => (Some(&baseline.sql), Some(baseline.dialect())),
            None => (sql.as_ref(), writing::database_at_hand(context)),
        };
        let written = match sql {
            Some(sql) => author.new_from_sql(&request, sql, database).map(|(written, derived)| {
                down = Some(derived);
                written
            }),
            None => author.new_revision(&request),
        };
        let mut written = written.map_err(writing::refused)?;
        if let Some(function) = &args.rust {
            written.changes.push(writing::step_file(
                context,
                function,
                args.batch,
                &history.dialects,
            )?);
        }
        Ok(Outcome::Written(written))
    })?;
    let written = match outcome {
        Outcome::Written(written) => written,
        Outcome::Amended(written) => {
            context.ui.note(format_args!("rewrote revision {}", written.id));
            context.ui.line(context.directory.shown_file(&written.name));
            context.ui.note("review it, then: cargo migrate upgrade");
            return Ok(Exit::Done);
        }
        Outcome::Printed(text) => {
            context.ui.text(&text);
            return Ok(Exit::Done);
        }
        Outcome::Same(file) => {
            context.ui.note(format_args!("{file} has the same content; nothing was written"));
            return Ok(Exit::Done);
        }
        Outcome::Nothing => {
            context.ui.note("nothing to do: the history makes the wanted schema");
            return Ok(Exit::Done);
        }
    };
    let path = writing::report_written(context, &written);
    if let Some(baseline) = &baseline {
        block_on(baseline.stamp(context, &written.id))?;
    }
    if let Some(down) = &down {
        writing::report_limits(context, down);
    }
    if let Some(function) = &args.rust {
        writing::report_function(context, function);
    }
    match editor {
        Some(editor) => writing::open(&editor, &[path])?,
        None if baseline.is_some() => {}
        None if args.generate.autogenerate || down.is_some() => {
            context.ui.note("review it, then: cargo migrate upgrade");
        }
        None if args.rust.is_some() => {}
        None => context.ui.note("fill in its sections, then: cargo migrate upgrade"),
    }
    Ok(writing::exit_of(down.as_slice()))
}

impl Args {
    fn message(&self) -> String {
        let given = self.message.as_ref().or(self.words.as_ref());
        let named = || self.rust.as_ref().map(|function| function.replace('_', " "));
        given.cloned().or_else(named).unwrap_or_default()
    }

    fn body(&self) -> Body {
        match (&self.rust, &self.irreversible) {
            (Some(function), _) => Body::Sections(writing::step_sections(function, self.batch)),
            (None, Some(reason)) => Body::Irreversible(reason.clone()),
            (None, None) => Body::Template,
        }
    }
}

/// The SQL of the argument, or of standard input.
fn read_sql(argument: &str) -> Result<String, CliError> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    std::io::read_to_string(std::io::stdin())
        .map_err(|error| CliError::failed("standard input cannot be read").because(error))
}
