CREATE DOMAIN d AS varchar(20);
CREATE TABLE t (id integer PRIMARY KEY, x d, y d[]);
