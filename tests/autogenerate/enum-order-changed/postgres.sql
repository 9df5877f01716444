-- migrate:up
ALTER TYPE mood RENAME TO mood_before;
CREATE TYPE mood AS ENUM ('y', 'x');
ALTER TABLE t ALTER COLUMN e TYPE mood USING "e"::text::mood;
DROP TYPE mood_before;

-- migrate:down
ALTER TYPE mood RENAME TO mood_before;
CREATE TYPE mood AS ENUM ('x', 'y');
ALTER TABLE t ALTER COLUMN e TYPE mood USING "e"::text::mood;
DROP TYPE mood_before;
