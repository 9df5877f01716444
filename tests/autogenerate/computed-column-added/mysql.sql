-- migrate:up
ALTER TABLE t ADD COLUMN g int(11) GENERATED ALWAYS AS (n * 2) STORED;

-- migrate:down
ALTER TABLE t DROP COLUMN g;
