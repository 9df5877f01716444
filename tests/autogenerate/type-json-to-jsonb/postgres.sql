-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE jsonb USING a::jsonb;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE json USING a::json;

-- migrate:lossy t.a json becomes jsonb
