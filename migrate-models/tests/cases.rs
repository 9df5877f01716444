//! Schemas of other projects' tests as structs: printed, read back, and put on top of the schema that they came
//! from and of the one before the change. `MIGRATE_CASES` names the folder of the cases.
#![cfg(all(feature = "print", feature = "reader"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::path::{Path, PathBuf};

use migrate_core::apply::{State, apply};
use migrate_core::dialect::Dialect;
use migrate_core::schema::{Change, Kind, Name, Schema, compare, difference};
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::split;
use migrate_models::{Mistake, Model, ModelEnum, overlay, parse_enum, parse_table, print};

struct Case {
    name: String,
    dialect: Dialect,
    current: String,
    desired: String,
}

fn cases() -> Vec<Case> {
    let folder = std::env::var_os("MIGRATE_CASES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases"),
        PathBuf::from,
    );
    let mut found = Vec::new();
    for file in ["alembic", "atlas", "migra", "sqldef"] {
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{file}.jsonl"))) else {
            println!(
                "the cases of {file} are absent: set MIGRATE_CASES to the folder that holds them"
            );
            continue;
        };
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
            let Some(dialect) = Dialect::from_name(&text("dialect")) else { continue };
            let with_setup = |key: &str| format!("{}\n;\n{}", text("setup_sql"), text(key));
            let name = format!("{file}: {} ({dialect})", text("name"));
            let (current, desired) = (with_setup("current_sql"), with_setup("desired_sql"));
            found.push(Case { name, dialect, current, desired });
        }
    }
    found
}

/// The schema of statements; `None` where one is not followed.
fn state(dialect: Dialect, sql: &str) -> Option<State> {
    let file = SourceFile::new("case.sql", sql.to_owned());
    let whole = Span::new(0, file.text().len());
    let (statements, _) = split(&file, whole, dialect.lex_rules());
    let mut state = State::new(dialect.rules());
    for statement in &statements {
        for op in dialect.parse(file.text(), statement.span)?.ok()? {
            apply(&mut state, &op).ok()?;
        }
    }
    state.unknown().is_empty().then_some(state)
}

fn read(text: &str) -> Result<(Vec<Model>, Vec<ModelEnum>), Vec<Mistake>> {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let (mut models, mut enums) = (Vec::new(), Vec::new());
    for item in file.items {
        match item {
            syn::Item::Struct(item) => models.push(parse_table(&item.into())?),
            syn::Item::Enum(item) => enums.push(parse_enum(&item.into())?),
            _ => {}
        }
    }
    Ok((models, enums))
}

fn shown(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What structs of a schema make of another one.
fn on_top(dialect: Dialect, wanted: &Schema, head: &State) -> Result<(State, String), String> {
    let tables: Vec<Name> = wanted.tables.keys().cloned().collect();
    let text = print(wanted, dialect, &tables);
    let result = read(&text).and_then(|(models, enums)| overlay(&models, &enums, dialect, head));
    match result {
        Ok(wanted) => Ok((wanted.state, text)),
        Err(mistakes) => Err(format!("{}\n{text}", shown(&mistakes))),
    }
}

#[test]
fn structs_of_a_schema_change_nothing_in_it() {
    let (mut equal, mut followed) = (0, 0);
    let mut failed = Vec::new();
    for case in cases() {
        for sql in [&case.current, &case.desired] {
            let Some(head) = state(case.dialect, sql) else { continue };
            followed += 1;
            match on_top(case.dialect, head.schema(), &head) {
                Err(why) => failed.push(format!("{}: {why}", case.name)),
                Ok((wanted, text)) => {
                    let left = compare(head.schema(), wanted.schema());
                    match left.is_empty() {
                        true => equal += 1,
                        false => {
                            let left: Vec<String> = left.iter().map(difference).collect();
                            failed.push(format!("{}: {left:#?}\n{text}", case.name));
                        }
                    }
                }
            }
        }
    }
    println!("{equal} of {followed} schemas");
    assert!(failed.is_empty(), "{} failed\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn structs_of_the_wanted_schema_lead_to_its_columns() {
    let (mut exact, mut kept, mut followed) = (0, 0, 0);
    let mut failed = Vec::new();
    for case in cases() {
        let (Some(head), Some(desired)) =
            (state(case.dialect, &case.current), state(case.dialect, &case.desired))
        else {
            continue;
        };
        // A table without columns is no struct.
        if desired.schema().tables.values().any(|table| table.columns.is_empty()) {
            continue;
        }
        followed += 1;
        let (wanted, text) = match on_top(case.dialect, desired.schema(), &head) {
            Ok(found) => found,
            // A domain belongs to the history: no attribute states it.
            Err(why) if why.contains("there is no type") => continue,
            Err(why) => {
                failed.push(format!("{}: {why}", case.name));
                continue;
            }
        };
        let left: Vec<_> = compare(desired.schema(), wanted.schema())
            .into_iter()
            .filter(|one| !one.is_order())
            .collect();
        // What the structs are silent about stays.
        let wrong: Vec<String> = left
            .iter()
            .filter(|one| {
                let is_column =
                    one.object.kind == Kind::Column && one.object.part_of == Kind::Table;
                is_column && matches!(one.change, Change::Added | Change::Removed)
            })
            .map(difference)
            .collect();
        match (left.is_empty(), wrong.is_empty()) {
            (true, _) => exact += 1,
            (false, true) => kept += 1,
            _ => failed.push(format!("{}: {wrong:#?}\n{text}", case.name)),
        }
    }
    println!("{exact} exact, {kept} with something kept, of {followed}");
    assert!(failed.is_empty(), "{} failed\n{}", failed.len(), failed.join("\n\n"));
}
