-- migrate:up
ALTER TABLE t RENAME COLUMN a TO b;

-- migrate:down
ALTER TABLE t RENAME COLUMN b TO a;
