//! Writes a script as text for `--sql` and the database's client program.

use std::fmt::Write as _;

use super::{Action, Prefixes, Record, Script, batch_of, function_of};
use crate::graph::Graph;
use crate::plan::{Direction, Step};
use crate::revision::{Batch, MAX_SIZE, fill_batch};
use crate::version_table::{Elapsed, Origin, RowState, VersionTable};

/// Returns the statement that deletes the rows of revisions which a reverted one replaces: a database that has
/// run them may not have recorded the replacing one yet, and a script cannot ask.
fn without_replaced(record: Record, graph: &Graph, table: &VersionTable) -> Option<String> {
    let (Record::Done(step) | Record::Finish(step)) = record else { return None };
    let ids = graph.revision(step.node).replaced_ids();
    (step.direction == Direction::Down && !ids.is_empty())
        .then(|| table.delete(ids.iter().map(|id| id.as_str()), RowState::Applied))
}

impl Script {
    /// Returns the text of the script. With `create` it begins with the creation of the version
    /// table, for a script that starts at base.
    #[must_use]
    pub fn to_sql(&self, graph: &Graph, table: &VersionTable, create: bool, tool: &str) -> String {
        let origin = Origin { by: "--sql", tool, elapsed: Elapsed::Clock, redo: false };
        let mut text = String::new();
        let mut prefixes = Prefixes::default();
        if let Some(encoding) = self.dialect.templates().client_encoding {
            let _ = writeln!(text, "{encoding};");
        }
        if create {
            for sql in table.create() {
                let _ = writeln!(text, "{sql};");
            }
        }
        for action in &self.actions {
            match action {
                Action::Step(step) | Action::Resume(step, _) => {
                    let revision = graph.revision(step.node);
                    let parents: Vec<&str> =
                        graph.parents(step.node).iter().map(|n| graph.id(*n).as_str()).collect();
                    let parents =
                        if parents.is_empty() { "base".to_owned() } else { parents.join(", ") };
                    let id = revision.id();
                    let path = match step.direction {
                        Direction::Up => format!("upgrade {parents} -> {id}"),
                        Direction::Down => format!("downgrade {id} -> {parents}"),
                    };
                    let message = match revision.message() {
                        "" => String::new(),
                        // A control character could end the comment.
                        message => format!(": {}", message.replace(char::is_control, " ")),
                    };
                    let _ = writeln!(text, "\n-- {path}{message}");
                }
                Action::Outside { .. } => {}
                Action::Set(sql) => {
                    let _ = writeln!(text, "{sql};");
                }
                Action::Begin { .. } => {
                    let _ = writeln!(text, "\n{};", self.dialect.templates().begin);
                }
                Action::Commit => text.push_str("\nCOMMIT;\n"),
                Action::Statement(statement) => {
                    let sql = statement.span.of(graph.revision(statement.node).file.text());
                    self.dialect.client_statement(sql, &mut text);
                }
                Action::Function(step) => self.left_to_the_program(graph, *step, &mut text),
                Action::Batches(step, statement) => {
                    let sql = statement.span.of(graph.revision(statement.node).file.text());
                    if function_of(graph, *step, self.dialect).is_some() {
                        self.left_to_the_program(graph, *step, &mut text);
                    } else if let Some(batch) = batch_of(graph, *step, self.dialect) {
                        self.at_once(batch, sql, &mut text);
                    }
                }
                Action::Record(record) => {
                    let sql = record.sql(graph, table, origin, &mut prefixes);
                    let replaced = without_replaced(*record, graph, table);
                    for sql in sql.into_iter().chain(replaced).filter(|sql| !sql.is_empty()) {
                        let _ = writeln!(text, "{sql};");
                    }
                }
            }
        }
        text
    }

    /// Writes where the program calls a function.
    fn left_to_the_program(&self, graph: &Graph, step: Step, text: &mut String) {
        let name = function_of(graph, step, self.dialect).unwrap_or_default();
        let _ = writeln!(
            text,
            "-- the program runs the Rust function `{name}` here, and this script does not"
        );
    }

    /// Writes the statement of a batch section so that one execution does all of it.
    fn at_once(&self, batch: &Batch, sql: &str, text: &mut String) {
        let size = batch.size;
        let _ = match &batch.key {
            None => writeln!(
                text,
                "-- `cargo migrate` repeats this statement in batches of {size} rows until it changes nothing;\n\
                 -- the script runs it once, for up to {MAX_SIZE} rows"
            ),
            Some(key) => writeln!(
                text,
                "-- `cargo migrate` runs this statement for ranges of {size} rows by {};\n\
                 -- the script runs it once for all of them",
                key.written()
            ),
        };
        let value = |name: &str| match (name, &batch.key) {
            ("batch", None) => Some(MAX_SIZE.to_string()),
            ("first" | "last", Some(key)) => Some(key.end(name == "last")),
            _ => None,
        };
        self.dialect.client_statement(&fill_batch(sql, self.dialect, value), text);
    }
}
