-- migrate:up
DROP INDEX i;
CREATE INDEX i ON t (a) WHERE n > 1;

-- migrate:down
DROP INDEX i;
CREATE INDEX i ON t (a) WHERE n > 0;
