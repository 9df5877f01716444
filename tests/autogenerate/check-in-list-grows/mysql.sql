-- migrate:up
ALTER TABLE t DROP CONSTRAINT k, ADD CONSTRAINT k CHECK (a IN ('x', 'y', 'z'));

-- migrate:down
ALTER TABLE t DROP CONSTRAINT k, ADD CONSTRAINT k CHECK (a IN ('x', 'y'));
