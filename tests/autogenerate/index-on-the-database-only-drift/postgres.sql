-- migrate:up transaction:false
DROP INDEX CONCURRENTLY zz;

-- migrate:down transaction:false
CREATE INDEX CONCURRENTLY zz ON t (n);
