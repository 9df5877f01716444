-- migrate:up
ALTER TABLE t DROP COLUMN e;
DROP TYPE mood;

-- migrate:down
CREATE TYPE mood AS ENUM ('x', 'y');
ALTER TABLE t ADD COLUMN e mood;

-- migrate:lossy t.e the column is dropped
