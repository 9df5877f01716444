-- migrate:up transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t (a, n);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t (a);
