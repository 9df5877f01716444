//! Indexes, constraints and triggers of tables that stand before.

use super::super::super::cases::Case;

pub(in super::super) const CASES: &[Case] = &[
    up_down!(
        "an index stays",
        "CREATE TABLE users (id int PRIMARY KEY, name text);",
        "CREATE INDEX users_name ON users (name);",
        "SELECT 1;",
        ["left-behind"],
        ["index users_name of table users is left behind", "+ CREATE INDEX users_name ON users"],
    ),
    sections!(
        "the down of an index made concurrently forgets it",
        "CREATE TABLE users (id int PRIMARY KEY, name text);",
        "-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name ON users (name);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY IF EXISTS users_names;",
        ["left-behind"],
        ["index users_name of table users is left behind"],
    ),
    up_down!(
        "an index comes back without its condition",
        "CREATE TABLE users (id int PRIMARY KEY, name text, gone bool NOT NULL);
CREATE INDEX users_name ON users (name) WHERE NOT gone;",
        "DROP INDEX users_name;",
        "CREATE INDEX users_name ON users (name);",
        ["restored-otherwise"],
        ["condition of index users_name of table users", "NOT gone"],
    ),
    up_down!(
        "an index comes back with another method",
        "CREATE TABLE docs (id int PRIMARY KEY, body jsonb, tags text[]);
CREATE INDEX docs_tags ON docs USING gin (tags);",
        "DROP INDEX docs_tags;",
        "CREATE INDEX docs_tags ON docs (tags);",
        ["restored-otherwise"],
        ["method of index docs_tags of table docs was gin"],
    ),
    up_down!(
        "an index comes back in another order",
        "CREATE TABLE posts (id int PRIMARY KEY, at timestamptz, author int);
CREATE INDEX posts_author_at ON posts (author, at DESC);",
        "DROP INDEX posts_author_at;",
        "CREATE INDEX posts_author_at ON posts (author, at);",
        ["restored-otherwise"],
        ["columns of index posts_author_at of table posts", "at DESC"],
    ),
    up_down!(
        "a unique index comes back as an ordinary one",
        "CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE UNIQUE INDEX users_email ON users (lower(email));",
        "DROP INDEX users_email;",
        "CREATE INDEX users_email ON users (lower(email));",
        ["restored-otherwise"],
        ["uniqueness of index users_email of table users"],
    ),
    up_down!(
        "an index goes with its column",
        "CREATE TABLE users (id int PRIMARY KEY, nick text);
CREATE INDEX users_nick ON users (nick);",
        "ALTER TABLE users DROP COLUMN nick;",
        "ALTER TABLE users ADD COLUMN nick text;",
        ["not-restored", "rows-lost"],
        ["index users_nick of table users is missing", "users.nick"],
    ),
    up_down!(
        "a check stays",
        "CREATE TABLE goods (id int PRIMARY KEY, price int CHECK (price >= 0));",
        "ALTER TABLE goods ADD CONSTRAINT price_limit CHECK (price IS NULL OR price > -10);",
        "ALTER TABLE goods DROP CONSTRAINT IF EXISTS goods_price_limit;",
        ["left-behind"],
        ["check price_limit of table goods is left behind"],
    ),
    up_down!(
        "the condition of a check is not brought back",
        "CREATE TABLE goods (id int PRIMARY KEY, price int CONSTRAINT low CHECK (price > 0));",
        "ALTER TABLE goods DROP CONSTRAINT low;",
        "ALTER TABLE goods ADD CONSTRAINT low CHECK (price >= 0);",
        ["restored-otherwise"],
        ["condition of check low of table goods was price > 0 and is price >= 0"],
    ),
    up_down!(
        "a check comes back unvalidated",
        "CREATE TABLE goods (id int PRIMARY KEY, price int CONSTRAINT low CHECK (price > 0));",
        "ALTER TABLE goods DROP CONSTRAINT low;",
        "ALTER TABLE goods ADD CONSTRAINT low CHECK (price > 0) NOT VALID;",
        ["restored-otherwise"],
        ["details of check low of table goods", "NOT VALID"],
    ),
    up_down!(
        "a unique constraint stays",
        "CREATE TABLE users (id int PRIMARY KEY, a int, b int);",
        "ALTER TABLE users ADD CONSTRAINT users_id_a UNIQUE (id, a);",
        "DROP INDEX IF EXISTS users_a;",
        ["left-behind"],
        ["unique constraint users_id_a of table users is left behind"],
    ),
    up_down!(
        "a unique constraint comes back with its columns in another order",
        "CREATE TABLE seats (id int PRIMARY KEY, hall int, seat int,
CONSTRAINT seats_once UNIQUE (hall, seat));",
        "ALTER TABLE seats DROP CONSTRAINT seats_once;",
        "ALTER TABLE seats ADD CONSTRAINT seats_once UNIQUE (seat, hall);",
        ["restored-otherwise"],
        [
            "columns of unique constraint seats_once of table seats were (hall, seat) and are (seat, hall)"
        ],
    ),
    up_down!(
        "a unique constraint comes back as an index",
        "CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE);",
        "ALTER TABLE users DROP CONSTRAINT users_email_key;",
        "CREATE UNIQUE INDEX users_email_key ON users (email);",
        ["left-behind", "not-restored"],
        [
            "index users_email_key of table users",
            "unique constraint users_email_key of table users"
        ],
    ),
    up_down!(
        "a primary key is not brought back",
        "CREATE TABLE tags (post int NOT NULL, tag int NOT NULL, PRIMARY KEY (post, tag));",
        "ALTER TABLE tags DROP CONSTRAINT tags_pkey;
ALTER TABLE tags ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;",
        "ALTER TABLE tags DROP COLUMN id;",
        ["not-restored"],
        ["primary key tags_pkey of table tags is missing"],
    ),
    up_down!(
        "a foreign key stays",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int, author int);",
        "UPDATE posts SET author = NULL WHERE author NOT IN (SELECT id FROM users);
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users;",
        "SELECT 1;",
        ["left-behind", "rows-lost"],
        ["foreign key posts_author of table posts is left behind", "posts.author"],
    ),
    up_down!(
        "a foreign key comes back without its CASCADE",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY,
author int CONSTRAINT posts_author REFERENCES users ON DELETE CASCADE);",
        "ALTER TABLE posts DROP CONSTRAINT posts_author;",
        "ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users;",
        ["restored-otherwise"],
        ["action on delete of foreign key posts_author of table posts was CASCADE"],
    ),
    up_down!(
        "a foreign key comes back that cannot be put off",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY,
author int CONSTRAINT posts_author REFERENCES users DEFERRABLE INITIALLY DEFERRED);",
        "ALTER TABLE posts DROP CONSTRAINT posts_author;",
        "ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users;",
        ["restored-otherwise"],
        ["details of foreign key posts_author of table posts", "DEFERRABLE INITIALLY DEFERRED"],
    ),
    up_down!(
        "an exclusion stays",
        "CREATE TABLE bookings (id int PRIMARY KEY);",
        "CREATE TABLE IF NOT EXISTS rooms (during tsrange);
ALTER TABLE bookings ADD COLUMN IF NOT EXISTS during tsrange;
ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);",
        "DROP TABLE rooms;",
        ["left-behind"],
        ["column bookings.during", "constraint no_overlap of table bookings is left behind"],
    ),
    up_down!(
        "an exclusion is not brought back",
        "CREATE TABLE bookings (id int PRIMARY KEY, during tsrange,
CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&));",
        "ALTER TABLE bookings DROP CONSTRAINT no_overlap;",
        "CREATE INDEX bookings_during ON bookings USING gist (during);",
        ["left-behind", "not-restored"],
        ["constraint no_overlap of table bookings is missing", "index bookings_during"],
    ),
    up_down!(
        "a trigger is left switched off",
        "CREATE TABLE t (id int PRIMARY KEY, n int);
CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER t_same BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION same();",
        "ALTER TABLE t DISABLE TRIGGER t_same;",
        "SELECT 1;",
        ["restored-otherwise"],
        ["trigger t_same of table t", "DISABLE TRIGGER t_same"],
    ),
    up_down!(
        "a trigger comes back for other events",
        "CREATE TABLE t (id int PRIMARY KEY, n int);
CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER t_same BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION same();",
        "DROP TRIGGER t_same ON t;",
        "CREATE TRIGGER t_same BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION same();",
        ["restored-otherwise"],
        ["definition of trigger t_same of table t"],
    ),
    up_down!(
        "the comment of a table stays",
        "CREATE TABLE t (id int PRIMARY KEY);",
        "COMMENT ON TABLE t IS 'things';",
        "SELECT 1;",
        ["restored-otherwise"],
        ["comment of table t", "'things'"],
    ),
    up_down!(
        "the comment of an index is not brought back",
        "CREATE TABLE t (id int PRIMARY KEY, n int); CREATE INDEX t_n ON t (n);
COMMENT ON INDEX t_n IS 'for the report';",
        "DROP INDEX t_n;",
        "CREATE INDEX t_n ON t (n);",
        ["restored-otherwise"],
        ["comment of index t_n of table t"],
    ),
    up_down!(
        "a table is left unlogged",
        "CREATE TABLE cache (id int PRIMARY KEY);",
        "ALTER TABLE cache SET UNLOGGED;",
        "SELECT 1;",
        ["restored-otherwise"],
        ["option of table cache was not there and is unlogged"],
    ),
    up_down!(
        "storage parameters stay",
        "CREATE TABLE hot (id int PRIMARY KEY);",
        "ALTER TABLE hot SET (fillfactor = 70);",
        "SELECT 1;",
        ["restored-otherwise"],
        ["table hot", "fillfactor=70"],
    ),
    up_down!(
        "a partition comes back with other bounds",
        "CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE TABLE log_rest PARTITION OF log DEFAULT;",
        "ALTER TABLE log DETACH PARTITION log_old;",
        "ALTER TABLE log ATTACH PARTITION log_old FOR VALUES FROM ('2000-01-01') TO ('2019-01-01');",
        ["restored-otherwise"],
        ["option of table log_old differs", "2019-01-01"],
    ),
];
