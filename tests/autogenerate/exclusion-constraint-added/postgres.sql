-- migrate:up
ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (r WITH &&);

-- migrate:down
ALTER TABLE t DROP CONSTRAINT x;
