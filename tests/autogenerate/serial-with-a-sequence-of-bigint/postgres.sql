-- migrate:up
CREATE SEQUENCE t_id_seq AS bigint;
ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq'::regclass);
ALTER SEQUENCE t_id_seq OWNED BY t.id;
-- the numbering goes on behind the rows that are there
SELECT setval(pg_get_serial_sequence('t', 'id'), max(id)) FROM t HAVING max(id) >= 1;

-- migrate:down
ALTER TABLE t ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE IF EXISTS t_id_seq;
