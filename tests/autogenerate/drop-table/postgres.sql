-- migrate:up
DROP TABLE t;

-- migrate:down
CREATE TABLE t (
    id integer NOT NULL,
    a character varying(20),
    CONSTRAINT t_pkey PRIMARY KEY (id)
);

-- migrate:lossy t the table is dropped
