-- migrate:up
ALTER TABLE t MODIFY COLUMN a int(10) unsigned NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a int(11) NULL;

-- migrate:lossy t.a int(11) becomes int(10) unsigned
