-- migrate:up
DROP INDEX zz;

-- migrate:down
CREATE INDEX zz ON t (n);
