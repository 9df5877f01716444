//! `repair`.

use migrate_core::command::{Command, Help};
use migrate_core::plan::Direction;

use crate::cli::arguments::LockArgs;
use crate::cli::report::{Stopped, word};
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit};
use crate::{Repair, Unfinished};

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Statements that cannot run in a transaction are journalled one by one. After a crash it may be
unknown whether one of them ran. Look at the database, then record what you found.

Examples:
  cargo migrate repair               # show the steps that stopped partway
  cargo migrate repair --ran         # the statement in doubt did run
  cargo migrate repair --reverted    # the whole revision was reverted by hand
  cargo migrate repair --from-log    # restore a lost version table from the log"
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
    /// The statement in doubt did run; the next run continues after it
    #[arg(long)]
    ran: bool,
    /// The statement in doubt did not run; the next run starts with it
    #[arg(long)]
    not_run: bool,
    /// The whole revision is applied
    #[arg(long)]
    applied: bool,
    /// Nothing of the revision is applied
    #[arg(long)]
    reverted: bool,
    /// Restore a missing version table from the revisions in its log
    #[arg(long)]
    from_log: bool,
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
        .find_map(|(is_given, repair)| is_given.then_some(repair))
    }
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        context.legible()?;
        let database = context.database()?;
        if self.found.from_log {
            let mut migrator = context.migrator().options(self.lock.options(&context.options));
            let written = migrator.repair_from_log(database).await?;
            context.ui.note(match written.as_slice() {
                [] => "the version table is not missing".to_owned(),
                ids => format!("restored: {}", ids.join(", ")),
            });
            if context.ui.format() == Format::Json {
                context.ui.json(&written);
            }
            return Ok(Exit::Done);
        }
        let Some(repair) = self.found.repair() else {
            let stopped = context.status().await?.unfinished;
            print_stopped(context, &stopped);
            if stopped.is_empty() {
                return Ok(Exit::Done);
            }
            return Err(offer(&stopped));
        };
        if matches!(repair, Repair::Ran | Repair::NotRun) {
            let stopped = context.status().await?.unfinished;
            if !stopped.is_empty() && !stopped.iter().any(Unfinished::in_doubt) {
                print_stopped(context, &stopped);
                let refused = CliError::usage("it is known which statements ran");
                return Err(CliError { help: offer(&stopped).help, ..refused });
            }
        }
        let options = self.lock.options(&context.options);
        let settled = context.migrator().options(options).repair(database, repair).await?;
        print_stopped(context, &settled);
        if !settled.is_empty() {
            let next = match settled.iter().all(|step| step.direction() == Direction::Down) {
                true => Command::Downgrade,
                false => Command::Upgrade,
            };
            let text = match repair {
                Repair::Ran | Repair::NotRun => {
                    Help::new("recorded; ").run(next).then(" continues")
                }
                Repair::Applied | Repair::Reverted => "recorded".into(),
            };
            context.ui.note(context.ui.named(&text));
        }
        Ok(Exit::Done)
    }
}

/// The flags that fit the steps that stopped.
fn offer(stopped: &[Unfinished]) -> CliError {
    let error = CliError::no("a step stopped partway");
    if stopped.iter().any(Unfinished::in_doubt) {
        return error.help(
            "look at the database, then record what you found: `--ran` or `--not-run` for the statement \
             in doubt, `--applied` or `--reverted` for the whole revision",
        );
    }
    let again = match stopped.iter().any(|step| step.direction() == Direction::Down) {
        true => Command::Downgrade.help("continues with the next statement"),
        false => Command::Upgrade.help("continues with the next statement"),
    };
    error.help(again).help("after completing or reverting it by hand: `--applied` or `--reverted`")
}

fn print_stopped(context: &Context<'_>, stopped: &[Unfinished]) {
    if context.ui.format() == Format::Json {
        let stopped: Vec<Stopped<'_>> = stopped.iter().map(Stopped::of).collect();
        return context.ui.json(&stopped);
    }
    if stopped.is_empty() {
        context.ui.note("no step stopped partway");
    }
    for step in stopped {
        context.ui.line(format_args!(
            "{} {}: {} done{}",
            word(step.direction()),
            step.revision,
            crate::cli::describe::Count(step.done, step.unit()),
            if step.in_doubt() { ", the next one in doubt" } else { "" }
        ));
    }
}
