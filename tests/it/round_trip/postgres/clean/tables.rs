//! Indexes, constraints, triggers, partitions, and whole tables that are built anew.

use super::super::super::cases::Case;

pub(in super::super) const CASES: &[Case] = &[
    sections!(
        "an index made concurrently",
        "CREATE TABLE users (id int PRIMARY KEY, name text);",
        "-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY users_name ON users (lower(name)) WHERE name IS NOT NULL;
-- migrate:down transaction:false
DROP INDEX CONCURRENTLY users_name;",
    ),
    up_down!(
        "indexes of all kinds come and go",
        "CREATE TABLE docs (id int PRIMARY KEY, body jsonb, tags text[], at timestamptz, name text);
CREATE INDEX docs_at ON docs (at DESC NULLS LAST, id);
CREATE INDEX docs_tags ON docs USING gin (tags) WHERE tags <> '{}';",
        "DROP INDEX docs_at; DROP INDEX docs_tags;
CREATE INDEX docs_body ON docs USING gin (body jsonb_path_ops);
CREATE INDEX docs_brin ON docs USING brin (at); CREATE INDEX docs_hash ON docs USING hash (name);
CREATE UNIQUE INDEX docs_once ON docs (id, lower(name)) INCLUDE (at);",
        "DROP INDEX docs_body, docs_brin, docs_hash, docs_once;
CREATE INDEX docs_at ON docs (at DESC NULLS LAST, id);
CREATE INDEX docs_tags ON docs USING gin (tags) WHERE tags <> '{}';",
    ),
    up_down!(
        "everything is renamed",
        "CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE users (id int PRIMARY KEY, name text, mood mood, CONSTRAINT named CHECK (name <> ''));
CREATE INDEX users_name ON users (name);",
        "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN name TO full_name;
ALTER TABLE people RENAME CONSTRAINT named TO full_named;
ALTER TABLE people RENAME CONSTRAINT users_pkey TO people_pkey;
ALTER INDEX users_name RENAME TO people_full_name; ALTER TYPE mood RENAME TO temper;",
        "ALTER TYPE temper RENAME TO mood; ALTER INDEX people_full_name RENAME TO users_name;
ALTER TABLE people RENAME CONSTRAINT people_pkey TO users_pkey;
ALTER TABLE people RENAME CONSTRAINT full_named TO named;
ALTER TABLE people RENAME COLUMN full_name TO name; ALTER TABLE people RENAME TO users;",
    ),
    up_down!(
        "a unique constraint after duplicates were told apart",
        "CREATE TABLE users (id int PRIMARY KEY, email text);",
        "ALTER TABLE users ADD COLUMN login text;
UPDATE users SET login = coalesce(email, '') || '#' || id;
ALTER TABLE users ALTER login SET NOT NULL, ADD CONSTRAINT users_login UNIQUE (login);",
        "ALTER TABLE users DROP COLUMN login;",
    ),
    sections!(
        "a unique constraint after duplicates were removed",
        "CREATE TABLE subscribers (id int PRIMARY KEY, email text);",
        "-- migrate:up
DELETE FROM subscribers a USING subscribers b WHERE a.id > b.id AND a.email = b.email;
ALTER TABLE subscribers ADD CONSTRAINT subscribers_email UNIQUE (email);
-- migrate:down
ALTER TABLE subscribers DROP CONSTRAINT subscribers_email;
-- migrate:lossy subscribers the same person needs no second row",
    ),
    up_down!(
        "a check for rows to come",
        "CREATE TABLE goods (id int PRIMARY KEY, price int);",
        "ALTER TABLE goods ADD CONSTRAINT low CHECK (price > 0) NOT VALID;",
        "ALTER TABLE goods DROP CONSTRAINT low;",
    ),
    up_down!(
        "a check that all rows pass",
        "CREATE TABLE goods (id int PRIMARY KEY, price int, CONSTRAINT low CHECK (price > 0));",
        "ALTER TABLE goods DROP CONSTRAINT low;
ALTER TABLE goods ADD CONSTRAINT low CHECK (price >= 0) NOT VALID;
ALTER TABLE goods VALIDATE CONSTRAINT low;",
        "ALTER TABLE goods DROP CONSTRAINT low;
ALTER TABLE goods ADD CONSTRAINT low CHECK (price > 0);",
    ),
    up_down!(
        "a foreign key of another action",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY,
author int CONSTRAINT posts_author REFERENCES users ON DELETE CASCADE);",
        "ALTER TABLE posts DROP CONSTRAINT posts_author;
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users
ON DELETE SET NULL;",
        "ALTER TABLE posts DROP CONSTRAINT posts_author;
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users
ON DELETE CASCADE;",
    ),
    up_down!(
        "tables that refer to each other",
        "CREATE TABLE teams (id int PRIMARY KEY, lead int NOT NULL);
CREATE TABLE members (id int PRIMARY KEY, team int NOT NULL REFERENCES teams
DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE teams ADD CONSTRAINT teams_lead FOREIGN KEY (lead) REFERENCES members
DEFERRABLE INITIALLY DEFERRED;",
        "ALTER TABLE teams ADD COLUMN name text NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN since date;",
        "ALTER TABLE members DROP COLUMN since; ALTER TABLE teams DROP COLUMN name;",
    ),
    up_down!(
        "a table that refers to itself",
        "CREATE TABLE folders (id int PRIMARY KEY, parent int REFERENCES folders, name text);",
        "ALTER TABLE folders ADD COLUMN root bool;
UPDATE folders SET root = (parent IS NULL); ALTER TABLE folders ALTER root SET NOT NULL;",
        "ALTER TABLE folders DROP COLUMN root;",
    ),
    up_down!(
        "an exclusion comes and goes",
        "CREATE TABLE rooms (id int PRIMARY KEY);",
        "CREATE TABLE bookings (room int REFERENCES rooms, during tsrange NOT NULL,
EXCLUDE USING gist (during WITH &&)); ALTER TABLE rooms ADD COLUMN name text;",
        "ALTER TABLE rooms DROP COLUMN name; DROP TABLE bookings;",
    ),
    up_down!(
        "an exclusion over other columns",
        "CREATE TABLE bookings (id int PRIMARY KEY, during tsrange, gone bool NOT NULL,
CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE (NOT gone));",
        "ALTER TABLE bookings ADD COLUMN note text;
