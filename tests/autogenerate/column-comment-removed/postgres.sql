-- migrate:up
COMMENT ON COLUMN t.a IS NULL;

-- migrate:down
COMMENT ON COLUMN t.a IS 'c';
