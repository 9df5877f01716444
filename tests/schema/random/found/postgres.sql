-- Sequences that the static schema of PostgreSQL once had wrong: a statement a line, an empty line between two.

CREATE SCHEMA app
CREATE TABLE t (a serial, b text)
CREATE VIEW u AS SELECT a, b FROM t
ALTER SEQUENCE t_a_seq OWNED BY u.a
ALTER VIEW u RENAME TO v
ALTER VIEW v SET SCHEMA app

CREATE SCHEMA app
CREATE TABLE p (a int, UNIQUE (a))
ALTER SCHEMA app RENAME TO app2
SET search_path = app, public
CREATE TABLE t (LIKE p)

CREATE SCHEMA app
CREATE TABLE t (a int)
CREATE TEMP TABLE t (a int)
ALTER SCHEMA app RENAME TO app2
CREATE VIEW v AS SELECT a FROM t

CREATE TYPE color AS ENUM ('red', 'green')
CREATE TABLE t (a int, d color DEFAULT 'red' CHECK (d <> 'green'))
ALTER TABLE t ADD e color[] DEFAULT '{red}', ADD f color DEFAULT 'green'::color
ALTER TYPE color RENAME VALUE 'red' TO 'it''s'
ALTER TYPE color RENAME VALUE 'green' TO 'pink'

CREATE TYPE color AS ENUM ('it''s', 'a"b', 'c')
CREATE TABLE t (a color[] DEFAULT ARRAY['it''s'::color], b color[] DEFAULT '{"a\\"b"}', c color DEFAULT 'a"b', d color DEFAULT 'c')
ALTER TYPE color RENAME VALUE 'it''s' TO 'x'
ALTER TYPE color RENAME VALUE 'a"b' TO 'y'

CREATE TABLE t (a int, b text)
CREATE VIEW v AS SELECT * FROM t
ALTER VIEW v ALTER COLUMN a SET DEFAULT 1
CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT * FROM t

CREATE DOMAIN d AS text NOT NULL
CREATE TABLE t (a serial, b varchar(9) COLLATE "C" NOT NULL, c d DEFAULT 'x', e int GENERATED ALWAYS AS (1) STORED)
COMMENT ON COLUMN t.b IS 'b'
CREATE TABLE u AS SELECT * FROM t
CREATE TABLE v (x, y) WITH (fillfactor = 50) AS SELECT T.c, b AS z, e FROM public.t WITH NO DATA
CREATE TEMP TABLE w AS TABLE t
CREATE TABLE x AS SELECT a, a FROM t
CREATE TABLE y AS SELECT "user", b FROM t
CREATE TABLE z AS SELECT q.a, q.* FROM t AS q WHERE a IN (SELECT 1)
CREATE TABLE zz AS SELECT q.a i, q.* FROM t q LIMIT 3

-- A function keeps its text where a table or a column is renamed, and holds the rows of a table.
CREATE SCHEMA app
CREATE TABLE t (a int, b text)
CREATE TABLE app.u (a int)
CREATE TYPE color AS ENUM ('red')
CREATE FUNCTION f(x int) RETURNS SETOF t LANGUAGE sql AS $$ SELECT * FROM t WHERE a = x $$
CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t (a, b) VALUES (1, 'b'); DELETE FROM app.u; END $$
CREATE FUNCTION h(app.u) RETURNS TABLE (x color[], y int) LANGUAGE sql AS 'SELECT NULL::color[], 1'
ALTER TABLE t RENAME b TO c
DROP TABLE t
DROP TABLE app.u
DROP TYPE color
ALTER TABLE app.u RENAME TO v
DROP TABLE app.v
DROP FUNCTION h
DROP TABLE app.v
DROP TYPE color
DROP TABLE t CASCADE

CREATE TABLE t (a serial, b text UNIQUE)
CREATE TEMP TABLE t (a serial, b int)
ALTER SEQUENCE t_a_seq RENAME TO s

CREATE TABLE t (a int PRIMARY KEY)
CREATE TABLE u (a int REFERENCES t, b int PRIMARY KEY REFERENCES u)
ALTER TABLE t SET UNLOGGED
ALTER TABLE u SET UNLOGGED
ALTER TABLE t SET UNLOGGED
ALTER TABLE u SET LOGGED
ALTER TABLE t SET LOGGED
ALTER TABLE u SET LOGGED