ALTER TABLE bookings DROP CONSTRAINT no_overlap;",
        "ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&)
WHERE (NOT gone); ALTER TABLE bookings DROP COLUMN note;",
    ),
    up_down!(
        "a primary key of two columns becomes one of its own",
        "CREATE TABLE tags (post int NOT NULL, tag int NOT NULL, PRIMARY KEY (post, tag));",
        "ALTER TABLE tags DROP CONSTRAINT tags_pkey;
ALTER TABLE tags ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
ALTER TABLE tags ADD CONSTRAINT tags_once UNIQUE (post, tag);",
        "ALTER TABLE tags DROP CONSTRAINT tags_once; ALTER TABLE tags DROP COLUMN id;
ALTER TABLE tags ADD PRIMARY KEY (post, tag);",
    ),
    up_down!(
        "a trigger that writes to another table",
        "CREATE TABLE audit (id serial PRIMARY KEY, what text);
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO audit (what) VALUES (TG_OP); RETURN NEW; END $$;
CREATE TRIGGER users_note AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();",
        "ALTER TABLE users ADD COLUMN shown text; UPDATE users SET shown = name;",
        "ALTER TABLE users DROP COLUMN shown;",
    ),
    up_down!(
        "a trigger that is switched off for a while",
        "CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION 'nobody may'; END $$;
CREATE TRIGGER users_refuse BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse();",
        "ALTER TABLE users DISABLE TRIGGER users_refuse; ALTER TABLE users ADD COLUMN shown text;
UPDATE users SET shown = name; ALTER TABLE users ENABLE TRIGGER users_refuse;",
        "ALTER TABLE users DROP COLUMN shown;",
    ),
    up_down!(
        "a table is built anew",
        "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, age int CHECK (age >= 0));
CREATE INDEX users_name ON users (name);",
        "CREATE TABLE users_new (id bigint CONSTRAINT users_new_pkey PRIMARY KEY,
name text NOT NULL, age int CONSTRAINT users_age_check CHECK (age >= 0));
INSERT INTO users_new SELECT id, name, age FROM users; DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
ALTER TABLE users RENAME CONSTRAINT users_new_pkey TO users_pkey;
CREATE INDEX users_name ON users (name);",
        "CREATE TABLE users_old (id int CONSTRAINT users_old_pkey PRIMARY KEY,
