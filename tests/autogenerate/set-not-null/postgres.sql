-- migrate:up transaction:false
BEGIN;
-- backfill: '' is a placeholder; choose t.a for the rows that are there
UPDATE t SET a = '' WHERE a IS NULL;
ALTER TABLE t ADD CONSTRAINT a_is_not_null CHECK (a IS NOT NULL) NOT VALID;
COMMIT;
ALTER TABLE t VALIDATE CONSTRAINT a_is_not_null;
BEGIN;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT a_is_not_null;
COMMIT;

-- migrate:down
ALTER TABLE t ALTER COLUMN a DROP NOT NULL;

-- migrate:lossy t.a NULL is replaced
