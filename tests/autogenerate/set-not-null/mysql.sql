-- migrate:up
-- backfill: '' is a placeholder; choose t.a for the rows that are there
UPDATE t SET a = '' WHERE a IS NULL;
ALTER TABLE t MODIFY COLUMN a varchar(20) NOT NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a varchar(20) NULL;

-- migrate:lossy t.a NULL is replaced
