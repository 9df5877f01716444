-- migrate:up
CREATE TABLE ops.t (
    id integer NOT NULL,
    a character varying(20),
    CONSTRAINT t_pkey PRIMARY KEY (id)
);

-- migrate:down
DROP TABLE ops.t;
