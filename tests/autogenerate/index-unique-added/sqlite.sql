-- migrate:up
DROP INDEX i;
CREATE UNIQUE INDEX i ON t (a);

-- migrate:down
DROP INDEX i;
CREATE INDEX i ON t (a);
