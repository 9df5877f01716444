-- migrate:up
ALTER TABLE t ADD COLUMN n int(11) NOT NULL DEFAULT '0';

-- migrate:down
ALTER TABLE t DROP COLUMN n;
