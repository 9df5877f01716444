-- migrate:up
CREATE INDEX ix_t_a ON t (a);

-- migrate:down
DROP INDEX ix_t_a;
