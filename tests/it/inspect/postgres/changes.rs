//! Small changes of a schema, each with the way back.

/// What the changes are made to.
pub(super) const BASE: &str = r#"
CREATE SCHEMA ops;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE SEQUENCE counter;
CREATE TABLE users (
    id serial PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', mail email UNIQUE, feeling mood,
    tags text[], age integer CONSTRAINT grown CHECK (age > 0), born date, moods mood[],
    low text GENERATED ALWAYS AS (lower(name)) STORED
);
CREATE TABLE posts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author integer CONSTRAINT written_by REFERENCES users, title text NOT NULL, room integer, body text
);
CREATE INDEX by_name ON users (name);
CREATE UNIQUE INDEX by_low ON users (lower(name), age DESC) WHERE age > 18;
CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE animals (name text, legs integer);
CREATE TABLE birds (wings integer) INHERITS (animals);
CREATE VIEW adults AS SELECT id, name FROM users WHERE age > 17;
CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM users;
CREATE INDEX counted ON counts (n);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * a';
CREATE PROCEDURE nap(a integer) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE quiet AS ON DELETE TO posts DO INSTEAD NOTHING;
CREATE POLICY own ON posts USING (author = 1);
CREATE STATISTICS both_stats ON name, age FROM users;
CREATE COLLATION german (provider = libc, locale = 'C');
CREATE PUBLICATION news FOR TABLE users;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER far FOREIGN DATA WRAPPER nowhere OPTIONS (host 'a');
CREATE FOREIGN TABLE distant (a integer) SERVER far OPTIONS (t 'x');
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple);
"#;

