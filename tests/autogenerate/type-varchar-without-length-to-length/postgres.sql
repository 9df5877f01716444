-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE character varying(20);

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE character varying;

-- migrate:lossy t.a character varying becomes character varying(20)
