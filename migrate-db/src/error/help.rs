//! Advice for errors: a line each, with commands in backticks.

use super::{BatchLimit, EndlessBatches, Error, StatementError, few};
use crate::advice::advice;

impl Error {
    /// What would help, a line each, commands in backticks.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        let line = |text: &str| vec![text.to_owned()];
        match self {
            Self::Target(error) => error.help.clone(),
            Self::Script { help, .. }
            | Self::Setting { help, .. }
            | Self::Variable { help, .. }
            | Self::DatabaseName { help, .. }
            | Self::Unsafe { help, .. }
            | Self::Test { help, .. }
            | Self::Url { help, .. } => help.clone(),
            Self::NothingApplied => line("`cargo migrate upgrade` applies what is pending"),
            Self::RedoUnfinished(_) => line("`cargo migrate redo` finishes it"),
            Self::EditedStatements { path, .. } => {
                vec![format!("restore them in {path}; the statements after them may be changed")]
            }
            Self::NoProgress { .. } => vec![
                "check that no revision writes to the version table or its log".to_owned(),
                "`cargo migrate log` shows what happened, `cargo migrate repair` what is unfinished"
                    .to_owned(),
            ],
            Self::EndlessBatches(endless) => endless.help(),
            Self::Step(failed) => {
                let before = few(&failed.committed);
                let before = (!failed.committed.is_empty())
                    .then(|| format!("done and committed before: {before}"));
                ["the step was rolled back whole".to_owned()].into_iter().chain(before).collect()
            }
            Self::UnknownDowns(_) => vec![
                "their SQL comes from the version table: `--dry-run` names them, `--sql` shows it".to_owned(),
                "`--yes` runs it once, `unknown-downs = \"run\"` in migrate.toml always".to_owned(),
                "or bring the files back".to_owned(),
            ],
            Self::VersionRow(_) => line("use the version of the tool that wrote it"),
            Self::NoRight { grants, .. } => grants.clone(),
            Self::BrokenReferences { .. } => vec![
                "its statements ran outside of a transaction and stay; repair the rows, then run the command again".to_owned(),
                "or write `foreign-keys:true` behind the marker: SQLite then refuses them".to_owned(),
            ],
            Self::NoDriver(dialect) => vec![format!(
                "add the feature: `migrate-db = {{ version = \"..\", features = [\"{}\"] }}`",
                dialect.name()
            )],
            Self::NoServer { dialect, ways } => {
                let ways = ways.iter().zip(1..).map(|(way, n)| format!("{n}. {way}"));
                let skip = format!("or do without, and say so: MIGRATE_TEST_SKIP={dialect}");
                ways.chain([skip]).collect()
            }
            Self::Statement(error) => error.help(),
            Self::Unknown(_) => vec![
                "bring the missing files back, or deploy the version that has them".to_owned(),
                "`cargo migrate downgrade <revision of the files>` undoes them with the way down that the database keeps".to_owned(),
                "`cargo migrate stamp --purge <revision>` says where the database really stands, without running anything".to_owned(),
            ],
            Self::Pending(_) => line("`cargo migrate upgrade` applies them"),
            Self::Edited(_) => vec![
                "put the change into a new revision (`cargo migrate new`) and restore the file".to_owned(),
                "for the newest revision in development: `cargo migrate redo`".to_owned(),
                "if the change makes no difference to databases: `cargo migrate accept <revision> --reason \"..\"`".to_owned(),
            ],
            Self::Unfinished { invalid_indexes, resume, .. } if !invalid_indexes.is_empty() => {
                invalid_indexes.iter().map(|index| invalid_index(index, resume)).collect()
            }
            Self::Unfinished { unfinished, next, .. } if unfinished.in_doubt() => {
                let look = next.as_deref().map(|(sql, place)| {
                    format!("the statement at {}:{} may have run or not; look at the database: {sql}", place.path, place.line)
                });
                let choice = "then `cargo migrate repair --ran` goes on behind it, or `cargo migrate repair --not-run` goes on with it";
                look.into_iter().chain([choice.to_owned()]).collect()
            }
            Self::Unfinished { resume, .. } => vec![
                format!("`{resume}` goes on where it stopped"),
                "or put the database right by hand and say so: `cargo migrate repair --applied` or `--reverted`".to_owned(),
            ],
            Self::VersionTable { .. } => vec![
                "`cargo migrate repair --from-log` writes it again with these revisions".to_owned(),
                "`cargo migrate stamp --purge base` starts again with no revision applied, where the database is empty".to_owned(),
            ],
            Self::Interrupted { unanswered: true, .. } => {
                line("the server did not answer and may still execute a statement: `cargo migrate current` shows later what is applied")
            }
            Self::Interrupted { heads: None, .. } => line("`cargo migrate current` shows where the database stands"),
            Self::Interrupted { resume, .. } => {
                resume.iter().map(|command| format!("a step stopped partway: `{command}` goes on there")).collect()
            }
            Self::Program { help, .. } => help.clone(),
            Self::Connected(_) => line("end them, or let the server do that: `--force`"),
            Self::Connect { source, .. } if is_missing(source) => {
                line("`cargo migrate db create` creates it")
            }
            Self::Connect { .. } if self.is_starting() => {
                line("see that the server runs there; one that is starting may need longer: `--connect-timeout 1m`")
            }
            Self::Connect { source, .. } | Self::Database { source, .. } => advice(source),
            Self::Busy { .. } => line("end the other program, or wait longer: `--lock-wait 5m`"),
            Self::Moved(_) => line("run the command again: it starts from what the database says now"),
            Self::ForeignKeys { .. } => vec![
                "delete or correct the rows in the same revision; everything was rolled back".to_owned(),
                "or write `foreign-keys:true` behind the marker, and SQLite cascades as in the application".to_owned(),
            ],
            Self::Unread(_) | Self::History(_) | Self::File { .. } | Self::Folder { .. } => {
                Vec::new()
            }
        }
    }
}

