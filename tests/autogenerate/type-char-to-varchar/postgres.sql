-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE character varying(20);

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE character(20);

-- migrate:lossy t.a character(20) becomes character varying(20)
