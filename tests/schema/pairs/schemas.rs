//! Random schemas as SQL. Names come from small pools, so that two of them have much in common.
//!
//! Limit: what refers to another table refers to `p`, which is always there.

use migrate_core::dialect::Dialect;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// What a dialect's schemas are made of.
pub(super) struct Pools {
    /// Types with the defaults that suit them.
    types: &'static [(&'static str, &'static [&'static str])],
    /// What stands behind some tables.
    options: &'static [&'static str],
    /// Statements on the tables `t` and `u`; `{t}` is the table.
    more: &'static [&'static str],
    /// Statements before the tables.
    first: &'static [&'static str],
}

impl Pools {
    pub(super) const fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
            _ => MYSQL,
        }
    }
}

const SQLITE: Pools = Pools {
    types: &[
        ("INTEGER", &["0", "7", "-1"]),
        ("TEXT", &["'x'", "''", "CURRENT_TIMESTAMP"]),
        ("REAL", &["1.5"]),
        ("NUMERIC(10,2)", &["0"]),
        ("BLOB", &["X'00'"]),
        ("VARCHAR(20)", &["'y'"]),
    ],
    options: &[""],
    more: &[
        "CREATE INDEX {t}_i ON {t} (a)",
        "CREATE INDEX {t}_i ON {t} (a DESC, id)",
        "CREATE INDEX {t}_j ON {t} (lower(a)) WHERE a IS NOT NULL",
        "CREATE VIEW {t}_v AS SELECT id FROM {t}",
        "CREATE VIEW {t}_v AS SELECT * FROM {t}",
        "CREATE TRIGGER {t}_g AFTER DELETE ON {t} BEGIN DELETE FROM p WHERE id = -1; END",
    ],
    first: &[],
};

const POSTGRES: Pools = Pools {
    types: &[
        ("integer", &["0", "7"]),
        ("bigint", &["0", "-1"]),
        ("text", &["'x'", "''"]),
        ("varchar(20)", &["'y'"]),
        ("numeric(10,2)", &["0", "1.5"]),
        ("boolean", &["false", "true"]),
        ("timestamptz", &["now()"]),
        ("timestamp", &["CURRENT_TIMESTAMP"]),
        ("date", &["CURRENT_DATE"]),
        ("uuid", &["gen_random_uuid()"]),
        ("jsonb", &["'{}'"]),
        ("text[]", &["'{}'"]),
        ("mood", &["'happy'"]),
    ],
    options: &["", "", "", "WITH (fillfactor = 70)"],
    more: &[
        "CREATE INDEX {t}_i ON {t} (a)",
        "CREATE INDEX {t}_i ON {t} (a DESC NULLS LAST, id)",
        "CREATE INDEX {t}_j ON {t} ((a IS NULL)) WHERE id > 5",
        "CREATE VIEW {t}_v AS SELECT id FROM {t}",
        "CREATE VIEW {t}_v AS SELECT id, a FROM {t} WHERE a IS NOT NULL",
        "CREATE MATERIALIZED VIEW {t}_m AS SELECT id, a FROM {t}; CREATE INDEX {t}_mi ON {t}_m (id)",
        "COMMENT ON TABLE {t} IS 'one'",
        "COMMENT ON COLUMN {t}.id IS 'two'",
        "ALTER TABLE {t} ENABLE ROW LEVEL SECURITY; CREATE POLICY {t}_p ON {t} USING (id > 0)",
        "CREATE TRIGGER {t}_g BEFORE UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION f()",
    ],
    first: &[
        "CREATE TYPE mood AS ENUM ('happy', 'sad')",
        "CREATE TYPE mood AS ENUM ('calm', 'happy', 'sad')",
        "CREATE TYPE mood AS ENUM ('happy')",
    ],
};

const MYSQL: Pools = Pools {
    types: &[
        ("int", &["0", "7"]),
        ("bigint unsigned", &["0"]),
        ("varchar(20)", &["'y'", "''"]),
        ("varchar(20) COLLATE utf8mb4_bin", &["'y'"]),
        ("text", &["'x'"]),
        ("decimal(10,2)", &["0", "1.50"]),
        ("tinyint(1)", &["1"]),
        ("datetime", &["current_timestamp()"]),
        ("datetime(3)", &["current_timestamp(3)"]),
        ("enum('x','y')", &["'x'"]),
        ("enum('w','x','y')", &["'x'"]),
        ("double", &["0.5"]),
    ],
    options: &["", "", "", "COMMENT='one'", "ROW_FORMAT=DYNAMIC"],
    more: &[
        "CREATE INDEX {t}_i ON {t} (id, e)",
        "CREATE INDEX {t}_i ON {t} (e)",
        "CREATE UNIQUE INDEX {t}_j ON {t} (e, id)",
        "CREATE VIEW {t}_v AS SELECT id FROM {t}",
        "CREATE VIEW {t}_v AS SELECT * FROM {t}",
        "CREATE TRIGGER {t}_g BEFORE INSERT ON {t} FOR EACH ROW SET NEW.id = NEW.id",
    ],
    first: &[],
};

