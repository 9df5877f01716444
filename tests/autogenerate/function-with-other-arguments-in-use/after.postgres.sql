CREATE FUNCTION f(x bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE DOMAIN d AS integer CHECK (f(VALUE) > 0);
CREATE TABLE t (
    id integer PRIMARY KEY,
    n integer DEFAULT f(1),
    m d,
    CONSTRAINT positive CHECK (f(n) > 0)
);
CREATE INDEX t_f ON t (f(n));
CREATE VIEW v AS SELECT id, f(n) AS g FROM t;
CREATE VIEW w AS SELECT g FROM v;
