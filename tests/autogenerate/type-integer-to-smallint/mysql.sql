-- migrate:up
ALTER TABLE t MODIFY COLUMN a smallint(6) NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a int(11) NULL;

-- migrate:lossy t.a int(11) becomes smallint(6)
