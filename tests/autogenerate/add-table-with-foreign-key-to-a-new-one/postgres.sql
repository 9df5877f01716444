-- migrate:up
CREATE TABLE p (
    id integer NOT NULL,
    x integer,
    y integer,
    CONSTRAINT p_pkey PRIMARY KEY (id),
    CONSTRAINT p_xy UNIQUE (x, y)
);
CREATE TABLE t (
    id integer NOT NULL,
    p integer,
    CONSTRAINT t_pkey PRIMARY KEY (id),
    CONSTRAINT t_p_fkey FOREIGN KEY (p) REFERENCES p (id)
);

-- migrate:down
DROP TABLE t;
DROP TABLE p;
