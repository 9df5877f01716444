-- migrate:up
CREATE INDEX i ON t (a) WHERE n > 0;

-- migrate:down
DROP INDEX i;
