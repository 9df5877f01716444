-- migrate:up
DROP INDEX i;
CREATE INDEX i ON t (a, n);

-- migrate:down
DROP INDEX i;
CREATE INDEX i ON t (a);
