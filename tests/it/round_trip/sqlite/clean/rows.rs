//! Rows that are there afterwards as before, or whose loss is declared.

use crate::round_trip::cases::Case;

const USERS: &str = "
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, settings TEXT CHECK (json_valid(settings)), age INT NOT NULL DEFAULT 18);
CREATE INDEX users_name ON users (name);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INT REFERENCES users (id) ON DELETE CASCADE, title TEXT);
CREATE TABLE kinds (code TEXT PRIMARY KEY NOT NULL, label TEXT);";

pub(super) const CASES: &[Case] = &[
    case!("a type changes, there and back", "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT);",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, n BIGINT);
INSERT INTO fresh (id, n) SELECT id, n FROM t;
DROP TABLE t;
ALTER TABLE fresh RENAME TO t;",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, n INT);
INSERT INTO fresh (id, n) SELECT id, n FROM t;
DROP TABLE t;
ALTER TABLE fresh RENAME TO t;"),
    case!("a parent is built anew, with its index", USERS,
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE ON CONFLICT IGNORE DEFAULT NULL,
    settings TEXT CHECK (json_valid(settings)), age INT NOT NULL DEFAULT 18);
ALTER TABLE fresh ADD COLUMN was TEXT;
INSERT INTO fresh (id, name, settings, age, was) SELECT id, name, settings, age, email FROM users;
DROP TABLE users;
ALTER TABLE fresh RENAME TO users;
CREATE INDEX users_name ON users (name);",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT,
    settings TEXT CHECK (json_valid(settings)), age INT NOT NULL DEFAULT 18);
INSERT INTO fresh (id, name, email, settings, age) SELECT id, name, was, settings, age FROM users;
DROP TABLE users;
ALTER TABLE fresh RENAME TO users;
CREATE INDEX users_name ON users (name);"),
    case!("a table becomes strict, there and back", "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT);",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, n INT) STRICT;
