//! Objects that come, go and come back as they were.

use crate::round_trip::cases::Case;

const USERS: &str = "
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT COLLATE NOCASE, age INT DEFAULT 18);
CREATE INDEX users_email ON users (email DESC) WHERE email IS NOT NULL;
CREATE VIEW names AS SELECT name FROM users;
CREATE TABLE log (line TEXT);
CREATE TRIGGER users_log AFTER DELETE ON users BEGIN INSERT INTO log VALUES (old.name); END;";

pub(super) const CASES: &[Case] = &[
    case!("a table comes and goes", USERS,
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, users_id INT REFERENCES users (id));",
        "DROP TABLE orders;"),
    case!("an index", USERS,
        "CREATE INDEX users_name ON users (name);",
        "DROP INDEX users_name;"),
    case!("a partial index", USERS,
        "CREATE INDEX users_young ON users (age) WHERE age < 30;",
        "DROP INDEX users_young;"),
    case!("an index over an expression", USERS,
        "CREATE INDEX users_lower ON users (lower(name), age DESC);",
        "DROP INDEX users_lower;"),
    case!("a unique index over what is unique", USERS,
        "CREATE UNIQUE INDEX users_both ON users (id, name);",
        "DROP INDEX users_both;"),
    case!("an index goes and comes back in other letters", USERS,
        "DROP INDEX users_email;",
        "create index \"users_email\" on \"users\" ( [email] desc ) where (email is not null);"),
    case!("a view over a view", USERS,
        "CREATE VIEW short (n) AS SELECT name FROM names WHERE length(name) < 4;",
        "DROP VIEW short;"),
    case!("a view is made anew, there and back", USERS,
        "DROP VIEW names;\nCREATE VIEW names AS SELECT name, email FROM users;",
        "DROP VIEW names;\nCREATE VIEW names AS SELECT name FROM users;"),
    case!("a view with a trigger", USERS,
        "CREATE VIEW mails AS SELECT id, email FROM users;
CREATE TRIGGER mails_set INSTEAD OF UPDATE ON mails BEGIN UPDATE users SET email = new.email WHERE id = old.id; END;",
        "DROP VIEW mails;"),
    case!("a trigger that writes to another table", USERS,
        "CREATE TRIGGER users_in AFTER INSERT ON users WHEN new.age > 17 BEGIN INSERT INTO log VALUES (new.name); END;",
        "DROP TRIGGER users_in;"),
    case!("a trigger goes and comes back", USERS,
        "DROP TRIGGER users_log;",
        "CREATE TRIGGER users_log AFTER DELETE ON users FOR EACH ROW BEGIN INSERT INTO log VALUES (old.name); END;"),
    case!("a full text table", USERS,
        "CREATE VIRTUAL TABLE docs USING fts5(title, body, tokenize = 'porter');",
        "DROP TABLE docs;"),
    case!("a full text table over a table's rows, with its triggers", USERS,
        "CREATE VIRTUAL TABLE users_text USING fts5(name, content = 'users', content_rowid = 'id');
INSERT INTO users_text (rowid, name) SELECT id, name FROM users;
CREATE TRIGGER users_text_in AFTER INSERT ON users BEGIN INSERT INTO users_text (rowid, name) VALUES (new.id, new.name); END;",
        "DROP TRIGGER users_text_in;\nDROP TABLE users_text;"),
    case!("a table is renamed and renamed back", USERS,
        "ALTER TABLE users RENAME TO people;",
        "ALTER TABLE people RENAME TO users;"),
    case!("a column is renamed and renamed back", USERS,
        "ALTER TABLE users RENAME COLUMN name TO full_name;",
        "ALTER TABLE users RENAME COLUMN full_name TO name;"),
    case!("a column", USERS,
        "ALTER TABLE users ADD COLUMN note TEXT;",
        "ALTER TABLE users DROP COLUMN note;"),
    case!("a column with default, check and NOT NULL", USERS,
        "ALTER TABLE users ADD COLUMN score INT NOT NULL DEFAULT 0 CHECK (score >= 0);",
        "ALTER TABLE users DROP COLUMN score;"),
    case!("a column that refers to its own table", USERS,
        "ALTER TABLE users ADD COLUMN boss INTEGER REFERENCES users (id) ON DELETE SET NULL;\nCREATE INDEX users_boss ON users (boss);",
        "DROP INDEX users_boss;\nALTER TABLE users DROP COLUMN boss;"),
    case!("a computed column", USERS,
        "ALTER TABLE users ADD COLUMN loud TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL;",
        "ALTER TABLE users DROP COLUMN loud;"),
    case!("a table without row numbers", USERS,
        "CREATE TABLE pairs (a TEXT, b INT, PRIMARY KEY (a, b DESC)) WITHOUT ROWID;\nINSERT INTO pairs VALUES ('x', 1);",
        "DROP TABLE pairs;"),
    case!("a strict table", USERS,
        "CREATE TABLE facts (id INTEGER PRIMARY KEY, any_value ANY, r REAL) STRICT;",
        "DROP TABLE facts;"),
    case!("tables that refer to one another", USERS,
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INT REFERENCES b (id));
CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INT REFERENCES a (id));
INSERT INTO a VALUES (1, NULL);
INSERT INTO b VALUES (1, 1);
UPDATE a SET b_id = 1;",
        "DROP TABLE a;\nDROP TABLE b;"),
    case!("a parent goes before its children", USERS,
        "CREATE TABLE boxes (id INTEGER PRIMARY KEY);\nCREATE TABLE things (id INTEGER PRIMARY KEY, box INT NOT NULL REFERENCES boxes);",
        "DROP TABLE boxes;\nDROP TABLE things;"),
    case!("everything only if it is not there", USERS,
        "CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY);\nCREATE INDEX IF NOT EXISTS users_name ON users (name);",
        "DROP INDEX IF EXISTS users_name;\nDROP TABLE IF EXISTS orders;"),
    Case {
        name: "outside a transaction",
        before: USERS,
        sections: "-- migrate:up transaction:false
CREATE INDEX users_name ON users (name);
VACUUM;

-- migrate:down transaction:false
DROP INDEX users_name;
",
        finds: &[],
        names: &[],
    },
    Case {
        name: "what stays is allowed",
        before: USERS,
        sections: "-- migrate:allow left-behind an index costs little\n\n-- migrate:up
CREATE INDEX IF NOT EXISTS users_name ON users (name);

-- migrate:down
SELECT 1;
",
        finds: &[],
        names: &[],
    },
    Case {
        name: "there is no way back",
        before: USERS,
        sections: "-- migrate:up
DROP VIEW names;
DROP TRIGGER users_log;
ALTER TABLE users DROP COLUMN name;

-- migrate:irreversible the names are gone
",
        finds: &[],
        names: &[],
    },
];
