-- migrate:up transaction:false
BEGIN;
-- backfill: '' is a placeholder; choose f1.bar for the rows that are there
UPDATE f1 SET bar = '' WHERE bar IS NULL;
ALTER TABLE f1 ADD CONSTRAINT bar_is_not_null CHECK (bar IS NOT NULL) NOT VALID;
COMMIT;
ALTER TABLE f1 VALIDATE CONSTRAINT bar_is_not_null;
BEGIN;
ALTER TABLE f1 ALTER COLUMN bar SET NOT NULL;
ALTER TABLE f1 DROP CONSTRAINT bar_is_not_null;
ALTER TABLE f1 ALTER COLUMN id SET DEFAULT 3;
COMMIT;

-- migrate:down
ALTER TABLE f1 ALTER COLUMN bar DROP NOT NULL;
ALTER TABLE f1 ALTER COLUMN id DROP DEFAULT;

-- migrate:lossy f1.bar NULL is replaced

-- migrate:lossy f.bar NULL is replaced
