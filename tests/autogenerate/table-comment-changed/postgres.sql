-- migrate:up
COMMENT ON TABLE t IS 'd';

-- migrate:down
COMMENT ON TABLE t IS 'c';