name text NOT NULL, age int CONSTRAINT users_age_check CHECK (age >= 0));
INSERT INTO users_old SELECT id, name, age FROM users; DROP TABLE users;
ALTER TABLE users_old RENAME TO users;
ALTER TABLE users RENAME CONSTRAINT users_old_pkey TO users_pkey;
CREATE INDEX users_name ON users (name);",
    ),
    up_down!(
        "a partition comes and goes",
        "CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE INDEX log_at ON log (at);",
        "CREATE TABLE log_new PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');",
        "DROP TABLE log_new;",
    ),
    up_down!(
        "a partition is taken off and put back",
        "CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE TABLE log_new PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2040-01-01');",
        "ALTER TABLE log DETACH PARTITION log_old;",
        "ALTER TABLE log ATTACH PARTITION log_old FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');",
    ),
    up_down!(
        "a table becomes a partitioned one",
        "CREATE TABLE log (id bigint PRIMARY KEY, line text);",
        "ALTER TABLE log RENAME TO log_all; ALTER TABLE log_all RENAME CONSTRAINT log_pkey TO log_all_pkey;
CREATE TABLE log (id bigint PRIMARY KEY, line text) PARTITION BY RANGE (id);
ALTER TABLE log ATTACH PARTITION log_all FOR VALUES FROM (MINVALUE) TO (MAXVALUE);",
        "ALTER TABLE log DETACH PARTITION log_all; DROP TABLE log;
ALTER TABLE log_all RENAME CONSTRAINT log_all_pkey TO log_pkey;
ALTER TABLE log_all RENAME TO log;",
    ),
    up_down!(
        "names of mixed case",
        "CREATE TABLE \"Orders\" (\"Id\" int PRIMARY KEY, \"PlacedAt\" date, \"select\" text);",
        "ALTER TABLE \"Orders\" ADD COLUMN \"Shipped At\" date;
UPDATE \"Orders\" SET \"Shipped At\" = \"PlacedAt\";
CREATE INDEX \"Orders_PlacedAt\" ON \"Orders\" (\"PlacedAt\", \"select\");",
        "DROP INDEX \"Orders_PlacedAt\"; ALTER TABLE \"Orders\" DROP COLUMN \"Shipped At\";",
    ),
    up_down!(
        "storage and logging of a table",
        "CREATE TABLE cache (id int PRIMARY KEY, body text) WITH (fillfactor = 90);",
        "ALTER TABLE cache SET UNLOGGED; ALTER TABLE cache SET (fillfactor = 70);
ALTER TABLE cache ALTER COLUMN body SET STORAGE EXTERNAL;",
        "ALTER TABLE cache ALTER COLUMN body SET STORAGE EXTENDED;
ALTER TABLE cache SET (fillfactor = 90); ALTER TABLE cache SET LOGGED;",
    ),
    up_down!(
        "a table that inherits",
        "CREATE TABLE cities (id int PRIMARY KEY, name text);",
        "CREATE TABLE capitals (of text) INHERITS (cities);",
        "DROP TABLE capitals;",
    ),
];
