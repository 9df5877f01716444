-- migrate:up
ALTER TABLE t ALTER COLUMN n DROP NOT NULL;
ALTER TABLE t ALTER COLUMN n TYPE bigint;

-- migrate:down transaction:false
BEGIN;
ALTER TABLE t ALTER COLUMN n TYPE integer;
-- backfill: 0 is a placeholder; choose t.n for the rows that are there
UPDATE t SET n = 0 WHERE n IS NULL;
ALTER TABLE t ADD CONSTRAINT n_is_not_null CHECK (n IS NOT NULL) NOT VALID;
COMMIT;
ALTER TABLE t VALIDATE CONSTRAINT n_is_not_null;
BEGIN;
ALTER TABLE t ALTER COLUMN n SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT n_is_not_null;
COMMIT;
