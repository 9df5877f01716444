-- migrate:up
ALTER TABLE t MODIFY COLUMN a text NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a int(11) NULL;

-- migrate:lossy t.a int(11) becomes text
