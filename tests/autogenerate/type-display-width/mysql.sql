-- migrate:up
ALTER TABLE t MODIFY COLUMN a int(5) NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a int(11) NULL;
