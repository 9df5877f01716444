//! Models on real databases, and what the documentation says of them.

use std::fs;

use migrate_core::apply::{State, against};
use migrate_core::dialect::Dialect;
use migrate_core::diff::diff;
use migrate_core::schema::{Name, Schema, compare};
use migrate_db::Database;
use migrate_models::{Models, RustType, Wanted, mapping_table, overlay, print, read};

use super::support::db::Db;
use super::tidy::code::read as read_file;

#[test]
fn the_mapping_in_the_documentation_is_the_one_in_the_code() {
    let page = read_file("docs/models.md");
    let (_, rest) = page.split_once("<!-- mapping -->\n").expect("the mapping begins");
    let (table, _) = rest.split_once("<!-- end of the mapping -->").expect("the mapping ends");
    let expected = mapping_table();
    assert!(table == expected, "docs/models.md: the mapping is\n\n{expected}");
}

/// Everything that structs state.
const MODELS: &str = r#"
use migrate_db::{Enum, Table};

/// A person.
#[derive(Table)]
#[table(name = "users", index(name, desc(created_at)), check("length(name) > 0", name = "named"), doc_comments)]
struct User {
    #[column(primary_key, identity)]
    id: i64,
    /// It's for "letters".
    #[column(unique)]
    email: String,
    #[column(type = "varchar(40)", default = "'nobody'")]
    name: String,
    nickname: Option<String>,
    #[column(default = "0", check = "visits >= 0")]
    visits: i32,
    #[column(default = "CURRENT_TIMESTAMP")]
    created_at: chrono::DateTime<chrono::Utc>,
    born: Option<chrono::NaiveDate>,
    score: f64,
    #[column(default = "false")]
    is_admin: bool,
    picture: Option<Vec<u8>>,
    status: Status,
    #[column(type(mysql = "decimal(10, 2)", sqlite = "NUMERIC"))]
    balance: Decimal,
    settings: Option<serde_json::Value>,
    #[column(generated = "visits + 1")]
    next_visit: Option<i32>,
}

#[derive(Enum)]
#[enumeration(name = "user_status", rename_all = "snake_case")]
enum Status { Active, OnHold, #[value(name = "it's")] Odd }

#[derive(Enum)]
#[enumeration(storage = "text", rename_all = "lowercase")]
enum Kind { Public, Private }

#[derive(Table)]
#[table(name = "posts", unique(author, slug), index("lower(body)", dialects(postgres)),
    index(slug, where(postgres = "kind <> 'private'", sqlite = "kind <> 'private'"), name = "posts_public"))]
struct Post {
    #[column(primary_key, identity)]
    id: i64,
    #[column(references = "users.id", on_delete = "cascade", index)]
    author: i64,
    #[column(references = "posts", on_delete = "set null")]
    parent: Option<i64>,
    slug: String,
    #[column(type = "text")]
    body: String,
    kind: Kind,
}

#[derive(Table)]
#[table(name = "post_tags", primary_key(post, tag), options(sqlite = "WITHOUT ROWID"))]
struct PostTag {
    #[column(references = "posts.id")]
    post: i64,
    tag: String,
}
"#;

/// The models of a text.
fn models(text: &str) -> Models {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    fs::write(&file, text).unwrap();
    let root = migrate_models::Root {
        package: "app".to_owned(),
        files: vec![file],
        shown_from: folder.path().to_owned(),
    };
    let (models, found) = read(&[root]);
    assert!(!found.has_errors(), "{found}\n{text}");
    models
}

fn on_top_of(models: &Models, dialect: Dialect, head: &State) -> Wanted {
    overlay(&models.tables, &models.enums, dialect, head)
        .unwrap_or_else(|mistakes| panic!("{dialect}: {}", models.diagnostics(&mistakes)))
}

fn presented(dialect: Dialect, state: &State) -> Schema {
    let mut schema = state.schema().clone();
    dialect.rules().present(state, &mut schema);
    schema
}

/// The statements that lead from a schema to the wanted one.
fn statements(dialect: Dialect, before: &State, wanted: &Wanted) -> Vec<String> {
    let ops =
        diff(&presented(dialect, before), &presented(dialect, &wanted.state), dialect.diff_rules());
    dialect.statements(&ops).unwrap()
}