INSERT INTO fresh SELECT * FROM t;
DROP TABLE t;
ALTER TABLE fresh RENAME TO t;",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, n INT);
INSERT INTO fresh SELECT * FROM t;
DROP TABLE t;
ALTER TABLE fresh RENAME TO t;"),
    case!("a table loses its row numbers, there and back", USERS,
        "CREATE TABLE fresh (code TEXT PRIMARY KEY NOT NULL, label TEXT) WITHOUT ROWID;
INSERT INTO fresh SELECT * FROM kinds;
DROP TABLE kinds;
ALTER TABLE fresh RENAME TO kinds;",
        "CREATE TABLE fresh (code TEXT PRIMARY KEY NOT NULL, label TEXT);
INSERT INTO fresh SELECT * FROM kinds;
DROP TABLE kinds;
ALTER TABLE fresh RENAME TO kinds;"),
    case!("a child gets another action, there and back", USERS,
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, author INT REFERENCES users (id) ON DELETE SET NULL, title TEXT);
INSERT INTO fresh SELECT * FROM posts;
DROP TABLE posts;
ALTER TABLE fresh RENAME TO posts;",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, author INT, title TEXT, FOREIGN KEY (author) REFERENCES users ON DELETE CASCADE);
INSERT INTO fresh SELECT * FROM posts;
DROP TABLE posts;
ALTER TABLE fresh RENAME TO posts;"),
    case!("columns stand in another order after it", USERS,
        "CREATE TABLE kept AS SELECT id, title FROM posts;\nALTER TABLE posts DROP COLUMN title;\nALTER TABLE posts ADD COLUMN note TEXT;",
        "ALTER TABLE posts DROP COLUMN note;
ALTER TABLE posts ADD COLUMN title TEXT;
UPDATE posts SET title = (SELECT title FROM kept WHERE kept.id = posts.id);
DROP TABLE kept;"),
    case!("a column comes back in another place", USERS,
        "CREATE TABLE kept AS SELECT id, email FROM users;\nALTER TABLE users DROP COLUMN email;",
        "ALTER TABLE users ADD COLUMN email TEXT;
UPDATE users SET email = (SELECT email FROM kept WHERE kept.id = users.id);
DROP TABLE kept;"),
    case!("data moves to another table and back", USERS,
        "CREATE TABLE mails (user_id INTEGER PRIMARY KEY REFERENCES users (id), email TEXT);
INSERT INTO mails SELECT id, email FROM users WHERE email IS NOT NULL;
UPDATE users SET email = NULL;",
        "UPDATE users SET email = (SELECT email FROM mails WHERE user_id = users.id);
DROP TABLE mails;"),
    case!("a child becomes a column and back", USERS,
        "ALTER TABLE posts ADD COLUMN subject TEXT;\nUPDATE posts SET subject = title, title = NULL;",
        "UPDATE posts SET title = subject;\nALTER TABLE posts DROP COLUMN subject;"),
    case!("a new column is filled", USERS,
        "ALTER TABLE users ADD COLUMN slug TEXT;\nUPDATE users SET slug = lower(name) || '-' || id;\nCREATE UNIQUE INDEX users_slug ON users (slug);",
        "DROP INDEX users_slug;\nALTER TABLE users DROP COLUMN slug;"),
    case!("a value is taken out of JSON", USERS,
        "ALTER TABLE users ADD COLUMN plain TEXT;\nUPDATE users SET plain = json_extract(settings, '$.plain');",
        "ALTER TABLE users DROP COLUMN plain;"),
    case!("rows come and go", USERS,
        "INSERT INTO kinds VALUES ('seed-a', 'A'), ('seed-b', 'B');",
        "DELETE FROM kinds WHERE code IN ('seed-a', 'seed-b');"),
    case!("numbers are shifted and shifted back", USERS,
        "UPDATE posts SET id = -id - 1000000;",
        "UPDATE posts SET id = -id - 1000000;"),
    case!("a parent goes and comes back around its children",
        USERS,
        "CREATE TABLE kept AS SELECT * FROM posts;\nDELETE FROM posts;",
        "INSERT INTO posts SELECT * FROM kept;\nDROP TABLE kept;"),
    Case {
        name: "a loss that is declared",
        before: USERS,
        sections: "-- migrate:lossy users.email mail is sent elsewhere now\n\n-- migrate:up
ALTER TABLE users DROP COLUMN email;

-- migrate:down
ALTER TABLE users ADD COLUMN email TEXT;
",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a table's loss that is declared",
        before: USERS,
        sections: "-- migrate:lossy posts nobody read them\n\n-- migrate:up
DROP TABLE posts;

-- migrate:down
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INT REFERENCES users (id) ON DELETE CASCADE, title TEXT);
",
        finds: &[],
        names: &[],
    },
    Case {
        name: "duplicates go, as declared, before a unique index",
        before: USERS,
        sections: "-- migrate:lossy posts one of each is enough\n\n-- migrate:up
DELETE FROM posts WHERE id NOT IN (SELECT min(id) FROM posts GROUP BY title);
CREATE UNIQUE INDEX posts_title ON posts (title);

-- migrate:down
DROP INDEX posts_title;
",
        finds: &[],
        names: &[],
    },
    Case {
        name: "values are set where they were missing, and nothing is to undo",
        before: USERS,
        sections: "-- migrate:up
UPDATE users SET email = '' WHERE email IS NULL;

-- migrate:noop empty and missing mean the same
",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a change of values that is allowed",
        before: USERS,
        sections: "-- migrate:allow rows-changed letters do not matter\n\n-- migrate:up
UPDATE kinds SET label = coalesce(label, '') || '!';

-- migrate:down
SELECT 1;
",
        finds: &[],
        names: &[],
    },
    Case {
        name: "foreign keys are kept while rows are deleted and brought back",
        before: USERS,
        sections: "-- migrate:up foreign-keys:true
CREATE TABLE kept AS SELECT * FROM posts;
DELETE FROM posts;
ALTER TABLE users ADD COLUMN note TEXT;

-- migrate:down foreign-keys:true
ALTER TABLE users DROP COLUMN note;
INSERT INTO posts SELECT * FROM kept;
DROP TABLE kept;
",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a fixture and a promise",
        before: USERS,
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN domain TEXT;
UPDATE users SET domain = substr(email, instr(email, '@') + 1) WHERE email LIKE '%@%';

-- migrate:down
ALTER TABLE users DROP COLUMN domain;

-- migrate:fixture
INSERT INTO users (name, email) VALUES ('ada', 'ada@example.org');

-- migrate:verify
SELECT domain = 'example.org' FROM users WHERE name = 'ada' AND email = 'ada@example.org';
SELECT count(*) = 0 FROM users WHERE email NOT LIKE '%@%' AND domain IS NOT NULL;
",
        finds: &[],
        names: &[],
    },
    case!("a recursion that a column bounds", "CREATE TABLE jobs (id INTEGER PRIMARY KEY, many INT NOT NULL);",
        "CREATE TABLE parts (job INT, n INT);
INSERT INTO parts WITH RECURSIVE c (job, n, many) AS
    (SELECT id, 1, many FROM jobs UNION ALL SELECT job, n + 1, many FROM c WHERE n < many)
    SELECT job, n FROM c;",
        "DROP TABLE parts;"),
];
