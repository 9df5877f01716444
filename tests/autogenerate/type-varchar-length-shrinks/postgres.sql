-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE character varying(20);

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE character varying(50);

-- migrate:lossy t.a character varying(50) becomes character varying(20)