/// Structs make their tables on a database; the catalog is as declared, and reading the structs, or
/// structs that are printed from the catalog, on top of it finds nothing to do.
async fn models_make_their_tables(dialect: Dialect) {
    let Some(db) = Db::fresh(dialect).await else { return };
    let models = models(MODELS);
    let empty = State::new(dialect.rules());
    let wanted = on_top_of(&models, dialect, &empty);
    for statement in statements(dialect, &empty, &wanted) {
        db.execute(&statement).await;
    }
    let database: Database = db.database();
    let catalog = database.schema(&[]).await.unwrap();
    let differences = against(&wanted.state, &catalog).differences;
    assert!(differences.is_empty(), "{dialect}: {differences:#?}");
    let known = State::known(dialect.rules(), &catalog);
    let again = on_top_of(&models, dialect, &known);
    let left = statements(dialect, &known, &again);
    assert!(left.is_empty(), "{dialect}: the same structs on top of the catalog: {left:#?}");
    let tables: Vec<Name> = catalog.tables.keys().cloned().collect();
    let text = print(&catalog, dialect, &tables);
    let again = on_top_of(&self::models(&text), dialect, &known);
    let differences = compare(known.schema(), again.state.schema());
    assert!(differences.is_empty(), "{dialect}: {differences:#?}\n{text}");
}

/// The Rust types that the tests can ask sqlx about: it reads each from the column that the mapping
/// writes, and takes no column for it that the mapping refuses.
macro_rules! mapped_types {
    ($name:ident, $dialect:expr, $database:ty, $connection:ty, [$($type:ty),+ $(,)?]) => {
        async fn $name() {
            use sqlx::{Column as _, Connection as _, Row as _, TypeInfo as _};

            let Some(db) = Db::fresh($dialect).await else { return };
            let kinds = [$((stringify!($type), <$type as sqlx::Type<$database>>::compatible
                as fn(&<$database as sqlx::Database>::TypeInfo) -> bool)),+];
            let written = |name: &str| {
                let (kind, _) = RustType::of(&syn::parse_str(name).unwrap());
                kind.written($dialect).unwrap_or_else(|| panic!("{name} has no column type"))
            };
            let columns: Vec<String> = kinds
                .iter()
                .enumerate()
                .map(|(at, (name, _))| format!("c{at} {}", written(name)))
                .collect();
            db.execute(&format!("CREATE TABLE t ({})", columns.join(", "))).await;
            db.execute("INSERT INTO t (c0) VALUES (NULL)").await;
            let mut connection = <$connection>::connect(&db.url).await.unwrap();
            let row = sqlx::query("SELECT * FROM t").fetch_one(&mut connection).await.unwrap();
            for (at, (name, compatible)) in kinds.iter().enumerate() {
                let info = row.column(at).type_info();
                assert!(compatible(info), "{name} is not read from {}", info.name());
            }
            connection.close().await.unwrap();
        }
    };
}

mapped_types!(types_of_sqlite, Dialect::Sqlite, sqlx::Sqlite, sqlx::SqliteConnection,
    [i8, i16, i32, i64, u8, u16, u32, f32, f64, bool, String, Vec<u8>]);
mapped_types!(types_of_postgres, Dialect::Postgres, sqlx::Postgres, sqlx::PgConnection,
    [i8, i16, i32, i64, f32, f64, bool, String, Vec<u8>, Vec<i32>, Vec<String>,
     sqlx::postgres::types::PgInterval, sqlx::postgres::types::PgRange<i32>,
     sqlx::postgres::types::PgRange<i64>, sqlx::postgres::types::PgMoney, sqlx::postgres::types::Oid]);
mapped_types!(types_of_mysql, Dialect::Mysql, sqlx::MySql, sqlx::MySqlConnection,
    [i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, bool, String, Vec<u8>]);

macro_rules! on_each_database {
    ($($module:ident, $dialect:ident, $types:ident;)+) => {$(
        mod $module {
            use migrate_core::dialect::Dialect;

            #[tokio::test]
            async fn models_make_their_tables() {
                super::models_make_their_tables(Dialect::$dialect).await;
            }

            #[tokio::test]
            async fn sqlx_reads_the_mapped_types() {
                super::$types().await;
            }
        }
    )+};
}

on_each_database! {
    sqlite, Sqlite, types_of_sqlite;
    postgres, Postgres, types_of_postgres;
    mysql, Mysql, types_of_mysql;
}
