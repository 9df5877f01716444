-- migrate:up transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t (a) WHERE n > 0;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t (a);
