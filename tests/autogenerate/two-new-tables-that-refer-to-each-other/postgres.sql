-- migrate:up
CREATE TABLE b (
    id integer NOT NULL,
    a integer,
    CONSTRAINT b_pkey PRIMARY KEY (id)
);
CREATE TABLE a (
    id integer NOT NULL,
    b integer,
    CONSTRAINT a_pkey PRIMARY KEY (id),
    CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b (id)
);
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a) REFERENCES a (id);

-- migrate:down
ALTER TABLE b DROP CONSTRAINT b_a;
DROP TABLE a;
DROP TABLE b;
