-- migrate:up
COMMENT ON COLUMN t.a IS 'c';

-- migrate:down
COMMENT ON COLUMN t.a IS NULL;
