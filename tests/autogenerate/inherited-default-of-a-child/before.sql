CREATE TABLE p (id integer NOT NULL, n integer DEFAULT 1);
CREATE TABLE c (x integer) INHERITS (p);
