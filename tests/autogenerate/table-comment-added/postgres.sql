-- migrate:up
COMMENT ON TABLE t IS 'c';

-- migrate:down
COMMENT ON TABLE t IS NULL;
