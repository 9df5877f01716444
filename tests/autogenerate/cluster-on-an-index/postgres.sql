-- migrate:up
ALTER TABLE t CLUSTER ON t_n;

-- migrate:down
ALTER TABLE t SET WITHOUT CLUSTER;
