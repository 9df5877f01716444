-- migrate:up
COMMENT ON COLUMN t.a IS 'd';

-- migrate:down
COMMENT ON COLUMN t.a IS 'c';
