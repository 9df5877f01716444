//! Rows that are lost, changed or left behind.

use super::super::super::cases::Case;

pub(in super::super) const CASES: &[Case] = &[
    up_down!(
        "a column comes back without its values",
        "CREATE TABLE users (id int PRIMARY KEY, email text);",
        "ALTER TABLE users DROP COLUMN email;",
        "ALTER TABLE users ADD COLUMN email text;",
        ["rows-lost"],
        ["users.email", "became NULL", "-- migrate:lossy users.email"],
    ),
    up_down!(
        "a column comes back with its default in every row",
        "CREATE TABLE users (id int PRIMARY KEY, state text NOT NULL DEFAULT 'new');",
        "ALTER TABLE users DROP COLUMN state;",
        "ALTER TABLE users ADD COLUMN state text NOT NULL DEFAULT 'new';",
        ["rows-changed"],
        ["users.state", "became 'new'"],
    ),
    sections!(
        "another column is declared than the one that is lost",
        "CREATE TABLE users (id int PRIMARY KEY, email text, nick text);",
        "-- migrate:up
ALTER TABLE users DROP COLUMN email;
-- migrate:down
ALTER TABLE users ADD COLUMN email text;
-- migrate:lossy users.nick nobody uses it",
        ["rows-lost"],
        ["users.email"],
    ),
    up_down!(
        "a table comes back empty",
        "CREATE TABLE logs (id int PRIMARY KEY, line text);",
        "DROP TABLE logs;",
        "CREATE TABLE logs (id int PRIMARY KEY, line text);",
        ["rows-lost"],
        ["logs: 5 rows are gone", "-- migrate:lossy logs"],
    ),
    up_down!(
        "the down drops another table",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE user_logs (id int PRIMARY KEY);",
        "CREATE TABLE user_tags (id int PRIMARY KEY);",
        "DROP TABLE user_tags; DROP TABLE IF EXISTS user_logs;",
        ["not-restored", "rows-lost"],
        ["table user_logs is missing", "user_logs: the table is gone, and with it 5 rows"],
    ),
    up_down!(
        "a foreign key goes along with a table by CASCADE",
        "CREATE TABLE authors (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int CONSTRAINT posts_author REFERENCES authors);",
        "CREATE TABLE tags (id int PRIMARY KEY);",
        "DROP TABLE tags; DROP TABLE authors CASCADE; CREATE TABLE authors (id int PRIMARY KEY);",
        ["not-restored", "rows-lost"],
        ["foreign key posts_author of table posts is missing", "authors: 5 rows are gone"],
    ),
    up_down!(
        "rows of another table are deleted",
        "CREATE TABLE users (id int PRIMARY KEY, gone bool); CREATE TABLE audit (id int, line text);",
        "ALTER TABLE users ADD COLUMN gone_at date;",
        "ALTER TABLE users DROP COLUMN gone_at; DELETE FROM audit WHERE line IS NOT NULL;",
        ["rows-lost"],
        ["audit:", "gone"],
    ),
    up_down!(
        "another table is truncated",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE sessions (id int PRIMARY KEY);",
        "ALTER TABLE users ADD COLUMN token text;",
        "TRUNCATE sessions; ALTER TABLE users DROP COLUMN token;",
        ["rows-lost"],
        ["sessions: 5 rows are gone"],
    ),
    up_down!(
        "children go along with deleted parents",
        "CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users ON DELETE CASCADE);",
        "INSERT INTO users VALUES (-77);",
        "DELETE FROM users;",
        ["rows-lost", "rows-lost"],
        ["users: 5 rows are gone", "posts: 5 rows are gone"],
    ),
    up_down!(
        "all rows are changed instead of some",
        "CREATE TABLE users (id int PRIMARY KEY, role text NOT NULL);",
        "ALTER TABLE users ADD COLUMN admin bool; UPDATE users SET admin = (role = 'admin');",
        "UPDATE users SET role = 'user'; ALTER TABLE users DROP COLUMN admin;",
        ["rows-changed"],
        ["users.role", "became 'user'"],
    ),
    up_down!(
        "a data step is not undone",
        "CREATE TABLE users (id int PRIMARY KEY, email text);",
        "UPDATE users SET email = lower(email);",
        "SELECT 1;",
        ["rows-changed"],
        ["users.email"],
    ),
    up_down!(
        "a default stands in for NULL and stays",
        "CREATE TABLE users (id int PRIMARY KEY, score int);",
        "UPDATE users SET score = 0 WHERE score IS NULL;
ALTER TABLE users ALTER COLUMN score SET NOT NULL;",
        "ALTER TABLE users ALTER COLUMN score DROP NOT NULL;",
        ["rows-changed"],
        ["users.score", "NULL became 0"],
    ),
    sections!(
        "the down changes rows that the up left alone",
        "CREATE TABLE pages (id int PRIMARY KEY, at date);",
        "-- migrate:fixture
INSERT INTO pages VALUES (900001, '1970-01-01');
-- migrate:up
UPDATE pages SET at = at - 1 WHERE at > '1970-01-01';
-- migrate:down
UPDATE pages SET at = at + 1 WHERE at >= '1970-01-01';",
        ["rows-changed"],
        ["pages.at: '1970-01-01' became '1970-01-02' in 1 row"],
    ),
    up_down!(
        "seed rows stay",
        "CREATE TABLE roles (name text PRIMARY KEY);",
        "INSERT INTO roles VALUES ('planted-a'), ('planted-b') ON CONFLICT DO NOTHING;",
        "DELETE FROM roles WHERE name = 'planted-a';",
        ["rows-left-behind"],
        ["roles: 1 row that was not there before", "planted-b", "remove in the down"],
    ),
    up_down!(
        "a seed row with a fixed key stays",
        "CREATE TABLE roles (id int PRIMARY KEY, name text);",
        "INSERT INTO roles VALUES (-4711, 'planted');",
        "SELECT 1;",
        ["rows-left-behind"],
        ["roles: 1 row that was not there before", "duplicate key"],
    ),
    up_down!(
        "more is deleted than was inserted",
        "CREATE TABLE roles (id int PRIMARY KEY, name text);
INSERT INTO roles VALUES (-1, 'admin'), (-2, 'guest');",
        "INSERT INTO roles VALUES (-3, 'auditor');",
        "DELETE FROM roles WHERE id < 0;",
        ["rows-lost"],
        ["roles:", "admin", "guest"],
    ),
    up_down!(
        "digits are lost",
        "CREATE TABLE goods (id int PRIMARY KEY, price numeric);",
        "ALTER TABLE goods ALTER COLUMN price TYPE numeric(20,2);",
        "ALTER TABLE goods ALTER COLUMN price TYPE numeric;",
        ["rows-changed"],
        ["goods.price"],
    ),
    up_down!(
        "the time of day is lost",
        "CREATE TABLE events (id int PRIMARY KEY, at timestamp);",
        "ALTER TABLE events ALTER COLUMN at TYPE date;",
        "ALTER TABLE events ALTER COLUMN at TYPE timestamp;",
        ["rows-changed"],
        ["events.at", "9999-12-31"],
    ),
    up_down!(
        "whole numbers pass through floating point",
        "CREATE TABLE counters (id int PRIMARY KEY, n bigint);",
        "ALTER TABLE counters ALTER COLUMN n TYPE real USING (n % 1000000000)::real;",
        "ALTER TABLE counters ALTER COLUMN n TYPE bigint;",
        ["rows-changed"],
        ["counters.n"],
    ),
    up_down!(
        "a text is cut",
        "CREATE TABLE users (id int PRIMARY KEY, name varchar(40));",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(10) USING left(name, 10);",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(40);",
        ["rows-changed"],
        ["users.name"],
    ),
    up_down!(
        "the values of an enum that went become another's",
        "CREATE TYPE state AS ENUM ('new', 'open', 'closed');
CREATE TABLE tickets (id int PRIMARY KEY, state state);",
        "ALTER TABLE tickets ALTER COLUMN state TYPE text; DROP TYPE state;
UPDATE tickets SET state = 'open' WHERE state = 'new';
CREATE TYPE state AS ENUM ('open', 'closed');
ALTER TABLE tickets ALTER COLUMN state TYPE state USING state::state;",
        "ALTER TABLE tickets ALTER COLUMN state TYPE text; DROP TYPE state;
CREATE TYPE state AS ENUM ('new', 'open', 'closed');
ALTER TABLE tickets ALTER COLUMN state TYPE state USING state::state;",
        ["rows-changed"],
        ["tickets.state", "'new' became 'open'"],
    ),
    up_down!(
        "two columns become one and are not told apart again",
        "CREATE TABLE users (id int PRIMARY KEY, first text NOT NULL, last text NOT NULL);",
        "ALTER TABLE users ADD COLUMN name text; UPDATE users SET name = first || ' ' || last;
ALTER TABLE users DROP COLUMN first, DROP COLUMN last;",
        "ALTER TABLE users ADD COLUMN first text, ADD COLUMN last text;
UPDATE users SET first = name, last = '';
ALTER TABLE users ALTER first SET NOT NULL, ALTER last SET NOT NULL, DROP COLUMN name;",
        ["rows-changed", "rows-changed"],
        ["users.first", "users.last"],
    ),
    up_down!(
        "rows that have no partner are not moved back",
        "CREATE TABLE users (id int PRIMARY KEY, street text, zip text);",
        "CREATE TABLE addresses (user_id int REFERENCES users, street text, zip text);
INSERT INTO addresses SELECT id, street, zip FROM users WHERE zip IS NOT NULL;
ALTER TABLE users DROP COLUMN street, DROP COLUMN zip;",
        "ALTER TABLE users ADD COLUMN street text, ADD COLUMN zip text;
UPDATE users u SET street = a.street, zip = a.zip FROM addresses a WHERE a.user_id = u.id;
DROP TABLE addresses;",
        ["rows-lost"],
        ["users.street"],
    ),
    up_down!(
        "duplicates are removed for good",
        "CREATE TABLE subscribers (email text);",
        "DELETE FROM subscribers a USING subscribers b WHERE a.ctid > b.ctid AND a.email = b.email;
ALTER TABLE subscribers ADD CONSTRAINT subscribers_email UNIQUE (email);",
        "ALTER TABLE subscribers DROP CONSTRAINT subscribers_email;",
        ["rows-lost"],
        ["subscribers: 1 row is gone", "-- migrate:lossy subscribers"],
    ),
    up_down!(
        "a partition comes back empty",
        "CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE log_new PARTITION OF log FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);",
        "DROP TABLE log_old;",
        "CREATE TABLE log_old PARTITION OF log FOR VALUES FROM (MINVALUE) TO ('2020-01-01');",
        ["rows-lost"],
        ["log:", "gone"],
    ),
    up_down!(
        "a function deletes what it should not",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE audit (id int PRIMARY KEY);
CREATE FUNCTION clean() RETURNS void LANGUAGE sql AS 'DELETE FROM audit';",
        "ALTER TABLE users ADD COLUMN n int; SELECT clean();",
        "ALTER TABLE users DROP COLUMN n;",
        ["rows-lost"],
        ["audit: 5 rows are gone"],
    ),
    up_down!(
        "every table that the catalog names is emptied",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE audit (id int PRIMARY KEY);",
        "CREATE TABLE fresh (id int);",
        "DROP TABLE fresh; DO $$ DECLARE t text; BEGIN
FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ 'migrat' LOOP
EXECUTE format('TRUNCATE %I', t); END LOOP; END $$;",
        ["rows-lost", "rows-lost"],
        ["audit: 5 rows are gone", "users: 5 rows are gone"],
    ),
    up_down!(
        "a key is numbered anew",
        "CREATE TABLE users (id int PRIMARY KEY, name text);",
        "ALTER TABLE users RENAME COLUMN id TO old_id;
ALTER TABLE users ADD COLUMN id int GENERATED ALWAYS AS IDENTITY;
ALTER TABLE users DROP CONSTRAINT users_pkey; ALTER TABLE users ADD PRIMARY KEY (id);
ALTER TABLE users DROP COLUMN old_id;",
        "ALTER TABLE users ALTER COLUMN id DROP IDENTITY;",
        ["rows-changed"],
        ["users.id"],
    ),
    up_down!(
        "JSON comes back without a part of it",
        "CREATE TABLE docs (id int PRIMARY KEY, body jsonb);",
        "UPDATE docs SET body = body - 'plain';",
        "UPDATE docs SET body = body || '{\"plain\": null}' WHERE body = '{}';",
        ["rows-changed"],
        ["docs.body"],
    ),
];
