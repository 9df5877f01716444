-- migrate:up
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = text, FUNCTION = same);

-- migrate:down
DROP OPERATOR === (integer, text);
