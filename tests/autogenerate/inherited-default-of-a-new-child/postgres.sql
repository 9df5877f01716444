-- migrate:up
CREATE TABLE c (
    x integer
) INHERITS (p);
ALTER TABLE c ALTER COLUMN n SET DEFAULT 0;

-- migrate:down
DROP TABLE c;
