CREATE TYPE addr AS (street text, no integer);
CREATE TABLE t (id integer PRIMARY KEY, a addr, others addr[]);
CREATE VIEW v AS SELECT id, (a).no FROM t;
