-- migrate:up
ALTER TABLE t MODIFY COLUMN a tinyint(4) NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a tinyint(1) NULL;
