-- migrate:up
ALTER TABLE t MODIFY COLUMN a tinyint(1) NULL DEFAULT false;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a tinyint(1) NULL DEFAULT true;
