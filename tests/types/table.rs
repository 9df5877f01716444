//! The statements and schemas of structs and of single columns.

use migrate_core::apply::{State, apply};
use migrate_core::autogenerate::{Filter, Request, generate};
use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Name};
use migrate_core::source::Span;
use migrate_models::{MAPPINGS, RustType, declare, parse_table};

/// The extensions whose types are mapped.
pub(crate) const EXTENSIONS: [&str; 3] =
    ["CREATE EXTENSION citext", "CREATE EXTENSION hstore", "CREATE EXTENSION ltree"];

/// The schema of a database without tables.
fn empty(dialect: Dialect) -> State {
    let mut state = State::new(dialect.rules());
    for sql in EXTENSIONS.into_iter().filter(|_| dialect == Dialect::Postgres) {
        follow(&mut state, dialect, sql);
    }
    state
}

fn follow(state: &mut State, dialect: Dialect, sql: &str) {
    for op in dialect.parse(sql, Span::new(0, sql.len())).unwrap().unwrap() {
        apply(state, &op).unwrap();
    }
}

/// The statements that make the table of a struct, given as its text.
pub(crate) fn statements(source: &str, dialect: Dialect) -> Vec<String> {
    let input = syn::parse_str(source).unwrap();
    let model = parse_table(&input).unwrap();
    let empty = empty(dialect);
    let declared = declare(&[model], &[], dialect, &empty);
    let declared = declared.unwrap_or_else(|m| panic!("{source} on {dialect}: {m:?}"));
    let changes = generate(&Request {
        dialect,
        history: &empty,
        wanted: &declared.state,
        filter: &Filter::default(),
        renames: &[],
        dropped: &[],
        takes_likely: false,
    });
    changes.unwrap().up.into_iter().map(|step| step.sql).collect()
}

/// The mapped type of a Rust type.
pub(crate) fn rust_type(text: &str) -> RustType {
    RustType::of(&syn::parse_str(text).unwrap()).0
}

/// All types of columns that the mapping names for a database, with the arguments that they need.
pub(crate) fn column_types(dialect: Dialect) -> Vec<String> {
    let rows = MAPPINGS.iter().map(|row| row.of(dialect));
    let mut all: Vec<String> = rows
        .flat_map(|of| of.read.iter().copied().chain(of.written))
        .map(|name| match name.to_ascii_lowercase().as_str() {
            "varchar" | "char" | "binary" | "varbinary" if dialect == Dialect::Mysql => {
                format!("{name}(9)")
            }
            "enum" | "set" => format!("{name}('x')"),
            _ => name.to_owned(),
        })
        // A server of MariaDB has it, one of MySQL has not.
        .filter(|name| !(dialect == Dialect::Mysql && name == "uuid"))
        .collect();
    all.sort();
    all.dedup();
    all
}

/// The statement that makes a table with a column of each type, and the columns.
pub(crate) fn of_all_types(dialect: Dialect) -> (String, Vec<Column>) {
    let types = column_types(dialect);
    let items: Vec<String> =
        types.iter().enumerate().map(|(at, of)| format!("c{at} {of} NULL")).collect();
    let sql = format!("CREATE TABLE all_types ({})", items.join(", "));
    let mut state = empty(dialect);
    follow(&mut state, dialect, &sql);
    let columns = state.schema().tables[&Name::new("all_types")].columns.clone();
    (sql, columns)
}
