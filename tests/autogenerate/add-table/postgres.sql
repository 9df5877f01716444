-- migrate:up
CREATE TABLE t (
    id integer NOT NULL,
    a character varying(20),
    CONSTRAINT t_pkey PRIMARY KEY (id)
);

-- migrate:down
DROP TABLE t;
