-- migrate:up
DROP SEQUENCE s;

-- migrate:down
CREATE SEQUENCE s;
