-- migrate:up
CREATE EXTENSION citext VERSION '1.5';

-- migrate:down
DROP EXTENSION citext;
