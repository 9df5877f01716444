-- migrate:up transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t USING hash (a);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t (a);
