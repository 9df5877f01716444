-- migrate:up
ALTER TABLE t RENAME TO t2;

-- migrate:down
ALTER TABLE t2 RENAME TO t;
