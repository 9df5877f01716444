-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE boolean USING a::boolean;

-- migrate:lossy t.a boolean becomes integer
