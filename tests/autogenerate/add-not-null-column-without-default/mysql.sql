-- migrate:up
ALTER TABLE t ADD COLUMN n int(11) NULL;
-- backfill: 0 is a placeholder; choose t.n for the rows that are there
UPDATE t SET n = 0 WHERE n IS NULL;
ALTER TABLE t MODIFY COLUMN n int(11) NOT NULL;

-- migrate:down
ALTER TABLE t DROP COLUMN n;
