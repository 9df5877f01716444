-- migrate:up
CREATE TABLE t (
    id integer NOT NULL,
    a character varying(20),
    n integer NOT NULL,
    CONSTRAINT t_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX t_n ON t (n);
ALTER TABLE t REPLICA IDENTITY USING INDEX t_n;

-- migrate:down
DROP TABLE t;
