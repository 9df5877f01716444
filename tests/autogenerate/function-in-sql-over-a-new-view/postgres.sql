-- migrate:up
CREATE VIEW v AS
SELECT id FROM t;
CREATE function f() returns bigint as
$$ SELECT count(*) FROM v $$
language SQL VOLATILE;

-- migrate:down
DROP FUNCTION f();
DROP VIEW v;
