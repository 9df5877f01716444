-- migrate:up
DROP PROCEDURE f(integer);
CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- migrate:down
DROP FUNCTION f(integer);
CREATE PROCEDURE f(a integer) LANGUAGE sql AS 'SELECT 1';
