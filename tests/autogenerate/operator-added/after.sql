CREATE FUNCTION same(a integer, b text) RETURNS boolean LANGUAGE sql AS 'SELECT a::text = b';
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = text, FUNCTION = same);