/// A change and what takes it back.
pub(super) const CHANGES: &[(&str, &str)] = &[
    // Tables.
    ("ALTER TABLE users SET (fillfactor = 70)", "ALTER TABLE users RESET (fillfactor)"),
    (
        "ALTER TABLE users SET (toast.autovacuum_enabled = off)",
        "ALTER TABLE users RESET (toast.autovacuum_enabled)",
    ),
    ("ALTER TABLE animals SET UNLOGGED", "ALTER TABLE animals SET LOGGED"),
    ("ALTER TABLE users REPLICA IDENTITY FULL", "ALTER TABLE users REPLICA IDENTITY DEFAULT"),
    (
        "ALTER TABLE users REPLICA IDENTITY USING INDEX users_pkey",
        "ALTER TABLE users REPLICA IDENTITY DEFAULT",
    ),
    ("ALTER TABLE users ENABLE ROW LEVEL SECURITY", "ALTER TABLE users DISABLE ROW LEVEL SECURITY"),
    ("ALTER TABLE users FORCE ROW LEVEL SECURITY", "ALTER TABLE users NO FORCE ROW LEVEL SECURITY"),
    ("ALTER TABLE users OWNER TO pg_monitor", "ALTER TABLE users OWNER TO CURRENT_USER"),
    ("COMMENT ON TABLE users IS 'people'", "COMMENT ON TABLE users IS NULL"),
    ("ALTER TABLE animals SET SCHEMA ops", "ALTER TABLE ops.animals SET SCHEMA public"),
    ("ALTER TABLE animals RENAME TO beasts", "ALTER TABLE beasts RENAME TO animals"),
    (
        "ALTER TABLE birds NO INHERIT animals",
        "DROP TABLE birds; CREATE TABLE birds (wings integer) INHERITS (animals)",
    ),
    (
        "ALTER TABLE events DETACH PARTITION events_1",
        "ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    ),
    (
        "ALTER TABLE events DETACH PARTITION events_1; ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM ('2020-01-01') TO ('2022-01-01')",
        "ALTER TABLE events DETACH PARTITION events_1; ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    ),
    ("CREATE TABLE more (a integer)", "DROP TABLE more"),
    (
        "ALTER FOREIGN TABLE distant OPTIONS (SET t 'y')",
        "ALTER FOREIGN TABLE distant OPTIONS (SET t 'x')",
    ),
    // Columns.
    ("ALTER TABLE animals ADD COLUMN tail text", "ALTER TABLE animals DROP COLUMN tail"),
    (
        "ALTER TABLE animals RENAME COLUMN legs TO feet",
        "ALTER TABLE animals RENAME COLUMN feet TO legs",
    ),
    ("ALTER TABLE animals ALTER name TYPE varchar(9)", "ALTER TABLE animals ALTER name TYPE text"),
    ("ALTER TABLE posts ALTER title DROP NOT NULL", "ALTER TABLE posts ALTER title SET NOT NULL"),
    (
        "ALTER TABLE users ALTER name SET DEFAULT 'y'",
        "ALTER TABLE users ALTER name SET DEFAULT 'x'",
    ),
    ("ALTER TABLE users ALTER name DROP DEFAULT", "ALTER TABLE users ALTER name SET DEFAULT 'x'"),
    (
        "ALTER TABLE users ALTER id DROP DEFAULT",
        "ALTER TABLE users ALTER id SET DEFAULT nextval('users_id_seq')",
    ),
    (
        "ALTER TABLE users ALTER low DROP EXPRESSION",
        "ALTER TABLE users DROP COLUMN low; ALTER TABLE users ADD COLUMN low text GENERATED ALWAYS AS (lower(name)) STORED",
    ),
    (
        "ALTER TABLE posts ALTER id SET GENERATED BY DEFAULT",
        "ALTER TABLE posts ALTER id SET GENERATED ALWAYS",
    ),
    (
        "ALTER TABLE posts ALTER id SET INCREMENT BY 5",
        "ALTER TABLE posts ALTER id SET INCREMENT BY 1",
    ),
    (
        "ALTER TABLE posts ALTER id DROP IDENTITY",
        "ALTER TABLE posts ALTER id ADD GENERATED ALWAYS AS IDENTITY",
    ),
    ("ALTER SEQUENCE users_id_seq CACHE 9", "ALTER SEQUENCE users_id_seq CACHE 1"),
    ("ALTER SEQUENCE users_id_seq RENAME TO other", "ALTER SEQUENCE other RENAME TO users_id_seq"),
    ("ALTER SEQUENCE users_id_seq OWNED BY NONE", "ALTER SEQUENCE users_id_seq OWNED BY users.id"),
    (
        r#"ALTER TABLE posts ALTER body TYPE text COLLATE "C""#,
        r#"ALTER TABLE posts ALTER body TYPE text COLLATE "default""#,
    ),
    (
        "ALTER TABLE posts ALTER body SET STORAGE external",
        "ALTER TABLE posts ALTER body SET STORAGE extended",
    ),
    (
        "ALTER TABLE posts ALTER body SET COMPRESSION pglz",
        "ALTER TABLE posts ALTER body SET COMPRESSION default",
    ),
    (
        "ALTER TABLE posts ALTER body SET STATISTICS 500",
        "ALTER TABLE posts ALTER body SET STATISTICS -1",
    ),
    (
        "ALTER TABLE posts ALTER body SET (n_distinct = 5)",
        "ALTER TABLE posts ALTER body RESET (n_distinct)",
    ),
    ("COMMENT ON COLUMN users.name IS 'n'", "COMMENT ON COLUMN users.name IS NULL"),
    // Constraints.
    ("ALTER TABLE users DROP CONSTRAINT users_mail_key", "ALTER TABLE users ADD UNIQUE (mail)"),
    (
        "ALTER TABLE users ADD CONSTRAINT u UNIQUE (age) DEFERRABLE",
        "ALTER TABLE users DROP CONSTRAINT u",
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT users_mail_key; ALTER TABLE users ADD CONSTRAINT users_mail_key UNIQUE (mail) INCLUDE (age)",
        "ALTER TABLE users DROP CONSTRAINT users_mail_key; ALTER TABLE users ADD UNIQUE (mail)",
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT users_mail_key; ALTER TABLE users ADD UNIQUE NULLS NOT DISTINCT (mail)",
        "ALTER TABLE users DROP CONSTRAINT users_mail_key; ALTER TABLE users ADD UNIQUE (mail)",
    ),
    ("ALTER INDEX users_pkey SET (fillfactor = 50)", "ALTER INDEX users_pkey RESET (fillfactor)"),
    ("COMMENT ON CONSTRAINT grown ON users IS 'g'", "COMMENT ON CONSTRAINT grown ON users IS NULL"),
    (
        "ALTER TABLE users DROP CONSTRAINT grown",
        "ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 0)",
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT grown; ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 0) NOT VALID",
        "ALTER TABLE users VALIDATE CONSTRAINT grown",
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT grown; ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 0) NO INHERIT",
        "ALTER TABLE users DROP CONSTRAINT grown; ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 0)",
    ),
    (
        "ALTER TABLE users RENAME CONSTRAINT grown TO older",
        "ALTER TABLE users RENAME CONSTRAINT older TO grown",
    ),
    (
        "ALTER TABLE posts ADD CONSTRAINT one EXCLUDE USING btree (room WITH =)",
        "ALTER TABLE posts DROP CONSTRAINT one",
    ),
    (
        "ALTER TABLE posts DROP CONSTRAINT written_by; ALTER TABLE posts ADD CONSTRAINT written_by FOREIGN KEY (author) REFERENCES users ON DELETE CASCADE",
        "ALTER TABLE posts DROP CONSTRAINT written_by; ALTER TABLE posts ADD CONSTRAINT written_by FOREIGN KEY (author) REFERENCES users",
    ),
    (
        "ALTER TABLE posts DROP CONSTRAINT written_by; ALTER TABLE posts ADD CONSTRAINT written_by FOREIGN KEY (author) REFERENCES users ON DELETE SET NULL (author)",
        "ALTER TABLE posts DROP CONSTRAINT written_by; ALTER TABLE posts ADD CONSTRAINT written_by FOREIGN KEY (author) REFERENCES users",
    ),
    (
        "ALTER TABLE posts DROP CONSTRAINT written_by; ALTER TABLE posts ADD CONSTRAINT written_by FOREIGN KEY (author) REFERENCES users MATCH FULL ON UPDATE RESTRICT",
        "ALTER TABLE posts DROP CONSTRAINT written_by; ALTER TABLE posts ADD CONSTRAINT written_by FOREIGN KEY (author) REFERENCES users",
    ),
    (
        "ALTER TABLE posts ALTER CONSTRAINT written_by DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE posts ALTER CONSTRAINT written_by NOT DEFERRABLE",
    ),
    (
        "ALTER TABLE posts DROP CONSTRAINT written_by; ALTER TABLE posts ADD CONSTRAINT written_by FOREIGN KEY (author) REFERENCES users NOT VALID",
        "ALTER TABLE posts VALIDATE CONSTRAINT written_by",
    ),
    ("ALTER TABLE posts DISABLE TRIGGER ALL", "ALTER TABLE posts ENABLE TRIGGER ALL"),
    (
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON users DEFERRABLE FOR EACH ROW EXECUTE FUNCTION touch()",
        "DROP TRIGGER late ON users",
    ),
    // Indexes.
    ("DROP INDEX by_name", "CREATE INDEX by_name ON users (name)"),
    ("ALTER INDEX by_name RENAME TO b", "ALTER INDEX b RENAME TO by_name"),
    (
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name DESC)",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name NULLS FIRST)",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name varchar_pattern_ops)",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        r#"DROP INDEX by_name; CREATE INDEX by_name ON users (name COLLATE "C")"#,
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_name; CREATE INDEX by_name ON users USING hash (name)",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name) INCLUDE (age)",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_name; CREATE UNIQUE INDEX by_name ON users (name)",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_name; CREATE UNIQUE INDEX by_name ON users (name) NULLS NOT DISTINCT",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name) WHERE age > 5",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name, age)",
        "DROP INDEX by_name; CREATE INDEX by_name ON users (name)",
    ),
    (
        "DROP INDEX by_low; CREATE UNIQUE INDEX by_low ON users (upper(name), age DESC) WHERE age > 18",
        "DROP INDEX by_low; CREATE UNIQUE INDEX by_low ON users (lower(name), age DESC) WHERE age > 18",
    ),
    ("ALTER INDEX by_name SET (fillfactor = 60)", "ALTER INDEX by_name RESET (fillfactor)"),
    (
        "ALTER INDEX by_low ALTER COLUMN 1 SET STATISTICS 77",
        "ALTER INDEX by_low ALTER COLUMN 1 SET STATISTICS -1",
    ),
    ("ALTER TABLE users CLUSTER ON by_name", "ALTER TABLE users SET WITHOUT CLUSTER"),
    ("COMMENT ON INDEX by_name IS 'i'", "COMMENT ON INDEX by_name IS NULL"),
    ("COMMENT ON INDEX users_pkey IS 'i'", "COMMENT ON INDEX users_pkey IS NULL"),
    ("CREATE INDEX events_at ON events (at)", "DROP INDEX events_at"),
    ("DROP INDEX counted", "CREATE INDEX counted ON counts (n)"),
    // Types and sequences.
    ("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", "ALTER TYPE mood RENAME VALUE 'fine' TO 'ok'"),
    ("CREATE TYPE size AS ENUM ('s', 'm')", "DROP TYPE size"),
    ("COMMENT ON TYPE mood IS 'm'", "COMMENT ON TYPE mood IS NULL"),
    ("ALTER DOMAIN email SET NOT NULL", "ALTER DOMAIN email DROP NOT NULL"),
    ("ALTER DOMAIN email SET DEFAULT 'a@b'", "ALTER DOMAIN email DROP DEFAULT"),
    (
        "ALTER DOMAIN email ADD CONSTRAINT short CHECK (length(VALUE) < 99)",
        "ALTER DOMAIN email DROP CONSTRAINT short",
    ),
    (
        "COMMENT ON CONSTRAINT email_check ON DOMAIN email IS 'c'",
        "COMMENT ON CONSTRAINT email_check ON DOMAIN email IS NULL",
    ),
    ("ALTER TYPE pair ADD ATTRIBUTE c date", "ALTER TYPE pair DROP ATTRIBUTE c"),
    ("COMMENT ON COLUMN pair.a IS 'a'", "COMMENT ON COLUMN pair.a IS NULL"),
    ("COMMENT ON TYPE pair IS 'p'", "COMMENT ON TYPE pair IS NULL"),
    (
        "DROP TYPE span; CREATE TYPE span AS RANGE (subtype = int8)",
        "DROP TYPE span; CREATE TYPE span AS RANGE (subtype = float8)",
    ),
    ("ALTER TYPE mood OWNER TO pg_monitor", "ALTER TYPE mood OWNER TO CURRENT_USER"),
    ("REVOKE USAGE ON TYPE mood FROM PUBLIC", "GRANT USAGE ON TYPE mood TO PUBLIC"),
    ("ALTER SEQUENCE counter INCREMENT BY 2", "ALTER SEQUENCE counter INCREMENT BY 1"),
    ("ALTER SEQUENCE counter START 7", "ALTER SEQUENCE counter START 1"),
    ("ALTER SEQUENCE counter MAXVALUE 99 CYCLE", "ALTER SEQUENCE counter NO MAXVALUE NO CYCLE"),
    ("ALTER SEQUENCE counter OWNED BY posts.room", "ALTER SEQUENCE counter OWNED BY NONE"),
    ("ALTER SEQUENCE counter AS integer", "ALTER SEQUENCE counter AS bigint"),
    ("COMMENT ON SEQUENCE counter IS 's'", "COMMENT ON SEQUENCE counter IS NULL"),
    ("COMMENT ON SEQUENCE users_id_seq IS 's'", "COMMENT ON SEQUENCE users_id_seq IS NULL"),
    (
        "GRANT USAGE ON SEQUENCE users_id_seq TO pg_monitor",
        "REVOKE USAGE ON SEQUENCE users_id_seq FROM pg_monitor",
    ),
    // Views.
    (
        "CREATE OR REPLACE VIEW adults AS SELECT id, name FROM users WHERE age > 20",
        "CREATE OR REPLACE VIEW adults AS SELECT id, name FROM users WHERE age > 17",
    ),
    ("ALTER VIEW adults SET (security_barrier)", "ALTER VIEW adults RESET (security_barrier)"),
    ("ALTER VIEW adults SET (check_option = local)", "ALTER VIEW adults RESET (check_option)"),
    ("ALTER VIEW adults ALTER name SET DEFAULT 'q'", "ALTER VIEW adults ALTER name DROP DEFAULT"),
    ("COMMENT ON VIEW adults IS 'v'", "COMMENT ON VIEW adults IS NULL"),
    ("COMMENT ON COLUMN adults.id IS 'v'", "COMMENT ON COLUMN adults.id IS NULL"),
    (
        "CREATE TRIGGER inst INSTEAD OF INSERT ON adults FOR EACH ROW EXECUTE FUNCTION touch()",
        "DROP TRIGGER inst ON adults",
    ),
    ("REFRESH MATERIALIZED VIEW counts WITH NO DATA", "REFRESH MATERIALIZED VIEW counts"),
    (
        "ALTER MATERIALIZED VIEW counts SET (fillfactor = 60)",
        "ALTER MATERIALIZED VIEW counts RESET (fillfactor)",
    ),
    ("COMMENT ON MATERIALIZED VIEW counts IS 'v'", "COMMENT ON MATERIALIZED VIEW counts IS NULL"),
    // Routines, triggers, rules, policies.
    (
        "CREATE OR REPLACE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a + a'",
        "CREATE OR REPLACE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * a'",
    ),
    ("ALTER FUNCTION twice IMMUTABLE", "ALTER FUNCTION twice VOLATILE"),
    (
        "CREATE FUNCTION twice(a text) RETURNS text LANGUAGE sql AS 'SELECT a'",
        "DROP FUNCTION twice(text)",
    ),
    ("COMMENT ON FUNCTION twice IS 'f'", "COMMENT ON FUNCTION twice IS NULL"),
    ("REVOKE EXECUTE ON FUNCTION twice FROM PUBLIC", "GRANT EXECUTE ON FUNCTION twice TO PUBLIC"),
    ("ALTER FUNCTION twice OWNER TO pg_monitor", "ALTER FUNCTION twice OWNER TO CURRENT_USER"),
    ("ALTER PROCEDURE nap SET work_mem = '1MB'", "ALTER PROCEDURE nap RESET work_mem"),
    (
        "DROP AGGREGATE total(integer); CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '1')",
        "DROP AGGREGATE total(integer); CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')",
    ),
    ("COMMENT ON AGGREGATE total(integer) IS 't'", "COMMENT ON AGGREGATE total(integer) IS NULL"),
    ("ALTER TABLE users DISABLE TRIGGER touched", "ALTER TABLE users ENABLE TRIGGER touched"),
    ("ALTER TABLE users ENABLE ALWAYS TRIGGER touched", "ALTER TABLE users ENABLE TRIGGER touched"),
    ("COMMENT ON TRIGGER touched ON users IS 't'", "COMMENT ON TRIGGER touched ON users IS NULL"),
    (
        "DROP TRIGGER touched ON users",
        "CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()",
    ),
    ("ALTER TABLE posts DISABLE RULE quiet", "ALTER TABLE posts ENABLE RULE quiet"),
    ("COMMENT ON RULE quiet ON posts IS 'r'", "COMMENT ON RULE quiet ON posts IS NULL"),
    (
        "ALTER POLICY own ON posts USING (author = 2)",
        "ALTER POLICY own ON posts USING (author = 1)",
    ),
    ("ALTER POLICY own ON posts TO pg_monitor", "ALTER POLICY own ON posts TO PUBLIC"),
    (
        "CREATE POLICY strict ON posts AS RESTRICTIVE FOR INSERT WITH CHECK (author > 0)",
        "DROP POLICY strict ON posts",
    ),
    ("COMMENT ON POLICY own ON posts IS 'p'", "COMMENT ON POLICY own ON posts IS NULL"),
    // Privileges.
    ("GRANT SELECT ON users TO pg_monitor", "REVOKE SELECT ON users FROM pg_monitor"),
    ("GRANT SELECT ON adults TO PUBLIC", "REVOKE SELECT ON adults FROM PUBLIC"),
    ("GRANT UPDATE (name) ON users TO pg_monitor", "REVOKE UPDATE (name) ON users FROM pg_monitor"),
    ("GRANT USAGE ON SCHEMA ops TO pg_monitor", "REVOKE USAGE ON SCHEMA ops FROM pg_monitor"),
    (
        "GRANT CREATE ON SCHEMA public TO pg_monitor",
        "REVOKE CREATE ON SCHEMA public FROM pg_monitor",
    ),
    (
        "GRANT USAGE ON FOREIGN SERVER far TO pg_monitor",
        "REVOKE USAGE ON FOREIGN SERVER far FROM pg_monitor",
    ),
    (
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor",
        "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM pg_monitor",
    ),
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA ops GRANT SELECT ON SEQUENCES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA ops REVOKE SELECT ON SEQUENCES FROM PUBLIC",
    ),
    // The rest.
    ("CREATE SCHEMA more", "DROP SCHEMA more"),
    ("COMMENT ON SCHEMA ops IS 's'", "COMMENT ON SCHEMA ops IS NULL"),
    ("COMMENT ON SCHEMA public IS 's'", "COMMENT ON SCHEMA public IS 'standard public schema'"),
    (
        "ALTER STATISTICS both_stats SET STATISTICS 50",
        "ALTER STATISTICS both_stats SET STATISTICS -1",
    ),
    ("DROP STATISTICS both_stats", "CREATE STATISTICS both_stats ON name, age FROM users"),
    (
        "CREATE EVENT TRIGGER noticed ON ddl_command_end EXECUTE FUNCTION noted()",
        "DROP EVENT TRIGGER noticed",
    ),
    ("CREATE COLLATION french (provider = libc, locale = 'C')", "DROP COLLATION french"),
    ("ALTER PUBLICATION news ADD TABLE posts", "ALTER PUBLICATION news DROP TABLE posts"),
    (
        "ALTER PUBLICATION news SET TABLE users (id, name) WHERE (id > 1)",
        "ALTER PUBLICATION news SET TABLE users",
    ),
    ("ALTER SERVER far OPTIONS (SET host 'b')", "ALTER SERVER far OPTIONS (SET host 'a')"),
    (
        "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'u')",
        "DROP USER MAPPING FOR PUBLIC SERVER far",
    ),
    (
        "ALTER TEXT SEARCH CONFIGURATION words DROP MAPPING FOR email",
        "ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR email WITH simple",
    ),
    (
        "ALTER TEXT SEARCH DICTIONARY dict (accept = false)",
        "ALTER TEXT SEARCH DICTIONARY dict (accept)",
    ),
    ("CREATE CAST (pair AS text) WITH INOUT AS ASSIGNMENT", "DROP CAST (pair AS text)"),
    (
        "CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)",
        "DROP OPERATOR === (integer, integer)",
    ),
    (
        "CREATE OPERATOR CLASS odd FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer)",
        "DROP OPERATOR FAMILY odd USING hash",
    ),
    (
        "DROP EXTENSION plpgsql CASCADE",
        concat!(
            "CREATE EXTENSION plpgsql SCHEMA pg_catalog;",
            "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
            "CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';",
            "CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()"
        ),
    ),
];

/// Those that came with version 18.
pub(super) const CHANGES_18: &[(&str, &str)] = &[
    (
        "ALTER TABLE posts ALTER CONSTRAINT written_by NOT ENFORCED",
        "ALTER TABLE posts ALTER CONSTRAINT written_by ENFORCED",
    ),
    (
        "ALTER TABLE animals ADD COLUMN more integer GENERATED ALWAYS AS (legs + 1) VIRTUAL",
        "ALTER TABLE animals DROP COLUMN more",
    ),
    (
        "ALTER TABLE animals ADD CONSTRAINT n NOT NULL legs NOT VALID",
        "ALTER TABLE animals DROP CONSTRAINT n",
    ),
    ("ALTER TABLE animals ADD CONSTRAINT n NOT NULL legs", "ALTER TABLE animals DROP CONSTRAINT n"),
];
