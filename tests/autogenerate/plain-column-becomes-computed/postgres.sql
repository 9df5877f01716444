-- migrate:up
ALTER TABLE t DROP COLUMN g;
ALTER TABLE t ADD COLUMN g integer GENERATED ALWAYS AS (n * 2) STORED;

-- migrate:down
ALTER TABLE t ALTER COLUMN g DROP EXPRESSION;

-- migrate:lossy t.g the values are computed from now on
