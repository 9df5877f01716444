-- migrate:up
DROP INDEX i;
CREATE INDEX i ON t (n, a);

-- migrate:down
DROP INDEX i;
CREATE INDEX i ON t (a, n);
