-- migrate:up
CREATE INDEX i ON t (lower(a));

-- migrate:down
DROP INDEX i;