/// A column of a table with its name.
fn column(name: &'static str, pools: &Pools) -> impl Strategy<Value = String> + use<> {
    let of = select(pools.types.to_vec());
    let default = any::<prop::sample::Index>();
    (of, default, 0..6u8).prop_map(move |((of, defaults), at, how)| {
        let default = defaults[at.index(defaults.len())];
        match how {
            0 | 1 => format!("{name} {of}"),
            2 => format!("{name} {of} NOT NULL"),
            3 => format!("{name} {of} NOT NULL DEFAULT {default}"),
            _ => format!("{name} {of} DEFAULT {default}"),
        }
    })
}

/// Columns that other parts of a table rely on.
fn key_column(dialect: Dialect) -> impl Strategy<Value = &'static str> {
    select(match dialect {
        Dialect::Sqlite => vec![
            "id INTEGER PRIMARY KEY",
            "id INTEGER PRIMARY KEY AUTOINCREMENT",
            "id INTEGER NOT NULL",
        ],
        Dialect::Postgres => vec![
            "id integer PRIMARY KEY",
            "id serial PRIMARY KEY",
            "id bigserial",
            "id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "id bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 10) UNIQUE",
            "id bigint NOT NULL",
        ],
        _ => vec![
            "id int PRIMARY KEY",
            "id int AUTO_INCREMENT PRIMARY KEY",
            "id bigint AUTO_INCREMENT UNIQUE",
            "id int NOT NULL",
        ],
    })
}

fn constraints(table: &'static str) -> impl Strategy<Value = Vec<String>> {
    let all = vec![
        format!("CONSTRAINT {table}_c CHECK (id > 0)"),
        "CHECK (id < 900000)".to_owned(),
        format!("CONSTRAINT {table}_u UNIQUE (id, e)"),
        format!("CONSTRAINT {table}_f FOREIGN KEY (e) REFERENCES p (id)"),
        "FOREIGN KEY (e) REFERENCES p (id) ON DELETE CASCADE".to_owned(),
    ];
    subsequence(all, 0..=2)
}

/// The statements of one table.
fn table(name: &'static str, dialect: Dialect) -> impl Strategy<Value = Vec<String>> {
    let pools = Pools::of(dialect);
    let columns: Vec<_> = ["a", "b", "c", "d"].map(|own| column(own, &pools).boxed()).into();
    let chosen = (columns, vec(any::<bool>(), 4));
    let options = pools.options.to_vec();
    let more = subsequence(pools.more.to_vec(), 0..=3);
    (key_column(dialect), chosen, constraints(name), select(options), more).prop_map(
        move |(key, (columns, kept), constraints, options, more)| {
            let of_reference = if dialect == Dialect::Sqlite { "INTEGER" } else { "int" };
            let mut items = vec![key.to_owned(), format!("e {of_reference}")];
            items.extend(
                columns.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(own, _)| own),
            );
            items.extend(constraints);
            let mut all = vec![format!("CREATE TABLE {name} ({}) {options}", items.join(", "))];
            all.extend(
                more.iter().flat_map(|text| text.split("; ")).map(|text| text.replace("{t}", name)),
            );
            all
        },
    )
}

/// The statements of a schema; one that the server refuses is left out.
pub(super) fn schema(dialect: Dialect) -> impl Strategy<Value = Vec<String>> {
    let pools = Pools::of(dialect);
    let first = match pools.first {
        [] => Just(None).boxed(),
        all => select(all.to_vec()).prop_map(Some).boxed(),
    };
    let tables = (table("t", dialect), table("u", dialect), table("w", dialect));
    (first, tables, vec(any::<bool>(), 3)).prop_map(move |(first, (t, u, w), kept)| {
        let mut all: Vec<String> = first.map(str::to_owned).into_iter().collect();
        if dialect == Dialect::Postgres {
            all.push(
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
                    .to_owned(),
            );
        }
        all.push("CREATE TABLE p (id int PRIMARY KEY, note varchar(9))".to_owned());
        for (statements, _) in [t, u, w].into_iter().zip(kept).filter(|(_, kept)| *kept) {
            all.extend(statements);
        }
        all
    })
}
