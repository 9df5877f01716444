-- migrate:up
ALTER TABLE t DROP CONSTRAINT t_a_key;

-- migrate:down transaction:false
CREATE UNIQUE INDEX CONCURRENTLY t_a_key ON t (a);
ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE USING INDEX t_a_key;
