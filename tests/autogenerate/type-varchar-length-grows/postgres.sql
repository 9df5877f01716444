-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE character varying(50);

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE character varying(20);
