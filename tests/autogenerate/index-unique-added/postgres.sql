-- migrate:up transaction:false
DROP INDEX CONCURRENTLY i;
CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t (a);
