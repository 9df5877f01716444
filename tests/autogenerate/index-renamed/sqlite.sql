-- migrate:up
DROP INDEX i;
CREATE INDEX j ON t (a);

-- migrate:down
DROP INDEX j;
CREATE INDEX i ON t (a);
