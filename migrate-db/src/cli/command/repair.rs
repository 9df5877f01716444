//! `repair`.

use crate::cli::arguments::LockArgs;
use crate::cli::report::{Stopped, word};
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit};
use crate::{Repair, Unfinished};

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Statements that commit by themselves are noted one by one. After a crash one of them may
have run or not: look at the database, and say what you found.

Examples:
  cargo migrate repair               # show what stopped in the middle
  cargo migrate repair --ran         # the statement in doubt did run
  cargo migrate repair --reverted    # all of the revision was undone by hand"
)]
pub struct Args {
    #[command(flatten)]
    found: Found,
    #[command(flatten)]
    lock: LockArgs,
}

#[derive(Debug, Clone, clap::Args)]
#[group(multiple = false)]
struct Found {
    /// The statement in doubt did run: the next run goes on behind it
    #[arg(long)]
    ran: bool,
    /// The statement in doubt did not run: the next run goes on with it
    #[arg(long)]
    not_run: bool,
    /// The revision is wholly applied
    #[arg(long)]
    applied: bool,
    /// Nothing of the revision is applied
    #[arg(long)]
    reverted: bool,
}

impl Found {
    fn repair(&self) -> Option<Repair> {
        [
            (self.ran, Repair::Ran),
            (self.not_run, Repair::NotRun),
            (self.applied, Repair::Applied),
            (self.reverted, Repair::Reverted),
        ]
        .into_iter()
        .find_map(|(said, repair)| said.then_some(repair))
    }
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        context.legible()?;
        let database = context.database()?;
        let Some(repair) = self.found.repair() else {
            let stopped = context.status().await?.unfinished;
            tell(context, &stopped);
            if stopped.is_empty() {
                return Ok(Exit::Done);
            }
            return Err(CliError::no("a step stopped in the middle").help(
                "look at the database, then say what you found: `--ran`, `--not-run`, `--applied` or `--reverted`",
            ));
        };
        let options = self.lock.options(&context.options);
        let settled = context.migrator().options(options).repair(database, repair).await?;
        tell(context, &settled);
        if !settled.is_empty() {
            context.ui.note("settled; `cargo migrate upgrade` goes on");
        }
        Ok(Exit::Done)
    }
}

fn tell(context: &Context<'_>, stopped: &[Unfinished]) {
    if context.ui.format() == Format::Json {
        let stopped: Vec<Stopped<'_>> = stopped.iter().map(Stopped::of).collect();
        return context.ui.json(&stopped);
    }
    if stopped.is_empty() {
        context.ui.note("nothing stopped in the middle");
    }
    for step in stopped {
        context.ui.line(format_args!(
            "{} {}: {} done{}",
            word(step.direction()),
            step.revision,
            crate::cli::describe::Count(step.done, "statement"),
            if step.in_doubt() { ", the next one in doubt" } else { "" }
        ));
    }
}
