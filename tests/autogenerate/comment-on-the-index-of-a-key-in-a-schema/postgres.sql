-- migrate:up
COMMENT ON INDEX s.t_pkey IS 'by number';

-- migrate:down
COMMENT ON INDEX s.t_pkey IS NULL;
