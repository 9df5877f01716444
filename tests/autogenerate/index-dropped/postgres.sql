-- migrate:up transaction:false
DROP INDEX CONCURRENTLY i;

-- migrate:down transaction:false
CREATE INDEX CONCURRENTLY i ON t (a);
