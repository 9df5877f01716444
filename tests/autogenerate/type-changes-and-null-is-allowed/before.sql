CREATE TABLE t (id integer PRIMARY KEY, n text NOT NULL);
