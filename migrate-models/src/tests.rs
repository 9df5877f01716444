//! Models from text, declared and put on top of histories.

use migrate_core::apply::{State, apply};
use migrate_core::dialect::Dialect;
use migrate_core::source::Span;
use syn::DeriveInput;

use crate::{
    Mistake, Model, ModelEnum, declare, enum_drift, overlay, parse_enum, parse_table, table_drift,
};

/// The structs and enums of a text, which begin with `struct` or `enum` at the start of a line.
pub(crate) fn models(text: &str) -> (Vec<Model>, Vec<ModelEnum>) {
    let (mut tables, mut enums) = (Vec::new(), Vec::new());
    for item in text.split("\n\n").filter(|item| !item.trim().is_empty()) {
        let input: DeriveInput = syn::parse_str(item).unwrap_or_else(|e| panic!("{e}: {item}"));
        match &input.data {
            syn::Data::Enum(_) => enums.push(parse_enum(&input).unwrap()),
            _ => tables.push(parse_table(&input).unwrap_or_else(|m| panic!("{}", shown(&m)))),
        }
    }
    (tables, enums)
}

pub(crate) fn shown(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The schema after statements.
pub(crate) fn state(dialect: Dialect, sql: &str) -> State {
    let mut state = State::new(dialect.rules());
    for part in sql.split(";\n").map(|part| part.trim().trim_end_matches(';')) {
        if part.is_empty() {
            continue;
        }
        let ops = dialect.parse(part, Span::new(0, part.len())).unwrap().unwrap();
        ops.iter().for_each(|op| apply(&mut state, op).unwrap());
    }
    state
}

fn mistakes(text: &str) -> String {
    let input: DeriveInput = syn::parse_str(text).unwrap();
    let found = match &input.data {
        syn::Data::Enum(_) => parse_enum(&input).map(|_| ()),
        _ => parse_table(&input).map(|_| ()),
    };
    shown(&found.unwrap_err())
}

const USERS: &str = r#"
#[table(name = "users", index(name, desc(created_at)), check("length(name) > 0", name = "named"))]
struct User {
    #[column(primary_key, identity)]
    id: i64,
    #[column(unique)]
    name: String,
    email: Option<String>,
    #[column(default = "0")]
    visits: i32,
    #[column(default(sqlite = "CURRENT_TIMESTAMP", postgres = "now()", mysql = "CURRENT_TIMESTAMP"))]
    created_at: DateTime<Utc>,
    status: Status,
}

#[enumeration(name = "user_status", rename_all = "snake_case")]
enum Status { Active, OnHold }

#[table(name = "posts")]
struct Post {
    #[column(primary_key, identity)]
    id: i64,
    #[column(references = "users.id", on_delete = "cascade", index)]
    author: i64,
    body: String,
}
"#;

#[test]
fn models_are_tables_of_each_database() {
    let (tables, enums) = models(USERS);
    for dialect in Dialect::ALL {
        let empty = State::new(dialect.rules());
        let declared = declare(&tables, &enums, dialect, &empty)
            .unwrap_or_else(|found| panic!("{dialect}: {}", shown(&found)));
        let (name, users) = &declared.tables[0];
        assert_eq!(name.to_string(), "users");
        let columns: Vec<&str> = users.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, ["id", "name", "email", "visits", "created_at", "status"]);
        assert_eq!(users.columns[3].default.as_deref(), Some("0"));
        assert!(users.columns[2].nullable && !users.columns[3].nullable);
        // A unique constraint of MySQL is a unique index.
        assert_eq!(users.uniques.len() + users.indexes.len(), 2, "{dialect}");
        let posts = &declared.tables[1].1;
        assert_eq!(posts.foreign_keys[0].parent.to_string(), "users");
        assert_eq!(declared.enums.len(), usize::from(dialect == Dialect::Postgres));
    }
}

