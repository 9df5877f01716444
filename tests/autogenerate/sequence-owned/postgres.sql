-- migrate:up
ALTER SEQUENCE t_id_seq AS integer NO CYCLE;
ALTER SEQUENCE t_id_seq OWNED BY t.id;

-- migrate:down
ALTER SEQUENCE t_id_seq AS bigint CYCLE;
ALTER SEQUENCE t_id_seq OWNED BY NONE;
ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq');
