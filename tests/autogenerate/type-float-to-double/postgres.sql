-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE double precision;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE real;
