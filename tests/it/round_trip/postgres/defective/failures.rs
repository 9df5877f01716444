//! Statements that fail: at once, with rows, on the way down, the second time.

use super::super::super::cases::Case;

pub(in super::super) const CASES: &[Case] = &[
    up_down!(
        "NOT NULL without a default",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "ALTER TABLE users ADD COLUMN email text NOT NULL;",
        "ALTER TABLE users DROP COLUMN email;",
        ["up-fails-with-rows"],
        ["column \"email\" of relation \"users\" contains null values"],
    ),
    up_down!(
        "an exclusion over rows that overlap",
        "CREATE TABLE bookings (id int PRIMARY KEY, during tsrange);",
        "ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);",
        "ALTER TABLE bookings DROP CONSTRAINT no_overlap;",
        ["up-fails-with-rows"],
        ["no_overlap"],
    ),
    up_down!(
        "a number too large for the new type",
        "CREATE TABLE users (id int PRIMARY KEY, visits bigint);",
        "ALTER TABLE users ALTER COLUMN visits TYPE int;",
        "ALTER TABLE users ALTER COLUMN visits TYPE bigint;",
        ["up-fails-with-rows"],
        ["integer out of range", "ALTER COLUMN visits TYPE int"],
    ),
    up_down!(
        "a text too long for the new type",
        "CREATE TABLE users (id int PRIMARY KEY, name varchar(40));",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(10);",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(40);",
        ["up-fails-with-rows"],
        ["value too long for type character varying(10)"],
    ),
    up_down!(
        "a text that is no number",
        "CREATE TABLE users (id int PRIMARY KEY, age text);",
        "ALTER TABLE users ALTER COLUMN age TYPE int USING age::int;",
        "ALTER TABLE users ALTER COLUMN age TYPE text;",
        ["up-fails-with-rows"],
        ["invalid input syntax for type integer"],
    ),
    up_down!(
        "a text that is no label of the enum",
        "CREATE TABLE users (id int PRIMARY KEY, mood text);",
        "CREATE TYPE mood AS ENUM ('sad', 'happy');
ALTER TABLE users ALTER COLUMN mood TYPE mood USING mood::mood;",
        "ALTER TABLE users ALTER COLUMN mood TYPE text; DROP TYPE mood;",
        ["up-fails-with-rows"],
        ["invalid input value for enum mood"],
    ),
    up_down!(
        "a copy into a narrower table",
        "CREATE TABLE notes (id bigint PRIMARY KEY, line text);",
        "CREATE TABLE short_notes (id int PRIMARY KEY, line text);
INSERT INTO short_notes SELECT id, line FROM notes;",
        "DROP TABLE short_notes;",
        ["up-fails-with-rows"],
        ["integer out of range"],
    ),
    up_down!(
        "a backfill that forgets NULL",
        "CREATE TABLE users (id int PRIMARY KEY, first text, last text);",
        "ALTER TABLE users ADD COLUMN name text; UPDATE users SET name = first || ' ' || last;
ALTER TABLE users ALTER COLUMN name SET NOT NULL;",
        "ALTER TABLE users DROP COLUMN name;",
        ["up-fails-with-rows"],
        ["column \"name\" of relation \"users\" contains null values"],
    ),
    sections!(
        "a division by zero",
        "CREATE TABLE goods (id int PRIMARY KEY, total int, many int);",
        "-- migrate:fixture
INSERT INTO goods VALUES (900001, 10, 0);
-- migrate:up
ALTER TABLE goods ADD COLUMN price int; UPDATE goods SET price = total / many;
-- migrate:down
ALTER TABLE goods DROP COLUMN price;",
        ["up-fails-with-rows"],
        ["division by zero"],
    ),
    up_down!(
        "a defective on top of an up that needs empty tables",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "ALTER TABLE users ADD COLUMN email text NOT NULL, ADD COLUMN nick text;",
        "ALTER TABLE users DROP COLUMN email;",
        ["up-fails-with-rows", "left-behind"],
        ["contains null values", "column users.nick is left behind"],
    ),
    up_down!(
        "an up that fails in any case",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "CREATE INDEX users_name ON users (name);",
        "DROP INDEX users_name;",
        ["up-fails"],
        ["column \"name\" does not exist", "tried.sql:7"],
    ),
    up_down!(
        "a word is missing in the down",
        "CREATE TABLE users (id int PRIMARY KEY, name text);",
        "CREATE INDEX users_name ON users (name);",
        "DROP INDEX IF EXIST users_name;",
        ["down-fails"],
        ["the down fails at tried.sql:", "syntax error", "DROP INDEX IF EXIST"],
    ),
    up_down!(
        "a statement that does not exist in the down",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "ALTER TABLE users ADD COLUMN nick text;",
        "ALTER TABLE users DELETE COLUMN nick;",
        ["down-fails"],
        ["syntax error", "DELETE COLUMN nick"],
    ),
    up_down!(
        "the down names what is not there",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "ALTER TABLE users ADD COLUMN nick text;",
        "ALTER TABLE users DROP COLUMN nickname;",
        ["down-fails"],
        ["column \"nickname\" of relation \"users\" does not exist"],
    ),
    up_down!(
        "the down drops in the wrong order",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "CREATE TABLE orders (id int PRIMARY KEY);
CREATE TABLE items (order_id int REFERENCES orders);",
        "DROP TABLE orders; DROP TABLE items;",
        ["down-fails"],
        ["cannot drop table orders because other objects depend on it"],
    ),
    up_down!(
        "the down drops a type that is still used",
        "CREATE TABLE people (id int PRIMARY KEY);",
        "CREATE TYPE mood AS ENUM ('sad'); ALTER TABLE people ADD COLUMN mood mood;",
        "DROP TYPE mood;",
        ["down-fails"],
        ["cannot drop type mood", "column mood of table people depends on type mood"],
    ),
    up_down!(
        "the down cannot make NOT NULL of what the up made NULL",
        "CREATE TABLE users (id int PRIMARY KEY, age int NOT NULL);",
        "ALTER TABLE users ALTER COLUMN age DROP NOT NULL; UPDATE users SET age = NULL WHERE age < 1;",
        "ALTER TABLE users ALTER COLUMN age SET NOT NULL;",
        ["down-fails-with-rows"],
        ["column \"age\" of relation \"users\" contains null values"],
    ),
    up_down!(
        "the down adds NOT NULL without a default",
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);",
        "ALTER TABLE users DROP COLUMN email;",
        "ALTER TABLE users ADD COLUMN email text NOT NULL;",
        ["down-fails-with-rows"],
        ["column \"email\" of relation \"users\" contains null values"],
    ),
    up_down!(
        "a constraint that is put off fails at the commit",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY,
author int REFERENCES users DEFERRABLE INITIALLY DEFERRED);",
        "UPDATE posts SET author = -99 WHERE author IS NOT NULL;",
        "SELECT 1;",
        ["up-fails-with-rows"],
        ["posts_author_fkey"],
    ),
    sections!(
        "a statement that stands in a transaction by mistake",
        "CREATE TABLE users (id int PRIMARY KEY, name text);",
        "-- migrate:up
CREATE INDEX CONCURRENTLY users_name ON users (name);
-- migrate:down
DROP INDEX users_name;",
        ["up-fails"],
        ["cannot run inside a transaction block"],
    ),
    sections!(
        "a fixture that fails",
        "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);",
        "-- migrate:up
ALTER TABLE users ADD COLUMN nick text;
-- migrate:down
ALTER TABLE users DROP COLUMN nick;
-- migrate:fixture
INSERT INTO users (id) VALUES (-1);",
        ["fixture-fails"],
        ["the fixture fails: the statement at tried.sql:", "null value in column \"name\""],
    ),
    sections!(
        "a fixture that the up stumbles over",
        "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL UNIQUE);",
        "-- migrate:up
CREATE UNIQUE INDEX users_trimmed ON users (trim(name));
-- migrate:down
DROP INDEX users_trimmed;
-- migrate:fixture
INSERT INTO users VALUES (-1, 'ada '), (-2, ' ada');",
        ["up-fails-with-rows"],
        ["users_trimmed"],
    ),
    sections!(
        "what is to be verified does not hold",
        "CREATE TABLE users (id int PRIMARY KEY, first text, last text);",
        "-- migrate:up
ALTER TABLE users ADD COLUMN name text;
UPDATE users SET name = first || last;
-- migrate:down
ALTER TABLE users DROP COLUMN name;
-- migrate:verify
SELECT name IS NOT NULL FROM users;",
        ["verify-fails"],
        ["the query at tried.sql:", "does not hold"],
    ),
    sections!(
        "the second up finds other rows",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "-- migrate:up
CREATE TABLE marks (id int);
DO $$ BEGIN IF to_regclass('seen') IS NULL THEN CREATE TABLE seen (id int);
ELSE CREATE INDEX marks_id ON marks (id); END IF; END $$;
-- migrate:down
DROP TABLE marks;
-- migrate:allow left-behind it is only a mark",
        ["differs-again"],
        ["index marks_id of table marks was added"],
    ),
    up_down!(
        "a down that fails on rows and leaves an index behind",
        "CREATE TABLE users (id int PRIMARY KEY, points int);",
        "ALTER TABLE users ALTER COLUMN points TYPE bigint; UPDATE users SET points = 5000000000;
CREATE INDEX users_points ON users (points);",
        "ALTER TABLE users ALTER COLUMN points TYPE int;",
        ["down-fails-with-rows", "left-behind"],
        ["integer out of range", "index users_points"],
    ),
];
