-- migrate:up
CREATE TYPE mood2 AS ENUM ('x', 'y');
ALTER TABLE t ALTER COLUMN e TYPE mood2 USING e::text::mood2;
DROP TYPE mood;

-- migrate:down
CREATE TYPE mood AS ENUM ('x', 'y');
ALTER TABLE t ALTER COLUMN e TYPE mood USING e::text::mood;
DROP TYPE mood2;

-- migrate:lossy t.e mood becomes mood2
