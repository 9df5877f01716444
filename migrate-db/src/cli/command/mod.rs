//! The commands, one file each: arguments, help, and a call of the library.

mod branches;
mod check;
mod current;
mod downgrade;
mod heads;
mod history;
mod list;
mod log;
mod pending;
mod redo;
mod repair;
mod show;
mod stamp;
mod upgrade;

use super::{CliError, Context, Exit, Ui};
use crate::applied_digest::AppliedDigest;
use crate::migrator::Prefetch;
use crate::{Database, Options};

/// The commands that run and ask.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Bring the database up to a revision
    Upgrade(upgrade::Args),
    /// Take the database down to a revision, which stays applied
    Downgrade(downgrade::Args),
    /// Undo the newest applied revision and run it again
    Redo(redo::Args),
    /// Say where the database stands, without running anything
    Stamp(stamp::Args),
    /// Settle a step that stopped in the middle
    Repair(repair::Args),
    /// Show where the database stands
    #[command(aliases = ["status", "info"])]
    Current(current::Args),
    /// List the revisions, newest first
    History(history::Args),
    /// List the revisions that nothing revises
    Heads(heads::Args),
    /// List the revisions that several others revise
    Branches(branches::Args),
    /// Show a revision
    Show(show::Args),
    /// List the revisions that are not applied, in the order in which they would run
    Pending(pending::Args),
    /// Show what was done to the database, newest first
    Log(log::Args),
    /// Ask whether all is well: the files, the lock, the heads, the database
    #[command(alias = "validate")]
    Check(check::Args),
}

impl Command {
    /// Whether it surely asks the database: it may be connected to ahead.
    #[must_use]
    pub const fn asks_database(&self) -> bool {
        match self {
            Self::Upgrade(args) => args.asks_database(),
            Self::Downgrade(args) => args.asks_database(),
            Self::Redo(_) | Self::Repair(_) | Self::Current(_) | Self::Pending(_) => true,
            _ => false,
        }
    }

    /// Answers, where the answer is that nothing is to be done because all is applied, and closes
    /// the connection; `None` says to [`Command::run`] it. Nothing is changed, and nothing else is
    /// said.
    ///
    /// # Errors
    /// When the target is none, or the database does not let go.
    pub async fn answer_if_idle(
        &self,
        all: &AppliedDigest,
        prefetch: &mut Option<Prefetch>,
        database: (&Database, &Options),
        ui: &Ui,
    ) -> Result<Option<Exit>, CliError> {
        match self {
            Self::Upgrade(args) => args.answer_if_idle(all, prefetch, database, ui).await,
            _ => Ok(None),
        }
    }

    /// Whether [`Command::answer_if_idle`] may have an answer.
    #[must_use]
    pub fn may_be_idle(&self) -> bool {
        matches!(self, Self::Upgrade(args) if args.may_be_idle())
    }

    /// Whether it is content with the headers of files, where the database holds the revisions as
    /// the headers' fingerprints say: those of the others are to be read whole.
    #[must_use]
    pub fn reads_headers(&self) -> bool {
        match self {
            Self::Upgrade(args) => args.reads_headers(),
            Self::Current(_) | Self::Pending(_) => true,
            _ => false,
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// What stood in the way.
    pub async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        self.act(context).await.map_err(|error| {
            let error = error.name_head(&context.history.graph);
            match self.asking_name() {
                Some(name) => error.without_help_for(name),
                None => error,
            }
        })
    }

    /// The name of a command that only asks.
    const fn asking_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Current(_) => "current",
            Self::History(_) => "history",
            Self::Heads(_) => "heads",
            Self::Branches(_) => "branches",
            Self::Show(_) => "show",
            Self::Pending(_) => "pending",
            Self::Log(_) => "log",
            Self::Check(_) => "check",
            _ => return None,
        })
    }

    async fn act(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Upgrade(args) => args.run(context).await,
            Self::Downgrade(args) => args.run(context).await,
            Self::Redo(args) => args.run(context).await,
            Self::Stamp(args) => args.run(context).await,
            Self::Repair(args) => args.run(context).await,
            Self::Current(args) => args.run(context).await,
            Self::History(args) => args.run(context).await,
            Self::Heads(args) => args.run(context).await,
            Self::Branches(args) => args.run(context).await,
            Self::Show(args) => args.run(context).await,
            Self::Pending(args) => args.run(context).await,
            Self::Log(args) => args.run(context).await,
            Self::Check(args) => args.run(context).await,
        }
    }
}
