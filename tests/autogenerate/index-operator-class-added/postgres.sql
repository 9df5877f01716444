-- migrate:up transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t (a text_pattern_ops);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY i;
CREATE INDEX CONCURRENTLY i ON t (a);
