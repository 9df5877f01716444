-- migrate:up
CREATE INDEX i ON t (a);

-- migrate:down
DROP INDEX i;