#[test]
fn a_history_with_the_same_tables_has_nothing_to_do() {
    let (tables, enums) = models(USERS);
    for (dialect, sql) in [
        (
            Dialect::Sqlite,
            "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20) NOT NULL UNIQUE, email TEXT,
               visits INT NOT NULL DEFAULT (0), created_at TIMESTAMP NOT NULL DEFAULT current_timestamp,
               status TEXT NOT NULL CHECK (status IN ('active', 'on_hold')), CONSTRAINT other CHECK (length(name) > 0));
             CREATE INDEX by_name ON users (name, created_at DESC);
             CREATE INDEX by_hand ON users (email) WHERE email IS NOT NULL;
             CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, body TEXT NOT NULL);
             CREATE INDEX posts_author ON posts (author);
             CREATE TABLE unrelated (x)",
        ),
        (
            Dialect::Postgres,
            "CREATE TYPE user_status AS ENUM ('active', 'on_hold');
             CREATE TABLE users (id bigserial PRIMARY KEY, name varchar(20) NOT NULL UNIQUE, email text,
               visits int4 NOT NULL DEFAULT 0::integer, created_at timestamptz NOT NULL DEFAULT now(),
               status user_status NOT NULL, CHECK (length(name) > 0));
             CREATE INDEX by_name ON users (name, created_at DESC);
             CREATE TABLE posts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author bigint NOT NULL REFERENCES users ON DELETE CASCADE, body text NOT NULL);
             CREATE INDEX posts_author ON posts (author)",
        ),
        (
            Dialect::Mysql,
            "CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL UNIQUE, email text,
               visits int NOT NULL DEFAULT 0, created_at timestamp NOT NULL DEFAULT current_timestamp(),
               status enum('active','on_hold') NOT NULL, CONSTRAINT named CHECK (length(name) > 0));
             CREATE INDEX by_name ON users (name, created_at DESC);
             CREATE TABLE posts (id bigint AUTO_INCREMENT PRIMARY KEY, author bigint NOT NULL, body longtext NOT NULL,
               KEY posts_author (author), CONSTRAINT fk FOREIGN KEY (author) REFERENCES users (id) ON DELETE CASCADE)",
        ),
    ] {
        let head = state(dialect, sql);
        let wanted = overlay(&tables, &enums, dialect, &head)
            .unwrap_or_else(|found| panic!("{dialect}: {}", shown(&found)));
        let mut expected = head.schema().clone();
        // The stated name of the check is another one here.
        if dialect != Dialect::Mysql {
            let users = expected.tables.get_mut(&migrate_core::schema::Name::new("users")).unwrap();
            let check = users.checks.iter_mut().find(|check| check.expression.contains("length"));
            let check = check.unwrap();
            check.name = Some("named".into());
            check.generated_name = false;
        }
        let differences = migrate_core::schema::compare(&expected, wanted.state.schema());
        assert!(differences.is_empty(), "{dialect}: {differences:#?}");
        for model in &tables {
            assert_eq!(shown(&table_drift(model, dialect, &head)), "", "{dialect}");
        }
    }
}

#[test]
fn what_a_struct_states_is_added_and_changed() {
    let (tables, enums) = models(USERS);
    let head = state(
        Dialect::Postgres,
        "CREATE TABLE users (id bigserial PRIMARY KEY, name text, age int NOT NULL, visits bigint NOT NULL, created_at timestamptz NOT NULL);
         CREATE INDEX by_age ON users (age)",
    );
    let wanted = overlay(&tables, &enums, Dialect::Postgres, &head).unwrap();
    let users = &wanted.state.schema().tables[&migrate_core::schema::Name::new("users")];
    let columns: Vec<String> = users
        .columns
        .iter()
        .map(|c| format!("{} {}{}", c.name, c.data_type, if c.nullable { "" } else { " NOT NULL" }))
        .collect();
    assert_eq!(
        columns,
        [
            "id bigint NOT NULL",
            "name text NOT NULL",
            "visits integer NOT NULL",
            "created_at timestamp with time zone NOT NULL",
            "email text",
            "status user_status NOT NULL"
        ]
    );
    assert!(!users.indexes.contains_key("by_age") && users.uniques.len() == 1);
    assert_eq!(users.columns[2].default.as_deref(), Some("0"));
    assert!(wanted.state.schema().tables.contains_key(&migrate_core::schema::Name::new("posts")));
}

#[test]
fn renames_come_first() {
    let (tables, _) = models(
        "#[table(name = \"users\", renamed_from = \"user\")]\nstruct User {\n  #[column(primary_key)] id: i64,\n  #[column(renamed_from = \"mail\", unique)] email: String,\n}",
    );
    for dialect in Dialect::ALL {
        let head = state(
            dialect,
            "CREATE TABLE user (id bigint NOT NULL PRIMARY KEY, mail varchar(20) NOT NULL UNIQUE)"
                .replace("user", &dialect.quote("user"))
                .as_str(),
        );
        let wanted = overlay(&tables, &[], dialect, &head).unwrap();
        assert_eq!(wanted.typed_renames(), ["user.mail=email", "user=users"], "{dialect}");
        let differences =
            migrate_core::schema::compare(wanted.before.schema(), wanted.state.schema());
        assert!(differences.is_empty(), "{dialect}: {differences:#?}");
        // What has its new name is not renamed again.
        let again = overlay(&tables, &[], dialect, &wanted.before).unwrap();
        assert!(again.renames.is_empty());
    }
}

