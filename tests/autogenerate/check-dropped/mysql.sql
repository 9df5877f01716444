-- migrate:up
ALTER TABLE t DROP CONSTRAINT k;

-- migrate:down
ALTER TABLE t ADD CONSTRAINT k CHECK (n > 0);
