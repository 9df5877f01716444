-- migrate:up
CREATE DOMAIN posint AS integer CONSTRAINT posint_check CHECK (VALUE > 0);
ALTER TABLE t ALTER COLUMN d TYPE posint USING d::text::posint;

-- migrate:down
ALTER TABLE t ALTER COLUMN d TYPE integer USING d::text::integer;
DROP DOMAIN posint;

-- migrate:lossy t.d integer becomes posint
