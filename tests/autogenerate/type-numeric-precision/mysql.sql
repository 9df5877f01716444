-- migrate:up
ALTER TABLE t MODIFY COLUMN a decimal(10,2) NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a decimal(8,2) NULL;
