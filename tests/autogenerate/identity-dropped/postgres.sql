-- migrate:up
ALTER TABLE t ALTER COLUMN n DROP IDENTITY;

-- migrate:down
ALTER TABLE t ALTER COLUMN n ADD GENERATED ALWAYS AS IDENTITY;
-- the numbering goes on behind the rows that are there
SELECT setval(pg_get_serial_sequence('t', 'n'), max(n)) FROM t HAVING max(n) >= 1;
