-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY ix_t_a ON t (a);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY ix_t_a;
