//! The commands in an application's own binary, for images without cargo.

use std::borrow::Cow;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use futures_util::future::BoxFuture;
use migrate_core::config::matches_pattern;
use migrate_core::history::{Heads, History};
use migrate_core::suggest::nearest;
use migrate_core::variables::{VariableValues, Variables, bind};

use super::ui::{self, OutputArgs, style};
use super::{
    CliError, Command, ConnectArgs, Context, Exit, FleetGroup, Ui, VariableArgs, program, with_tips,
};
use crate::{Database, Member, Options};

/// Migrate the database of this program
#[derive(Debug, Parser)]
#[command(
    styles = style::help_styles(),
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
struct Mounted {
    #[command(subcommand)]
    command: Command,
    /// Database URL [default: the program's, else DATABASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    variables: VariableArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// The command line, with the program's name in usage and examples.
fn command(program: &str) -> clap::Command {
    let rename = |command: clap::Command| match command.get_after_help().map(ToString::to_string) {
        Some(help) => command.after_help(program::rename(&help, program).into_owned()),
        None => command,
    };
    Mounted::command().bin_name(program.to_owned()).mut_subcommands(rename)
}

/// The commands of a program, created by [`Migrations::mount`](crate::Migrations::mount).
#[derive(Debug)]
pub struct Mount<'a> {
    /// The embedded history.
    #[doc(hidden)]
    pub history: &'a History,
    /// How the database is migrated.
    #[doc(hidden)]
    pub options: Options,
    /// How many heads `check` accepts.
    #[doc(hidden)]
    pub heads: Heads,
    /// The variables of the SQL.
    #[doc(hidden)]
    pub variables: &'a Variables,
    /// The program's database. Without one the commands need `--database-url` or DATABASE_URL.
    #[doc(hidden)]
    pub database: Option<Database>,
    /// The databases of `--all` and `--only`; see [`Mount::fleet`].
    #[doc(hidden)]
    pub members: Vec<Member>,
}

impl Mount<'_> {
    /// Names the databases on which `--all` and `--only` run `upgrade`, `downgrade`, `current` and `check`: those
    /// of tenants, for example.
    ///
    /// ```ignore
    /// let members = tenants.iter().map(|tenant| Member::new(&tenant.name, &tenant.pool));
    /// let exit_code = MIGRATIONS.mount(None).fleet(members).run(arguments).await;
    /// ```
    #[must_use]
    pub fn fleet(self, members: impl IntoIterator<Item = Member>) -> Self {
        Self { members: members.into_iter().collect(), ..self }
    }

    /// Parses and runs a command line that starts with the program's name.
    ///
    /// ```ignore
    /// static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();
    ///
    /// // `app migrate upgrade` becomes `migrate upgrade`.
    /// let exit_code = MIGRATIONS.mount(Some((&pool).into())).run(std::env::args_os().skip(1)).await;
    /// ```
    pub async fn run(self, args: impl IntoIterator<Item = OsString>) -> ExitCode {
        let args: Vec<OsString> = args.into_iter().collect();
        let process: Vec<OsString> = std::env::args_os().collect();
        let program = program::name(&process, &args);
        let mut command = command(&program);
        let parsed = command
            .try_get_matches_from_mut(&args)
            .and_then(|matches| Mounted::from_arg_matches(&matches))
            .map_err(|error| error.format(&mut command));
        match parsed {
            Ok(mounted) => self.run_boxed(mounted, program).await,
            Err(error) => ui::usage(&with_tips(error, &command, &args)).into(),
        }
    }

    /// Behind a pointer it is compiled here, and not in the program that mounts.
    fn run_boxed<'b>(self, mounted: Mounted, program: String) -> BoxFuture<'b, ExitCode>
    where
        Self: 'b,
    {
        Box::pin(async move {
            let ui = Ui::new(&mounted.output).with_program(program);
            let exit = self.run_parsed(&mounted, &ui).await.unwrap_or_else(|error| {
                ui.error(&error);
                error.exit()
            });
            ui.end(exit).into()
        })
    }

    async fn run_parsed(self, mounted: &Mounted, ui: &Ui) -> Result<Exit, CliError> {
        let of_process = || std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
        let url = match (&mounted.database_url, &self.database) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(_)) => None,
            (None, None) => of_process(),
        };
        let database = match url {
            Some(url) => Some(Database::from_url(&url)?),
            None => self.database,
        };
        let fleet = mounted.command.fleet().filter(|_| !self.members.is_empty());
        let members = match fleet {
            Some(_) if mounted.database_url.is_some() => {
                return Err(CliError::usage(
                    "`--database-url` names one database, and `--all` runs on several",
                )
                .help("leave out one of them"));
            }
            Some(args) => selected(self.members, args.only())?,
            None => Vec::new(),
        };
        let first = members.first().map(Member::database).or(database.as_ref());
        let dialect = mounted.command.dialect().or(first.map(Database::dialect));
        let values = mounted.variables.values(self.variables, dialect)?;
        let mut history = Cow::Borrowed(self.history);
        if !self.variables.is_empty() {
            bind_checked(history.to_mut(), self.variables, &values)?;
        }
        let context = Context {
            options: mounted.connect.options(self.options),
            heads: self.heads,
            variables: (self.variables, values),
            ..Context::new(&history, database, ui)
        };
        // Behind a pointer their futures are known to be Send.
        match fleet {
            Some(_) => {
                let groups = [FleetGroup { context, name: None, members }];
                let work: BoxFuture<'_, _> = Box::pin(mounted.command.run_on_each(&groups));
                work.await
            }
            None => {
                let work: BoxFuture<'_, _> = Box::pin(mounted.command.run(&context));
                work.await
            }
        }
    }
}

/// Returns the members that `--only` names, all of them without it.
fn selected(members: Vec<Member>, only: &[String]) -> Result<Vec<Member>, CliError> {
    let mut names: Vec<&str> = members.iter().map(Member::name).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(CliError::usage(format!(
            "the program names the database `{}` twice",
            twice[0]
        ))
        .help("`Mount::fleet` takes members with names of their own"));
    }
    let is_meant = |pattern: &str, name: &str| pattern == name || matches_pattern(pattern, name);
    if let Some(pattern) = only.iter().find(|one| !names.iter().any(|name| is_meant(one, name))) {
        let near = nearest(pattern, names.iter().copied());
        return Err(CliError::usage(format!("`--only {pattern}` is none of the databases")).help(
            near.map_or_else(
                || format!("the program has {}", names.join(", ")),
                |near| format!("did you mean `{near}`?"),
            ),
        ));
    }
    let is_wanted = |member: &Member| {
        only.is_empty() || only.iter().any(|pattern| is_meant(pattern, member.name()))
    };
    Ok(members.into_iter().filter(is_wanted).collect())
}

fn bind_checked(
    history: &mut History,
    variables: &Variables,
    values: &VariableValues,
) -> Result<(), CliError> {
    let found = bind(history, variables, values);
    if found.has_errors() { Err(found.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_mounted_commands_is_complete() {
        let command = Mounted::command();
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, program::MOUNTED.map(migrate_core::command::Command::words));
    }
}
