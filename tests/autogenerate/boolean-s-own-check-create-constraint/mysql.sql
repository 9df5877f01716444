-- migrate:up
ALTER TABLE t ADD CONSTRAINT b_k CHECK (b IN (0, 1));

-- migrate:down
ALTER TABLE t DROP CONSTRAINT b_k;
