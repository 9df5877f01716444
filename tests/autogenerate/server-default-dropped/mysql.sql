-- migrate:up
ALTER TABLE t MODIFY COLUMN a varchar(20) NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a varchar(20) NULL DEFAULT 'x';
