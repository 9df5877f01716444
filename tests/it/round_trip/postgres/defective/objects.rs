//! Objects of their own that the down leaves behind, drops without need or brings back otherwise.

use super::super::super::cases::Case;

pub(in super::super) const CASES: &[Case] = &[
    up_down!(
        "a table stays",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);
CREATE TABLE items (order_id int REFERENCES orders);",
        "DROP TABLE items;",
        ["left-behind"],
        ["table orders is left behind", "relation \"orders\" already exists"],
    ),
    up_down!(
        "a table that came by IF NOT EXISTS stays",
        "",
        "CREATE TABLE IF NOT EXISTS orders (id int PRIMARY KEY);",
        "SELECT 1;",
        ["left-behind"],
        ["table orders is left behind", "+ CREATE TABLE orders"],
    ),
    up_down!(
        "an enum stays when its table goes",
        "",
        "CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (id int PRIMARY KEY, mood mood NOT NULL);",
        "DROP TABLE people;",
        ["left-behind"],
        ["enum mood is left behind", "type \"mood\" already exists"],
    ),
    up_down!(
        "a value of an enum stays",
        "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE people (mood mood);",
        "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'angry' BEFORE 'happy';",
        "SELECT 1;",
        ["restored-otherwise"],
        ["labels of enum mood", "'sad', 'angry', 'happy'"],
    ),
    up_down!(
        "a trigger stays",
        "CREATE TABLE t (id int PRIMARY KEY, at timestamptz);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;",
        "CREATE TRIGGER t_touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();",
        "DROP TRIGGER IF EXISTS touch_t ON t;",
        ["left-behind"],
        ["trigger t_touch of table t is left behind"],
    ),
    up_down!(
        "the function of a trigger stays",
        "CREATE TABLE t (id int PRIMARY KEY);",
        "CREATE OR REPLACE FUNCTION keep_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.id := OLD.id; RETURN NEW; END $$;
CREATE TRIGGER t_keep_id BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION keep_id();",
        "DROP TRIGGER t_keep_id ON t;",
        ["left-behind"],
        ["function keep_id() is left behind"],
    ),
    up_down!(
        "another function of the same name is dropped",
        "CREATE FUNCTION total(int) RETURNS int LANGUAGE sql AS 'SELECT $1';",
        "CREATE FUNCTION total(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2';",
        "DROP FUNCTION total(int);",
        ["left-behind", "not-restored"],
        ["function total(integer, integer) is left behind", "function total(integer) is missing"],
    ),
    up_down!(
        "the body of a function is not brought back",
        "CREATE FUNCTION price(net numeric) RETURNS numeric LANGUAGE sql AS 'SELECT net * 1.19';",
        "CREATE OR REPLACE FUNCTION price(net numeric) RETURNS numeric LANGUAGE sql
AS 'SELECT net * 1.16';",
        "CREATE OR REPLACE FUNCTION price(net numeric) RETURNS numeric LANGUAGE sql
AS 'SELECT net * 1.20';",
        ["restored-otherwise"],
        ["definition of function price(numeric)", "- AS $function$SELECT net * 1.19", "net * 1.20"],
    ),
    up_down!(
        "a function comes back without its volatility",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';",
        "DROP FUNCTION one();",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        ["restored-otherwise"],
        ["definition of function one()", "IMMUTABLE"],
    ),
    up_down!(
        "a procedure stays",
        "CREATE TABLE t (id int);",
        "CREATE OR REPLACE PROCEDURE clean() LANGUAGE sql AS 'DELETE FROM t WHERE id < 0';",
        "SELECT 1;",
        ["left-behind"],
        ["procedure clean() is left behind"],
    ),
    up_down!(
        "a view stays",
        "CREATE TABLE users (id int PRIMARY KEY, active bool);",
        "CREATE OR REPLACE VIEW active_users AS SELECT id FROM users WHERE active;",
        "DROP VIEW IF EXISTS active_user;",
        ["left-behind"],
        ["view active_users is left behind", "+ CREATE VIEW active_users AS"],
    ),
    up_down!(
        "a materialised view stays, and its index",
        "CREATE TABLE users (id int PRIMARY KEY, name text);",
        "CREATE MATERIALIZED VIEW names AS SELECT name, count(*) AS many FROM users GROUP BY name;
CREATE UNIQUE INDEX names_name ON names (name);",
        "DROP VIEW IF EXISTS name_list;",
        ["left-behind"],
        ["materialised view names is left behind", "names_name"],
    ),
    up_down!(
        "a materialised view comes back without its index",
        "CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE MATERIALIZED VIEW names AS SELECT DISTINCT name FROM users;
CREATE INDEX names_name ON names (name);",
        "DROP MATERIALIZED VIEW names;",
        "CREATE MATERIALIZED VIEW names AS SELECT DISTINCT name FROM users;",
        ["not-restored"],
        ["index names_name of materialised view names is missing"],
    ),
    up_down!(
        "a view goes along with a column by CASCADE",
        "CREATE TABLE users (id int PRIMARY KEY);
CREATE VIEW everybody AS SELECT * FROM users;",
        "ALTER TABLE users ADD COLUMN nick text;
CREATE OR REPLACE VIEW everybody AS SELECT id, nick FROM users;",
        "ALTER TABLE users DROP COLUMN nick CASCADE;",
        ["not-restored"],
        ["view everybody is missing"],
    ),
    up_down!(
        "the query of a view is not brought back",
        "CREATE TABLE users (id int PRIMARY KEY, active bool);
CREATE VIEW active_users AS SELECT id FROM users WHERE active;",
        "DROP VIEW active_users; CREATE VIEW active_users AS SELECT id, active FROM users;",
        "DROP VIEW active_users; CREATE VIEW active_users AS SELECT id FROM users;",
        ["restored-otherwise"],
        ["definition of view active_users", "-   WHERE"],
    ),
    up_down!(
        "a view comes back without its comment and options",
        "CREATE TABLE users (id int PRIMARY KEY);
CREATE VIEW safe WITH (security_barrier = true) AS SELECT id FROM users;
COMMENT ON VIEW safe IS 'for the report';",
        "DROP VIEW safe;",
        "CREATE VIEW safe AS SELECT id FROM users;",
        ["restored-otherwise"],
        ["details of view safe", "comment of view safe", "'for the report'"],
    ),
    up_down!(
        "a sequence stays",
        "CREATE TABLE invoices (id int PRIMARY KEY);",
        "CREATE SEQUENCE invoice_numbers START 1000;
ALTER TABLE invoices ADD COLUMN number bigint DEFAULT nextval('invoice_numbers');",
        "ALTER TABLE invoices DROP COLUMN number;",
        ["left-behind"],
        ["sequence invoice_numbers is left behind"],
    ),
    up_down!(
        "the options of a sequence are not brought back",
        "CREATE SEQUENCE numbers INCREMENT BY 10 CACHE 20;",
        "ALTER SEQUENCE numbers INCREMENT BY 1 CACHE 1;",
        "ALTER SEQUENCE numbers INCREMENT BY 10;",
        ["restored-otherwise"],
        ["sequence numbers", "CACHE 20"],
    ),
    up_down!(
        "a domain stays",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
ALTER TABLE users ADD COLUMN email email;",
        "ALTER TABLE users DROP COLUMN email;",
        ["left-behind"],
        ["domain email is left behind"],
    ),
    up_down!(
        "the check of a domain is not brought back",
        "CREATE DOMAIN percent AS int CONSTRAINT percent_range CHECK (VALUE BETWEEN 0 AND 100);",
        "ALTER DOMAIN percent DROP CONSTRAINT percent_range;",
        "ALTER DOMAIN percent SET NOT NULL;",
        ["not-restored", "restored-otherwise"],
        ["check percent_range of domain percent is missing", "nullability of domain percent"],
    ),
    up_down!(
        "a schema stays",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int PRIMARY KEY);",
        "DROP TABLE billing.invoices;",
        ["left-behind"],
        ["schema billing is left behind"],
    ),
    up_down!(
        "a table of another schema is dropped",
        "CREATE SCHEMA billing; CREATE TABLE billing.events (id int PRIMARY KEY);",
        "CREATE TABLE public.events (id int PRIMARY KEY);",
        "DROP TABLE billing.events;",
        ["left-behind", "not-restored", "rows-lost"],
        ["table events is left behind", "table billing.events is missing"],
    ),
    up_down!(
        "an extension stays",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "CREATE EXTENSION IF NOT EXISTS citext; ALTER TABLE users ADD COLUMN nick citext;",
        "ALTER TABLE users DROP COLUMN nick;",
        ["left-behind"],
        ["extension citext is left behind"],
    ),
    up_down!(
        "an extension that others need is dropped",
        "CREATE EXTENSION citext; CREATE TABLE users (id int PRIMARY KEY, email citext);",
        "CREATE EXTENSION IF NOT EXISTS citext; ALTER TABLE users ADD COLUMN nick citext;",
        "DROP EXTENSION citext CASCADE;",
        ["not-restored"],
        ["extension citext is missing", "column users.email is missing"],
    ),
    up_down!(
        "a composite type stays",
        "",
        "CREATE TYPE address AS (street text, zip varchar(10));",
        "DROP TYPE IF EXISTS adress;",
        ["left-behind"],
        ["type address is left behind"],
    ),
    up_down!(
        "a field of a composite type stays",
        "CREATE TYPE address AS (street text); CREATE TABLE houses (at address);",
        "ALTER TYPE address ADD ATTRIBUTE zip text;",
        "SELECT 1;",
        ["restored-otherwise", "rows-changed"],
        ["definition of type address"],
    ),
    up_down!(
        "a policy stays, and row security with it",
        "CREATE TABLE notes (id int PRIMARY KEY, owner text);",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes USING (owner = current_user);",
        "ALTER TABLE notes DISABLE ROW LEVEL SECURITY;",
        ["left-behind"],
        ["policy own_notes of table notes is left behind"],
    ),
    up_down!(
        "row security is left switched on",
        "CREATE TABLE notes (id int PRIMARY KEY, owner text);",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON notes USING (owner = current_user);",
        "DROP POLICY own_notes ON notes;",
        ["restored-otherwise"],
        ["option of table notes was not there and is row security enabled"],
    ),
    up_down!(
        "a policy comes back for other commands",
        "CREATE TABLE notes (id int PRIMARY KEY, owner text);
CREATE POLICY own_notes ON notes FOR SELECT USING (owner = current_user);",
        "DROP POLICY own_notes ON notes;",
        "CREATE POLICY own_notes ON notes USING (owner = current_user);",
        ["restored-otherwise"],
        ["definition of policy own_notes of table notes"],
    ),
    up_down!(
        "a grant stays",
        "CREATE TABLE notes (id int PRIMARY KEY);",
        "GRANT SELECT, INSERT ON notes TO PUBLIC;",
        "REVOKE INSERT ON notes FROM PUBLIC;",
        ["left-behind"],
        ["grant on table notes is left behind"],
    ),
    up_down!(
        "a grant goes with its table",
        "CREATE TABLE notes (id int PRIMARY KEY); GRANT SELECT ON notes TO PUBLIC;",
        "DROP TABLE notes;",
        "CREATE TABLE notes (id int PRIMARY KEY);",
        ["not-restored", "rows-lost"],
        ["grant on table notes is missing"],
    ),
    up_down!(
        "default privileges stay",
        "CREATE SCHEMA reports;",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA reports GRANT SELECT ON TABLES TO PUBLIC;",
        "REVOKE SELECT ON ALL TABLES IN SCHEMA reports FROM PUBLIC;",
        ["left-behind"],
        ["default privileges", "reports"],
    ),
    up_down!(
        "statistics stay",
        "CREATE TABLE places (id int PRIMARY KEY, city text, zip text);",
        "CREATE STATISTICS IF NOT EXISTS city_zip (dependencies) ON city, zip FROM places;",
        "SELECT 1;",
        ["left-behind"],
        ["statistics city_zip of table places is left behind"],
    ),
    up_down!(
        "a rule stays",
        "CREATE TABLE log (id int PRIMARY KEY, line text);",
        "CREATE RULE no_delete AS ON DELETE TO log DO INSTEAD NOTHING;",
        "SELECT 1;",
        ["left-behind"],
        ["rule no_delete of table log is left behind"],
    ),
    up_down!(
        "dynamic SQL leaves tables behind",
        "",
        "DO $$ BEGIN FOR n IN 1..2 LOOP EXECUTE format('CREATE TABLE part_%s (id int)', n);
END LOOP; END $$;",
        "DO $$ BEGIN EXECUTE format('DROP TABLE part_%s', 1); END $$;",
        ["left-behind"],
        ["table part_2 is left behind"],
    ),
];