#[test]
fn drift_is_certain_and_at_its_field() {
    let (tables, _) = models(
        "#[table(name = \"users\")]\nstruct User { id: i64, name: i32, emial: String, age: Option<i32>, code: UserCode }",
    );
    let head = state(
        Dialect::Sqlite,
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email text NOT NULL, age int NOT NULL, code text NOT NULL, born date NOT NULL)",
    );
    assert_eq!(
        shown(&table_drift(&tables[0], Dialect::Sqlite, &head)),
        "column `name` is `TEXT` in the migrations, not `i32`
  = help: `cargo migrate new --autogenerate` writes the revision that changes the table
table `users` has no column `emial` in the migrations
  = help: `cargo migrate new --autogenerate` writes the revision that changes the table
  = help: if the column `email` is meant: `#[sqlx(rename = \"email\")]`, or `#[column(renamed_from = \"email\")]` to rename it
column `age` is NOT NULL in the migrations
  = help: write the type without `Option`, or `cargo migrate new --autogenerate` writes the revision that changes the table
column `email` of table `users` is NOT NULL without a default, and the struct has no field for it
  = help: add a field, or `#[table(other_columns(email))]` if others write it
  = help: `cargo migrate new --autogenerate` writes the revision that drops it
column `born` of table `users` is NOT NULL without a default, and the struct has no field for it
  = help: add a field, or `#[table(other_columns(born))]` if others write it
  = help: `cargo migrate new --autogenerate` writes the revision that drops it"
    );
    let head = state(
        Dialect::Postgres,
        "CREATE TABLE users (id bigserial PRIMARY KEY, name text NOT NULL, email text NOT NULL, age int NOT NULL, code text NOT NULL, born date NOT NULL DEFAULT now())",
    );
    assert_eq!(
        shown(&table_drift(&tables[0], Dialect::Postgres, &head)),
        "column `name` is `text` in the migrations, not `i32`
  = help: `cargo migrate new --autogenerate` writes the revision that changes the table
table `users` has no column `emial` in the migrations
  = help: `cargo migrate new --autogenerate` writes the revision that changes the table
  = help: if the column `email` is meant: `#[sqlx(rename = \"email\")]`, or `#[column(renamed_from = \"email\")]` to rename it
column `age` is NOT NULL in the migrations
  = help: write the type without `Option`, or `cargo migrate new --autogenerate` writes the revision that changes the table
column `email` of table `users` is NOT NULL without a default, and the struct has no field for it
  = help: add a field, or `#[table(other_columns(email))]` if others write it
  = help: `cargo migrate new --autogenerate` writes the revision that drops it"
    );
    let unknown = state(Dialect::Postgres, "DO $$ BEGIN EXECUTE 'x' || 1; END $$");
    assert_eq!(shown(&table_drift(&tables[0], Dialect::Postgres, &unknown)), "");
}

#[test]
fn drift_of_a_rename_is_one_message() {
    let (tables, enums) = models(
        "#[table(name = \"users\", renamed_from = \"people\")]\nstruct User {\n  #[column(renamed_from = \"mail\")] email: String,\n}\n\n#[enumeration(name = \"mood\")]\nenum Mood { #[value(renamed_from = \"sad\")] Blue }",
    );
    let drift = |sql: &str| {
        let head = state(Dialect::Postgres, sql);
        let mut found = table_drift(&tables[0], Dialect::Postgres, &head);
        found.extend(enum_drift(&enums[0], Dialect::Postgres, &head));
        shown(&found)
    };
    let help = "  = help: `cargo migrate new --autogenerate` writes the revision that renames it";
    let mood = "CREATE TYPE mood AS ENUM ('Blue');\n";
    assert_eq!(
        drift(&format!("{mood}CREATE TABLE people (mail text NOT NULL)")),
        format!("table `people` is not renamed to `users` in the migrations yet\n{help}")
    );
    assert_eq!(
        drift(&format!("{mood}CREATE TABLE users (mail text NOT NULL)")),
        format!(
            "column `mail` of table `users` is not renamed to `email` in the migrations yet\n{help}"
        )
    );
    assert_eq!(
        drift("CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE users (email text NOT NULL)"),
        format!(
            "value 'sad' of enum `mood` is not renamed to `Blue` in the migrations yet\n{help}"
        )
    );
    assert_eq!(drift(&format!("{mood}CREATE TABLE users (email text NOT NULL)")), "");
    // A column of the old name beside the new one is not the renamed one.
    let both =
        drift(&format!("{mood}CREATE TABLE users (email text NOT NULL, mail text NOT NULL)"));
    assert!(both.starts_with("column `mail` of table `users` is NOT NULL"), "{both}");
}

