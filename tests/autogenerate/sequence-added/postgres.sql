-- migrate:up
CREATE SEQUENCE s;

-- migrate:down
DROP SEQUENCE s;
