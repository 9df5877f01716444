CREATE FUNCTION same(a integer, b text) RETURNS boolean LANGUAGE sql AS 'SELECT a::text = b';