#[test]
fn sql_in_attributes_is_checked_at_its_place() {
    for (attribute, expected) in [
        ("default = \"0, evil int\"", "a comma ends the text (on postgres)"),
        (
            "default = \"0); DROP TABLE users\"",
            "a parenthesis is closed that is not open (on postgres)",
        ),
        ("check = \"x >\"", "expected"),
        ("references = \"nowhere.id\"", "nowhere"),
        ("type = \"numeric(\"", "a parenthesis is not closed (on postgres)"),
    ] {
        let (tables, _) = models(&format!("struct T {{ #[column({attribute})] x: i64 }}"));
        let empty = State::new(Dialect::Postgres.rules());
        match declare(&tables, &[], Dialect::Postgres, &empty) {
            Err(found) => {
                assert!(shown(&found).contains(expected), "{attribute}: {}", shown(&found))
            }
            // Conditions are kept as they are written.
            Ok(_) => assert!(attribute.starts_with("check"), "{attribute}"),
        }
    }
}

#[test]
fn all_mistakes_in_attributes_are_found_at_once() {
    let found = mistakes(
        "#[table(nam = \"users\", index(nmae), unique, drift = \"never\", primary_key(id, id2))]
         struct User<T> {
            #[column(primary_kye, references = \"a.b.c.d\", on_delete = \"cascad\")] id: i64,
            #[column(on_delete = \"cascade\")] name: String,
            #[column(default)] age: i32,
            #[column(unique, unique)] other: i32,
         }",
    );
    for expected in [
        "`nam` is not a setting of a table\n  = help: did you mean `name`?",
        "there is no field or column `nmae`\n  = help: did you mean `name`?",
        "`unique` has parts in parentheses",
        "`never` is not a value of `drift`",
        "there is no field or column `id2`",
        "a generic struct is not a table",
        "`primary_kye` is not a setting of a column\n  = help: did you mean `primary_key`?",
        "`a.b.c.d` names no table and columns",
        "`cascad` is not a value of `on_delete`\n  = help: did you mean `cascade`?",
        "`on_delete` needs a foreign key",
        "`default` needs a text",
        "`unique` is given twice",
    ] {
        assert!(found.contains(expected), "{expected}\n--\n{found}");
    }
    assert!(mistakes("struct User(i64);").contains("named fields"));
    for (text, expected) in [
        (
            "enum E { #[enumeration(name = \"a\")] A }",
            "`enumeration` is an attribute of the enum\n  = help: write `#[value(..)]`",
        ),
        ("#[value(name = \"a\")] enum E { A }", "`value` is an attribute of a variant"),
        ("struct T { #[table(index)] id: i64 }", "`table` is an attribute of the struct"),
        ("#[column(index)] struct T { id: i64 }", "`column` is an attribute of a field"),
        ("#[enumeration(drift = \"off\", drift = \"off\")] enum E { A }", "`drift` is given twice"),
        ("enum E { #[value(name = \"a\", name = \"b\")] A }", "`name` is given twice"),
    ] {
        assert!(mistakes(text).contains(expected), "{text}\n--\n{}", mistakes(text));
    }
    assert!(mistakes("enum E { A(i32) }").contains("no fields"));
    assert!(mistakes("enum E { A, #[value(name = \"A\")] B }").contains("the text of two values"));
}

#[test]
fn attributes_of_sqlx_decide_names_and_types() {
    let (tables, _) = models(
        "#[sqlx(rename_all = \"camelCase\")] struct User {
            #[sqlx(rename = \"ID\")] id: i64,
            created_at: String,
            #[sqlx(skip)] cached: Foo,
            #[sqlx(json)] settings: Settings,
            #[sqlx(try_from = \"i32\")] level: Level,
            #[serde(rename = \"x\", skip)] password: String,
            #[sqlx(flatten)] address: Address,
         }",
    );
    let model = &tables[0];
    let columns: Vec<String> = model
        .columns
        .iter()
        .map(|c| format!("{} {}", c.name.value, c.rust_type.value.describe()))
        .collect();
    assert_eq!(
        columns,
        ["ID i64", "createdAt String", "settings Json<_>", "level i32", "password String"]
    );
    assert_eq!(model.flattened[0].type_name, "Address");
    assert_eq!(model.table.value.to_string(), "user");
}
