//! Advice for errors: a line each, with commands in backticks.

use migrate_core::command::{Command, Help, Invocation};

use super::{BatchLimit, EndlessBatches, Error, ReplicasBehind, StatementError, few};
use crate::advice::advice;

impl Error {
    /// Returns advice, a line each. A line may name a command: [`Display`](std::fmt::Display) writes
    /// it as `cargo migrate upgrade`, and [`Help::named`] for a program that mounts the commands.
    #[must_use]
    pub fn help(&self) -> Vec<Help> {
        let line = |text: &str| vec![Help::new(text)];
        match self {
            Self::Target(error) => error.help.clone(),
            Self::Script { help, .. }
            | Self::Setting { help, .. }
            | Self::Lent { help, .. }
            | Self::Variable { help, .. }
            | Self::DatabaseName { help, .. }
            | Self::Unsafe { help, .. }
            | Self::ReadOnly { help, .. }
            | Self::Test { help, .. }
            | Self::Url { help, .. } => help.clone(),
            Self::NothingApplied => vec![Command::Upgrade.help("applies what is pending")],
            Self::RedoUnfinished(_) => vec![Command::Redo.help("finishes it")],
            Self::EditedStatements { path, .. } => {
                vec![
                    format!("restore them in {path}; the statements after them may be changed").into(),
                ]
            }
            Self::NoProgress { .. } => vec![
                "check that no revision writes to the version table or its log".into(),
                Command::Log.help("shows what happened, ").run(Command::Repair).then(" what is unfinished"),
            ],
            Self::EndlessBatches(endless) => endless.help(),
            Self::ReplicasBehind(behind) => behind.help(),
            Self::Step(failed) => {
                let before = few(&failed.committed);
                let before = (!failed.committed.is_empty())
                    .then(|| format!("done and committed before: {before}"));
                let rolled_back = match &failed.batches {
                    None => Help::new("the step was rolled back whole"),
                    Some((done, resume)) => {
                        let word = if *done == 1 { "batch is" } else { "batches are" };
                        resume.clone().help(&format!(
                            "continues: the batch was rolled back, and {done} {word} done and stay"
                        ))
                    }
                };
                [rolled_back].into_iter().chain(before.map(Help::from)).collect()
            }
            Self::UnknownDowns(_) => vec![
                "their SQL comes from the version table; `Options::unknown_downs` allows it".into(),
                "or bring the files back".into(),
            ],
            Self::VersionRow(_) => line("use the version of the tool that wrote it"),
            Self::NoRight { grants, .. } => grants.iter().map(Help::from).collect(),
            Self::BrokenReferences { .. } => vec![
                "its statements ran outside of a transaction and stay; repair the rows, then run the command again".into(),
                "or write `foreign-keys:true` behind the marker: SQLite then refuses them".into(),
            ],
            Self::NoDriver(dialect) => vec![
                format!(
                    "add the feature: `migrate-db = {{ version = \"..\", features = [\"{}\"] }}`",
                    dialect.name()
                )
                .into(),
            ],
            Self::NoServer { dialect, ways } => {
                let ways = ways.iter().zip(1..).map(|(way, n)| format!("{n}. {way}"));
                let skip = format!("or do without, and say so: MIGRATE_TEST_SKIP={dialect}");
                ways.chain([skip]).map(Help::from).collect()
            }
            Self::Statement(error) => error.help(),
            Self::Unknown(_) => vec![
                "bring the missing files back, or deploy the version that has them".into(),
                Command::Downgrade.with(FILES).help("reverts them with the down SQL that the database stores"),
                Command::Stamp.with("--purge <revision>").help("records where the database is, without running anything"),
            ],
            Self::Pending(_) => vec![Command::Upgrade.help("applies them")],
            Self::PartlyReplaced { .. } => vec![
                Help::new("with the old files in the folder, ")
                    .run(Command::Upgrade)
                    .then(" runs the rest: bring them back from version control"),
                "or deploy the version that has them, and then this one".into(),
            ],
            Self::Edited(_) => vec![
                Help::new("put the change into a new revision (").run(Command::New).then(") and restore the file"),
                Help::new("for the newest revision in development: ").run(Command::Redo),
                Help::new("if the change makes no difference to databases: ")
                    .run(Command::Accept.with("<revision> --reason \"..\"")),
            ],
            Self::Unfinished { invalid_indexes, resume, .. } if !invalid_indexes.is_empty() => {
                invalid_indexes.iter().map(|index| invalid_index(index, resume)).collect()
            }
            Self::Unfinished { unfinished, next, .. } if unfinished.in_doubt() => {
                let look = next.as_deref().map(|(sql, place)| {
                    format!("the statement at {}:{} may have run or not; look at the database: {sql}", place.path, place.line)
                });
                let choice = Help::new("then ")
                    .run(Command::Repair.with("--ran"))
                    .then(" goes on behind it, or ")
                    .run(Command::Repair.with("--not-run"))
                    .then(" goes on with it");
                look.map(Help::from).into_iter().chain([choice]).collect()
            }
            Self::Unfinished { resume, .. } => vec![
                resume.clone().help("continues where it stopped"),
                Help::new("or complete or revert it by hand and record that: ")
                    .run(Command::Repair.with("--applied"))
                    .then(" or `--reverted`"),
            ],
            Self::VersionTable { .. } => vec![
                Command::Repair.with("--from-log").help("writes it again with these revisions"),
                Command::Stamp.with("--purge base").help("starts again with no revision applied, where the database is empty"),
            ],
            Self::Interrupted { unanswered: true, .. } => {
                let asked = "the server did not answer and may still execute a statement: ";
                vec![Help::new(asked).run(Command::Current).then(" shows later what is applied")]
            }
            Self::Interrupted { heads: None, .. } => {
                vec![Command::Current.help("shows what is applied")]
            },
            Self::Interrupted { resume, .. } => {
                let partway = || Help::new("a step stopped partway: ");
                resume.iter().map(|command| partway().run(command.clone()).then(" goes on there")).collect()
            }
            Self::Program { help, .. } => help.clone(),
            Self::Connected(_) => line("end them, or let the server do that"),
            Self::Connect { source, .. } if is_missing(source) => {
                vec![Command::DbCreate.help("creates it")]
            }
            Self::Connect { .. } if self.is_starting() => {
                line("check that the server is running there; one that is starting may need longer: `Options::connect_timeout`")
            }
            Self::Connect { source, .. } | Self::Database { source, .. } => {
                advice(source).into_iter().map(Help::from).collect()
            }
            Self::Busy { .. } => line("end the other program, or wait longer: `Options::lock_wait`"),
            Self::Moved(_) => line("run the command again: it starts from what the database says now"),
            Self::ForeignKeys { .. } => vec![
                "delete or correct the rows in the same revision; everything was rolled back".into(),
                "or write `foreign-keys:true` behind the marker, and SQLite cascades as in the application".into(),
            ],
            Self::Unread(_) | Self::History(_) | Self::File { .. } | Self::Folder { .. } => {
                Vec::new()
            }
        }
    }
}

