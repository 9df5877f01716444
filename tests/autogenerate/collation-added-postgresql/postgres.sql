-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE character varying(20) COLLATE "C";

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE character varying(20);
