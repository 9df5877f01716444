//! Runs what a page's consoles show, and compares what is printed.
//!
//! Durations, moments and random ids differ from run to run and are not compared; a line `[...]`
//! stands for any lines.

use std::collections::BTreeMap;
use std::path::Path;

use migrate_core::dialect::Dialect;

use super::page::{Block, Page};
use crate::support::TestEnvironment;
use crate::support::db::Db;

/// A command, and what the page says that it prints.
struct Call {
    command: String,
    output: Vec<String>,
}

/// Runs all blocks of a page, and returns how many commands that were. Adds the commands that print
/// something else than the page shows.
pub(super) async fn check(page: &Page, faults: &mut Vec<String>) -> usize {
    if page.blocks.iter().all(|block| block.run.is_none()) {
        return 0;
    }
    let env = TestEnvironment::new();
    let programs = env.path("../programs");
    std::fs::create_dir(&programs).unwrap();
    let program = programs.join("cargo-migrate");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cargo-migrate-dup"), program).unwrap();
    let mut databases: BTreeMap<String, Option<Db>> = BTreeMap::new();
    let mut count = 0;
    for block in &page.blocks {
        if let Some(file) = &block.file {
            env.write(file, &block.text);
        }
        let Some(name) = &block.run else { continue };
        if !databases.contains_key(name) {
            let dialect = Dialect::from_name(name).expect("a database of the three");
            databases.insert(name.clone(), Db::fresh(dialect).await);
        }
        let Some(db) = &databases[name] else { continue };
        let url = if db.dialect == Dialect::Sqlite { "sqlite:app.db" } else { &db.url };
        for call in calls(block) {
            faults.extend(run(&env, &programs, url, &call, page));
            count += 1;
        }
    }
    count
}

fn calls(block: &Block) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for line in block.text.lines() {
        match (line.strip_prefix("$ "), calls.last_mut()) {
            (Some(command), _) => {
                calls.push(Call { command: command.to_owned(), output: Vec::new() });
            }
            (None, Some(call)) if call.command.ends_with('\\') => {
                call.command += "\n";
                call.command += line;
            }
            (None, Some(call)) => call.output.push(line.to_owned()),
            (None, None) => panic!("a console begins with a command: {line}"),
        }
    }
    calls
}

fn run(
    env: &TestEnvironment,
    programs: &Path,
    url: &str,
    call: &Call,
    page: &Page,
) -> Option<String> {
    let mut command = env.shell(&format!("{{ {}\n}} 2>&1", call.command));
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", programs.display())).env("DATABASE_URL", url);
    let output = command.output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: Vec<String> = printed.lines().map(steady).collect();
    let shown: Vec<String> = call.output.iter().map(|line| steady(line)).collect();
    (!matches(&shown, &printed)).then(|| {
        format!(
            "{}: $ {}\n--- the page shows\n{}\n--- it prints\n{}",
            page.name,
            call.command,
            shown.join("\n"),
            printed.join("\n")
        )
    })
}

/// Whether lines are those of a page, in which `[...]` stands for any.
fn matches(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "[...]" => {
            (0..=printed.len()).any(|n| matches(rest, &printed[n..]))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| first == line && matches(rest, others)),
    }
}

/// A line without what differs from run to run: each run of digits, and what else is random.
fn steady(line: &str) -> String {
    let mut text = String::new();
    for word in line.trim_end().split_inclusive([' ', '/', '_', '(', ')', ',', '.']) {
        let core = word.trim_end_matches([' ', '/', '_', '(', ')', ',', '.']);
        let is_number = !core.is_empty() && core.chars().all(|c| c.is_ascii_digit());
        let is_moment = core.len() > 9 && core.ends_with('Z') && core.contains('T');
        match is_number || is_moment || core == "<1" {
            true => text += &word.replace(core, "N"),
            false => text += word,
        }
    }
    text
}
