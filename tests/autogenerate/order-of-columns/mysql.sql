-- migrate:up
ALTER TABLE t MODIFY COLUMN n int(11) NULL AFTER id;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a varchar(20) NULL AFTER id;