fn invalid_index(index: &str, resume: &str) -> String {
    format!(
        "the index {index} is left INVALID: `DROP INDEX CONCURRENTLY {index}` removes it, then `{resume}` creates it again"
    )
}

/// Whether the server says that it has no such database.
fn is_missing(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    let code = error.code().is_some_and(|code| code == "3D000");
    // The server's own number stands in no code.
    code || error.message().starts_with("Unknown database ")
}

impl EndlessBatches {
    fn help(&self) -> Vec<String> {
        let resume = &self.resume;
        let cause = match self.limit {
            BatchLimit::Rows(_) => "it changes rows that an earlier batch changed: its WHERE must leave out the rows that are done".to_owned(),
            BatchLimit::Rounds(limit) => format!("if it needs more, raise `rounds:{limit}`; else its WHERE must leave out the rows that are done"),
        };
        vec![
            cause,
            format!("the batches stay: fix the file and run `{resume}` to continue"),
            "or undo them and run `cargo migrate repair --reverted`".to_owned(),
        ]
    }
}

impl StatementError {
    pub(crate) fn help(&self) -> Vec<String> {
        let mut help = advice(&self.source);
        help.extend(self.detail.iter().map(|detail| format!("the database says more: {detail}")));
        help.extend(self.hint.iter().map(|hint| format!("the database advises: {hint}")));
        help.extend(self.invalid_indexes.iter().map(|index| invalid_index(index, &self.resume)));
        if self.partial && !self.whole {
            help.push("it may have done a part of its work: look at the database, then `cargo migrate repair --ran` goes on behind it, or `--not-run` with it".to_owned());
            return help;
        }
        match (self.whole, self.rolled_back.len()) {
            (true, _) if self.redo && self.committed.is_empty() => {
                help.push(
                    "the redo was rolled back whole: the revision is applied as before".to_owned(),
                );
            }
            (true, 0) => help.push("the step was rolled back whole".to_owned()),
            (true, n) => help.push(format!(
                "the step and the {n} before it were rolled back whole: {}",
                few(&self.rolled_back)
            )),
            (false, _) => {
                let what = if self.in_batches { "batch" } else { "statement" };
                let before = match self.done {
                    0 => format!("no {what} of the step stays"),
                    1 => format!("the first {what} of the step stays"),
                    n if self.in_batches => format!("the first {n} batches of the step stay"),
                    n => format!("the first {n} statements of the step stay"),
                };
                help.push(format!(
                    "{before}: fix the file and run `{}` to continue, or undo them and run `cargo migrate repair`",
                    self.resume
                ));
            }
        }
        if self.redo && !self.committed.is_empty() {
            help.push(format!(
                "the down stands, of {}: `cargo migrate upgrade` finishes the redo",
                self.committed.join(", ")
            ));
            return help;
        }
        if !self.committed.is_empty() {
            help.push(format!("done and committed before: {}", few(&self.committed)));
        }
        help
    }
}
