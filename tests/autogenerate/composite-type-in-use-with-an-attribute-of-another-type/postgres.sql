-- migrate:up
DROP VIEW v;
ALTER TYPE addr RENAME TO addr_before;
CREATE TYPE addr AS (street text, no bigint);
ALTER TABLE t ALTER COLUMN a TYPE addr USING "a"::text::addr;
ALTER TABLE t ALTER COLUMN others TYPE addr[] USING "others"::text::addr[];
CREATE VIEW v AS
SELECT id, (a).no FROM t;
DROP TYPE addr_before;

-- migrate:down
DROP VIEW v;
ALTER TYPE addr RENAME TO addr_before;
CREATE TYPE addr AS (street text, no integer);
ALTER TABLE t ALTER COLUMN a TYPE addr USING "a"::text::addr;
ALTER TABLE t ALTER COLUMN others TYPE addr[] USING "others"::text::addr[];
CREATE VIEW v AS
SELECT id, (a).no FROM t;
DROP TYPE addr_before;
