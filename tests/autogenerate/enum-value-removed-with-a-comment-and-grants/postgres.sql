-- migrate:up
ALTER TYPE e RENAME TO e_before;
CREATE TYPE e AS ENUM ('b');
ALTER TABLE t ALTER COLUMN x TYPE e[] USING "x"::text::e[];
COMMENT ON TYPE e IS 'letters';
REVOKE USAGE ON TYPE e FROM PUBLIC;
DROP TYPE e_before;

-- migrate:down
ALTER TYPE e ADD VALUE 'a' BEFORE 'b';

-- migrate:lossy t.x the type loses the value a
