-- migrate:up
DROP EXTENSION citext;

-- migrate:down
CREATE EXTENSION citext;