/// The placeholder for the revision that the files end at.
pub(crate) const FILES: &str = "<revision of the files>";

fn invalid_index(index: &str, resume: &Invocation) -> Help {
    let drop = format!(
        "the index {index} is left INVALID: `DROP INDEX CONCURRENTLY {index}` removes it, then "
    );
    Help::new(drop).run(resume.clone()).then(" creates it again")
}

/// Whether the server says that it has no such database.
fn is_missing(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    let code = error.code().is_some_and(|code| code == "3D000");
    // The server's own number stands in no code.
    code || error.message().starts_with("Unknown database ")
}

impl EndlessBatches {
    fn help(&self) -> Vec<Help> {
        let cause = match self.limit {
            BatchLimit::Rows(_) => "it changes rows that an earlier batch changed: its WHERE must leave out the rows that are done".to_owned(),
            BatchLimit::Rounds(limit) => format!("if it needs more, raise `rounds:{limit}`; else its WHERE must leave out the rows that are done"),
        };
        vec![
            cause.into(),
            Help::new("the batches stay: fix the file and run ")
                .run(self.resume.clone())
                .then(" to continue"),
            Help::new("or undo them and run ").run(Command::Repair.with("--reverted")),
        ]
    }
}

impl ReplicasBehind {
    fn help(&self) -> Vec<Help> {
        let done = match (self.committed.is_empty(), self.partway) {
            (false, _) => format!("done and committed: {}", few(&self.committed)),
            (true, true) => "the batches so far are committed".to_owned(),
            (true, false) => "no step was run".to_owned(),
        };
        vec![
            done.into(),
            "run the command again: it waits for the standbys first, then continues".into(),
            "`SELECT pg_is_wal_replay_paused()` on a standby shows whether its replay is paused; `pg_wal_replay_resume()` ends that".into(),
            "`wait-for-replicas` in migrate.toml, or `Options::wait_for_replicas`, sets the time; zero does not wait".into(),
        ]
    }
}

impl StatementError {
    pub(crate) fn help(&self) -> Vec<Help> {
        let mut texts = advice(&self.source);
        texts.extend(self.detail.iter().map(|detail| format!("the database says more: {detail}")));
        texts.extend(self.hint.iter().map(|hint| format!("the database advises: {hint}")));
        let mut help: Vec<Help> = texts.into_iter().map(Help::from).collect();
        help.extend(self.invalid_indexes.iter().map(|index| invalid_index(index, &self.resume)));
        if self.partial && !self.whole {
            let look =
                Help::new("it may have done a part of its work: look at the database, then ");
            let ran = look.run(Command::Repair.with("--ran"));
            help.push(ran.then(" goes on behind it, or `--not-run` with it"));
            return help;
        }
        match (self.whole, self.rolled_back.len()) {
            (true, _) if self.redo && self.committed.is_empty() => {
                help.push(
                    "the redo was rolled back whole: the revision is applied as before".into(),
                );
            }
            (true, 0) => help.push("the step was rolled back whole".into()),
            (true, n) => help.push(
                format!(
                    "the step and the {n} before it were rolled back whole: {}",
                    few(&self.rolled_back)
                )
                .into(),
            ),
            (false, _) => {
                let what = if self.in_batches { "batch" } else { "statement" };
                let before = match self.done {
                    0 => format!("no {what} of the step stays"),
                    1 => format!("the first {what} of the step stays"),
                    n if self.in_batches => format!("the first {n} batches of the step stay"),
                    n => format!("the first {n} statements of the step stay"),
                };
                help.push(
                    Help::new(format!("{before}: fix the file and run "))
                        .run(self.resume.clone())
                        .then(" to continue, or undo them and run ")
                        .run(Command::Repair),
                );
            }
        }
        if self.redo && !self.committed.is_empty() {
            let stands = format!("the down stands, of {}: ", self.committed.join(", "));
            help.push(Help::new(stands).run(Command::Upgrade).then(" finishes the redo"));
            return help;
        }
        if !self.committed.is_empty() {
            help.push(format!("done and committed before: {}", few(&self.committed)).into());
        }
        help
    }
}
