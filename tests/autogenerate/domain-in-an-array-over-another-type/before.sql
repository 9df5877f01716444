CREATE DOMAIN d AS varchar(10);
CREATE TABLE t (id integer PRIMARY KEY, x d, y d[]);
