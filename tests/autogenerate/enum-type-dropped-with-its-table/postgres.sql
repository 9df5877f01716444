-- migrate:up
DROP TABLE t;
DROP TYPE mood;

-- migrate:down
CREATE TYPE mood AS ENUM ('x', 'y');
CREATE TABLE t (
    id integer NOT NULL,
    a character varying(20),
    e mood,
    CONSTRAINT t_pkey PRIMARY KEY (id)
);

-- migrate:lossy t the table is dropped
