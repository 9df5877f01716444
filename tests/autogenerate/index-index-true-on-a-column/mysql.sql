-- migrate:up
ALTER TABLE t ADD KEY ix_t_a (a);

-- migrate:down
ALTER TABLE t DROP INDEX ix_t_a;