-- A trigger and a computed column hold the type of a column.
CREATE TABLE t (a int, b text, c int GENERATED ALWAYS AS (a + 1) STORED)
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$
CREATE TRIGGER g BEFORE UPDATE OF b ON t FOR EACH ROW EXECUTE FUNCTION f()
CREATE TRIGGER h BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a > 1) EXECUTE FUNCTION f()
ALTER TABLE t ALTER b TYPE varchar(9)
ALTER TABLE t ALTER b TYPE text
ALTER TABLE t ALTER a TYPE bigint
DROP TRIGGER h ON t
ALTER TABLE t ALTER a TYPE bigint
ALTER TABLE t DROP COLUMN c
ALTER TABLE t ALTER a TYPE bigint

-- A name like that of a catalog is a name like another.
CREATE TABLE pg_jobs (a int, b text)
COMMENT ON TABLE pg_jobs IS 'jobs'
CREATE INDEX ON pg_jobs (a)
ALTER TABLE pg_jobs DROP COLUMN b

CREATE SCHEMA app
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$
CREATE VIEW v AS SELECT 1 AS a
CREATE TRIGGER g INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()
ALTER VIEW v RENAME TO w
ALTER VIEW w SET SCHEMA app

-- NULL of a type with a length is a default, and stays one of that type.
CREATE TABLE t (a varchar(255) DEFAULT NULL, b varchar(5)[] DEFAULT NULL, c numeric(5,2) DEFAULT NULL, d bit(3) DEFAULT NULL, e char DEFAULT NULL, f text DEFAULT NULL)
ALTER TABLE t ALTER a TYPE text, ALTER c TYPE int, ALTER e TYPE text
ALTER TABLE t ALTER b TYPE text[], ALTER d TYPE bit(4), ALTER f TYPE varchar
ALTER TABLE t ALTER a SET DEFAULT NULL, ALTER b DROP DEFAULT

-- Scripts of pg_dump set the path, and name types and sequences without a namespace.
CREATE SCHEMA g
CREATE EXTENSION IF NOT EXISTS ltree WITH SCHEMA g
SET search_path = g, pg_catalog
CREATE TYPE mood AS ENUM ('a', 'b')
CREATE DOMAIN dd AS text CHECK (value <> '')
CREATE TABLE c (id bigint NOT NULL, m mood DEFAULT 'a', p ltree, d dd)
CREATE SEQUENCE c_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1
ALTER SEQUENCE c_id_seq OWNED BY c.id
ALTER TABLE ONLY c ALTER COLUMN id SET DEFAULT nextval('c_id_seq'::regclass)
CREATE FUNCTION f(m mood, p ltree, ms mood[], d dd) RETURNS mood LANGUAGE sql AS $$ SELECT m $$
CREATE FUNCTION f2(t c) RETURNS SETOF c LANGUAGE sql AS $$ SELECT t $$
COMMENT ON FUNCTION f(mood, ltree, mood[], dd) IS 'x'
ALTER FUNCTION f(mood, ltree, mood[], dd) RENAME TO h
DROP FUNCTION f2(c)
CREATE EXTENSION citext
CREATE TABLE k (id bigserial PRIMARY KEY, c citext, m mood)

CREATE TABLE t (a int)
SELECT a INTO temp FROM t
UPDATE temp SET a = a + 1
SELECT a INTO TEMP u FROM t

-- A sequence goes with the view that owns it.
CREATE TABLE t (a serial)
CREATE VIEW u AS SELECT a FROM t
ALTER SEQUENCE t_a_seq OWNED BY u.a
CREATE VIEW v AS SELECT a FROM u
CREATE SEQUENCE s OWNED BY v.a
DROP TABLE t CASCADE

CREATE SCHEMA app
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$
ALTER SCHEMA app RENAME TO app2
CREATE TABLE u (a int PRIMARY KEY)
CREATE TRIGGER g BEFORE INSERT OR UPDATE ON u FOR EACH STATEMENT EXECUTE FUNCTION f()
