-- migrate:up
DROP INDEX i;
CREATE INDEX i ON t (upper(a));

-- migrate:down
DROP INDEX i;
CREATE INDEX i ON t (lower(a));
