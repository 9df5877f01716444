-- migrate:up
CREATE TYPE mood AS ENUM ('x', 'y');
ALTER TABLE t ADD COLUMN e mood;

-- migrate:down
ALTER TABLE t DROP COLUMN e;
DROP TYPE mood;
