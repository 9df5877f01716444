-- migrate:up transaction:false
BEGIN;
ALTER TABLE t DROP CONSTRAINT t_p_fk;
ALTER TABLE p ALTER COLUMN id TYPE character varying(20);
ALTER TABLE t ALTER COLUMN p TYPE character varying(20);
ALTER TABLE t ADD CONSTRAINT t_p_key FOREIGN KEY (p) REFERENCES p (id) NOT VALID;
COMMIT;
ALTER TABLE t VALIDATE CONSTRAINT t_p_key;

-- migrate:down transaction:false
BEGIN;
ALTER TABLE t DROP CONSTRAINT t_p_key;
ALTER TABLE p ALTER COLUMN id TYPE integer USING id::integer;
ALTER TABLE t ALTER COLUMN p TYPE integer USING p::integer;
ALTER TABLE t ADD CONSTRAINT t_p_fk FOREIGN KEY (p) REFERENCES p (id) NOT VALID;
COMMIT;
ALTER TABLE t VALIDATE CONSTRAINT t_p_fk;

-- migrate:lossy p.id integer becomes character varying(20)

-- migrate:lossy t.p integer becomes character varying(20)
