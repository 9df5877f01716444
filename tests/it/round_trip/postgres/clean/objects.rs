//! Objects that come and go, and others that are there before and after.

use super::super::super::cases::Case;

pub(in super::super) const CASES: &[Case] = &[
    up_down!(
        "tables that refer to one another",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "CREATE TABLE orders (id serial PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE);
CREATE TABLE items (order_id int REFERENCES orders, what text, PRIMARY KEY (order_id, what));
CREATE INDEX orders_user ON orders (user_id);",
        "DROP TABLE items; DROP TABLE orders;",
    ),
    up_down!(
        "an enum and a column of it",
        "CREATE TABLE people (id int PRIMARY KEY);",
        "CREATE TYPE mood AS ENUM ('sad', 'happy');
ALTER TABLE people ADD COLUMN mood mood NOT NULL DEFAULT 'sad';",
        "ALTER TABLE people DROP COLUMN mood; DROP TYPE mood;",
    ),
    sections!(
        "a value of an enum, and no way back",
        "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE people (mood mood);",
        "-- migrate:up transaction:false
ALTER TYPE mood ADD VALUE 'angry' BEFORE 'happy';
-- migrate:irreversible PostgreSQL cannot drop a value of an enum",
    ),
    sections!(
        "a value of an enum that is known to stay",
        "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE people (mood mood);",
        "-- migrate:up transaction:false
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'angry';
-- migrate:noop the value does no harm
-- migrate:allow restored-otherwise a value of an enum cannot be dropped",
    ),
    up_down!(
        "a value of an enum by a swap of types",
        "CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'sad');",
        "ALTER TYPE mood RENAME TO old_mood; CREATE TYPE mood AS ENUM ('sad', 'angry', 'happy');
ALTER TABLE people ALTER mood DROP DEFAULT, ALTER mood TYPE mood USING mood::text::mood,
ALTER mood SET DEFAULT 'sad'; DROP TYPE old_mood;",
        "UPDATE people SET mood = 'sad' WHERE mood = 'angry';
ALTER TYPE mood RENAME TO old_mood; CREATE TYPE mood AS ENUM ('sad', 'happy');
ALTER TABLE people ALTER mood DROP DEFAULT, ALTER mood TYPE mood USING mood::text::mood,
ALTER mood SET DEFAULT 'sad'; DROP TYPE old_mood;",
    ),
    up_down!(
        "a value of an enum that is renamed",
        "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE people (id int, mood mood);",
        "ALTER TYPE mood RENAME VALUE 'happy' TO 'merry';",
        "ALTER TYPE mood RENAME VALUE 'merry' TO 'happy';",
    ),
    up_down!(
        "a type that is renamed",
        "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE people (id int PRIMARY KEY, mood mood);",
        "ALTER TYPE mood RENAME TO temper;",
        "ALTER TYPE temper RENAME TO mood;",
    ),
    up_down!(
        "a domain, and columns of it",
        "CREATE TABLE users (id int PRIMARY KEY, email text);",
        "CREATE DOMAIN address AS varchar(254) CHECK (VALUE ~ '@');
ALTER TABLE users ADD COLUMN second address, ADD COLUMN more address[];",
        "ALTER TABLE users DROP COLUMN second, DROP COLUMN more; DROP DOMAIN address;",
    ),
    up_down!(
        "another check of a domain that is in use",
        "CREATE DOMAIN percent AS int CONSTRAINT percent_range CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE taxes (id int PRIMARY KEY, rate percent NOT NULL);",
        "ALTER DOMAIN percent DROP CONSTRAINT percent_range;
ALTER DOMAIN percent ADD CONSTRAINT percent_range CHECK (VALUE BETWEEN 0 AND 1000);",
        "ALTER DOMAIN percent DROP CONSTRAINT percent_range;
ALTER DOMAIN percent ADD CONSTRAINT percent_range CHECK (VALUE BETWEEN 0 AND 100);",
    ),
    up_down!(
        "a composite type",
        "CREATE TABLE houses (id int PRIMARY KEY);",
        "CREATE TYPE address AS (street text, zip varchar(10));
ALTER TABLE houses ADD COLUMN at address; ALTER TYPE address ADD ATTRIBUTE city text;",
        "ALTER TABLE houses DROP COLUMN at; DROP TYPE address;",
    ),
    up_down!(
        "a range type",
        "CREATE TABLE goods (id int PRIMARY KEY);",
        "CREATE TYPE price_range AS RANGE (subtype = numeric);
ALTER TABLE goods ADD COLUMN prices price_range;",
        "ALTER TABLE goods DROP COLUMN prices; DROP TYPE price_range;",
    ),
    up_down!(
        "a function and a trigger",
        "CREATE TABLE t (id int PRIMARY KEY, n int);",
        "ALTER TABLE t ADD COLUMN at timestamptz;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.at := now(); RETURN NEW; END $$;
CREATE TRIGGER t_touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();",
        "DROP TRIGGER t_touch ON t; DROP FUNCTION touch(); ALTER TABLE t DROP COLUMN at;",
    ),
    up_down!(
        "another body of a function",
        "CREATE FUNCTION price(net numeric) RETURNS numeric LANGUAGE sql AS 'SELECT net * 1.19';",
        "CREATE OR REPLACE FUNCTION price(net numeric) RETURNS numeric LANGUAGE sql
AS 'SELECT net * 1.16';",
        "CREATE OR REPLACE FUNCTION price(net numeric) RETURNS numeric LANGUAGE sql
AS 'SELECT net * 1.19';",
    ),
    up_down!(
        "a procedure, an aggregate and a function of two forms",
        "CREATE FUNCTION total(int) RETURNS int LANGUAGE sql AS 'SELECT $1';",
        "CREATE FUNCTION total(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2';
CREATE AGGREGATE total_of(int) (SFUNC = total, STYPE = int, INITCOND = '0');
CREATE PROCEDURE nothing() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;",
        "DROP PROCEDURE nothing(); DROP AGGREGATE total_of(int); DROP FUNCTION total(int, int);",
    ),
    up_down!(
        "a view over a column whose type changes",
        "CREATE TABLE users (id int PRIMARY KEY, visits int);
CREATE VIEW busy AS SELECT id, visits FROM users WHERE visits > 10;",
        "DROP VIEW busy; ALTER TABLE users ALTER COLUMN visits TYPE bigint;
CREATE VIEW busy AS SELECT id, visits FROM users WHERE visits > 10;",
        "DROP VIEW busy; ALTER TABLE users ALTER COLUMN visits TYPE int;
CREATE VIEW busy AS SELECT id, visits FROM users WHERE visits > 10;",
    ),
    up_down!(
        "views on views, one of them materialised",
        "CREATE TABLE users (id int PRIMARY KEY, name text, active bool);",
        "CREATE VIEW active_users AS SELECT * FROM users WHERE active;
CREATE MATERIALIZED VIEW names AS SELECT name, count(*) AS many FROM active_users GROUP BY name;
CREATE UNIQUE INDEX names_name ON names (name); COMMENT ON VIEW active_users IS 'not the others';",
        "DROP MATERIALIZED VIEW names; DROP VIEW active_users;",
    ),
    up_down!(
        "a view that takes rows in by a trigger",
        "CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO users VALUES (NEW.id, NEW.name); RETURN NEW; END $$;",
        "CREATE VIEW people AS SELECT id, name FROM users;
CREATE TRIGGER people_put INSTEAD OF INSERT ON people FOR EACH ROW EXECUTE FUNCTION put();",
        "DROP VIEW people;",
    ),
    up_down!(
        "a sequence, and its options",
        "CREATE TABLE invoices (id int PRIMARY KEY); CREATE SEQUENCE others CACHE 5;",
        "CREATE SEQUENCE numbers START 1000; ALTER SEQUENCE others CACHE 50;
ALTER TABLE invoices ADD COLUMN number bigint NOT NULL DEFAULT nextval('numbers');
ALTER SEQUENCE numbers OWNED BY invoices.number;",
        "ALTER TABLE invoices DROP COLUMN number; ALTER SEQUENCE others CACHE 5;",
    ),
    up_down!(
        "a schema with tables in it",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id int PRIMARY KEY, user_id int REFERENCES public.users);
CREATE VIEW billing.open AS SELECT id FROM billing.invoices;",
        "DROP SCHEMA billing CASCADE;",
    ),
    up_down!(
        "a table that moves to another schema and back",
        "CREATE SCHEMA ops; CREATE TABLE jobs (id serial PRIMARY KEY, what text);
CREATE INDEX jobs_what ON jobs (what);",
        "ALTER TABLE jobs SET SCHEMA ops;",
        "ALTER TABLE ops.jobs SET SCHEMA public;",
    ),
    up_down!(
        "an extension and its use",
        "CREATE TABLE users (id int PRIMARY KEY, name text);",
        "CREATE EXTENSION citext; CREATE EXTENSION pg_trgm;
ALTER TABLE users ADD COLUMN nick citext UNIQUE;
CREATE INDEX users_name ON users USING gin (name gin_trgm_ops);",
        "DROP INDEX users_name; ALTER TABLE users DROP COLUMN nick;
DROP EXTENSION pg_trgm; DROP EXTENSION citext;",
    ),
    up_down!(
        "row security with policies and grants",
        "CREATE TABLE notes (id int PRIMARY KEY, owner text);",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes USING (owner = current_user) WITH CHECK (owner = current_user);
GRANT SELECT ON notes TO PUBLIC; GRANT UPDATE (owner) ON notes TO PUBLIC;",
        "REVOKE ALL ON notes FROM PUBLIC; DROP POLICY own_notes ON notes;
ALTER TABLE notes NO FORCE ROW LEVEL SECURITY; ALTER TABLE notes DISABLE ROW LEVEL SECURITY;",
    ),
    up_down!(
        "default privileges",
        "CREATE SCHEMA reports;",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA reports GRANT SELECT ON TABLES TO PUBLIC;
GRANT USAGE ON SCHEMA reports TO PUBLIC;",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA reports REVOKE SELECT ON TABLES FROM PUBLIC;
REVOKE USAGE ON SCHEMA reports FROM PUBLIC;",
    ),
    up_down!(
        "comments on everything",
        "CREATE TABLE t (id int PRIMARY KEY, n int CONSTRAINT n_low CHECK (n > 0));
CREATE INDEX t_n ON t (n); COMMENT ON COLUMN t.n IS 'how many';",
        "COMMENT ON TABLE t IS 'things'; COMMENT ON COLUMN t.n IS NULL;
COMMENT ON INDEX t_n IS 'for the report'; COMMENT ON CONSTRAINT n_low ON t IS 'by law';",
        "COMMENT ON TABLE t IS NULL; COMMENT ON COLUMN t.n IS 'how many';
COMMENT ON INDEX t_n IS NULL; COMMENT ON CONSTRAINT n_low ON t IS NULL;",
    ),
    up_down!(
        "statistics and a rule",
        "CREATE TABLE places (id int PRIMARY KEY, city text, zip text);",
        "CREATE STATISTICS city_zip (dependencies) ON city, zip FROM places;
CREATE RULE keep AS ON DELETE TO places DO INSTEAD NOTHING;",
        "DROP RULE keep ON places; DROP STATISTICS city_zip;",
    ),
    up_down!(
        "what the session had prepared is gone",
        "CREATE TABLE t (id int PRIMARY KEY);",
        "DEALLOCATE ALL; ALTER TABLE t ADD COLUMN n int; CREATE TABLE u (id int REFERENCES t);",
        "DROP TABLE u; ALTER TABLE t DROP COLUMN n; DEALLOCATE ALL;",
    ),
    up_down!(
        "what the session keeps is in the way of the same session alone",
        "CREATE TABLE t (id int PRIMARY KEY);",
        "PREPARE mine AS SELECT 1; EXECUTE mine; CREATE TABLE u (id int REFERENCES t);",
        "DROP TABLE u;",
    ),
    up_down!(
        "objects by dynamic SQL",
        "",
        "DO $$ BEGIN FOR n IN 1..3 LOOP EXECUTE format('CREATE TABLE part_%s (id int)', n);
END LOOP; END $$;",
        "DO $$ DECLARE t text; BEGIN
FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'part%'
LOOP EXECUTE format('DROP TABLE %I', t); END LOOP; END $$;",
    ),
    up_down!(
        "rows that fire a trigger with DDL",
        "CREATE TABLE pipes (id int PRIMARY KEY); CREATE TABLE events (pipe int);
CREATE FUNCTION part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('CREATE TABLE %I () INHERITS (events)', 'events_' || NEW.id); RETURN NEW; END $$;
CREATE TRIGGER part AFTER INSERT ON pipes FOR EACH ROW EXECUTE FUNCTION part();",
        "ALTER TABLE pipes ADD COLUMN note text;",
        "ALTER TABLE pipes DROP COLUMN note;",
    ),
    sections!(
        "constants that are the moment of the statement",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "-- migrate:up transaction:false
ALTER TABLE users ADD COLUMN born timestamp DEFAULT 'now';
CREATE VIEW young AS SELECT id FROM users WHERE born > timestamptz 'now';
-- migrate:down transaction:false
DROP VIEW young;
ALTER TABLE users DROP COLUMN born;",
    ),
    up_down!(
        "a body with other white space and comments",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 -- one
';",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT
    1 /* as before */';",
    ),
];
