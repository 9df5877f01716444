-- migrate:up
CREATE TYPE mood AS ENUM ('x', 'y');
ALTER TABLE t ALTER COLUMN a TYPE mood USING a::mood;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE character varying(20);
DROP TYPE mood;

-- migrate:lossy t.a character varying(20) becomes mood
