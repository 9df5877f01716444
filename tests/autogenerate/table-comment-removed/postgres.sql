-- migrate:up
COMMENT ON TABLE t IS NULL;

-- migrate:down
COMMENT ON TABLE t IS 'c';
