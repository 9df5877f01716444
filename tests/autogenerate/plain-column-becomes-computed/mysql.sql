-- migrate:up
ALTER TABLE t DROP COLUMN g, ADD COLUMN g int(11) GENERATED ALWAYS AS (n * 2) STORED;

-- migrate:down
ALTER TABLE t DROP COLUMN g, ADD COLUMN g int(11) NULL;

-- migrate:lossy t.g the values are computed from now on
