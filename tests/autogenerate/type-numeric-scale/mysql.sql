-- migrate:up
ALTER TABLE t MODIFY COLUMN a decimal(10,4) NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a decimal(10,2) NULL;

-- migrate:lossy t.a decimal(10,2) becomes decimal(10,4)
