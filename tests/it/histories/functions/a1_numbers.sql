-- Numbers from a table that only the hook creates
--
-- revision: a1
-- revises:

-- migrate:up
CREATE TABLE numbers AS SELECT x FROM registered;

-- migrate:down
DROP TABLE numbers;
