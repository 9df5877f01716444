CREATE TABLE p (id integer NOT NULL, n integer);
