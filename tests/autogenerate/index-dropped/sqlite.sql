-- migrate:up
DROP INDEX i;

-- migrate:down
CREATE INDEX i ON t (a);
