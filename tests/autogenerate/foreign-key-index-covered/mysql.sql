-- migrate:up
ALTER TABLE t DROP INDEX f, ADD KEY k (a, b);

-- migrate:down
ALTER TABLE t DROP INDEX k, ADD KEY f (a);
