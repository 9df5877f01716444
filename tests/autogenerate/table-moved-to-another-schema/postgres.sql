-- migrate:up
DROP TABLE t;
CREATE TABLE ops.t (
    id integer NOT NULL,
    a character varying(20),
    CONSTRAINT t_pkey PRIMARY KEY (id)
);

-- migrate:down
DROP TABLE ops.t;
CREATE TABLE t (
    id integer NOT NULL,
    a character varying(20),
    CONSTRAINT t_pkey PRIMARY KEY (id)
);

-- migrate:lossy t the table is dropped
