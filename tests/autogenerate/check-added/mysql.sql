-- migrate:up
ALTER TABLE t ADD CONSTRAINT k CHECK (n > 0);

-- migrate:down
ALTER TABLE t DROP CONSTRAINT k;
