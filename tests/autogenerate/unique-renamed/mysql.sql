-- migrate:up
ALTER TABLE t RENAME INDEX u TO v;

-- migrate:down
ALTER TABLE t RENAME INDEX v TO u;
