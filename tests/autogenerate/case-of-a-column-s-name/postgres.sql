-- migrate:up
ALTER TABLE t RENAME COLUMN "A" TO a;

-- migrate:down
ALTER TABLE t RENAME COLUMN a TO "A";
