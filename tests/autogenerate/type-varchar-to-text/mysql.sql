-- migrate:up
ALTER TABLE t MODIFY COLUMN a text NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a varchar(20) NULL;
