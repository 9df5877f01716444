-- migrate:up
CREATE SCHEMA ops;
ALTER TABLE t SET SCHEMA ops;

-- migrate:down
ALTER TABLE ops.t SET SCHEMA public;
DROP SCHEMA ops;
