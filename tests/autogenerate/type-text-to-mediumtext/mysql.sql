-- migrate:up
ALTER TABLE t MODIFY COLUMN a mediumtext NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a text NULL;
