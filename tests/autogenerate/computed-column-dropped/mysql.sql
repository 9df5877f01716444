-- migrate:up
ALTER TABLE t DROP COLUMN g;

-- migrate:down
ALTER TABLE t ADD COLUMN g int(11) GENERATED ALWAYS AS (n * 2) STORED;
