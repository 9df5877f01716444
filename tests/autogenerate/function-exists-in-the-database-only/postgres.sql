-- migrate:up
DROP FUNCTION fu();

-- migrate:down
CREATE FUNCTION fu() RETURNS int LANGUAGE sql AS 'select 1';
