-- migrate:up
DROP INDEX i;
CREATE INDEX i ON t (a DESC);

-- migrate:down
DROP INDEX i;
CREATE INDEX i ON t (a);
