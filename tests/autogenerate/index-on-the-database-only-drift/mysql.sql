-- migrate:up
ALTER TABLE t DROP INDEX zz;

-- migrate:down
ALTER TABLE t ADD KEY zz (n);
