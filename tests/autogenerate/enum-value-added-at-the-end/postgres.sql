-- migrate:up
ALTER TYPE mood ADD VALUE 'z';

-- migrate:down
ALTER TYPE mood RENAME TO mood_before;
CREATE TYPE mood AS ENUM ('x', 'y');
ALTER TABLE t ALTER COLUMN e TYPE mood USING "e"::text::mood;
DROP TYPE mood_before;
